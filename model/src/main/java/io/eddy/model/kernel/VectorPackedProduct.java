package io.eddy.model.kernel;

import static jdk.incubator.vector.VectorOperators.LSHL;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/// [Kernels#multiplyAddPacked] and [Kernels#multiplyAddBfloat16] with SIMD.
///
/// One row at a time a product is bound by reading the weights, once each. A panel's row of 64
/// columns is 4 or 8 accumulators, as many as two fma units with a latency of 4 keep busy; at 128
/// bits the panel is read in halves. Compared with the same product in place, panels are worth up
/// to 1.2 times the speed while the weights fit L2, and 1.2 to 1.6 times beyond.
///
/// From four rows on, each weight is used more than once: [VectorTiles]. A tile of bf16 needs no
/// more registers than 4 or 8 rows by 2 vectors of floats: its two vectors are the halves of one.
final class VectorPackedProduct {

  private static final VectorSpecies<Float> SPECIES = VectorKernels.SPECIES;
  private static final VectorSpecies<Integer> PAIRS = SPECIES.withLanes(int.class);
  private static final int LANES = SPECIES.length();

  /// 512-bit vectors come with 32 registers instead of 16.
  private static final boolean MANY_REGISTERS = LANES == 16;

  private static final int PANEL = PackedWeights.PANEL;
  private static final int HALF_PANEL = PackedWeights.HALF_PANEL;

  /// How many rows of a panel of bf16, and columns of a, tiles pass over at a time.
  private static final int BLOCK_INNER_BFLOAT16 = 128;

  private static final int BLOCK_ROWS = VectorTiles.BLOCK_ROWS;

  /// Up to four rows of out in a panel that reaches beyond it.
  private static final ThreadLocal<float[]> LAST =
      ThreadLocal.withInitial(() -> new float[4 * PANEL]);

  private VectorPackedProduct() {}

  static void multiplyAdd(
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
    int tiledRows = rows & -4;
    int tiledColumns = columns & -PANEL;
    for (int i = 0; i < tiledRows; i += BLOCK_ROWS) {
      for (int start = 0; start < tiledColumns; start += PANEL) {
        for (int k = 0; k < inner; k += VectorTiles.BLOCK_INNER) {
          VectorTiles.multiplyAdd(
              Math.min(BLOCK_ROWS, tiledRows - i),
              Math.min(VectorTiles.BLOCK_INNER, inner - k),
              a,
              aOffset + i * aStride + k,
              aStride,
              packed,
              start * inner + k * PANEL,
              out,
              outOffset + i * outStride + start,
              outStride);
        }
      }
    }
    if (tiledColumns < columns) {
      for (int i = 0; i < tiledRows; i += 4) {
        lastTile(
            tiledColumns,
            columns,
            inner,
            a,
            aOffset + i * aStride,
            aStride,
            packed,
            out,
            outOffset + i * outStride,
            outStride);
      }
    }
    for (int i = tiledRows; i < rows; i++) {
      row(columns, inner, a, aOffset + i * aStride, packed, out, outOffset + i * outStride);
    }
  }

  /// Four rows of the last panel, whose columns may reach beyond those of out.
  private static void lastTile(
      int start,
      int columns,
      int inner,
      float[] a,
      int aOffset,
      int aStride,
      float[] packed,
      float[] out,
      int outOffset,
      int outStride) {
    int width = PackedWeights.width(columns, start);
    float[] last = LAST.get();
    for (int i = 0; i < 4; i++) {
      System.arraycopy(out, outOffset + i * outStride + start, last, i * PANEL, columns - start);
    }
    int offset = start * inner;
    if (width == HALF_PANEL) {
      VectorTiles.multiplyAddNarrow(inner, a, aOffset, aStride, packed, offset, last, 0, PANEL);
    } else {
      VectorTiles.multiplyAdd(4, inner, a, aOffset, aStride, packed, offset, last, 0, PANEL);
    }
    for (int i = 0; i < 4; i++) {
      System.arraycopy(last, i * PANEL, out, outOffset + i * outStride + start, columns - start);
    }
  }

  private static void row(
      int columns, int inner, float[] a, int aOffset, float[] packed, float[] out, int outOffset) {
    int start = 0;
    for (; start + PANEL <= columns; start += PANEL) {
      panel(PANEL, inner, a, aOffset, packed, start * inner, out, outOffset + start);
    }
    if (start < columns) {
      int width = PackedWeights.width(columns, start);
      if (start + width == columns) {
        panel(width, inner, a, aOffset, packed, start * inner, out, outOffset + start);
      } else {
        float[] last = LAST.get();
        System.arraycopy(out, outOffset + start, last, 0, columns - start);
        panel(width, inner, a, aOffset, packed, start * inner, last, 0);
        System.arraycopy(last, 0, out, outOffset + start, columns - start);
      }
    }
  }

  private static void panel(
      int width,
      int inner,
      float[] a,
      int aOffset,
      float[] packed,
      int offset,
      float[] out,
      int outOffset) {
    if (width == HALF_PANEL) {
      narrow(inner, a, aOffset, packed, offset, out, outOffset);
    } else if (LANES == 4) {
      wide(inner, a, aOffset, packed, offset, out, outOffset);
      wide(inner, a, aOffset, packed, offset + HALF_PANEL, out, outOffset + HALF_PANEL);
    } else {
      wide(inner, a, aOffset, packed, offset, out, outOffset);
    }
  }

  /// All of a panel of 64, half of it at 128 bits.
  private static void wide(
      int inner, float[] a, int aOffset, float[] packed, int offset, float[] out, int outOffset) {
    FloatVector s0 = FloatVector.fromArray(SPECIES, out, outOffset);
    FloatVector s1 = FloatVector.fromArray(SPECIES, out, outOffset + LANES);
    FloatVector s2 = FloatVector.fromArray(SPECIES, out, outOffset + 2 * LANES);
    FloatVector s3 = FloatVector.fromArray(SPECIES, out, outOffset + 3 * LANES);
    FloatVector s4 = s0;
    FloatVector s5 = s0;
    FloatVector s6 = s0;
    FloatVector s7 = s0;
    if (LANES <= 8) {
      s4 = FloatVector.fromArray(SPECIES, out, outOffset + 4 * LANES);
      s5 = FloatVector.fromArray(SPECIES, out, outOffset + 5 * LANES);
      s6 = FloatVector.fromArray(SPECIES, out, outOffset + 6 * LANES);
      s7 = FloatVector.fromArray(SPECIES, out, outOffset + 7 * LANES);
    }
    for (int k = 0; k < inner; k++) {
      FloatVector ak = FloatVector.broadcast(SPECIES, a[aOffset + k]);
      int row = offset + k * PANEL;
      s0 = ak.fma(FloatVector.fromArray(SPECIES, packed, row), s0);
      s1 = ak.fma(FloatVector.fromArray(SPECIES, packed, row + LANES), s1);
      s2 = ak.fma(FloatVector.fromArray(SPECIES, packed, row + 2 * LANES), s2);
      s3 = ak.fma(FloatVector.fromArray(SPECIES, packed, row + 3 * LANES), s3);
      if (LANES <= 8) {
        s4 = ak.fma(FloatVector.fromArray(SPECIES, packed, row + 4 * LANES), s4);
        s5 = ak.fma(FloatVector.fromArray(SPECIES, packed, row + 5 * LANES), s5);
        s6 = ak.fma(FloatVector.fromArray(SPECIES, packed, row + 6 * LANES), s6);
        s7 = ak.fma(FloatVector.fromArray(SPECIES, packed, row + 7 * LANES), s7);
      }
    }
    s0.intoArray(out, outOffset);
    s1.intoArray(out, outOffset + LANES);
    s2.intoArray(out, outOffset + 2 * LANES);
    s3.intoArray(out, outOffset + 3 * LANES);
    if (LANES <= 8) {
      s4.intoArray(out, outOffset + 4 * LANES);
      s5.intoArray(out, outOffset + 5 * LANES);
      s6.intoArray(out, outOffset + 6 * LANES);
      s7.intoArray(out, outOffset + 7 * LANES);
    }
  }

  /// A panel of 32.
  private static void narrow(
      int inner, float[] a, int aOffset, float[] packed, int offset, float[] out, int outOffset) {
    FloatVector s0 = FloatVector.fromArray(SPECIES, out, outOffset);
    FloatVector s1 = FloatVector.fromArray(SPECIES, out, outOffset + LANES);
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    FloatVector s4 = s0;
    FloatVector s5 = s0;
    FloatVector s6 = s0;
    FloatVector s7 = s0;
    if (LANES <= 8) {
      s2 = FloatVector.fromArray(SPECIES, out, outOffset + 2 * LANES);
      s3 = FloatVector.fromArray(SPECIES, out, outOffset + 3 * LANES);
    }
    if (LANES == 4) {
      s4 = FloatVector.fromArray(SPECIES, out, outOffset + 4 * LANES);
      s5 = FloatVector.fromArray(SPECIES, out, outOffset + 5 * LANES);
      s6 = FloatVector.fromArray(SPECIES, out, outOffset + 6 * LANES);
      s7 = FloatVector.fromArray(SPECIES, out, outOffset + 7 * LANES);
    }
    for (int k = 0; k < inner; k++) {
      FloatVector ak = FloatVector.broadcast(SPECIES, a[aOffset + k]);
      int row = offset + k * HALF_PANEL;
      s0 = ak.fma(FloatVector.fromArray(SPECIES, packed, row), s0);
      s1 = ak.fma(FloatVector.fromArray(SPECIES, packed, row + LANES), s1);
      if (LANES <= 8) {
        s2 = ak.fma(FloatVector.fromArray(SPECIES, packed, row + 2 * LANES), s2);
        s3 = ak.fma(FloatVector.fromArray(SPECIES, packed, row + 3 * LANES), s3);
      }
      if (LANES == 4) {
        s4 = ak.fma(FloatVector.fromArray(SPECIES, packed, row + 4 * LANES), s4);
        s5 = ak.fma(FloatVector.fromArray(SPECIES, packed, row + 5 * LANES), s5);
        s6 = ak.fma(FloatVector.fromArray(SPECIES, packed, row + 6 * LANES), s6);
        s7 = ak.fma(FloatVector.fromArray(SPECIES, packed, row + 7 * LANES), s7);
      }
    }
    s0.intoArray(out, outOffset);
    s1.intoArray(out, outOffset + LANES);
    if (LANES <= 8) {
      s2.intoArray(out, outOffset + 2 * LANES);
      s3.intoArray(out, outOffset + 3 * LANES);
    }
    if (LANES == 4) {
      s4.intoArray(out, outOffset + 4 * LANES);
      s5.intoArray(out, outOffset + 5 * LANES);
      s6.intoArray(out, outOffset + 6 * LANES);
      s7.intoArray(out, outOffset + 7 * LANES);
    }
  }

  static void multiplyAddBfloat16(
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
    int tiledRows = rows & -4;
    int tiledColumns = columns & -PANEL;
    for (int i = 0; i < tiledRows; i += BLOCK_ROWS) {
      for (int start = 0; start < tiledColumns; start += PANEL) {
        for (int k = 0; k < inner; k += BLOCK_INNER_BFLOAT16) {
          tilesBfloat16(
              Math.min(BLOCK_ROWS, tiledRows - i),
              Math.min(BLOCK_INNER_BFLOAT16, inner - k),
              a,
              aOffset + i * aStride + k,
              aStride,
              packed,
              start / 2 * inner + k * HALF_PANEL,
              out,
              outOffset + i * outStride + start,
              outStride);
        }
      }
    }
    for (int i = 0; i < rows; i++) {
      rowBfloat16(
          i < tiledRows ? tiledColumns : 0,
          columns,
          inner,
          a,
          aOffset + i * aStride,
          packed,
          out,
          outOffset + i * outStride);
    }
  }

  private static void tilesBfloat16(
      int rows,
      int inner,
      float[] a,
      int aOffset,
      int aStride,
      int[] packed,
      int offset,
      float[] out,
      int outOffset,
      int outStride) {
    for (int j = 0; j < HALF_PANEL; j += LANES) {
      int i = 0;
      if (MANY_REGISTERS) {
        for (; i + 8 <= rows; i += 8) {
          int aRow = aOffset + i * aStride;
          int outRow = outOffset + i * outStride;
          tile8Bfloat16(inner, a, aRow, aStride, packed, offset + j, out, outRow + j, outStride);
        }
      }
      for (; i < rows; i += 4) {
        int aRow = aOffset + i * aStride;
        int outRow = outOffset + i * outStride;
        tile4Bfloat16(inner, a, aRow, aStride, packed, offset + j, out, outRow + j, outStride);
      }
    }
  }

  private static void tile4Bfloat16(
      int inner,
      float[] a,
      int aOffset,
      int aStride,
      int[] packed,
      int offset,
      float[] out,
      int outOffset,
      int outStride) {
    int a1Offset = aOffset + aStride;
    int a2Offset = a1Offset + aStride;
    int a3Offset = a2Offset + aStride;
    int out1 = outOffset + outStride;
    int out2 = out1 + outStride;
    int out3 = out2 + outStride;
    FloatVector s00 = FloatVector.fromArray(SPECIES, out, outOffset);
    FloatVector s01 = FloatVector.fromArray(SPECIES, out, outOffset + HALF_PANEL);
    FloatVector s10 = FloatVector.fromArray(SPECIES, out, out1);
    FloatVector s11 = FloatVector.fromArray(SPECIES, out, out1 + HALF_PANEL);
    FloatVector s20 = FloatVector.fromArray(SPECIES, out, out2);
    FloatVector s21 = FloatVector.fromArray(SPECIES, out, out2 + HALF_PANEL);
    FloatVector s30 = FloatVector.fromArray(SPECIES, out, out3);
    FloatVector s31 = FloatVector.fromArray(SPECIES, out, out3 + HALF_PANEL);
    for (int k = 0; k < inner; k++) {
      IntVector pairs = IntVector.fromArray(PAIRS, packed, offset + k * HALF_PANEL);
      FloatVector b0 = pairs.lanewise(LSHL, 16).reinterpretAsFloats();
      FloatVector b1 = pairs.reinterpretAsFloats();
      FloatVector a0 = FloatVector.broadcast(SPECIES, a[aOffset + k]);
      s00 = a0.fma(b0, s00);
      s01 = a0.fma(b1, s01);
      FloatVector a1 = FloatVector.broadcast(SPECIES, a[a1Offset + k]);
      s10 = a1.fma(b0, s10);
      s11 = a1.fma(b1, s11);
      FloatVector a2 = FloatVector.broadcast(SPECIES, a[a2Offset + k]);
      s20 = a2.fma(b0, s20);
      s21 = a2.fma(b1, s21);
      FloatVector a3 = FloatVector.broadcast(SPECIES, a[a3Offset + k]);
      s30 = a3.fma(b0, s30);
      s31 = a3.fma(b1, s31);
    }
    s00.intoArray(out, outOffset);
    s01.intoArray(out, outOffset + HALF_PANEL);
    s10.intoArray(out, out1);
    s11.intoArray(out, out1 + HALF_PANEL);
    s20.intoArray(out, out2);
    s21.intoArray(out, out2 + HALF_PANEL);
    s30.intoArray(out, out3);
    s31.intoArray(out, out3 + HALF_PANEL);
  }

  private static void tile8Bfloat16(
      int inner,
      float[] a,
      int aOffset,
      int aStride,
      int[] packed,
      int offset,
      float[] out,
      int outOffset,
      int outStride) {
    int a1Offset = aOffset + aStride;
    int a2Offset = a1Offset + aStride;
    int a3Offset = a2Offset + aStride;
    int a4Offset = a3Offset + aStride;
    int a5Offset = a4Offset + aStride;
    int a6Offset = a5Offset + aStride;
    int a7Offset = a6Offset + aStride;
    int out1 = outOffset + outStride;
    int out2 = out1 + outStride;
    int out3 = out2 + outStride;
    int out4 = out3 + outStride;
    int out5 = out4 + outStride;
    int out6 = out5 + outStride;
    int out7 = out6 + outStride;
    FloatVector s00 = FloatVector.fromArray(SPECIES, out, outOffset);
    FloatVector s01 = FloatVector.fromArray(SPECIES, out, outOffset + HALF_PANEL);
    FloatVector s10 = FloatVector.fromArray(SPECIES, out, out1);
    FloatVector s11 = FloatVector.fromArray(SPECIES, out, out1 + HALF_PANEL);
    FloatVector s20 = FloatVector.fromArray(SPECIES, out, out2);
    FloatVector s21 = FloatVector.fromArray(SPECIES, out, out2 + HALF_PANEL);
    FloatVector s30 = FloatVector.fromArray(SPECIES, out, out3);
    FloatVector s31 = FloatVector.fromArray(SPECIES, out, out3 + HALF_PANEL);
    FloatVector s40 = FloatVector.fromArray(SPECIES, out, out4);
    FloatVector s41 = FloatVector.fromArray(SPECIES, out, out4 + HALF_PANEL);
    FloatVector s50 = FloatVector.fromArray(SPECIES, out, out5);
    FloatVector s51 = FloatVector.fromArray(SPECIES, out, out5 + HALF_PANEL);
    FloatVector s60 = FloatVector.fromArray(SPECIES, out, out6);
    FloatVector s61 = FloatVector.fromArray(SPECIES, out, out6 + HALF_PANEL);
    FloatVector s70 = FloatVector.fromArray(SPECIES, out, out7);
    FloatVector s71 = FloatVector.fromArray(SPECIES, out, out7 + HALF_PANEL);
    for (int k = 0; k < inner; k++) {
      IntVector pairs = IntVector.fromArray(PAIRS, packed, offset + k * HALF_PANEL);
      FloatVector b0 = pairs.lanewise(LSHL, 16).reinterpretAsFloats();
      FloatVector b1 = pairs.reinterpretAsFloats();
      FloatVector a0 = FloatVector.broadcast(SPECIES, a[aOffset + k]);
      s00 = a0.fma(b0, s00);
      s01 = a0.fma(b1, s01);
      FloatVector a1 = FloatVector.broadcast(SPECIES, a[a1Offset + k]);
      s10 = a1.fma(b0, s10);
      s11 = a1.fma(b1, s11);
      FloatVector a2 = FloatVector.broadcast(SPECIES, a[a2Offset + k]);
      s20 = a2.fma(b0, s20);
      s21 = a2.fma(b1, s21);
      FloatVector a3 = FloatVector.broadcast(SPECIES, a[a3Offset + k]);
      s30 = a3.fma(b0, s30);
      s31 = a3.fma(b1, s31);
      FloatVector a4 = FloatVector.broadcast(SPECIES, a[a4Offset + k]);
      s40 = a4.fma(b0, s40);
      s41 = a4.fma(b1, s41);
      FloatVector a5 = FloatVector.broadcast(SPECIES, a[a5Offset + k]);
      s50 = a5.fma(b0, s50);
      s51 = a5.fma(b1, s51);
      FloatVector a6 = FloatVector.broadcast(SPECIES, a[a6Offset + k]);
      s60 = a6.fma(b0, s60);
      s61 = a6.fma(b1, s61);
      FloatVector a7 = FloatVector.broadcast(SPECIES, a[a7Offset + k]);
      s70 = a7.fma(b0, s70);
      s71 = a7.fma(b1, s71);
    }
    s00.intoArray(out, outOffset);
    s01.intoArray(out, outOffset + HALF_PANEL);
    s10.intoArray(out, out1);
    s11.intoArray(out, out1 + HALF_PANEL);
    s20.intoArray(out, out2);
    s21.intoArray(out, out2 + HALF_PANEL);
    s30.intoArray(out, out3);
    s31.intoArray(out, out3 + HALF_PANEL);
    s40.intoArray(out, out4);
    s41.intoArray(out, out4 + HALF_PANEL);
    s50.intoArray(out, out5);
    s51.intoArray(out, out5 + HALF_PANEL);
    s60.intoArray(out, out6);
    s61.intoArray(out, out6 + HALF_PANEL);
    s70.intoArray(out, out7);
    s71.intoArray(out, out7 + HALF_PANEL);
  }

  private static void rowBfloat16(
      int start,
      int columns,
      int inner,
      float[] a,
      int aOffset,
      int[] packed,
      float[] out,
      int outOffset) {
    for (; start + PANEL <= columns; start += PANEL) {
      panelBfloat16(PANEL, inner, a, aOffset, packed, start / 2 * inner, out, outOffset + start);
    }
    if (start < columns) {
      int width = PackedWeights.width(columns, start);
      int offset = start / 2 * inner;
      if (start + width == columns) {
        panelBfloat16(width, inner, a, aOffset, packed, offset, out, outOffset + start);
      } else {
        float[] last = LAST.get();
        System.arraycopy(out, outOffset + start, last, 0, columns - start);
        panelBfloat16(width, inner, a, aOffset, packed, offset, last, 0);
        System.arraycopy(last, 0, out, outOffset + start, columns - start);
      }
    }
  }

  private static void panelBfloat16(
      int width,
      int inner,
      float[] a,
      int aOffset,
      int[] packed,
      int offset,
      float[] out,
      int outOffset) {
    if (width == HALF_PANEL) {
      narrowBfloat16(inner, a, aOffset, packed, offset, out, outOffset);
    } else if (LANES == 4) {
      int quarter = HALF_PANEL / 2;
      wideBfloat16(inner, a, aOffset, packed, offset, out, outOffset);
      wideBfloat16(inner, a, aOffset, packed, offset + quarter, out, outOffset + quarter);
    } else {
      wideBfloat16(inner, a, aOffset, packed, offset, out, outOffset);
    }
  }

  /// All of a panel of 64, half of it at 128 bits.
  private static void wideBfloat16(
      int inner, float[] a, int aOffset, int[] packed, int offset, float[] out, int outOffset) {
    int highOffset = outOffset + HALF_PANEL;
    FloatVector low0 = FloatVector.fromArray(SPECIES, out, outOffset);
    FloatVector high0 = FloatVector.fromArray(SPECIES, out, highOffset);
    FloatVector low1 = FloatVector.fromArray(SPECIES, out, outOffset + LANES);
    FloatVector high1 = FloatVector.fromArray(SPECIES, out, highOffset + LANES);
    FloatVector low2 = low0;
    FloatVector high2 = low0;
    FloatVector low3 = low0;
    FloatVector high3 = low0;
    if (LANES <= 8) {
      low2 = FloatVector.fromArray(SPECIES, out, outOffset + 2 * LANES);
      high2 = FloatVector.fromArray(SPECIES, out, highOffset + 2 * LANES);
      low3 = FloatVector.fromArray(SPECIES, out, outOffset + 3 * LANES);
      high3 = FloatVector.fromArray(SPECIES, out, highOffset + 3 * LANES);
    }
    for (int k = 0; k < inner; k++) {
      FloatVector ak = FloatVector.broadcast(SPECIES, a[aOffset + k]);
      int row = offset + k * HALF_PANEL;
      IntVector pairs0 = IntVector.fromArray(PAIRS, packed, row);
      low0 = ak.fma(pairs0.lanewise(LSHL, 16).reinterpretAsFloats(), low0);
      high0 = ak.fma(pairs0.reinterpretAsFloats(), high0);
      IntVector pairs1 = IntVector.fromArray(PAIRS, packed, row + LANES);
      low1 = ak.fma(pairs1.lanewise(LSHL, 16).reinterpretAsFloats(), low1);
      high1 = ak.fma(pairs1.reinterpretAsFloats(), high1);
      if (LANES <= 8) {
        IntVector pairs2 = IntVector.fromArray(PAIRS, packed, row + 2 * LANES);
        low2 = ak.fma(pairs2.lanewise(LSHL, 16).reinterpretAsFloats(), low2);
        high2 = ak.fma(pairs2.reinterpretAsFloats(), high2);
        IntVector pairs3 = IntVector.fromArray(PAIRS, packed, row + 3 * LANES);
        low3 = ak.fma(pairs3.lanewise(LSHL, 16).reinterpretAsFloats(), low3);
        high3 = ak.fma(pairs3.reinterpretAsFloats(), high3);
      }
    }
    low0.intoArray(out, outOffset);
    high0.intoArray(out, highOffset);
    low1.intoArray(out, outOffset + LANES);
    high1.intoArray(out, highOffset + LANES);
    if (LANES <= 8) {
      low2.intoArray(out, outOffset + 2 * LANES);
      high2.intoArray(out, highOffset + 2 * LANES);
      low3.intoArray(out, outOffset + 3 * LANES);
      high3.intoArray(out, highOffset + 3 * LANES);
    }
  }

  /// A panel of 32.
  private static void narrowBfloat16(
      int inner, float[] a, int aOffset, int[] packed, int offset, float[] out, int outOffset) {
    int highOffset = outOffset + HALF_PANEL / 2;
    FloatVector low0 = FloatVector.fromArray(SPECIES, out, outOffset);
    FloatVector high0 = FloatVector.fromArray(SPECIES, out, highOffset);
    FloatVector low1 = low0;
    FloatVector high1 = low0;
    FloatVector low2 = low0;
    FloatVector high2 = low0;
    FloatVector low3 = low0;
    FloatVector high3 = low0;
    if (LANES <= 8) {
      low1 = FloatVector.fromArray(SPECIES, out, outOffset + LANES);
      high1 = FloatVector.fromArray(SPECIES, out, highOffset + LANES);
    }
    if (LANES == 4) {
      low2 = FloatVector.fromArray(SPECIES, out, outOffset + 2 * LANES);
      high2 = FloatVector.fromArray(SPECIES, out, highOffset + 2 * LANES);
      low3 = FloatVector.fromArray(SPECIES, out, outOffset + 3 * LANES);
      high3 = FloatVector.fromArray(SPECIES, out, highOffset + 3 * LANES);
    }
    for (int k = 0; k < inner; k++) {
      FloatVector ak = FloatVector.broadcast(SPECIES, a[aOffset + k]);
      int row = offset + k * (HALF_PANEL / 2);
      IntVector pairs0 = IntVector.fromArray(PAIRS, packed, row);
      low0 = ak.fma(pairs0.lanewise(LSHL, 16).reinterpretAsFloats(), low0);
      high0 = ak.fma(pairs0.reinterpretAsFloats(), high0);
      if (LANES <= 8) {
        IntVector pairs1 = IntVector.fromArray(PAIRS, packed, row + LANES);
        low1 = ak.fma(pairs1.lanewise(LSHL, 16).reinterpretAsFloats(), low1);
        high1 = ak.fma(pairs1.reinterpretAsFloats(), high1);
      }
      if (LANES == 4) {
        IntVector pairs2 = IntVector.fromArray(PAIRS, packed, row + 2 * LANES);
        low2 = ak.fma(pairs2.lanewise(LSHL, 16).reinterpretAsFloats(), low2);
        high2 = ak.fma(pairs2.reinterpretAsFloats(), high2);
        IntVector pairs3 = IntVector.fromArray(PAIRS, packed, row + 3 * LANES);
        low3 = ak.fma(pairs3.lanewise(LSHL, 16).reinterpretAsFloats(), low3);
        high3 = ak.fma(pairs3.reinterpretAsFloats(), high3);
      }
    }
    low0.intoArray(out, outOffset);
    high0.intoArray(out, highOffset);
    if (LANES <= 8) {
      low1.intoArray(out, outOffset + LANES);
      high1.intoArray(out, highOffset + LANES);
    }
    if (LANES == 4) {
      low2.intoArray(out, outOffset + 2 * LANES);
      high2.intoArray(out, highOffset + 2 * LANES);
      low3.intoArray(out, outOffset + 3 * LANES);
      high3.intoArray(out, highOffset + 3 * LANES);
    }
  }
}
