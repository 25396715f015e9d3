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
import static io.eddy.model.kernel.Functions.LOG1P_1;
import static io.eddy.model.kernel.Functions.LOG1P_2;
import static io.eddy.model.kernel.Functions.LOG1P_3;
import static io.eddy.model.kernel.Functions.LOG1P_4;
import static io.eddy.model.kernel.Functions.LOG2_E;
import static io.eddy.model.kernel.Functions.LOG_1;
import static io.eddy.model.kernel.Functions.LOG_2;
import static io.eddy.model.kernel.Functions.LOG_3;
import static io.eddy.model.kernel.Functions.MANTISSA_BITS;
import static io.eddy.model.kernel.Functions.ROOT_HALF_BITS;
import static io.eddy.model.kernel.Functions.ROUND;
import static io.eddy.model.kernel.Functions.ROUND_BITS;
import static io.eddy.model.kernel.Functions.TANH_ONE;
import static io.eddy.model.kernel.Functions.TANH_P1;
import static io.eddy.model.kernel.Functions.TANH_P2;
import static io.eddy.model.kernel.Functions.TANH_P3;
import static io.eddy.model.kernel.Functions.TANH_P4;
import static io.eddy.model.kernel.Functions.TANH_Q1;
import static io.eddy.model.kernel.Functions.TANH_Q2;
import static io.eddy.model.kernel.Functions.TANH_Q3;
import static io.eddy.model.kernel.Functions.TANH_Q4;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.FMA;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/// The SIMD twin of [ScalarKernels].
///
/// Every method has the same shape: a loop over whole vectors, then a tail element by element with
/// the scalar text. A mask in each turn instead of the tail would cost 4 to 6 ns a turn, five times
/// a short body; a masked turn at the end would write each body twice. Sizes that are a multiple of
/// 16 have no tail at any width.
///
/// The bodies are flat and repeat themselves (the same tanh stands in four classes), because a
/// vector must not cross a method of ours: where C2 does not inline the callee, it boxes the vector
/// in the caller's loop, for a twentyfold loss. What crosses methods is arrays.
///
/// Coefficients are broadcast where they are used. C2 keeps broadcasts in registers or folds them
/// into the instruction; constant vectors in static fields it loads again in each turn (1.5 times
/// the time). Limits are compare and blend, not min and max: half the cost, and a NaN passes.
final class VectorKernels implements Kernels {

  static final VectorSpecies<Float> SPECIES = species();
  private static final int LANES = SPECIES.length();

  private static VectorSpecies<Float> species() {
    int preferred = FloatVector.SPECIES_PREFERRED.vectorBitSize();
    return switch (Integer.getInteger("eddy.vector.bits", Math.clamp(preferred, 128, 512))) {
      case 128 -> FloatVector.SPECIES_128;
      case 256 -> FloatVector.SPECIES_256;
      default -> FloatVector.SPECIES_512;
    };
  }

  /// As the log line of the choice has it.
  @Override
  public String toString() {
    return "vector, "
        + (bits() <= preferredBits()
            ? bits() + " bits"
            : bits() + " bits (slow: this processor has " + preferredBits() + ")");
  }

  int bits() {
    return SPECIES.vectorBitSize();
  }

  int preferredBits() {
    return FloatVector.SPECIES_PREFERRED.vectorBitSize();
  }

  @Override
  public void multiplyAdd(
      int rows,
      int columns,
      int inner,
      float[] a,
      int aOffset,
      int aRowStride,
      int aInnerStride,
      float[] b,
      int bOffset,
      int bStride,
      float[] out,
      int outOffset,
      int outStride) {
    VectorProduct.multiplyAdd(
        rows,
        columns,
        inner,
        a,
        aOffset,
        aRowStride,
        aInnerStride,
        b,
        bOffset,
        bStride,
        out,
        outOffset,
        outStride);
  }

  @Override
  public void multiplyAddPacked(
      int rows,
      int columns,
      int inner,
      float[] a,
      int aOffset,
      int aStride,
      float[] packed,
      float[] out,
      int outOffset,
      int outStride) {
    VectorPackedProduct.multiplyAdd(
        rows, columns, inner, a, aOffset, aStride, packed, out, outOffset, outStride);
  }

  @Override
  public void multiplyAddBfloat16(
      int rows,
      int columns,
      int inner,
      float[] a,
      int aOffset,
      int aStride,
      int[] packed,
      float[] out,
      int outOffset,
      int outStride) {
    VectorPackedProduct.multiplyAddBfloat16(
        rows, columns, inner, a, aOffset, aStride, packed, out, outOffset, outStride);
  }

  @Override
  public void add(float[] x, int xOffset, float[] out, int outOffset, int n) {
    int i = 0;
    for (int bound = SPECIES.loopBound(n); i < bound; i += LANES) {
      FloatVector.fromArray(SPECIES, out, outOffset + i)
          .add(FloatVector.fromArray(SPECIES, x, xOffset + i))
          .intoArray(out, outOffset + i);
    }
    for (; i < n; i++) {
      out[outOffset + i] += x[xOffset + i];
    }
  }

  @Override
  public void addScaled(float scale, float[] x, int xOffset, float[] out, int outOffset, int n) {
    int i = 0;
    for (int bound = SPECIES.loopBound(n); i < bound; i += LANES) {
      FloatVector.fromArray(SPECIES, x, xOffset + i)
          .lanewise(
              FMA,
              FloatVector.broadcast(SPECIES, scale),
              FloatVector.fromArray(SPECIES, out, outOffset + i))
          .intoArray(out, outOffset + i);
    }
    for (; i < n; i++) {
      out[outOffset + i] = Math.fma(scale, x[xOffset + i], out[outOffset + i]);
    }
  }

  @Override
  public void scale(float scale, float[] out, int outOffset, int n) {
    int i = 0;
    for (int bound = SPECIES.loopBound(n); i < bound; i += LANES) {
      FloatVector.fromArray(SPECIES, out, outOffset + i).mul(scale).intoArray(out, outOffset + i);
    }
    for (; i < n; i++) {
      out[outOffset + i] *= scale;
    }
  }

  @Override
  public void multiply(
      float[] x, int xOffset, float[] y, int yOffset, float[] out, int outOffset, int n) {
    int i = 0;
    for (int bound = SPECIES.loopBound(n); i < bound; i += LANES) {
      FloatVector.fromArray(SPECIES, x, xOffset + i)
          .mul(FloatVector.fromArray(SPECIES, y, yOffset + i))
          .intoArray(out, outOffset + i);
    }
    for (; i < n; i++) {
      out[outOffset + i] = x[xOffset + i] * y[yOffset + i];
    }
  }

  @Override
  public void multiplyAccumulate(
      float[] x, int xOffset, float[] y, int yOffset, float[] out, int outOffset, int n) {
    int i = 0;
    for (int bound = SPECIES.loopBound(n); i < bound; i += LANES) {
      FloatVector.fromArray(SPECIES, x, xOffset + i)
          .fma(
              FloatVector.fromArray(SPECIES, y, yOffset + i),
              FloatVector.fromArray(SPECIES, out, outOffset + i))
          .intoArray(out, outOffset + i);
    }
    for (; i < n; i++) {
      out[outOffset + i] = Math.fma(x[xOffset + i], y[yOffset + i], out[outOffset + i]);
    }
  }

  @Override
  public float sum(float[] x, int xOffset, int n) {
    return VectorSum.sum(x, xOffset, n);
  }

  @Override
  public float dot(float[] x, int xOffset, float[] y, int yOffset, int n) {
    return VectorSum.dot(x, xOffset, y, yOffset, n);
  }

  @Override
  public void exp(float[] x, int xOffset, float[] out, int outOffset, int n) {
    int i = 0;
    for (int bound = SPECIES.loopBound(n); i < bound; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, x, xOffset + i);
      v = v.blend(EXP_HIGHEST, v.compare(GT, EXP_HIGHEST));
      v = v.blend(EXP_LOWEST, v.compare(LT, EXP_LOWEST));
      FloatVector rounded = v.fma(LOG2_E, ROUND);
      FloatVector r = rounded.sub(ROUND);
      v = r.lanewise(FMA, FloatVector.broadcast(SPECIES, -LN2_HIGH), v);
      r = r.lanewise(FMA, FloatVector.broadcast(SPECIES, -LN2_LOW), v);
      FloatVector p = r.fma(EXP_6, EXP_5);
      p = p.lanewise(FMA, r, EXP_4);
      p = p.lanewise(FMA, r, EXP_3);
      p = p.lanewise(FMA, r, EXP_2);
      p = p.lanewise(FMA, r, 2f);
      p = p.lanewise(FMA, r, 2f);
      FloatVector power =
          rounded.reinterpretAsInts().add(126).lanewise(LSHL, 23).reinterpretAsFloats();
      p.mul(power).intoArray(out, outOffset + i);
    }
    for (; i < n; i++) {
      out[outOffset + i] = Functions.exp(x[xOffset + i]);
    }
  }

  @Override
  public void log(float[] x, int xOffset, float[] out, int outOffset, int n) {
    int i = 0;
    for (int bound = SPECIES.loopBound(n); i < bound; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, x, xOffset + i);
      VectorMask<Float> denormal = v.compare(LT, Float.MIN_NORMAL);
      IntVector bits = v.blend(v.mul(0x1p23f), denormal).reinterpretAsInts().sub(ROOT_HALF_BITS);
      FloatVector k = bits.lanewise(ASHR, 23).add(ROUND_BITS).reinterpretAsFloats().sub(ROUND);
      k = k.blend(k.sub(23f), denormal);
      FloatVector f = bits.and(MANTISSA_BITS).add(ROOT_HALF_BITS).reinterpretAsFloats().sub(1f);
      FloatVector s = f.div(f.add(2f));
      FloatVector z = s.mul(s);
      FloatVector p = z.fma(LOG_3, LOG_2).lanewise(FMA, z, LOG_1).mul(z);
      FloatVector halfSquare = f.mul(f).mul(0.5f);
      FloatVector low = s.mul(halfSquare.add(p));
      low = k.lanewise(FMA, FloatVector.broadcast(SPECIES, LN2_LOW), low);
      FloatVector high = f.sub(halfSquare.sub(low));
      FloatVector result = k.lanewise(FMA, FloatVector.broadcast(SPECIES, LN2_HIGH), high);
      result = result.blend(Float.POSITIVE_INFINITY, v.compare(EQ, Float.POSITIVE_INFINITY));
      result = result.blend(Float.NEGATIVE_INFINITY, v.compare(EQ, 0f));
      result.blend(Float.NaN, v.compare(GE, 0f).not()).intoArray(out, outOffset + i);
    }
    for (; i < n; i++) {
      out[outOffset + i] = Functions.log(x[xOffset + i]);
    }
  }

  @Override
  public void sigmoid(float[] x, int xOffset, float[] out, int outOffset, int n) {
    int i = 0;
    for (int bound = SPECIES.loopBound(n); i < bound; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, x, xOffset + i).mul(0.5f);
      v = v.blend(TANH_ONE, v.compare(GT, TANH_ONE));
      v = v.blend(-TANH_ONE, v.compare(LT, -TANH_ONE));
      FloatVector u = v.mul(v);
      FloatVector p = u.fma(TANH_P4, TANH_P3);
      p = p.lanewise(FMA, u, TANH_P2);
      p = p.lanewise(FMA, u, TANH_P1);
      p = p.lanewise(FMA, u, 1f);
      FloatVector q = u.fma(TANH_Q4, TANH_Q3);
      q = q.lanewise(FMA, u, TANH_Q2);
      q = q.lanewise(FMA, u, TANH_Q1);
      q = q.lanewise(FMA, u, 1f);
      v.mul(p).div(q).fma(0.5f, 0.5f).intoArray(out, outOffset + i);
    }
    for (; i < n; i++) {
      out[outOffset + i] = Functions.sigmoid(x[xOffset + i]);
    }
  }

  @Override
  public void sigmoidBackward(
      float[] y, int yOffset, float[] dY, int dYOffset, float[] dX, int dXOffset, int n) {
    int i = 0;
    for (int bound = SPECIES.loopBound(n); i < bound; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, y, yOffset + i);
      FloatVector dV = FloatVector.fromArray(SPECIES, dY, dYOffset + i).mul(v);
      dV.fma(v.neg().add(1f), FloatVector.fromArray(SPECIES, dX, dXOffset + i))
          .intoArray(dX, dXOffset + i);
    }
    for (; i < n; i++) {
      float v = y[yOffset + i];
      dX[dXOffset + i] = Math.fma(dY[dYOffset + i] * v, 1f - v, dX[dXOffset + i]);
    }
  }

  @Override
  public void tanh(float[] x, int xOffset, float[] out, int outOffset, int n) {
    int i = 0;
    for (int bound = SPECIES.loopBound(n); i < bound; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, x, xOffset + i);
      v = v.blend(TANH_ONE, v.compare(GT, TANH_ONE));
      v = v.blend(-TANH_ONE, v.compare(LT, -TANH_ONE));
      FloatVector u = v.mul(v);
      FloatVector p = u.fma(TANH_P4, TANH_P3);
      p = p.lanewise(FMA, u, TANH_P2);
      p = p.lanewise(FMA, u, TANH_P1);
      p = p.lanewise(FMA, u, 1f);
      FloatVector q = u.fma(TANH_Q4, TANH_Q3);
      q = q.lanewise(FMA, u, TANH_Q2);
      q = q.lanewise(FMA, u, TANH_Q1);
      q = q.lanewise(FMA, u, 1f);
      v.mul(p).div(q).intoArray(out, outOffset + i);
    }
    for (; i < n; i++) {
      out[outOffset + i] = Functions.tanh(x[xOffset + i]);
    }
  }

  @Override
  public void tanhBackward(
      float[] y, int yOffset, float[] dY, int dYOffset, float[] dX, int dXOffset, int n) {
    int i = 0;
    for (int bound = SPECIES.loopBound(n); i < bound; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, y, yOffset + i);
      FloatVector slope = v.neg().lanewise(FMA, v, 1f);
      FloatVector.fromArray(SPECIES, dY, dYOffset + i)
          .fma(slope, FloatVector.fromArray(SPECIES, dX, dXOffset + i))
          .intoArray(dX, dXOffset + i);
    }
    for (; i < n; i++) {
      float v = y[yOffset + i];
      dX[dXOffset + i] = Math.fma(dY[dYOffset + i], Math.fma(-v, v, 1f), dX[dXOffset + i]);
    }
  }

  @Override
  public void softplus(float[] x, int xOffset, float[] out, int outOffset, int n) {
    int i = 0;
    for (int bound = SPECIES.loopBound(n); i < bound; i += LANES) {
      FloatVector whole = FloatVector.fromArray(SPECIES, x, xOffset + i);
      FloatVector v = whole.abs().neg();
      v = v.blend(EXP_HIGHEST, v.compare(GT, EXP_HIGHEST));
      v = v.blend(EXP_LOWEST, v.compare(LT, EXP_LOWEST));
      FloatVector rounded = v.fma(LOG2_E, ROUND);
      FloatVector r = rounded.sub(ROUND);
      v = r.lanewise(FMA, FloatVector.broadcast(SPECIES, -LN2_HIGH), v);
      r = r.lanewise(FMA, FloatVector.broadcast(SPECIES, -LN2_LOW), v);
      FloatVector p = r.fma(EXP_6, EXP_5);
      p = p.lanewise(FMA, r, EXP_4);
      p = p.lanewise(FMA, r, EXP_3);
      p = p.lanewise(FMA, r, EXP_2);
      p = p.lanewise(FMA, r, 2f);
      p = p.lanewise(FMA, r, 2f);
      FloatVector power =
          rounded.reinterpretAsInts().add(126).lanewise(LSHL, 23).reinterpretAsFloats();
      FloatVector e = p.mul(power);
      FloatVector d = e.add(e).div(e.add(2f));
      FloatVector w = d.mul(d);
      FloatVector t = w.fma(LOG1P_4, LOG1P_3);
      t = t.lanewise(FMA, w, LOG1P_2);
      t = t.lanewise(FMA, w, LOG1P_1);
      FloatVector log1p = d.mul(w).fma(t, d);
      FloatVector zero = FloatVector.zero(SPECIES);
      zero.blend(whole, whole.compare(GT, 0f)).add(log1p).intoArray(out, outOffset + i);
    }
    for (; i < n; i++) {
      out[outOffset + i] = Functions.softplus(x[xOffset + i]);
    }
  }

  @Override
  public void softplusBackward(
      float[] x, int xOffset, float[] dY, int dYOffset, float[] dX, int dXOffset, int n) {
    int i = 0;
    for (int bound = SPECIES.loopBound(n); i < bound; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, x, xOffset + i).mul(0.5f);
      v = v.blend(TANH_ONE, v.compare(GT, TANH_ONE));
      v = v.blend(-TANH_ONE, v.compare(LT, -TANH_ONE));
      FloatVector u = v.mul(v);
      FloatVector p = u.fma(TANH_P4, TANH_P3);
      p = p.lanewise(FMA, u, TANH_P2);
      p = p.lanewise(FMA, u, TANH_P1);
      p = p.lanewise(FMA, u, 1f);
      FloatVector q = u.fma(TANH_Q4, TANH_Q3);
      q = q.lanewise(FMA, u, TANH_Q2);
      q = q.lanewise(FMA, u, TANH_Q1);
      q = q.lanewise(FMA, u, 1f);
      FloatVector slope = v.mul(p).div(q).fma(0.5f, 0.5f);
      FloatVector.fromArray(SPECIES, dY, dYOffset + i)
          .fma(slope, FloatVector.fromArray(SPECIES, dX, dXOffset + i))
          .intoArray(dX, dXOffset + i);
    }
    for (; i < n; i++) {
      float slope = Functions.sigmoid(x[xOffset + i]);
      dX[dXOffset + i] = Math.fma(dY[dYOffset + i], slope, dX[dXOffset + i]);
    }
  }

  @Override
  public void relu(float[] x, int xOffset, float[] out, int outOffset, int n) {
    int i = 0;
    for (int bound = SPECIES.loopBound(n); i < bound; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, x, xOffset + i);
      v.blend(0f, v.compare(LE, 0f)).intoArray(out, outOffset + i);
    }
    for (; i < n; i++) {
      out[outOffset + i] = Functions.relu(x[xOffset + i]);
    }
  }

  @Override
  public void reluBackward(
      float[] y, int yOffset, float[] dY, int dYOffset, float[] dX, int dXOffset, int n) {
    int i = 0;
    for (int bound = SPECIES.loopBound(n); i < bound; i += LANES) {
      VectorMask<Float> open = FloatVector.fromArray(SPECIES, y, yOffset + i).compare(GT, 0f);
      FloatVector dV =
          FloatVector.zero(SPECIES).blend(FloatVector.fromArray(SPECIES, dY, dYOffset + i), open);
      FloatVector.fromArray(SPECIES, dX, dXOffset + i).add(dV).intoArray(dX, dXOffset + i);
    }
    for (; i < n; i++) {
      dX[dXOffset + i] += y[yOffset + i] > 0f ? dY[dYOffset + i] : 0f;
    }
  }

  @Override
  public void softsign(float[] x, int xOffset, float[] out, int outOffset, int n) {
    VectorActivations.softsign(x, xOffset, out, outOffset, n);
  }

  @Override
  public void softsignBackward(
      float[] y, int yOffset, float[] dY, int dYOffset, float[] dX, int dXOffset, int n) {
    VectorActivations.softsignBackward(y, yOffset, dY, dYOffset, dX, dXOffset, n);
  }

  @Override
  public void gelu(float[] x, int xOffset, float[] out, int outOffset, int n) {
    VectorActivations.gelu(x, xOffset, out, outOffset, n);
  }

  @Override
  public void geluBackward(
      float[] x, int xOffset, float[] dY, int dYOffset, float[] dX, int dXOffset, int n) {
    VectorActivations.geluBackward(x, xOffset, dY, dYOffset, dX, dXOffset, n);
  }

  @Override
  public void geluTanh(float[] x, int xOffset, float[] out, int outOffset, int n) {
    VectorActivations.geluTanh(x, xOffset, out, outOffset, n);
  }

  @Override
  public void geluTanhBackward(
      float[] x, int xOffset, float[] dY, int dYOffset, float[] dX, int dXOffset, int n) {
    VectorActivations.geluTanhBackward(x, xOffset, dY, dYOffset, dX, dXOffset, n);
  }

  @Override
  public void softmax(float[] x, int xOffset, float[] out, int outOffset, int n) {
    float largest = VectorRows.largest(x, xOffset, n);
    scaledExp(x, xOffset, largest, out, outOffset, n);
  }

  @Override
  public float logSumExp(float[] x, int xOffset, float[] softmax, int softmaxOffset, int n) {
    float largest = VectorRows.largest(x, xOffset, n);
    float sum = scaledExp(x, xOffset, largest, softmax, softmaxOffset, n);
    return largest + Functions.log(sum);
  }

  private float scaledExp(
      float[] x, int xOffset, float largest, float[] out, int outOffset, int n) {
    VectorRows.expOfDifference(x, xOffset, largest, out, outOffset, n);
    float sum = VectorSum.sum(out, outOffset, n);
    scale(sum == 0f ? 0f : 1f / sum, out, outOffset, n);
    return sum;
  }

  @Override
  public void softmaxBackward(
      float[] y, int yOffset, float[] dY, int dYOffset, float[] dX, int dXOffset, int n) {
    float dot = VectorSum.dot(y, yOffset, dY, dYOffset, n);
    VectorRows.softmaxBackward(y, yOffset, dY, dYOffset, dot, dX, dXOffset, n);
  }

  @Override
  public void layerNorm(
      float[] x,
      int xOffset,
      float[] gain,
      int gainOffset,
      float[] bias,
      int biasOffset,
      float[] out,
      int outOffset,
      float[] statistics,
      int statisticsOffset,
      int n,
      float epsilon) {
    float mean = VectorSum.sum(x, xOffset, n) / n;
    float variance = VectorRows.sumOfSquares(x, xOffset, mean, n) / n;
    float rstd = 1f / (float) Math.sqrt(variance + epsilon);
    statistics[statisticsOffset] = mean;
    statistics[statisticsOffset + 1] = rstd;
    VectorRows.normalize(
        x, xOffset, mean, rstd, gain, gainOffset, bias, biasOffset, out, outOffset, n);
  }

  @Override
  public void layerNormBackward(
      float[] x,
      int xOffset,
      float[] gain,
      int gainOffset,
      float[] statistics,
      int statisticsOffset,
      float[] dOut,
      int dOutOffset,
      float[] dX,
      int dXOffset,
      float[] dGain,
      int dGainOffset,
      float[] dBias,
      int dBiasOffset,
      int n) {
    VectorRows.layerNormBackward(
        x,
        xOffset,
        gain,
        gainOffset,
        statistics[statisticsOffset],
        statistics[statisticsOffset + 1],
        dOut,
        dOutOffset,
        dX,
        dXOffset,
        dGain,
        dGainOffset,
        dBias,
        dBiasOffset,
        n);
  }

  @Override
  public void lstmGates(
      int hidden,
      float[] gates,
      int gatesOffset,
      float[] cellBefore,
      int cellBeforeOffset,
      float[] cell,
      int cellOffset,
      float[] tanhCell,
      int tanhCellOffset,
      float[] out,
      int outOffset) {
    VectorGates.lstm(
        hidden,
        gates,
        gatesOffset,
        cellBefore,
        cellBeforeOffset,
        cell,
        cellOffset,
        tanhCell,
        tanhCellOffset,
        out,
        outOffset);
  }

  @Override
  public void lstmGatesBackward(
      int hidden,
      float[] gates,
      int gatesOffset,
      float[] cellBefore,
      int cellBeforeOffset,
      float[] tanhCell,
      int tanhCellOffset,
      float[] dOut,
      int dOutOffset,
      float[] dCell,
      int dCellOffset,
      float[] dGates,
      int dGatesOffset,
      float[] dCellBefore,
      int dCellBeforeOffset) {
    int fOffset = gatesOffset + hidden;
    int gOffset = fOffset + hidden;
    int oOffset = gOffset + hidden;
    int dFOffset = dGatesOffset + hidden;
    int dGOffset = dFOffset + hidden;
    int dOOffset = dGOffset + hidden;
    int j = 0;
    for (int bound = SPECIES.loopBound(hidden); j < bound; j += LANES) {
      FloatVector i = FloatVector.fromArray(SPECIES, gates, gatesOffset + j);
      FloatVector f = FloatVector.fromArray(SPECIES, gates, fOffset + j);
      FloatVector g = FloatVector.fromArray(SPECIES, gates, gOffset + j);
      FloatVector o = FloatVector.fromArray(SPECIES, gates, oOffset + j);
      FloatVector tanhC = FloatVector.fromArray(SPECIES, tanhCell, tanhCellOffset + j);
      FloatVector dH = FloatVector.fromArray(SPECIES, dOut, dOutOffset + j);
      FloatVector slope = tanhC.neg().lanewise(FMA, tanhC, 1f);
      FloatVector dC = dH.mul(o).fma(slope, FloatVector.fromArray(SPECIES, dCell, dCellOffset + j));
      FloatVector dI = dC.mul(g).mul(i.mul(i.neg().add(1f)));
      FloatVector dF =
          dC.mul(FloatVector.fromArray(SPECIES, cellBefore, cellBeforeOffset + j))
              .mul(f.mul(f.neg().add(1f)));
      FloatVector dG = dC.mul(i).mul(g.neg().lanewise(FMA, g, 1f));
      FloatVector dO = dH.mul(tanhC).mul(o.mul(o.neg().add(1f)));
      FloatVector dBefore =
          dC.fma(f, FloatVector.fromArray(SPECIES, dCellBefore, dCellBeforeOffset + j));
      dI.intoArray(dGates, dGatesOffset + j);
      dF.intoArray(dGates, dFOffset + j);
      dG.intoArray(dGates, dGOffset + j);
      dO.intoArray(dGates, dOOffset + j);
      dBefore.intoArray(dCellBefore, dCellBeforeOffset + j);
    }
    for (; j < hidden; j++) {
      float i = gates[gatesOffset + j];
      float f = gates[fOffset + j];
      float g = gates[gOffset + j];
      float o = gates[oOffset + j];
      float tanhC = tanhCell[tanhCellOffset + j];
      float dH = dOut[dOutOffset + j];
      float dC = Math.fma(dH * o, Math.fma(-tanhC, tanhC, 1f), dCell[dCellOffset + j]);
      dGates[dGatesOffset + j] = (dC * g) * (i * (1f - i));
      dGates[dFOffset + j] = (dC * cellBefore[cellBeforeOffset + j]) * (f * (1f - f));
      dGates[dGOffset + j] = (dC * i) * Math.fma(-g, g, 1f);
      dGates[dOOffset + j] = (dH * tanhC) * (o * (1f - o));
      dCellBefore[dCellBeforeOffset + j] = Math.fma(dC, f, dCellBefore[dCellBeforeOffset + j]);
    }
  }

  @Override
  public void gruGates(
      int hidden,
      float[] x,
      int xOffset,
      float[] h,
      int hOffset,
      float[] before,
      int beforeOffset,
      float[] out,
      int outOffset) {
    VectorGates.gru(hidden, x, xOffset, h, hOffset, before, beforeOffset, out, outOffset);
  }

  @Override
  public void gruGatesBackward(
      int hidden,
      float[] activated,
      int activatedOffset,
      float[] h,
      int hOffset,
      float[] before,
      int beforeOffset,
      float[] dOut,
      int dOutOffset,
      float[] dX,
      int dXOffset,
      float[] dH,
      int dHOffset,
      float[] dBefore,
      int dBeforeOffset) {
    int zOffset = activatedOffset + hidden;
    int nOffset = zOffset + hidden;
    int hNOffset = hOffset + 2 * hidden;
    int dXZOffset = dXOffset + hidden;
    int dXNOffset = dXZOffset + hidden;
    int dHZOffset = dHOffset + hidden;
    int dHNOffset = dHZOffset + hidden;
    int j = 0;
    for (int bound = SPECIES.loopBound(hidden); j < bound; j += LANES) {
      FloatVector r = FloatVector.fromArray(SPECIES, activated, activatedOffset + j);
      FloatVector z = FloatVector.fromArray(SPECIES, activated, zOffset + j);
      FloatVector n = FloatVector.fromArray(SPECIES, activated, nOffset + j);
      FloatVector dY = FloatVector.fromArray(SPECIES, dOut, dOutOffset + j);
      FloatVector oneMinusZ = z.neg().add(1f);
      FloatVector dN = dY.mul(oneMinusZ).mul(n.neg().lanewise(FMA, n, 1f));
      FloatVector dR =
          dN.mul(FloatVector.fromArray(SPECIES, h, hNOffset + j)).mul(r.mul(r.neg().add(1f)));
      FloatVector difference = FloatVector.fromArray(SPECIES, before, beforeOffset + j).sub(n);
      FloatVector dZ = dY.mul(difference).mul(z.mul(oneMinusZ));
      FloatVector dB = dY.fma(z, FloatVector.fromArray(SPECIES, dBefore, dBeforeOffset + j));
      dR.intoArray(dX, dXOffset + j);
      dZ.intoArray(dX, dXZOffset + j);
      dN.intoArray(dX, dXNOffset + j);
      dR.intoArray(dH, dHOffset + j);
      dZ.intoArray(dH, dHZOffset + j);
      dN.mul(r).intoArray(dH, dHNOffset + j);
      dB.intoArray(dBefore, dBeforeOffset + j);
    }
    for (; j < hidden; j++) {
      float r = activated[activatedOffset + j];
      float z = activated[zOffset + j];
      float n = activated[nOffset + j];
      float dY = dOut[dOutOffset + j];
      float dN = (dY * (1f - z)) * Math.fma(-n, n, 1f);
      float dR = (dN * h[hNOffset + j]) * (r * (1f - r));
      float dZ = (dY * (before[beforeOffset + j] - n)) * (z * (1f - z));
      dX[dXOffset + j] = dR;
      dX[dXZOffset + j] = dZ;
      dX[dXNOffset + j] = dN;
      dH[dHOffset + j] = dR;
      dH[dHZOffset + j] = dZ;
      dH[dHNOffset + j] = dN * r;
      dBefore[dBeforeOffset + j] = Math.fma(dY, z, dBefore[dBeforeOffset + j]);
    }
  }

  @Override
  public void interpolate(float share, float[] x, int xOffset, float[] out, int outOffset, int n) {
    int i = 0;
    for (int bound = SPECIES.loopBound(n); i < bound; i += LANES) {
      FloatVector before = FloatVector.fromArray(SPECIES, out, outOffset + i);
      FloatVector.fromArray(SPECIES, x, xOffset + i)
          .sub(before)
          .lanewise(FMA, FloatVector.broadcast(SPECIES, share), before)
          .intoArray(out, outOffset + i);
    }
    for (; i < n; i++) {
      float before = out[outOffset + i];
      out[outOffset + i] = Math.fma(share, x[xOffset + i] - before, before);
    }
  }

  @Override
  public void blendSquares(
      float keep, float share, float[] x, int xOffset, float[] out, int outOffset, int n) {
    int i = 0;
    for (int bound = SPECIES.loopBound(n); i < bound; i += LANES) {
      FloatVector xs = FloatVector.fromArray(SPECIES, x, xOffset + i);
      FloatVector.broadcast(SPECIES, keep)
          .fma(FloatVector.fromArray(SPECIES, out, outOffset + i), xs.mul(share).mul(xs))
          .intoArray(out, outOffset + i);
    }
    for (; i < n; i++) {
      float xi = x[xOffset + i];
      out[outOffset + i] = Math.fma(keep, out[outOffset + i], (share * xi) * xi);
    }
  }

  @Override
  public void addScaledByRoot(
      float scale,
      float[] x,
      int xOffset,
      float[] squares,
      int squaresOffset,
      float epsilon,
      float[] out,
      int outOffset,
      int n) {
    int i = 0;
    for (int bound = SPECIES.loopBound(n); i < bound; i += LANES) {
      FloatVector root = FloatVector.fromArray(SPECIES, squares, squaresOffset + i).sqrt();
      FloatVector step =
          FloatVector.fromArray(SPECIES, x, xOffset + i).mul(scale).div(root.add(epsilon));
      FloatVector.fromArray(SPECIES, out, outOffset + i).add(step).intoArray(out, outOffset + i);
    }
    for (; i < n; i++) {
      float root = (float) Math.sqrt(squares[squaresOffset + i]);
      out[outOffset + i] += (scale * x[xOffset + i]) / (root + epsilon);
    }
  }

  @Override
  public void adam(
      float[] w,
      int wOffset,
      float[] gradient,
      int gradientOffset,
      float[] m,
      int mOffset,
      float[] v,
      int vOffset,
      int n,
      float rate,
      float beta1,
      float beta2,
      float correction,
      float epsilon,
      float decay) {
    int i = 0;
    for (int bound = SPECIES.loopBound(n); i < bound; i += LANES) {
      FloatVector g = FloatVector.fromArray(SPECIES, gradient, gradientOffset + i);
      FloatVector mean =
          FloatVector.broadcast(SPECIES, beta1)
              .fma(FloatVector.fromArray(SPECIES, m, mOffset + i), g.mul(1f - beta1));
      FloatVector square =
          FloatVector.broadcast(SPECIES, beta2)
              .fma(FloatVector.fromArray(SPECIES, v, vOffset + i), g.mul(1f - beta2).mul(g));
      FloatVector weight = FloatVector.fromArray(SPECIES, w, wOffset + i);
      FloatVector step = mean.mul(rate).div(square.sqrt().fma(correction, epsilon));
      mean.intoArray(m, mOffset + i);
      square.intoArray(v, vOffset + i);
      weight
          .lanewise(FMA, FloatVector.broadcast(SPECIES, -decay), weight)
          .sub(step)
          .intoArray(w, wOffset + i);
    }
    for (; i < n; i++) {
      float g = gradient[gradientOffset + i];
      float mean = Math.fma(beta1, m[mOffset + i], (1f - beta1) * g);
      float square = Math.fma(beta2, v[vOffset + i], ((1f - beta2) * g) * g);
      float weight = w[wOffset + i];
      float step = (rate * mean) / Math.fma((float) Math.sqrt(square), correction, epsilon);
      m[mOffset + i] = mean;
      v[vOffset + i] = square;
      w[wOffset + i] = Math.fma(-decay, weight, weight) - step;
    }
  }
}
