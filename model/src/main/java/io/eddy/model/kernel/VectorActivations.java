package io.eddy.model.kernel;

import static io.eddy.model.kernel.Functions.ERF_ONE;
import static io.eddy.model.kernel.Functions.ERF_P0;
import static io.eddy.model.kernel.Functions.ERF_P1;
import static io.eddy.model.kernel.Functions.ERF_P2;
import static io.eddy.model.kernel.Functions.ERF_P3;
import static io.eddy.model.kernel.Functions.ERF_P4;
import static io.eddy.model.kernel.Functions.ERF_P5;
import static io.eddy.model.kernel.Functions.ERF_Q1;
import static io.eddy.model.kernel.Functions.ERF_Q2;
import static io.eddy.model.kernel.Functions.ERF_Q3;
import static io.eddy.model.kernel.Functions.ERF_Q4;
import static io.eddy.model.kernel.Functions.ERF_Q5;
import static io.eddy.model.kernel.Functions.EXP_2;
import static io.eddy.model.kernel.Functions.EXP_3;
import static io.eddy.model.kernel.Functions.EXP_4;
import static io.eddy.model.kernel.Functions.EXP_5;
import static io.eddy.model.kernel.Functions.EXP_6;
import static io.eddy.model.kernel.Functions.EXP_HIGHEST;
import static io.eddy.model.kernel.Functions.EXP_LOWEST;
import static io.eddy.model.kernel.Functions.GELU_1;
import static io.eddy.model.kernel.Functions.GELU_3;
import static io.eddy.model.kernel.Functions.GELU_END;
import static io.eddy.model.kernel.Functions.LN2_HIGH;
import static io.eddy.model.kernel.Functions.LN2_LOW;
import static io.eddy.model.kernel.Functions.LOG2_E;
import static io.eddy.model.kernel.Functions.NORMAL_DENSITY;
import static io.eddy.model.kernel.Functions.ROOT_HALF;
import static io.eddy.model.kernel.Functions.ROUND;
import static io.eddy.model.kernel.Functions.TANH_ONE;
import static io.eddy.model.kernel.Functions.TANH_P1;
import static io.eddy.model.kernel.Functions.TANH_P2;
import static io.eddy.model.kernel.Functions.TANH_P3;
import static io.eddy.model.kernel.Functions.TANH_P4;
import static io.eddy.model.kernel.Functions.TANH_Q1;
import static io.eddy.model.kernel.Functions.TANH_Q2;
import static io.eddy.model.kernel.Functions.TANH_Q3;
import static io.eddy.model.kernel.Functions.TANH_Q4;
import static jdk.incubator.vector.VectorOperators.FMA;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// Softsign and both forms of gelu with SIMD, in the manner of [VectorKernels].
final class VectorActivations {

  private static final VectorSpecies<Float> SPECIES = VectorKernels.SPECIES;
  private static final int LANES = SPECIES.length();

  private VectorActivations() {}

  static void softsign(float[] x, int xOffset, float[] out, int outOffset, int n) {
    int i = 0;
    for (int bound = SPECIES.loopBound(n); i < bound; i += LANES) {
      FloatVector whole = FloatVector.fromArray(SPECIES, x, xOffset + i);
      whole.div(whole.abs().add(1f)).intoArray(out, outOffset + i);
    }
    for (; i < n; i++) {
      out[outOffset + i] = Functions.softsign(x[xOffset + i]);
    }
  }

  static void softsignBackward(
      float[] y, int yOffset, float[] dY, int dYOffset, float[] dX, int dXOffset, int n) {
    int i = 0;
    for (int bound = SPECIES.loopBound(n); i < bound; i += LANES) {
      FloatVector rest = FloatVector.fromArray(SPECIES, y, yOffset + i).abs().neg().add(1f);
      FloatVector slope = rest.mul(rest);
      FloatVector.fromArray(SPECIES, dY, dYOffset + i)
          .fma(slope, FloatVector.fromArray(SPECIES, dX, dXOffset + i))
          .intoArray(dX, dXOffset + i);
    }
    for (; i < n; i++) {
      float rest = 1f - Math.abs(y[yOffset + i]);
      float slope = rest * rest;
      dX[dXOffset + i] = Math.fma(dY[dYOffset + i], slope, dX[dXOffset + i]);
    }
  }

  static void gelu(float[] x, int xOffset, float[] out, int outOffset, int n) {
    int i = 0;
    for (int bound = SPECIES.loopBound(n); i < bound; i += LANES) {
      FloatVector whole = FloatVector.fromArray(SPECIES, x, xOffset + i);
      FloatVector v = whole.mul(ROOT_HALF);
      v = v.blend(ERF_ONE, v.compare(GT, ERF_ONE));
      v = v.blend(-ERF_ONE, v.compare(LT, -ERF_ONE));
      FloatVector u = v.mul(v);
      FloatVector p = u.fma(ERF_P5, ERF_P4);
      p = p.lanewise(FMA, u, ERF_P3);
      p = p.lanewise(FMA, u, ERF_P2);
      p = p.lanewise(FMA, u, ERF_P1);
      p = p.lanewise(FMA, u, ERF_P0);
      FloatVector q = u.fma(ERF_Q5, ERF_Q4);
      q = q.lanewise(FMA, u, ERF_Q3);
      q = q.lanewise(FMA, u, ERF_Q2);
      q = q.lanewise(FMA, u, ERF_Q1);
      q = q.lanewise(FMA, u, 1f);
      FloatVector share = v.mul(p).div(q).fma(0.5f, 0.5f);
      whole.mul(share).intoArray(out, outOffset + i);
    }
    for (; i < n; i++) {
      out[outOffset + i] = Functions.gelu(x[xOffset + i]);
    }
  }

  static void geluBackward(
      float[] x, int xOffset, float[] dY, int dYOffset, float[] dX, int dXOffset, int n) {
    int i = 0;
    for (int bound = SPECIES.loopBound(n); i < bound; i += LANES) {
      FloatVector whole = FloatVector.fromArray(SPECIES, x, xOffset + i);
      FloatVector bounded = whole.blend(GELU_END, whole.compare(GT, GELU_END));
      bounded = bounded.blend(-GELU_END, bounded.compare(LT, -GELU_END));
      FloatVector w = bounded.mul(bounded).mul(-0.5f);
      w = w.blend(EXP_HIGHEST, w.compare(GT, EXP_HIGHEST));
      w = w.blend(EXP_LOWEST, w.compare(LT, EXP_LOWEST));
      FloatVector rounded = w.fma(LOG2_E, ROUND);
      FloatVector r = rounded.sub(ROUND);
      w = r.lanewise(FMA, FloatVector.broadcast(SPECIES, -LN2_HIGH), w);
      r = r.lanewise(FMA, FloatVector.broadcast(SPECIES, -LN2_LOW), w);
      FloatVector e = r.fma(EXP_6, EXP_5);
      e = e.lanewise(FMA, r, EXP_4);
      e = e.lanewise(FMA, r, EXP_3);
      e = e.lanewise(FMA, r, EXP_2);
      e = e.lanewise(FMA, r, 2f);
      e = e.lanewise(FMA, r, 2f);
      FloatVector power =
          rounded.reinterpretAsInts().add(126).lanewise(LSHL, 23).reinterpretAsFloats();
      FloatVector density = e.mul(power).mul(NORMAL_DENSITY);
      FloatVector v = whole.mul(ROOT_HALF);
      v = v.blend(ERF_ONE, v.compare(GT, ERF_ONE));
      v = v.blend(-ERF_ONE, v.compare(LT, -ERF_ONE));
      FloatVector u = v.mul(v);
      FloatVector p = u.fma(ERF_P5, ERF_P4);
      p = p.lanewise(FMA, u, ERF_P3);
      p = p.lanewise(FMA, u, ERF_P2);
      p = p.lanewise(FMA, u, ERF_P1);
      p = p.lanewise(FMA, u, ERF_P0);
      FloatVector q = u.fma(ERF_Q5, ERF_Q4);
      q = q.lanewise(FMA, u, ERF_Q3);
      q = q.lanewise(FMA, u, ERF_Q2);
      q = q.lanewise(FMA, u, ERF_Q1);
      q = q.lanewise(FMA, u, 1f);
      FloatVector share = v.mul(p).div(q).fma(0.5f, 0.5f);
      FloatVector slope = bounded.fma(density, share);
      FloatVector.fromArray(SPECIES, dY, dYOffset + i)
          .fma(slope, FloatVector.fromArray(SPECIES, dX, dXOffset + i))
          .intoArray(dX, dXOffset + i);
    }
    for (; i < n; i++) {
      float slope = Functions.geluSlope(x[xOffset + i]);
      dX[dXOffset + i] = Math.fma(dY[dYOffset + i], slope, dX[dXOffset + i]);
    }
  }

  static void geluTanh(float[] x, int xOffset, float[] out, int outOffset, int n) {
    int i = 0;
    for (int bound = SPECIES.loopBound(n); i < bound; i += LANES) {
      FloatVector whole = FloatVector.fromArray(SPECIES, x, xOffset + i);
      FloatVector bounded = whole.blend(GELU_END, whole.compare(GT, GELU_END));
      bounded = bounded.blend(-GELU_END, bounded.compare(LT, -GELU_END));
      FloatVector v = bounded.mul(bounded.mul(bounded).fma(GELU_3, GELU_1));
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
      FloatVector t = v.mul(p).div(q);
      whole.mul(t.fma(0.5f, 0.5f)).intoArray(out, outOffset + i);
    }
    for (; i < n; i++) {
      out[outOffset + i] = Functions.geluTanh(x[xOffset + i]);
    }
  }

  static void geluTanhBackward(
      float[] x, int xOffset, float[] dY, int dYOffset, float[] dX, int dXOffset, int n) {
    int i = 0;
    for (int bound = SPECIES.loopBound(n); i < bound; i += LANES) {
      FloatVector whole = FloatVector.fromArray(SPECIES, x, xOffset + i);
      FloatVector bounded = whole.blend(GELU_END, whole.compare(GT, GELU_END));
      bounded = bounded.blend(-GELU_END, bounded.compare(LT, -GELU_END));
      FloatVector square = bounded.mul(bounded);
      FloatVector v = bounded.mul(square.fma(GELU_3, GELU_1));
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
      FloatVector t = v.mul(p).div(q);
      FloatVector inner = bounded.mul(square.fma(3f * GELU_3, GELU_1)).mul(0.5f);
      FloatVector slope = inner.fma(t.neg().lanewise(FMA, t, 1f), t.fma(0.5f, 0.5f));
      FloatVector.fromArray(SPECIES, dY, dYOffset + i)
          .fma(slope, FloatVector.fromArray(SPECIES, dX, dXOffset + i))
          .intoArray(dX, dXOffset + i);
    }
    for (; i < n; i++) {
      float slope = Functions.geluTanhSlope(x[xOffset + i]);
      dX[dXOffset + i] = Math.fma(dY[dYOffset + i], slope, dX[dXOffset + i]);
    }
  }
}
