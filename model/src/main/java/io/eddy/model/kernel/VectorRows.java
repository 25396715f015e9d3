package io.eddy.model.kernel;

import static io.eddy.model.kernel.Functions.EXP_2;
import static io.eddy.model.kernel.Functions.EXP_3;
import static io.eddy.model.kernel.Functions.EXP_4;
import static io.eddy.model.kernel.Functions.EXP_5;
import static io.eddy.model.kernel.Functions.EXP_6;
import static io.eddy.model.kernel.Functions.EXP_HIGHEST;
import static io.eddy.model.kernel.Functions.EXP_LOWEST;
import static io.eddy.model.kernel.Functions.LN2_HIGH;
import static io.eddy.model.kernel.Functions.LN2_LOW;
import static io.eddy.model.kernel.Functions.LOG2_E;
import static io.eddy.model.kernel.Functions.ROUND;
import static jdk.incubator.vector.VectorOperators.FMA;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The loops of softmax and layer normalisation with SIMD, in the manner of [VectorKernels].
///
/// The lanes of a reduction stand in memory while it runs: one loop then does for all widths, where
/// registers would need 2, 4 or 8 accumulators. Its rows are short, and two to eight lanes' chains
/// are in flight.
final class VectorRows {

  private static final VectorSpecies<Float> SPECIES = VectorKernels.SPECIES;
  private static final int LANES = SPECIES.length();
  private static final int VIRTUAL_LANES = LaneSums.LANES;

  private VectorRows() {}

  static float largest(float[] x, int xOffset, int n) {
    float largest = -Float.MAX_VALUE;
    int i = 0;
    if (n >= 4 * LANES) {
      float[] lanes = LaneSums.used();
      int bound = n - n % (4 * LANES);
      largestOfLanes(x, xOffset, bound, lanes);
      for (int lane = 0; lane < LANES; lane++) {
        largest = lanes[lane] > largest ? lanes[lane] : largest;
      }
      i = bound;
    }
    for (; i < n; i++) {
      largest = x[xOffset + i] > largest ? x[xOffset + i] : largest;
    }
    return largest;
  }

  private static void largestOfLanes(float[] x, int xOffset, int n, float[] lanes) {
    FloatVector m0 = FloatVector.broadcast(SPECIES, -Float.MAX_VALUE);
    FloatVector m1 = m0;
    FloatVector m2 = m0;
    FloatVector m3 = m0;
    for (int i = 0; i < n; i += 4 * LANES) {
      FloatVector x0 = FloatVector.fromArray(SPECIES, x, xOffset + i);
      FloatVector x1 = FloatVector.fromArray(SPECIES, x, xOffset + i + LANES);
      FloatVector x2 = FloatVector.fromArray(SPECIES, x, xOffset + i + 2 * LANES);
      FloatVector x3 = FloatVector.fromArray(SPECIES, x, xOffset + i + 3 * LANES);
      m0 = m0.blend(x0, x0.compare(GT, m0));
      m1 = m1.blend(x1, x1.compare(GT, m1));
      m2 = m2.blend(x2, x2.compare(GT, m2));
      m3 = m3.blend(x3, x3.compare(GT, m3));
    }
    m0 = m0.blend(m1, m1.compare(GT, m0));
    m2 = m2.blend(m3, m3.compare(GT, m2));
    m0.blend(m2, m2.compare(GT, m0)).intoArray(lanes, 0);
  }

  /// `out = e^(x - shift)`.
  static void expOfDifference(
      float[] x, int xOffset, float shift, float[] out, int outOffset, int n) {
    int i = 0;
    for (int bound = SPECIES.loopBound(n); i < bound; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, x, xOffset + i).sub(shift);
      v = v.blend(EXP_HIGHEST, v.compare(GT, EXP_HIGHEST));
      v = v.blend(EXP_LOWEST, v.compare(LT, EXP_LOWEST));
      FloatVector rounded = v.fma(LOG2_E, ROUND);
      FloatVector r = rounded.sub(ROUND);
      v = r.lanewise(FMA, FloatVector.broadcast(SPECIES, -LN2_HIGH), v);
      r = r.lanewise(FMA, FloatVector.broadcast(SPECIES, -LN2_LOW), v);
      FloatVector e = r.fma(EXP_6, EXP_5);
      e = e.lanewise(FMA, r, EXP_4);
      e = e.lanewise(FMA, r, EXP_3);
      e = e.lanewise(FMA, r, EXP_2);
      e = e.lanewise(FMA, r, 2f);
      e = e.lanewise(FMA, r, 2f);
      FloatVector power =
          rounded.reinterpretAsInts().add(126).lanewise(LSHL, 23).reinterpretAsFloats();
      FloatVector y = e.mul(power);
      y.intoArray(out, outOffset + i);
    }
    for (; i < n; i++) {
      out[outOffset + i] = Functions.exp(x[xOffset + i] - shift);
    }
  }

  static void softmaxBackward(
      float[] y,
      int yOffset,
      float[] dY,
      int dYOffset,
      float dot,
      float[] dX,
      int dXOffset,
      int n) {
    int i = 0;
    for (int bound = SPECIES.loopBound(n); i < bound; i += LANES) {
      FloatVector.fromArray(SPECIES, y, yOffset + i)
          .fma(
              FloatVector.fromArray(SPECIES, dY, dYOffset + i).sub(dot),
              FloatVector.fromArray(SPECIES, dX, dXOffset + i))
          .intoArray(dX, dXOffset + i);
    }
    for (; i < n; i++) {
      dX[dXOffset + i] = Math.fma(y[yOffset + i], dY[dYOffset + i] - dot, dX[dXOffset + i]);
    }
  }

  /// The sum of `(x - mean)²`.
  static float sumOfSquares(float[] x, int xOffset, float mean, int n) {
    float[] sums = LaneSums.zeros();
    int whole = n & -VIRTUAL_LANES;
    for (int i = 0; i < whole; i += LANES) {
      int lane = i % VIRTUAL_LANES;
      FloatVector difference = FloatVector.fromArray(SPECIES, x, xOffset + i).sub(mean);
      difference.fma(difference, FloatVector.fromArray(SPECIES, sums, lane)).intoArray(sums, lane);
    }
    for (int i = whole; i < LaneSums.filledUp(n); i++) {
      float difference = i < n ? x[xOffset + i] - mean : 0f;
      sums[i - whole] = Math.fma(difference, difference, sums[i - whole]);
    }
    return LaneSums.fold(sums, 0);
  }

  /// `out = fma((x - mean) * rstd, gain, bias)`.
  static void normalize(
      float[] x,
      int xOffset,
      float mean,
      float rstd,
      float[] gain,
      int gainOffset,
      float[] bias,
      int biasOffset,
      float[] out,
      int outOffset,
      int n) {
    int i = 0;
    for (int bound = SPECIES.loopBound(n); i < bound; i += LANES) {
      FloatVector.fromArray(SPECIES, x, xOffset + i)
          .sub(mean)
          .mul(rstd)
          .fma(
              FloatVector.fromArray(SPECIES, gain, gainOffset + i),
              FloatVector.fromArray(SPECIES, bias, biasOffset + i))
          .intoArray(out, outOffset + i);
    }
    for (; i < n; i++) {
      float normal = (x[xOffset + i] - mean) * rstd;
      out[outOffset + i] = Math.fma(normal, gain[gainOffset + i], bias[biasOffset + i]);
    }
  }

  static void layerNormBackward(
      float[] x,
      int xOffset,
      float[] gain,
      int gainOffset,
      float mean,
      float rstd,
      float[] dOut,
      int dOutOffset,
      float[] dX,
      int dXOffset,
      float[] dGain,
      int dGainOffset,
      float[] dBias,
      int dBiasOffset,
      int n) {
    float[] sums = LaneSums.zeros();
    int whole = n & -VIRTUAL_LANES;
    for (int i = 0; i < whole; i += LANES) {
      int lane = i % VIRTUAL_LANES;
      FloatVector dY = FloatVector.fromArray(SPECIES, dOut, dOutOffset + i);
      FloatVector normal = FloatVector.fromArray(SPECIES, x, xOffset + i).sub(mean).mul(rstd);
      FloatVector g = dY.mul(FloatVector.fromArray(SPECIES, gain, gainOffset + i));
      FloatVector.fromArray(SPECIES, sums, lane).add(g).intoArray(sums, lane);
      g.fma(normal, FloatVector.fromArray(SPECIES, sums, VIRTUAL_LANES + lane))
          .intoArray(sums, VIRTUAL_LANES + lane);
      dY.fma(normal, FloatVector.fromArray(SPECIES, dGain, dGainOffset + i))
          .intoArray(dGain, dGainOffset + i);
      FloatVector.fromArray(SPECIES, dBias, dBiasOffset + i)
          .add(dY)
          .intoArray(dBias, dBiasOffset + i);
    }
    for (int i = whole; i < LaneSums.filledUp(n); i++) {
      float dY = i < n ? dOut[dOutOffset + i] : 0f;
      float normal = i < n ? (x[xOffset + i] - mean) * rstd : 0f;
      float g = i < n ? dY * gain[gainOffset + i] : 0f;
      int lane = i - whole;
      sums[lane] += g;
      sums[VIRTUAL_LANES + lane] = Math.fma(g, normal, sums[VIRTUAL_LANES + lane]);
      if (i < n) {
        dGain[dGainOffset + i] = Math.fma(dY, normal, dGain[dGainOffset + i]);
        dBias[dBiasOffset + i] += dY;
      }
    }
    float a = LaneSums.fold(sums, 0) / n;
    float b = LaneSums.fold(sums, VIRTUAL_LANES) / n;
    layerNormInput(
        x, xOffset, gain, gainOffset, mean, rstd, dOut, dOutOffset, a, b, dX, dXOffset, n);
  }

  private static void layerNormInput(
      float[] x,
      int xOffset,
      float[] gain,
      int gainOffset,
      float mean,
      float rstd,
      float[] dOut,
      int dOutOffset,
      float a,
      float b,
      float[] dX,
      int dXOffset,
      int n) {
    int i = 0;
    for (int bound = SPECIES.loopBound(n); i < bound; i += LANES) {
      FloatVector normal = FloatVector.fromArray(SPECIES, x, xOffset + i).sub(mean).mul(rstd);
      FloatVector g =
          FloatVector.fromArray(SPECIES, dOut, dOutOffset + i)
              .mul(FloatVector.fromArray(SPECIES, gain, gainOffset + i));
      FloatVector slope = normal.lanewise(FMA, FloatVector.broadcast(SPECIES, -b), g.sub(a));
      slope
          .lanewise(
              FMA,
              FloatVector.broadcast(SPECIES, rstd),
              FloatVector.fromArray(SPECIES, dX, dXOffset + i))
          .intoArray(dX, dXOffset + i);
    }
    for (; i < n; i++) {
      float normal = (x[xOffset + i] - mean) * rstd;
      float g = dOut[dOutOffset + i] * gain[gainOffset + i];
      dX[dXOffset + i] = Math.fma(rstd, Math.fma(-b, normal, g - a), dX[dXOffset + i]);
    }
  }
}
