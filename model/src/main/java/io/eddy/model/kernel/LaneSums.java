package io.eddy.model.kernel;

import java.util.Arrays;

/// The 32 virtual lanes of a reduction (see [Kernels#sum]) as they stand in memory.
final class LaneSums {

  static final int LANES = 32;

  /// Two reductions side by side, made once in a thread that needs them.
  private static final ThreadLocal<float[]> SUMS =
      ThreadLocal.withInitial(() -> new float[2 * LANES]);

  private LaneSums() {}

  /// This thread's lanes as the last reduction left them: 32 for one and 32 for another.
  static float[] used() {
    return SUMS.get();
  }

  /// This thread's lanes, all +0.
  static float[] zeros() {
    float[] sums = SUMS.get();
    Arrays.fill(sums, 0f);
    return sums;
  }

  /// The length of n elements filled up to whole turns of the lanes.
  static int filledUp(int n) {
    return (n + LANES - 1) & -LANES;
  }

  /// The tree over the lanes from `offset` on.
  static float fold(float[] sums, int offset) {
    for (int half = LANES / 2; half > 0; half /= 2) {
      for (int lane = offset; lane < offset + half; lane++) {
        sums[lane] += sums[lane + half];
      }
    }
    return sums[offset];
  }
}
