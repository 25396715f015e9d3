package io.eddy.model.optimizer;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.parameter.Parameters;
import java.util.Arrays;

/// What is done with gradients before an optimiser sees them.
public final class Gradients {

  private Gradients() {}

  /// Sets all elements to zero.
  public static void clear(Parameters gradients) {
    for (int i = 0; i < gradients.count(); i++) {
      Arrays.fill(gradients.values(i), 0);
    }
  }

  /// Scales all gradients down together if their norm exceeds a limit (Pascanu et al. 2013).
  ///
  /// @return the norm before, NaN or infinite if a gradient is
  public static double clipByGlobalNorm(Parameters gradients, double limit, Kernels kernels) {
    double sum = 0;
    for (int i = 0; i < gradients.count(); i++) {
      float[] values = gradients.values(i);
      sum += kernels.dot(values, 0, values, 0, values.length);
    }
    double norm = Math.sqrt(sum);
    if (norm > limit) {
      for (int i = 0; i < gradients.count(); i++) {
        float[] values = gradients.values(i);
        kernels.scale((float) (limit / norm), values, 0, values.length);
      }
    }
    return norm;
  }
}
