package io.eddy.model.optimizer;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.parameter.Parameters;

/// Adam (Kingma and Ba 2015, algorithm 1) with decoupled weight decay (Loshchilov and Hutter 2019).
public final class Adam {

  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.999;
  private static final float EPSILON = 1e-8f;

  private final Parameters parameters;
  private final Parameters first;
  private final Parameters second;
  private final Kernels kernels;
  private double beta1Power = 1;
  private double beta2Power = 1;

  /// @param parameters that [#step] changes
  public Adam(Parameters parameters, Kernels kernels) {
    this.parameters = parameters;
    this.kernels = kernels;
    first = Parameters.zeros(parameters.specs());
    second = Parameters.zeros(parameters.specs());
  }

  /// One step against the gradients.
  ///
  /// @param rate learning rate
  /// @param decay share of each weight that is taken off, times the rate
  public void step(Parameters gradients, double rate, double decay) {
    beta1Power *= BETA1;
    beta2Power *= BETA2;
    float correctedRate = (float) (rate / (1 - beta1Power));
    float correction = (float) (1 / Math.sqrt(1 - beta2Power));
    for (int i = 0; i < parameters.count(); i++) {
      kernels.adam(
          parameters.values(i),
          0,
          gradients.values(i),
          0,
          first.values(i),
          0,
          second.values(i),
          0,
          parameters.values(i).length,
          correctedRate,
          (float) BETA1,
          (float) BETA2,
          correction,
          EPSILON,
          (float) (rate * decay));
    }
  }
}
