package io.eddy.model.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// [Kernels#sum] and [Kernels#dot] with SIMD: 32 lanes whatever the width, so 2, 4 or 8 vectors
/// side by side.
///
/// The lanes of whole groups end in a small array of the thread; the tail and the tree work on
/// that, in the scalar text. A tail of masked vectors would be faster by some nanoseconds, but
/// makes methods so large that C1 gives them up at 128 bits.
final class VectorSum {

  private static final VectorSpecies<Float> SPECIES = VectorKernels.SPECIES;
  private static final int LANES = SPECIES.length();
  private static final int VIRTUAL_LANES = LaneSums.LANES;

  private VectorSum() {}

  static float sum(float[] x, int xOffset, int n) {
    float[] sums = LaneSums.used();
    int whole = n & -VIRTUAL_LANES;
    sumGroups(x, xOffset, whole, sums);
    if (whole < n) {
      for (int lane = 0; lane < VIRTUAL_LANES; lane++) {
        int i = whole + lane;
        sums[lane] += i < n ? x[xOffset + i] : 0f;
      }
    }
    return LaneSums.fold(sums, 0);
  }

  private static void sumGroups(float[] x, int xOffset, int n, float[] sums) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    FloatVector s4 = s0;
    FloatVector s5 = s0;
    FloatVector s6 = s0;
    FloatVector s7 = s0;
    for (int i = 0; i < n; i += VIRTUAL_LANES) {
      int at = xOffset + i;
      s0 = s0.add(FloatVector.fromArray(SPECIES, x, at));
      s1 = s1.add(FloatVector.fromArray(SPECIES, x, at + LANES));
      if (LANES <= 8) {
        s2 = s2.add(FloatVector.fromArray(SPECIES, x, at + 2 * LANES));
        s3 = s3.add(FloatVector.fromArray(SPECIES, x, at + 3 * LANES));
      }
      if (LANES == 4) {
        s4 = s4.add(FloatVector.fromArray(SPECIES, x, at + 4 * LANES));
        s5 = s5.add(FloatVector.fromArray(SPECIES, x, at + 5 * LANES));
        s6 = s6.add(FloatVector.fromArray(SPECIES, x, at + 6 * LANES));
        s7 = s7.add(FloatVector.fromArray(SPECIES, x, at + 7 * LANES));
      }
    }
    s0.intoArray(sums, 0);
    s1.intoArray(sums, LANES);
    if (LANES <= 8) {
      s2.intoArray(sums, 2 * LANES);
      s3.intoArray(sums, 3 * LANES);
    }
    if (LANES == 4) {
      s4.intoArray(sums, 4 * LANES);
      s5.intoArray(sums, 5 * LANES);
      s6.intoArray(sums, 6 * LANES);
      s7.intoArray(sums, 7 * LANES);
    }
  }

  static float dot(float[] x, int xOffset, float[] y, int yOffset, int n) {
    float[] sums = LaneSums.used();
    int whole = n & -VIRTUAL_LANES;
    dotGroups(x, xOffset, y, yOffset, whole, sums);
    if (whole < n) {
      for (int lane = 0; lane < VIRTUAL_LANES; lane++) {
        int i = whole + lane;
        float xi = i < n ? x[xOffset + i] : 0f;
        float yi = i < n ? y[yOffset + i] : 0f;
        sums[lane] = Math.fma(xi, yi, sums[lane]);
      }
    }
    return LaneSums.fold(sums, 0);
  }

  private static void dotGroups(
      float[] x, int xOffset, float[] y, int yOffset, int n, float[] sums) {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    FloatVector s4 = s0;
    FloatVector s5 = s0;
    FloatVector s6 = s0;
    FloatVector s7 = s0;
    for (int i = 0; i < n; i += VIRTUAL_LANES) {
      int atX = xOffset + i;
      int atY = yOffset + i;
      s0 = FloatVector.fromArray(SPECIES, x, atX).fma(FloatVector.fromArray(SPECIES, y, atY), s0);
      s1 =
          FloatVector.fromArray(SPECIES, x, atX + LANES)
              .fma(FloatVector.fromArray(SPECIES, y, atY + LANES), s1);
      if (LANES <= 8) {
        s2 =
            FloatVector.fromArray(SPECIES, x, atX + 2 * LANES)
                .fma(FloatVector.fromArray(SPECIES, y, atY + 2 * LANES), s2);
        s3 =
            FloatVector.fromArray(SPECIES, x, atX + 3 * LANES)
                .fma(FloatVector.fromArray(SPECIES, y, atY + 3 * LANES), s3);
      }
      if (LANES == 4) {
        s4 =
            FloatVector.fromArray(SPECIES, x, atX + 4 * LANES)
                .fma(FloatVector.fromArray(SPECIES, y, atY + 4 * LANES), s4);
        s5 =
            FloatVector.fromArray(SPECIES, x, atX + 5 * LANES)
                .fma(FloatVector.fromArray(SPECIES, y, atY + 5 * LANES), s5);
        s6 =
            FloatVector.fromArray(SPECIES, x, atX + 6 * LANES)
                .fma(FloatVector.fromArray(SPECIES, y, atY + 6 * LANES), s6);
        s7 =
            FloatVector.fromArray(SPECIES, x, atX + 7 * LANES)
                .fma(FloatVector.fromArray(SPECIES, y, atY + 7 * LANES), s7);
      }
    }
    s0.intoArray(sums, 0);
    s1.intoArray(sums, LANES);
    if (LANES <= 8) {
      s2.intoArray(sums, 2 * LANES);
      s3.intoArray(sums, 3 * LANES);
    }
    if (LANES == 4) {
      s4.intoArray(sums, 4 * LANES);
      s5.intoArray(sums, 5 * LANES);
      s6.intoArray(sums, 6 * LANES);
      s7.intoArray(sums, 7 * LANES);
    }
  }
}
