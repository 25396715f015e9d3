package io.eddy.model.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The inner loops of products of many rows: tiles of out that stay in registers while k passes.
///
/// A tile is bound by the fma units if it needs few enough loads, and all of them from L1: so it
/// passes over [#BLOCK_INNER] rows of a panel of b, a panel being [#PANEL] columns that lie in one
/// piece, row after row, as [PackedWeights] packs them. C2 moves loads of a loop body before the
/// fmas, so a tile needs a register for each accumulator **and** for most loads.
///
/// - 16 registers (AVX2): 4 rows by 2 vectors, 14 in use; the usual 6 by 2 spills.
/// - 32 registers (AVX-512): 6 rows by 4 vectors, 30 in use. 8 by 2 read half of each row of the
///   panel, which wastes half of the sets of L1, and load and store as many sums twice as often
///   (docs/performance.md has what training gained). 7 by 4 spills, at a third of the speed. Rows
///   that remain go by 8 and 4 times 2 vectors.
///
/// Strides of the panel (and of a, where it is turned) are constant: that lets C2 take the range
/// checks out of the loop, which it cannot with strides that it only knows at run time.
///
/// The text is flat, as vectors must not cross methods: one that C2 does not inline makes it box
/// them, 20 times slower.
final class VectorTiles {

  private static final VectorSpecies<Float> SPECIES = VectorKernels.SPECIES;
  private static final int LANES = SPECIES.length();

  /// 512-bit vectors come with 32 registers instead of 16.
  private static final boolean MANY_REGISTERS = LANES == 16;

  static final int PANEL = PackedWeights.PANEL;
  private static final int HALF_PANEL = PackedWeights.HALF_PANEL;

  /// How many rows of a panel, and columns of a, to pass over at a time: a panel's block is half of
  /// L1, or, with 512 bits, of the larger L1 that comes with them.
  static final int BLOCK_INNER = MANY_REGISTERS ? 128 : 64;

  /// How many rows of out, 4 KiB apart in many networks: 48 pages go into the first-level TLB (64
  /// on most processors), where 128 cost a fifth of the speed.
  static final int BLOCK_ROWS = 48;

  /// From one k to the next in a strip of a that lies turned, see [#height]. A power of two, and
  /// more than 6, as the address otherwise takes registers that C2 does not have.
  static final int TURNED = MANY_REGISTERS ? 8 : 4;

  private VectorTiles() {}

  /// Adds the product of a block of a and a block of a panel to out.
  ///
  /// @param rows a multiple of 4, at most BLOCK_ROWS
  /// @param inner at most BLOCK_INNER
  /// @param a (rows, inner), in rows of aStride
  /// @param panel (inner, PANEL)
  /// @param out (rows, PANEL)
  static void multiplyAdd(
      int rows,
      int inner,
      float[] a,
      int aOffset,
      int aStride,
      float[] panel,
      int offset,
      float[] out,
      int outOffset,
      int outStride) {
    int i = 0;
    if (MANY_REGISTERS) {
      for (; rows - i >= 6 && rows - i != 8; i += 6) {
        int aRow = aOffset + i * aStride;
        int outRow = outOffset + i * outStride;
        tile6x4(inner, a, aRow, aStride, panel, offset, out, outRow, outStride);
      }
    }
    if (i == rows) {
      return;
    }
    for (int j = 0; j < PANEL; j += 2 * LANES) {
      int r = i;
      if (MANY_REGISTERS) {
        for (; r + 8 <= rows; r += 8) {
          int aRow = aOffset + r * aStride;
          int outRow = outOffset + r * outStride;
          tile8x2(inner, a, aRow, aStride, panel, offset + j, out, outRow + j, outStride);
        }
      }
      for (; r < rows; r += 4) {
        int aRow = aOffset + r * aStride;
        int outRow = outOffset + r * outStride;
        tile4x2(inner, a, aRow, aStride, panel, offset + j, out, outRow + j, outStride);
      }
    }
  }

  /// The same with a panel of half the width.
  ///
  /// @param a (4, inner), in rows of aStride
  /// @param panel (inner, PANEL / 2)
  /// @param out (4, PANEL / 2)
  static void multiplyAddNarrow(
      int inner,
      float[] a,
      int aOffset,
      int aStride,
      float[] panel,
      int offset,
      float[] out,
      int outOffset,
      int outStride) {
    for (int j = 0; j < HALF_PANEL; j += 2 * LANES) {
      narrow4x2(inner, a, aOffset, aStride, panel, offset + j, out, outOffset + j, outStride);
    }
  }

  /// How many rows the next strip of a block has, of those that are left.
  static int height(int left) {
    return MANY_REGISTERS && left >= 6 && left != 8 ? 6 : 4; // 8 are two times 4
  }

  /// The same with a block of a that lies turned.
  ///
  /// @param rows a multiple of 4, at most BLOCK_ROWS
  /// @param inner at most BLOCK_INNER
  /// @param packed a in strips of [#height] rows, (inner, TURNED) each, from the array's start on,
  ///   and a panel, (inner, PANEL), from `offset` on; with two arrays C2 keeps their addresses in
  ///   vector registers and is a quarter slower
  /// @param out (rows, PANEL)
  static void multiplyAddTurned(
      int rows, int inner, float[] packed, int offset, float[] out, int outOffset, int outStride) {
    int strip = 0;
    int height;
    for (int i = 0; i < rows; i += height) {
      height = height(rows - i);
      int outRow = outOffset + i * outStride;
      if (height == 6) {
        turned6x4(inner, packed, strip, offset, out, outRow, outStride);
      } else {
        for (int j = 0; j < PANEL; j += 2 * LANES) {
          turned4x2(inner, packed, strip, offset + j, out, outRow + j, outStride);
        }
      }
      strip += inner * TURNED;
    }
  }

  private static void tile6x4(
      int inner,
      float[] a,
      int aOffset,
      int aStride,
      float[] panel,
      int offset,
      float[] out,
      int outOffset,
      int outStride) {
    int a1Offset = aOffset + aStride;
    int a2Offset = a1Offset + aStride;
    int a3Offset = a2Offset + aStride;
    int a4Offset = a3Offset + aStride;
    int a5Offset = a4Offset + aStride;
    int out1 = outOffset + outStride;
    int out2 = out1 + outStride;
    int out3 = out2 + outStride;
    int out4 = out3 + outStride;
    int out5 = out4 + outStride;
    FloatVector s00 = FloatVector.fromArray(SPECIES, out, outOffset);
    FloatVector s01 = FloatVector.fromArray(SPECIES, out, outOffset + LANES);
    FloatVector s02 = FloatVector.fromArray(SPECIES, out, outOffset + 2 * LANES);
    FloatVector s03 = FloatVector.fromArray(SPECIES, out, outOffset + 3 * LANES);
    FloatVector s10 = FloatVector.fromArray(SPECIES, out, out1);
    FloatVector s11 = FloatVector.fromArray(SPECIES, out, out1 + LANES);
    FloatVector s12 = FloatVector.fromArray(SPECIES, out, out1 + 2 * LANES);
    FloatVector s13 = FloatVector.fromArray(SPECIES, out, out1 + 3 * LANES);
    FloatVector s20 = FloatVector.fromArray(SPECIES, out, out2);
    FloatVector s21 = FloatVector.fromArray(SPECIES, out, out2 + LANES);
    FloatVector s22 = FloatVector.fromArray(SPECIES, out, out2 + 2 * LANES);
    FloatVector s23 = FloatVector.fromArray(SPECIES, out, out2 + 3 * LANES);
    FloatVector s30 = FloatVector.fromArray(SPECIES, out, out3);
    FloatVector s31 = FloatVector.fromArray(SPECIES, out, out3 + LANES);
    FloatVector s32 = FloatVector.fromArray(SPECIES, out, out3 + 2 * LANES);
    FloatVector s33 = FloatVector.fromArray(SPECIES, out, out3 + 3 * LANES);
    FloatVector s40 = FloatVector.fromArray(SPECIES, out, out4);
    FloatVector s41 = FloatVector.fromArray(SPECIES, out, out4 + LANES);
    FloatVector s42 = FloatVector.fromArray(SPECIES, out, out4 + 2 * LANES);
    FloatVector s43 = FloatVector.fromArray(SPECIES, out, out4 + 3 * LANES);
    FloatVector s50 = FloatVector.fromArray(SPECIES, out, out5);
    FloatVector s51 = FloatVector.fromArray(SPECIES, out, out5 + LANES);
    FloatVector s52 = FloatVector.fromArray(SPECIES, out, out5 + 2 * LANES);
    FloatVector s53 = FloatVector.fromArray(SPECIES, out, out5 + 3 * LANES);
    for (int k = 0; k < inner; k++) {
      int row = offset + k * PANEL;
      FloatVector b0 = FloatVector.fromArray(SPECIES, panel, row);
      FloatVector b1 = FloatVector.fromArray(SPECIES, panel, row + LANES);
      FloatVector b2 = FloatVector.fromArray(SPECIES, panel, row + 2 * LANES);
      FloatVector b3 = FloatVector.fromArray(SPECIES, panel, row + 3 * LANES);
      FloatVector a0 = FloatVector.broadcast(SPECIES, a[aOffset + k]);
      s00 = a0.fma(b0, s00);
      s01 = a0.fma(b1, s01);
      s02 = a0.fma(b2, s02);
      s03 = a0.fma(b3, s03);
      FloatVector a1 = FloatVector.broadcast(SPECIES, a[a1Offset + k]);
      s10 = a1.fma(b0, s10);
      s11 = a1.fma(b1, s11);
      s12 = a1.fma(b2, s12);
      s13 = a1.fma(b3, s13);
      FloatVector a2 = FloatVector.broadcast(SPECIES, a[a2Offset + k]);
      s20 = a2.fma(b0, s20);
      s21 = a2.fma(b1, s21);
      s22 = a2.fma(b2, s22);
      s23 = a2.fma(b3, s23);
      FloatVector a3 = FloatVector.broadcast(SPECIES, a[a3Offset + k]);
      s30 = a3.fma(b0, s30);
      s31 = a3.fma(b1, s31);
      s32 = a3.fma(b2, s32);
      s33 = a3.fma(b3, s33);
      FloatVector a4 = FloatVector.broadcast(SPECIES, a[a4Offset + k]);
      s40 = a4.fma(b0, s40);
      s41 = a4.fma(b1, s41);
      s42 = a4.fma(b2, s42);
      s43 = a4.fma(b3, s43);
      FloatVector a5 = FloatVector.broadcast(SPECIES, a[a5Offset + k]);
      s50 = a5.fma(b0, s50);
      s51 = a5.fma(b1, s51);
      s52 = a5.fma(b2, s52);
      s53 = a5.fma(b3, s53);
    }
    s00.intoArray(out, outOffset);
    s01.intoArray(out, outOffset + LANES);
    s02.intoArray(out, outOffset + 2 * LANES);
    s03.intoArray(out, outOffset + 3 * LANES);
    s10.intoArray(out, out1);
    s11.intoArray(out, out1 + LANES);
    s12.intoArray(out, out1 + 2 * LANES);
    s13.intoArray(out, out1 + 3 * LANES);
    s20.intoArray(out, out2);
    s21.intoArray(out, out2 + LANES);
    s22.intoArray(out, out2 + 2 * LANES);
    s23.intoArray(out, out2 + 3 * LANES);
    s30.intoArray(out, out3);
    s31.intoArray(out, out3 + LANES);
    s32.intoArray(out, out3 + 2 * LANES);
    s33.intoArray(out, out3 + 3 * LANES);
    s40.intoArray(out, out4);
    s41.intoArray(out, out4 + LANES);
    s42.intoArray(out, out4 + 2 * LANES);
    s43.intoArray(out, out4 + 3 * LANES);
    s50.intoArray(out, out5);
    s51.intoArray(out, out5 + LANES);
    s52.intoArray(out, out5 + 2 * LANES);
    s53.intoArray(out, out5 + 3 * LANES);
  }

  private static void tile8x2(
      int inner,
      float[] a,
      int aOffset,
      int aStride,
      float[] panel,
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
      int row = offset + k * PANEL;
      FloatVector b0 = FloatVector.fromArray(SPECIES, panel, row);
      FloatVector b1 = FloatVector.fromArray(SPECIES, panel, row + LANES);
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
      int aStride,
      float[] panel,
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
    FloatVector s01 = FloatVector.fromArray(SPECIES, out, outOffset + LANES);
    FloatVector s10 = FloatVector.fromArray(SPECIES, out, out1);
    FloatVector s11 = FloatVector.fromArray(SPECIES, out, out1 + LANES);
    FloatVector s20 = FloatVector.fromArray(SPECIES, out, out2);
    FloatVector s21 = FloatVector.fromArray(SPECIES, out, out2 + LANES);
    FloatVector s30 = FloatVector.fromArray(SPECIES, out, out3);
    FloatVector s31 = FloatVector.fromArray(SPECIES, out, out3 + LANES);
    for (int k = 0; k < inner; k++) {
      int row = offset + k * PANEL;
      FloatVector b0 = FloatVector.fromArray(SPECIES, panel, row);
      FloatVector b1 = FloatVector.fromArray(SPECIES, panel, row + LANES);
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
    s01.intoArray(out, outOffset + LANES);
    s10.intoArray(out, out1);
    s11.intoArray(out, out1 + LANES);
    s20.intoArray(out, out2);
    s21.intoArray(out, out2 + LANES);
    s30.intoArray(out, out3);
    s31.intoArray(out, out3 + LANES);
  }

  private static void narrow4x2(
      int inner,
      float[] a,
      int aOffset,
      int aStride,
      float[] panel,
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
    FloatVector s01 = FloatVector.fromArray(SPECIES, out, outOffset + LANES);
    FloatVector s10 = FloatVector.fromArray(SPECIES, out, out1);
    FloatVector s11 = FloatVector.fromArray(SPECIES, out, out1 + LANES);
    FloatVector s20 = FloatVector.fromArray(SPECIES, out, out2);
    FloatVector s21 = FloatVector.fromArray(SPECIES, out, out2 + LANES);
    FloatVector s30 = FloatVector.fromArray(SPECIES, out, out3);
    FloatVector s31 = FloatVector.fromArray(SPECIES, out, out3 + LANES);
    for (int k = 0; k < inner; k++) {
      int row = offset + k * HALF_PANEL;
      FloatVector b0 = FloatVector.fromArray(SPECIES, panel, row);
      FloatVector b1 = FloatVector.fromArray(SPECIES, panel, row + LANES);
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
    s01.intoArray(out, outOffset + LANES);
    s10.intoArray(out, out1);
    s11.intoArray(out, out1 + LANES);
    s20.intoArray(out, out2);
    s21.intoArray(out, out2 + LANES);
    s30.intoArray(out, out3);
    s31.intoArray(out, out3 + LANES);
  }

  private static void turned6x4(
      int inner,
      float[] packed,
      int aOffset,
      int offset,
      float[] out,
      int outOffset,
      int outStride) {
    int out1 = outOffset + outStride;
    int out2 = out1 + outStride;
    int out3 = out2 + outStride;
    int out4 = out3 + outStride;
    int out5 = out4 + outStride;
    FloatVector s00 = FloatVector.fromArray(SPECIES, out, outOffset);
    FloatVector s01 = FloatVector.fromArray(SPECIES, out, outOffset + LANES);
    FloatVector s02 = FloatVector.fromArray(SPECIES, out, outOffset + 2 * LANES);
    FloatVector s03 = FloatVector.fromArray(SPECIES, out, outOffset + 3 * LANES);
    FloatVector s10 = FloatVector.fromArray(SPECIES, out, out1);
    FloatVector s11 = FloatVector.fromArray(SPECIES, out, out1 + LANES);
    FloatVector s12 = FloatVector.fromArray(SPECIES, out, out1 + 2 * LANES);
    FloatVector s13 = FloatVector.fromArray(SPECIES, out, out1 + 3 * LANES);
    FloatVector s20 = FloatVector.fromArray(SPECIES, out, out2);
    FloatVector s21 = FloatVector.fromArray(SPECIES, out, out2 + LANES);
    FloatVector s22 = FloatVector.fromArray(SPECIES, out, out2 + 2 * LANES);
    FloatVector s23 = FloatVector.fromArray(SPECIES, out, out2 + 3 * LANES);
    FloatVector s30 = FloatVector.fromArray(SPECIES, out, out3);
    FloatVector s31 = FloatVector.fromArray(SPECIES, out, out3 + LANES);
    FloatVector s32 = FloatVector.fromArray(SPECIES, out, out3 + 2 * LANES);
    FloatVector s33 = FloatVector.fromArray(SPECIES, out, out3 + 3 * LANES);
    FloatVector s40 = FloatVector.fromArray(SPECIES, out, out4);
    FloatVector s41 = FloatVector.fromArray(SPECIES, out, out4 + LANES);
    FloatVector s42 = FloatVector.fromArray(SPECIES, out, out4 + 2 * LANES);
    FloatVector s43 = FloatVector.fromArray(SPECIES, out, out4 + 3 * LANES);
    FloatVector s50 = FloatVector.fromArray(SPECIES, out, out5);
    FloatVector s51 = FloatVector.fromArray(SPECIES, out, out5 + LANES);
    FloatVector s52 = FloatVector.fromArray(SPECIES, out, out5 + 2 * LANES);
    FloatVector s53 = FloatVector.fromArray(SPECIES, out, out5 + 3 * LANES);
    for (int k = 0; k < inner; k++) {
      int row = offset + k * PANEL;
      int column = aOffset + k * TURNED;
      FloatVector b0 = FloatVector.fromArray(SPECIES, packed, row);
      FloatVector b1 = FloatVector.fromArray(SPECIES, packed, row + LANES);
      FloatVector b2 = FloatVector.fromArray(SPECIES, packed, row + 2 * LANES);
      FloatVector b3 = FloatVector.fromArray(SPECIES, packed, row + 3 * LANES);
      FloatVector a0 = FloatVector.broadcast(SPECIES, packed[column]);
      s00 = a0.fma(b0, s00);
      s01 = a0.fma(b1, s01);
      s02 = a0.fma(b2, s02);
      s03 = a0.fma(b3, s03);
      FloatVector a1 = FloatVector.broadcast(SPECIES, packed[column + 1]);
      s10 = a1.fma(b0, s10);
      s11 = a1.fma(b1, s11);
      s12 = a1.fma(b2, s12);
      s13 = a1.fma(b3, s13);
      FloatVector a2 = FloatVector.broadcast(SPECIES, packed[column + 2]);
      s20 = a2.fma(b0, s20);
      s21 = a2.fma(b1, s21);
      s22 = a2.fma(b2, s22);
      s23 = a2.fma(b3, s23);
      FloatVector a3 = FloatVector.broadcast(SPECIES, packed[column + 3]);
      s30 = a3.fma(b0, s30);
      s31 = a3.fma(b1, s31);
      s32 = a3.fma(b2, s32);
      s33 = a3.fma(b3, s33);
      FloatVector a4 = FloatVector.broadcast(SPECIES, packed[column + 4]);
      s40 = a4.fma(b0, s40);
      s41 = a4.fma(b1, s41);
      s42 = a4.fma(b2, s42);
      s43 = a4.fma(b3, s43);
      FloatVector a5 = FloatVector.broadcast(SPECIES, packed[column + 5]);
      s50 = a5.fma(b0, s50);
      s51 = a5.fma(b1, s51);
      s52 = a5.fma(b2, s52);
      s53 = a5.fma(b3, s53);
    }
    s00.intoArray(out, outOffset);
    s01.intoArray(out, outOffset + LANES);
    s02.intoArray(out, outOffset + 2 * LANES);
    s03.intoArray(out, outOffset + 3 * LANES);
    s10.intoArray(out, out1);
    s11.intoArray(out, out1 + LANES);
    s12.intoArray(out, out1 + 2 * LANES);
    s13.intoArray(out, out1 + 3 * LANES);
    s20.intoArray(out, out2);
    s21.intoArray(out, out2 + LANES);
    s22.intoArray(out, out2 + 2 * LANES);
    s23.intoArray(out, out2 + 3 * LANES);
    s30.intoArray(out, out3);
    s31.intoArray(out, out3 + LANES);
    s32.intoArray(out, out3 + 2 * LANES);
    s33.intoArray(out, out3 + 3 * LANES);
    s40.intoArray(out, out4);
    s41.intoArray(out, out4 + LANES);
    s42.intoArray(out, out4 + 2 * LANES);
    s43.intoArray(out, out4 + 3 * LANES);
    s50.intoArray(out, out5);
    s51.intoArray(out, out5 + LANES);
    s52.intoArray(out, out5 + 2 * LANES);
    s53.intoArray(out, out5 + 3 * LANES);
  }

  private static void turned4x2(
      int inner,
      float[] packed,
      int aOffset,
      int offset,
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
      int row = offset + k * PANEL;
      int column = aOffset + k * TURNED;
      FloatVector b0 = FloatVector.fromArray(SPECIES, packed, row);
      FloatVector b1 = FloatVector.fromArray(SPECIES, packed, row + LANES);
      FloatVector a0 = FloatVector.broadcast(SPECIES, packed[column]);
      s00 = a0.fma(b0, s00);
      s01 = a0.fma(b1, s01);
      FloatVector a1 = FloatVector.broadcast(SPECIES, packed[column + 1]);
      s10 = a1.fma(b0, s10);
      s11 = a1.fma(b1, s11);
      FloatVector a2 = FloatVector.broadcast(SPECIES, packed[column + 2]);
      s20 = a2.fma(b0, s20);
      s21 = a2.fma(b1, s21);
      FloatVector a3 = FloatVector.broadcast(SPECIES, packed[column + 3]);
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
}
