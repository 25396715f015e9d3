package io.eddy.model.optimizer;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.parameter.Parameters;

/// An average over the weights that a training passes through, which often answers better than the
/// last of them (`torch.optim.swa_utils.AveragedModel`). The first weights that it sees are taken
/// as they are.
public final class WeightAverage {

  private final double decay; // NaN for the plain mean
  private final Parameters average;
  private final Kernels kernels;
  private long count;

  private WeightAverage(double decay, Parameters shape, Kernels kernels) {
    this.decay = decay;
    this.kernels = kernels;
    average = Parameters.zeros(shape.specs());
  }

  /// The mean of all weights seen: stochastic weight averaging (Izmailov et al. 2018), Polyak and
  /// Juditsky 1992.
  ///
  /// @param shape whose weights will be averaged; not read
  public static WeightAverage mean(Parameters shape, Kernels kernels) {
    return new WeightAverage(Double.NaN, shape, kernels);
  }

  /// `average = decay · average + (1 - decay) · weights`.
  ///
  /// @param decay in [0, 1), such as 0.999
  /// @param shape whose weights will be averaged; not read
  public static WeightAverage exponential(double decay, Parameters shape, Kernels kernels) {
    if (!(decay >= 0 && decay < 1)) {
      throw new IllegalArgumentException(
          "an average that decays by " + decay + ", expected at least 0, below 1");
    }
    return new WeightAverage(decay, shape, kernels);
  }

  /// Takes the weights in. What is not learned (running statistics) is taken over as it is.
  public void add(Parameters weights) {
    float share = (float) (Double.isNaN(decay) ? 1.0 / (count + 1) : 1 - decay);
    for (int p = 0; p < average.count(); p++) {
      float[] values = weights.values(p);
      if (count == 0 || !average.specs().get(p).isLearned()) {
        System.arraycopy(values, 0, average.values(p), 0, values.length);
      } else {
        kernels.interpolate(share, values, 0, average.values(p), 0, values.length);
      }
    }
    count++;
  }

  /// Weights taken in so far.
  public long count() {
    return count;
  }

  /// The average, shared: the next [#add] changes it. Zeros before the first.
  public Parameters average() {
    return average;
  }

  /// Goes on from a saved average.
  ///
  /// @param count its [#count]
  public void restore(long count, Parameters saved) {
    average.set(saved);
    this.count = count;
  }
}
