package io.eddy.model.optimizer;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import java.util.function.Predicate;

/// A pull of weights towards zero, as a term of the loss: `l1 Σ |w| + l2/2 Σ w²`.
///
/// Its gradient joins the others and is clipped with them, unlike the weight decay of
/// [OptimizerSettings], which comes after. Where w is zero, the gradient of |w| is taken as zero.
///
/// @param l1 factor of the sum of sizes (Tibshirani 1996); it makes weights exactly small, not zero
/// @param l2 factor of half the sum of squares
/// @param names which parameters it pulls; usually not the biases
public record Penalty(double l1, double l2, Predicate<String> names) {

  public Penalty {
    if (!(l1 >= 0 && l2 >= 0)) {
      throw new IllegalArgumentException(
          "a penalty of " + l1 + " (L1) and " + l2 + " (L2), expected at least 0");
    }
  }

  /// On the sizes of all weights.
  public static Penalty l1(double factor) {
    return new Penalty(factor, 0, name -> true);
  }

  /// On the squares of all weights.
  public static Penalty l2(double factor) {
    return new Penalty(0, factor, name -> true);
  }

  /// What it adds to the loss.
  public double loss(Parameters parameters, Kernels kernels) {
    double sum = 0;
    for (int p = 0; p < parameters.count(); p++) {
      if (pulls(parameters.specs().get(p))) {
        float[] weights = parameters.values(p);
        sum += l2 / 2 * kernels.dot(weights, 0, weights, 0, weights.length);
        double sizes = 0;
        for (float weight : weights) {
          sizes += Math.abs(weight);
        }
        sum += l1 * sizes;
      }
    }
    return sum;
  }

  /// Adds its gradient.
  ///
  /// @param gradients of the parameters, added to
  public void addGradient(Parameters parameters, Parameters gradients, Kernels kernels) {
    for (int p = 0; p < parameters.count(); p++) {
      if (pulls(parameters.specs().get(p))) {
        float[] weights = parameters.values(p);
        float[] gradient = gradients.values(p);
        if (l2 > 0) {
          kernels.addScaled((float) l2, weights, 0, gradient, 0, weights.length);
        }
        if (l1 > 0) {
          float factor = (float) l1;
          for (int i = 0; i < weights.length; i++) {
            gradient[i] += factor * Math.signum(weights[i]);
          }
        }
      }
    }
  }

  private boolean pulls(ParameterSpec spec) {
    return spec.isLearned() && names.test(spec.name());
  }
}
