package io.eddy.model.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/// [Kernels#multiplyAdd] with SIMD.
///
/// Vectors lie along the columns, so an element of out is one lane of one accumulator, and its
/// chain of fma in k is the scalar one whatever the width, tile or blocking; a block of k ends by
/// storing the floats and the next one starts by loading them.
///
/// One or a few rows (an event) are bound by reading b: each weight is used once, C2 folds its load
/// into the fma, and as many columns as there are registers for run side by side. Many rows
/// (training) are bound by the fma units and go by tiles of 4 or 8 rows by 2 vectors.
///
/// Products with many rows and columns copy blocks of b, and of a where that is not in rows, into
/// the order in which [VectorTiles] reads them. That makes strides constant and spares the caches
/// and the TLB: 1.1 to 1.5 times the speed from 24 rows and 64 columns on (128 columns with
/// AVX-512), a loss below. With 512 bits a's rows are read where they lie; with fewer registers a
/// tile has fewer columns to read them for, and copying them is worth a fifth.
///
/// The text is flat, as vectors must not cross methods: one that C2 does not inline makes it box
/// them, 20 times slower.
final class VectorProduct {

  private static final VectorSpecies<Float> SPECIES = VectorKernels.SPECIES;
  private static final int LANES = SPECIES.length();

  /// 512-bit vectors come with 32 registers instead of 16.
  private static final boolean MANY_REGISTERS = LANES == 16;

  private static final int TILE_ROWS = 4;
  private static final int TILE_COLUMNS = 2 * LANES;
  private static final int PANEL = VectorTiles.PANEL;

  // A block of b stays in L2.
  private static final int BLOCK_INNER = VectorTiles.BLOCK_INNER;
  private static final int BLOCK_ROWS = VectorTiles.BLOCK_ROWS;
  private static final int BLOCK_COLUMNS = 1024;

  // From how many rows and columns on, and from what inner size, the copies pay.
  private static final int PACKED_ROWS = 24;
  private static final int PACKED_COLUMNS = PANEL;
  private static final int PACKED_INNER = 8;

  /// How many rows of b tiles pass over at a time where they lie in place.
  private static final int BLOCK_INNER_IN_PLACE = 256;

  /// Behind the strips of a block of a, of 4 rows at least.
  private static final int PACKED_B = BLOCK_INNER * (BLOCK_ROWS / 4) * VectorTiles.TURNED;

  /// Copies of a block of a transposed a and, from PACKED_B on, of b: made once in a thread that
  /// needs them (half a MiB).
  private static final ThreadLocal<float[]> PACKED =
      ThreadLocal.withInitial(() -> new float[PACKED_B + BLOCK_INNER * BLOCK_COLUMNS]);

  private VectorProduct() {}

  static void multiplyAdd(
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
    if (rows < PACKED_ROWS || columns < PACKED_COLUMNS || inner < PACKED_INNER) {
      inPlace(
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
      return;
    }
    int wholeRows = rows - rows % TILE_ROWS;
    int wholeColumns = columns - columns % PANEL;
    packed(
        wholeRows,
        wholeColumns,
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
    inPlace(
        wholeRows,
        columns - wholeColumns,
        inner,
        a,
        aOffset,
        aRowStride,
        aInnerStride,
        b,
        bOffset + wholeColumns,
        bStride,
        out,
        outOffset + wholeColumns,
        outStride);
    inPlace(
        rows - wholeRows,
        columns,
        inner,
        a,
        aOffset + wholeRows * aRowStride,
        aRowStride,
        aInnerStride,
        b,
        bOffset,
        bStride,
        out,
        outOffset + wholeRows * outStride,
        outStride);
  }

  private static void inPlace(
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
    int tiled = rows & -4;
    if (tiled > 0) {
      for (int k = 0; k < inner; k += BLOCK_INNER_IN_PLACE) {
        tiles(
            tiled,
            columns,
            Math.min(BLOCK_INNER_IN_PLACE, inner - k),
            a,
            aOffset + k * aInnerStride,
            aRowStride,
            aInnerStride,
            b,
            bOffset + k * bStride,
            bStride,
            out,
            outOffset,
            outStride);
      }
    }
    for (int i = tiled; i < rows; i++) {
      row(
          columns,
          inner,
          a,
          aOffset + i * aRowStride,
          aInnerStride,
          b,
          bOffset,
          bStride,
          out,
          outOffset + i * outStride);
    }
  }

  private static void row(
      int columns,
      int inner,
      float[] a,
      int aOffset,
      int aInnerStride,
      float[] b,
      int bOffset,
      int bStride,
      float[] out,
      int outOffset) {
    int j = 0;
    if (MANY_REGISTERS) {
      for (; j + 16 * LANES <= columns; j += 16 * LANES) {
        row16(inner, a, aOffset, aInnerStride, b, bOffset + j, bStride, out, outOffset + j);
      }
    }
    for (; j + 8 * LANES <= columns; j += 8 * LANES) {
      row8(inner, a, aOffset, aInnerStride, b, bOffset + j, bStride, out, outOffset + j);
    }
    for (; j + 4 * LANES <= columns; j += 4 * LANES) {
      row4(inner, a, aOffset, aInnerStride, b, bOffset + j, bStride, out, outOffset + j);
    }
    for (; j < columns; j += 2 * LANES) {
      row2(
          columns - j,
          inner,
          a,
          aOffset,
          aInnerStride,
          b,
          bOffset + j,
          bStride,
          out,
          outOffset + j);
    }
  }

  private static void row16(
      int inner,
      float[] a,
      int aOffset,
      int aInnerStride,
      float[] b,
      int bOffset,
      int bStride,
      float[] out,
      int outOffset) {
    FloatVector s0 = FloatVector.fromArray(SPECIES, out, outOffset);
    FloatVector s1 = FloatVector.fromArray(SPECIES, out, outOffset + LANES);
    FloatVector s2 = FloatVector.fromArray(SPECIES, out, outOffset + 2 * LANES);
    FloatVector s3 = FloatVector.fromArray(SPECIES, out, outOffset + 3 * LANES);
    FloatVector s4 = FloatVector.fromArray(SPECIES, out, outOffset + 4 * LANES);
    FloatVector s5 = FloatVector.fromArray(SPECIES, out, outOffset + 5 * LANES);
    FloatVector s6 = FloatVector.fromArray(SPECIES, out, outOffset + 6 * LANES);
    FloatVector s7 = FloatVector.fromArray(SPECIES, out, outOffset + 7 * LANES);
    FloatVector s8 = FloatVector.fromArray(SPECIES, out, outOffset + 8 * LANES);
    FloatVector s9 = FloatVector.fromArray(SPECIES, out, outOffset + 9 * LANES);
    FloatVector s10 = FloatVector.fromArray(SPECIES, out, outOffset + 10 * LANES);
    FloatVector s11 = FloatVector.fromArray(SPECIES, out, outOffset + 11 * LANES);
    FloatVector s12 = FloatVector.fromArray(SPECIES, out, outOffset + 12 * LANES);
    FloatVector s13 = FloatVector.fromArray(SPECIES, out, outOffset + 13 * LANES);
    FloatVector s14 = FloatVector.fromArray(SPECIES, out, outOffset + 14 * LANES);
    FloatVector s15 = FloatVector.fromArray(SPECIES, out, outOffset + 15 * LANES);
    for (int k = 0; k < inner; k++) {
      FloatVector ak = FloatVector.broadcast(SPECIES, a[aOffset + k * aInnerStride]);
      int bRow = bOffset + k * bStride;
      s0 = ak.fma(FloatVector.fromArray(SPECIES, b, bRow), s0);
      s1 = ak.fma(FloatVector.fromArray(SPECIES, b, bRow + LANES), s1);
      s2 = ak.fma(FloatVector.fromArray(SPECIES, b, bRow + 2 * LANES), s2);
      s3 = ak.fma(FloatVector.fromArray(SPECIES, b, bRow + 3 * LANES), s3);
      s4 = ak.fma(FloatVector.fromArray(SPECIES, b, bRow + 4 * LANES), s4);
      s5 = ak.fma(FloatVector.fromArray(SPECIES, b, bRow + 5 * LANES), s5);
      s6 = ak.fma(FloatVector.fromArray(SPECIES, b, bRow + 6 * LANES), s6);
      s7 = ak.fma(FloatVector.fromArray(SPECIES, b, bRow + 7 * LANES), s7);
      s8 = ak.fma(FloatVector.fromArray(SPECIES, b, bRow + 8 * LANES), s8);
      s9 = ak.fma(FloatVector.fromArray(SPECIES, b, bRow + 9 * LANES), s9);
      s10 = ak.fma(FloatVector.fromArray(SPECIES, b, bRow + 10 * LANES), s10);
      s11 = ak.fma(FloatVector.fromArray(SPECIES, b, bRow + 11 * LANES), s11);
      s12 = ak.fma(FloatVector.fromArray(SPECIES, b, bRow + 12 * LANES), s12);
      s13 = ak.fma(FloatVector.fromArray(SPECIES, b, bRow + 13 * LANES), s13);
      s14 = ak.fma(FloatVector.fromArray(SPECIES, b, bRow + 14 * LANES), s14);
      s15 = ak.fma(FloatVector.fromArray(SPECIES, b, bRow + 15 * LANES), s15);
    }
    s0.intoArray(out, outOffset);
    s1.intoArray(out, outOffset + LANES);
    s2.intoArray(out, outOffset + 2 * LANES);
    s3.intoArray(out, outOffset + 3 * LANES);
    s4.intoArray(out, outOffset + 4 * LANES);
    s5.intoArray(out, outOffset + 5 * LANES);
    s6.intoArray(out, outOffset + 6 * LANES);
    s7.intoArray(out, outOffset + 7 * LANES);
    s8.intoArray(out, outOffset + 8 * LANES);
    s9.intoArray(out, outOffset + 9 * LANES);
    s10.intoArray(out, outOffset + 10 * LANES);
    s11.intoArray(out, outOffset + 11 * LANES);
    s12.intoArray(out, outOffset + 12 * LANES);
    s13.intoArray(out, outOffset + 13 * LANES);
    s14.intoArray(out, outOffset + 14 * LANES);
    s15.intoArray(out, outOffset + 15 * LANES);
  }

  private static void row8(
      int inner,
      float[] a,
      int aOffset,
      int aInnerStride,
      float[] b,
      int bOffset,
      int bStride,
      float[] out,
      int outOffset) {
    FloatVector s0 = FloatVector.fromArray(SPECIES, out, outOffset);
    FloatVector s1 = FloatVector.fromArray(SPECIES, out, outOffset + LANES);
    FloatVector s2 = FloatVector.fromArray(SPECIES, out, outOffset + 2 * LANES);
    FloatVector s3 = FloatVector.fromArray(SPECIES, out, outOffset + 3 * LANES);
    FloatVector s4 = FloatVector.fromArray(SPECIES, out, outOffset + 4 * LANES);
    FloatVector s5 = FloatVector.fromArray(SPECIES, out, outOffset + 5 * LANES);
    FloatVector s6 = FloatVector.fromArray(SPECIES, out, outOffset + 6 * LANES);
    FloatVector s7 = FloatVector.fromArray(SPECIES, out, outOffset + 7 * LANES);
    for (int k = 0; k < inner; k++) {
      FloatVector ak = FloatVector.broadcast(SPECIES, a[aOffset + k * aInnerStride]);
      int bRow = bOffset + k * bStride;
      s0 = ak.fma(FloatVector.fromArray(SPECIES, b, bRow), s0);
      s1 = ak.fma(FloatVector.fromArray(SPECIES, b, bRow + LANES), s1);
      s2 = ak.fma(FloatVector.fromArray(SPECIES, b, bRow + 2 * LANES), s2);
      s3 = ak.fma(FloatVector.fromArray(SPECIES, b, bRow + 3 * LANES), s3);
      s4 = ak.fma(FloatVector.fromArray(SPECIES, b, bRow + 4 * LANES), s4);
      s5 = ak.fma(FloatVector.fromArray(SPECIES, b, bRow + 5 * LANES), s5);
      s6 = ak.fma(FloatVector.fromArray(SPECIES, b, bRow + 6 * LANES), s6);
      s7 = ak.fma(FloatVector.fromArray(SPECIES, b, bRow + 7 * LANES), s7);
    }
    s0.intoArray(out, outOffset);
    s1.intoArray(out, outOffset + LANES);
    s2.intoArray(out, outOffset + 2 * LANES);
    s3.intoArray(out, outOffset + 3 * LANES);
    s4.intoArray(out, outOffset + 4 * LANES);
    s5.intoArray(out, outOffset + 5 * LANES);
    s6.intoArray(out, outOffset + 6 * LANES);
    s7.intoArray(out, outOffset + 7 * LANES);
  }

  private static void row4(
      int inner,
      float[] a,
      int aOffset,
      int aInnerStride,
      float[] b,
      int bOffset,
      int bStride,
      float[] out,
      int outOffset) {
    FloatVector s0 = FloatVector.fromArray(SPECIES, out, outOffset);
    FloatVector s1 = FloatVector.fromArray(SPECIES, out, outOffset + LANES);
    FloatVector s2 = FloatVector.fromArray(SPECIES, out, outOffset + 2 * LANES);
    FloatVector s3 = FloatVector.fromArray(SPECIES, out, outOffset + 3 * LANES);
    for (int k = 0; k < inner; k++) {
      FloatVector ak = FloatVector.broadcast(SPECIES, a[aOffset + k * aInnerStride]);
      int bRow = bOffset + k * bStride;
      s0 = ak.fma(FloatVector.fromArray(SPECIES, b, bRow), s0);
      s1 = ak.fma(FloatVector.fromArray(SPECIES, b, bRow + LANES), s1);
      s2 = ak.fma(FloatVector.fromArray(SPECIES, b, bRow + 2 * LANES), s2);
      s3 = ak.fma(FloatVector.fromArray(SPECIES, b, bRow + 3 * LANES), s3);
    }
    s0.intoArray(out, outOffset);
    s1.intoArray(out, outOffset + LANES);
    s2.intoArray(out, outOffset + 2 * LANES);
    s3.intoArray(out, outOffset + 3 * LANES);
  }

  /// The last columns, at most two vectors.
  private static void row2(
      int columns,
      int inner,
      float[] a,
      int aOffset,
      int aInnerStride,
      float[] b,
      int bOffset,
      int bStride,
      float[] out,
      int outOffset) {
    VectorMask<Float> in0 = SPECIES.indexInRange(0, columns);
    VectorMask<Float> in1 = SPECIES.indexInRange(LANES, columns);
    FloatVector s0 = FloatVector.fromArray(SPECIES, out, outOffset, in0);
    FloatVector s1 = FloatVector.fromArray(SPECIES, out, outOffset + LANES, in1);
    for (int k = 0; k < inner; k++) {
      FloatVector ak = FloatVector.broadcast(SPECIES, a[aOffset + k * aInnerStride]);
      int bRow = bOffset + k * bStride;
      s0 = ak.fma(FloatVector.fromArray(SPECIES, b, bRow, in0), s0);
      s1 = ak.fma(FloatVector.fromArray(SPECIES, b, bRow + LANES, in1), s1);
    }
    s0.intoArray(out, outOffset, in0);
    s1.intoArray(out, outOffset + LANES, in1);
  }

  /// Rows a multiple of 4. Columns outside, so that their panel of b stays in L1 while the rows
  /// pass.
  private static void tiles(
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
    int j = 0;
    for (; j + TILE_COLUMNS <= columns; j += TILE_COLUMNS) {
      int i = 0;
      if (MANY_REGISTERS) {
        for (; i + 8 <= rows; i += 8) {
          tile8x2(
              inner,
              a,
              aOffset + i * aRowStride,
              aRowStride,
              aInnerStride,
              b,
              bOffset + j,
              bStride,
              out,
              outOffset + i * outStride + j,
              outStride);
        }
      }
      for (; i < rows; i += 4) {
        tile4x2(
            inner,
            a,
            aOffset + i * aRowStride,
            aRowStride,
            aInnerStride,
            b,
            bOffset + j,
            bStride,
            out,
            outOffset + i * outStride + j,
            outStride);
      }
    }
    for (; j < columns; j += LANES) {
      for (int i = 0; i < rows; i += 4) {
        lastTile4x1(
            columns - j,
            inner,
            a,
            aOffset + i * aRowStride,
            aRowStride,
            aInnerStride,
            b,
            bOffset + j,
            bStride,
            out,
            outOffset + i * outStride + j,
            outStride);
      }
    }
  }

  private static void tile8x2(
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
    int out1 = outOffset + outStride;
    int out2 = out1 + outStride;
    int out3 = out2 + outStride;
    int out4 = out3 + outStride;
    int out5 = out4 + outStride;
    int out6 = out5 + outStride;
    int out7 = out6 + outStride;
    FloatVector s00 = FloatVector.fromArray(SPECIES, out, outOffset);
    FloatVector s01 = FloatVector.fromArray(SPECIES, out, outOffset + LANES);
    FloatVector s10 = FloatVector.fromArray(SPECIES, out, out1);
    FloatVector s11 = FloatVector.fromArray(SPECIES, out, out1 + LANES);
    FloatVector s20 = FloatVector.fromArray(SPECIES, out, out2);
    FloatVector s21 = FloatVector.fromArray(SPECIES, out, out2 + LANES);
    FloatVector s30 = FloatVector.fromArray(SPECIES, out, out3);
    FloatVector s31 = FloatVector.fromArray(SPECIES, out, out3 + LANES);
    FloatVector s40 = FloatVector.fromArray(SPECIES, out, out4);
    FloatVector s41 = FloatVector.fromArray(SPECIES, out, out4 + LANES);
    FloatVector s50 = FloatVector.fromArray(SPECIES, out, out5);
    FloatVector s51 = FloatVector.fromArray(SPECIES, out, out5 + LANES);
    FloatVector s60 = FloatVector.fromArray(SPECIES, out, out6);
    FloatVector s61 = FloatVector.fromArray(SPECIES, out, out6 + LANES);
    FloatVector s70 = FloatVector.fromArray(SPECIES, out, out7);
    FloatVector s71 = FloatVector.fromArray(SPECIES, out, out7 + LANES);
    for (int k = 0; k < inner; k++) {
      int bRow = bOffset + k * bStride;
      int aColumn = aOffset + k * aInnerStride;
      FloatVector b0 = FloatVector.fromArray(SPECIES, b, bRow);
      FloatVector b1 = FloatVector.fromArray(SPECIES, b, bRow + LANES);
      FloatVector a0 = FloatVector.broadcast(SPECIES, a[aColumn]);
      s00 = a0.fma(b0, s00);
      s01 = a0.fma(b1, s01);
      FloatVector a1 = FloatVector.broadcast(SPECIES, a[aColumn + aRowStride]);
      s10 = a1.fma(b0, s10);
      s11 = a1.fma(b1, s11);
      FloatVector a2 = FloatVector.broadcast(SPECIES, a[aColumn + 2 * aRowStride]);
      s20 = a2.fma(b0, s20);
      s21 = a2.fma(b1, s21);
      FloatVector a3 = FloatVector.broadcast(SPECIES, a[aColumn + 3 * aRowStride]);
      s30 = a3.fma(b0, s30);
      s31 = a3.fma(b1, s31);
      FloatVector a4 = FloatVector.broadcast(SPECIES, a[aColumn + 4 * aRowStride]);
      s40 = a4.fma(b0, s40);
      s41 = a4.fma(b1, s41);
      FloatVector a5 = FloatVector.broadcast(SPECIES, a[aColumn + 5 * aRowStride]);
      s50 = a5.fma(b0, s50);
      s51 = a5.fma(b1, s51);
      FloatVector a6 = FloatVector.broadcast(SPECIES, a[aColumn + 6 * aRowStride]);
      s60 = a6.fma(b0, s60);
      s61 = a6.fma(b1, s61);
      FloatVector a7 = FloatVector.broadcast(SPECIES, a[aColumn + 7 * aRowStride]);
      s70 = a7.fma(b0, s70);
      s71 = a7.fma(b1, s71);
    }
    s00.intoArray(out, outOffset);
    s01.intoArray(out, outOffset + LANES);
    s10.intoArray(out, out1);
    s11.intoArray(out, out1 + LANES);
    s20.intoArray(out, out2);
    s21.intoArray(out, out2 + LANES);
    s30.intoArray(out, out3);
    s31.intoArray(out, out3 + LANES);
    s40.intoArray(out, out4);
    s41.intoArray(out, out4 + LANES);
    s50.intoArray(out, out5);
    s51.intoArray(out, out5 + LANES);
    s60.intoArray(out, out6);
    s61.intoArray(out, out6 + LANES);
    s70.intoArray(out, out7);
    s71.intoArray(out, out7 + LANES);
  }

  private static void tile4x2(
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
    int out1 = outOffset + outStride;
    int out2 = out1 + outStride;
    int out3 = out2 + outStride;
    FloatVector s00 = FloatVector.fromArray(SPECIES, out, outOffset);
    FloatVector s01 = FloatVector.fromArray(SPECIES, out, outOffset + LANES);
    FloatVector s10 = FloatVector.fromArray(SPECIES, out, out1);
    FloatVector s11 = FloatVector.fromArray(SPECIES, out, out1 + LANES);
    FloatVector s20 = FloatVector.fromArray(SPECIES, out, out2);
    FloatVector s21 = FloatVector.fromArray(SPECIES, out, out2 + LANES);
    FloatVector s30 = FloatVector.fromArray(SPECIES, out, out3);
    FloatVector s31 = FloatVector.fromArray(SPECIES, out, out3 + LANES);
    for (int k = 0; k < inner; k++) {
      int bRow = bOffset + k * bStride;
      int aColumn = aOffset + k * aInnerStride;
      FloatVector b0 = FloatVector.fromArray(SPECIES, b, bRow);
      FloatVector b1 = FloatVector.fromArray(SPECIES, b, bRow + LANES);
      FloatVector a0 = FloatVector.broadcast(SPECIES, a[aColumn]);
      s00 = a0.fma(b0, s00);
      s01 = a0.fma(b1, s01);
      FloatVector a1 = FloatVector.broadcast(SPECIES, a[aColumn + aRowStride]);
      s10 = a1.fma(b0, s10);
      s11 = a1.fma(b1, s11);
      FloatVector a2 = FloatVector.broadcast(SPECIES, a[aColumn + 2 * aRowStride]);
      s20 = a2.fma(b0, s20);
      s21 = a2.fma(b1, s21);
      FloatVector a3 = FloatVector.broadcast(SPECIES, a[aColumn + 3 * aRowStride]);
      s30 = a3.fma(b0, s30);
      s31 = a3.fma(b1, s31);
    }
    s00.intoArray(out, outOffset);
    s01.intoArray(out, outOffset + LANES);
    s10.intoArray(out, out1);
    s11.intoArray(out, out1 + LANES);
    s20.intoArray(out, out2);
    s21.intoArray(out, out2 + LANES);
    s30.intoArray(out, out3);
    s31.intoArray(out, out3 + LANES);
  }

  /// The last columns, one vector or less of them.
  ///
  /// With two vectors side by side and masked accesses, C1 runs out of virtual registers, gives the
  /// method up, and it never collects the profile that C2 waits for: it then stays in C1's code,
  /// which boxes every vector, for good (JDK 25, `COMPILE SKIPPED: out of virtual registers in LIR
  /// generator`). An update took 49 ms, now 9. KernelWidthsTest looks for such a skip.
  private static void lastTile4x1(
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
    VectorMask<Float> in = SPECIES.indexInRange(0, columns);
    int out1 = outOffset + outStride;
    int out2 = out1 + outStride;
    int out3 = out2 + outStride;
    FloatVector s0 = FloatVector.fromArray(SPECIES, out, outOffset, in);
    FloatVector s1 = FloatVector.fromArray(SPECIES, out, out1, in);
    FloatVector s2 = FloatVector.fromArray(SPECIES, out, out2, in);
    FloatVector s3 = FloatVector.fromArray(SPECIES, out, out3, in);
    for (int k = 0; k < inner; k++) {
      int aColumn = aOffset + k * aInnerStride;
      FloatVector b0 = FloatVector.fromArray(SPECIES, b, bOffset + k * bStride, in);
      s0 = FloatVector.broadcast(SPECIES, a[aColumn]).fma(b0, s0);
      s1 = FloatVector.broadcast(SPECIES, a[aColumn + aRowStride]).fma(b0, s1);
      s2 = FloatVector.broadcast(SPECIES, a[aColumn + 2 * aRowStride]).fma(b0, s2);
      s3 = FloatVector.broadcast(SPECIES, a[aColumn + 3 * aRowStride]).fma(b0, s3);
    }
    s0.intoArray(out, outOffset, in);
    s1.intoArray(out, out1, in);
    s2.intoArray(out, out2, in);
    s3.intoArray(out, out3, in);
  }

  /// Rows a multiple of TILE_ROWS, columns of PANEL.
  private static void packed(
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
    float[] packed = PACKED.get();
    int blocks = (inner + BLOCK_INNER - 1) / BLOCK_INNER;
    int step = (inner + blocks - 1) / blocks; // 132 as 66 and 66, not 128 and 4
    for (int j = 0; j < columns; j += BLOCK_COLUMNS) {
      int blockColumns = Math.min(BLOCK_COLUMNS, columns - j);
      for (int k = 0; k < inner; k += step) {
        int blockInner = Math.min(step, inner - k);
        pack(blockColumns, blockInner, b, bOffset + k * bStride + j, bStride, packed);
        for (int i = 0; i < rows; i += BLOCK_ROWS) {
          int blockRows = Math.min(BLOCK_ROWS, rows - i);
          int aBlock = aOffset + i * aRowStride + k * aInnerStride;
          int outBlock = outOffset + i * outStride + j;
          if (MANY_REGISTERS && aInnerStride == 1) {
            for (int panel = 0; panel < blockColumns; panel += PANEL) {
              VectorTiles.multiplyAdd(
                  blockRows,
                  blockInner,
                  a,
                  aBlock,
                  aRowStride,
                  packed,
                  PACKED_B + panel * blockInner,
                  out,
                  outBlock + panel,
                  outStride);
            }
          } else {
            turn(blockRows, blockInner, a, aBlock, aRowStride, aInnerStride, packed);
            for (int panel = 0; panel < blockColumns; panel += PANEL) {
              VectorTiles.multiplyAddTurned(
                  blockRows,
                  blockInner,
                  packed,
                  PACKED_B + panel * blockInner,
                  out,
                  outBlock + panel,
                  outStride);
            }
          }
        }
      }
    }
  }

  /// Panels of PANEL columns, k after k.
  private static void pack(
      int columns, int inner, float[] b, int bOffset, int bStride, float[] packed) {
    int to = PACKED_B;
    for (int j = 0; j < columns; j += PANEL) {
      for (int k = 0; k < inner; k++) {
        int from = bOffset + k * bStride + j;
        for (int l = 0; l < PANEL; l += LANES) {
          FloatVector.fromArray(SPECIES, b, from + l).intoArray(packed, to + l);
        }
        to += PANEL;
      }
    }
  }

  /// Strips of a few rows, k after k. Where a is a transposed matrix they are copied in vectors
  /// that reach beyond the strip; what is too much the next one overwrites.
  private static void turn(
      int rows,
      int inner,
      float[] a,
      int aOffset,
      int aRowStride,
      int aInnerStride,
      float[] packed) {
    int inVectors = aRowStride == 1 && aInnerStride >= LANES ? inner - 1 : 0;
    int to = 0;
    int height;
    for (int i = 0; i < rows; i += height) {
      height = VectorTiles.height(rows - i);
      int from = aOffset + i * aRowStride;
      for (int k = 0; k < inVectors; k++) {
        FloatVector.fromArray(SPECIES, a, from + k * aInnerStride)
            .intoArray(packed, to + k * VectorTiles.TURNED);
      }
      for (int k = inVectors; k < inner; k++) {
        for (int r = 0; r < height; r++) {
          packed[to + k * VectorTiles.TURNED + r] = a[from + r * aRowStride + k * aInnerStride];
        }
      }
      to += inner * VectorTiles.TURNED;
    }
  }
}
