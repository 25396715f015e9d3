package io.eddy.model.kernel;

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
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// [Kernels#lstmGates] and [Kernels#gruGates] with SIMD, in the manner of [VectorKernels].
///
/// An activation is one long chain of dependent operations, and a layer has few vectors of each
/// gate: what counts is how many chains are in flight. So two or three gates share a loop, and what
/// depends on them has a second one. That takes 0.7 to 0.9 times as long as a loop per gate. All in
/// one loop is slower again with 16 registers; and so is one division for three gates, by the
/// product of their denominators.
final class VectorGates {

  private static final VectorSpecies<Float> SPECIES = VectorKernels.SPECIES;
  private static final int LANES = SPECIES.length();

  private VectorGates() {}

  static void lstm(
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
    lstmCell(hidden, gates, gatesOffset, cellBefore, cellBeforeOffset, cell, cellOffset);
    lstmOut(
        hidden,
        gates,
        gatesOffset + 3 * hidden,
        cell,
        cellOffset,
        tanhCell,
        tanhCellOffset,
        out,
        outOffset);
  }

  private static void lstmCell(
      int hidden,
      float[] gates,
      int iOffset,
      float[] cellBefore,
      int cellBeforeOffset,
      float[] cell,
      int cellOffset) {
    int fOffset = iOffset + hidden;
    int gOffset = fOffset + hidden;
    int j = 0;
    for (int bound = SPECIES.loopBound(hidden); j < bound; j += LANES) {
      FloatVector i = FloatVector.fromArray(SPECIES, gates, iOffset + j).mul(0.5f);
      i = i.blend(TANH_ONE, i.compare(GT, TANH_ONE));
      i = i.blend(-TANH_ONE, i.compare(LT, -TANH_ONE));
      FloatVector iU = i.mul(i);
      FloatVector iP = iU.fma(TANH_P4, TANH_P3);
      iP = iP.lanewise(FMA, iU, TANH_P2);
      iP = iP.lanewise(FMA, iU, TANH_P1);
      iP = iP.lanewise(FMA, iU, 1f);
      FloatVector iQ = iU.fma(TANH_Q4, TANH_Q3);
      iQ = iQ.lanewise(FMA, iU, TANH_Q2);
      iQ = iQ.lanewise(FMA, iU, TANH_Q1);
      iQ = iQ.lanewise(FMA, iU, 1f);
      FloatVector f = FloatVector.fromArray(SPECIES, gates, fOffset + j).mul(0.5f);
      f = f.blend(TANH_ONE, f.compare(GT, TANH_ONE));
      f = f.blend(-TANH_ONE, f.compare(LT, -TANH_ONE));
      FloatVector fU = f.mul(f);
      FloatVector fP = fU.fma(TANH_P4, TANH_P3);
      fP = fP.lanewise(FMA, fU, TANH_P2);
      fP = fP.lanewise(FMA, fU, TANH_P1);
      fP = fP.lanewise(FMA, fU, 1f);
      FloatVector fQ = fU.fma(TANH_Q4, TANH_Q3);
      fQ = fQ.lanewise(FMA, fU, TANH_Q2);
      fQ = fQ.lanewise(FMA, fU, TANH_Q1);
      fQ = fQ.lanewise(FMA, fU, 1f);
      FloatVector g = FloatVector.fromArray(SPECIES, gates, gOffset + j);
      g = g.blend(TANH_ONE, g.compare(GT, TANH_ONE));
      g = g.blend(-TANH_ONE, g.compare(LT, -TANH_ONE));
      FloatVector gU = g.mul(g);
      FloatVector gP = gU.fma(TANH_P4, TANH_P3);
      gP = gP.lanewise(FMA, gU, TANH_P2);
      gP = gP.lanewise(FMA, gU, TANH_P1);
      gP = gP.lanewise(FMA, gU, 1f);
      FloatVector gQ = gU.fma(TANH_Q4, TANH_Q3);
      gQ = gQ.lanewise(FMA, gU, TANH_Q2);
      gQ = gQ.lanewise(FMA, gU, TANH_Q1);
      gQ = gQ.lanewise(FMA, gU, 1f);
      i = i.mul(iP).div(iQ).fma(0.5f, 0.5f);
      f = f.mul(fP).div(fQ).fma(0.5f, 0.5f);
      g = g.mul(gP).div(gQ);
      FloatVector before = FloatVector.fromArray(SPECIES, cellBefore, cellBeforeOffset + j);
      i.intoArray(gates, iOffset + j);
      f.intoArray(gates, fOffset + j);
      g.intoArray(gates, gOffset + j);
      f.fma(before, i.mul(g)).intoArray(cell, cellOffset + j);
    }
    for (; j < hidden; j++) {
      float i = Functions.sigmoid(gates[iOffset + j]);
      float f = Functions.sigmoid(gates[fOffset + j]);
      float g = Functions.tanh(gates[gOffset + j]);
      gates[iOffset + j] = i;
      gates[fOffset + j] = f;
      gates[gOffset + j] = g;
      cell[cellOffset + j] = Math.fma(f, cellBefore[cellBeforeOffset + j], i * g);
    }
  }

  private static void lstmOut(
      int hidden,
      float[] gates,
      int oOffset,
      float[] cell,
      int cellOffset,
      float[] tanhCell,
      int tanhCellOffset,
      float[] out,
      int outOffset) {
    int j = 0;
    for (int bound = SPECIES.loopBound(hidden); j < bound; j += LANES) {
      FloatVector o = FloatVector.fromArray(SPECIES, gates, oOffset + j).mul(0.5f);
      o = o.blend(TANH_ONE, o.compare(GT, TANH_ONE));
      o = o.blend(-TANH_ONE, o.compare(LT, -TANH_ONE));
      FloatVector oU = o.mul(o);
      FloatVector oP = oU.fma(TANH_P4, TANH_P3);
      oP = oP.lanewise(FMA, oU, TANH_P2);
      oP = oP.lanewise(FMA, oU, TANH_P1);
      oP = oP.lanewise(FMA, oU, 1f);
      FloatVector oQ = oU.fma(TANH_Q4, TANH_Q3);
      oQ = oQ.lanewise(FMA, oU, TANH_Q2);
      oQ = oQ.lanewise(FMA, oU, TANH_Q1);
      oQ = oQ.lanewise(FMA, oU, 1f);
      FloatVector c = FloatVector.fromArray(SPECIES, cell, cellOffset + j);
      c = c.blend(TANH_ONE, c.compare(GT, TANH_ONE));
      c = c.blend(-TANH_ONE, c.compare(LT, -TANH_ONE));
      FloatVector cU = c.mul(c);
      FloatVector cP = cU.fma(TANH_P4, TANH_P3);
      cP = cP.lanewise(FMA, cU, TANH_P2);
      cP = cP.lanewise(FMA, cU, TANH_P1);
      cP = cP.lanewise(FMA, cU, 1f);
      FloatVector cQ = cU.fma(TANH_Q4, TANH_Q3);
      cQ = cQ.lanewise(FMA, cU, TANH_Q2);
      cQ = cQ.lanewise(FMA, cU, TANH_Q1);
      cQ = cQ.lanewise(FMA, cU, 1f);
      o = o.mul(oP).div(oQ).fma(0.5f, 0.5f);
      c = c.mul(cP).div(cQ);
      o.intoArray(gates, oOffset + j);
      c.intoArray(tanhCell, tanhCellOffset + j);
      o.mul(c).intoArray(out, outOffset + j);
    }
    for (; j < hidden; j++) {
      float o = Functions.sigmoid(gates[oOffset + j]);
      float tanhC = Functions.tanh(cell[cellOffset + j]);
      gates[oOffset + j] = o;
      tanhCell[tanhCellOffset + j] = tanhC;
      out[outOffset + j] = o * tanhC;
    }
  }

  static void gru(
      int hidden,
      float[] x,
      int xOffset,
      float[] h,
      int hOffset,
      float[] before,
      int beforeOffset,
      float[] out,
      int outOffset) {
    gruResetAndUpdate(hidden, x, xOffset, h, hOffset);
    gruOut(hidden, x, xOffset, h, hOffset + 2 * hidden, before, beforeOffset, out, outOffset);
  }

  private static void gruResetAndUpdate(
      int hidden, float[] x, int rOffset, float[] h, int hROffset) {
    int zOffset = rOffset + hidden;
    int hZOffset = hROffset + hidden;
    int j = 0;
    for (int bound = SPECIES.loopBound(hidden); j < bound; j += LANES) {
      FloatVector r =
          FloatVector.fromArray(SPECIES, x, rOffset + j)
              .add(FloatVector.fromArray(SPECIES, h, hROffset + j))
              .mul(0.5f);
      r = r.blend(TANH_ONE, r.compare(GT, TANH_ONE));
      r = r.blend(-TANH_ONE, r.compare(LT, -TANH_ONE));
      FloatVector rU = r.mul(r);
      FloatVector rP = rU.fma(TANH_P4, TANH_P3);
      rP = rP.lanewise(FMA, rU, TANH_P2);
      rP = rP.lanewise(FMA, rU, TANH_P1);
      rP = rP.lanewise(FMA, rU, 1f);
      FloatVector rQ = rU.fma(TANH_Q4, TANH_Q3);
      rQ = rQ.lanewise(FMA, rU, TANH_Q2);
      rQ = rQ.lanewise(FMA, rU, TANH_Q1);
      rQ = rQ.lanewise(FMA, rU, 1f);
      FloatVector z =
          FloatVector.fromArray(SPECIES, x, zOffset + j)
              .add(FloatVector.fromArray(SPECIES, h, hZOffset + j))
              .mul(0.5f);
      z = z.blend(TANH_ONE, z.compare(GT, TANH_ONE));
      z = z.blend(-TANH_ONE, z.compare(LT, -TANH_ONE));
      FloatVector zU = z.mul(z);
      FloatVector zP = zU.fma(TANH_P4, TANH_P3);
      zP = zP.lanewise(FMA, zU, TANH_P2);
      zP = zP.lanewise(FMA, zU, TANH_P1);
      zP = zP.lanewise(FMA, zU, 1f);
      FloatVector zQ = zU.fma(TANH_Q4, TANH_Q3);
      zQ = zQ.lanewise(FMA, zU, TANH_Q2);
      zQ = zQ.lanewise(FMA, zU, TANH_Q1);
      zQ = zQ.lanewise(FMA, zU, 1f);
      r.mul(rP).div(rQ).fma(0.5f, 0.5f).intoArray(x, rOffset + j);
      z.mul(zP).div(zQ).fma(0.5f, 0.5f).intoArray(x, zOffset + j);
    }
    for (; j < hidden; j++) {
      x[rOffset + j] = Functions.sigmoid(x[rOffset + j] + h[hROffset + j]);
      x[zOffset + j] = Functions.sigmoid(x[zOffset + j] + h[hZOffset + j]);
    }
  }

  private static void gruOut(
      int hidden,
      float[] x,
      int rOffset,
      float[] h,
      int hNOffset,
      float[] before,
      int beforeOffset,
      float[] out,
      int outOffset) {
    int zOffset = rOffset + hidden;
    int nOffset = zOffset + hidden;
    int j = 0;
    for (int bound = SPECIES.loopBound(hidden); j < bound; j += LANES) {
      FloatVector n =
          FloatVector.fromArray(SPECIES, x, rOffset + j)
              .fma(
                  FloatVector.fromArray(SPECIES, h, hNOffset + j),
                  FloatVector.fromArray(SPECIES, x, nOffset + j));
      n = n.blend(TANH_ONE, n.compare(GT, TANH_ONE));
      n = n.blend(-TANH_ONE, n.compare(LT, -TANH_ONE));
      FloatVector nU = n.mul(n);
      FloatVector nP = nU.fma(TANH_P4, TANH_P3);
      nP = nP.lanewise(FMA, nU, TANH_P2);
      nP = nP.lanewise(FMA, nU, TANH_P1);
      nP = nP.lanewise(FMA, nU, 1f);
      FloatVector nQ = nU.fma(TANH_Q4, TANH_Q3);
      nQ = nQ.lanewise(FMA, nU, TANH_Q2);
      nQ = nQ.lanewise(FMA, nU, TANH_Q1);
      nQ = nQ.lanewise(FMA, nU, 1f);
      n = n.mul(nP).div(nQ);
      FloatVector difference = FloatVector.fromArray(SPECIES, before, beforeOffset + j).sub(n);
      n.intoArray(x, nOffset + j);
      FloatVector.fromArray(SPECIES, x, zOffset + j)
          .fma(difference, n)
          .intoArray(out, outOffset + j);
    }
    for (; j < hidden; j++) {
      float n = Functions.tanh(Math.fma(x[rOffset + j], h[hNOffset + j], x[nOffset + j]));
      x[nOffset + j] = n;
      out[outOffset + j] = Math.fma(x[zOffset + j], before[beforeOffset + j] - n, n);
    }
  }
}
