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

  /// Scales all gradients down together if their norm exceeds a limit; [GlobalNorm] does the same
  /// on several threads.
  ///
  /// @return the norm before, NaN or infinite if a gradient is
  public static double clipByGlobalNorm(Parameters gradients, double limit, Kernels kernels) {
    var norm = new GlobalNorm(gradients, kernels);
    norm.measure(0, 1);
    norm.clip(limit, 0, 1);
    return norm.value();
  }

  /// Takes each element to the nearest value in [-limit, limit]; a NaN stays one.
  public static void clipByValue(Parameters gradients, double limit) {
    if (!(limit > 0)) {
      throw new IllegalArgumentException(
          "gradients are clipped at " + limit + ", expected above 0");
    }
    float bound = (float) limit;
    for (int i = 0; i < gradients.count(); i++) {
      float[] values = gradients.values(i);
      for (int j = 0; j < values.length; j++) {
        values[j] = Math.max(-bound, Math.min(bound, values[j]));
      }
    }
  }
}
