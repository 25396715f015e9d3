package io.eddy.model.kernel;

/// A matrix of weights in the order in which products of one or a few rows read it: for
/// [Kernels#multiplyAddPacked] and [Kernels#multiplyAddBfloat16]. Packed once, read at every event.
///
/// The columns are cut into panels of 64, and a panel lies in one piece, row after row. So a
/// product walks through memory from front to end. In place it would jump from row to row, and the
/// rows of a network are a power of two apart: the same few cache sets, a new page each, and no
/// prefetch. The last panel has 32 or 64 columns, filled up with zeros. The order is the same for
/// every vector width.
///
/// **bf16** (8 bits of mantissa instead of 24) halves what an event reads, which is what its time
/// goes into. Two weights share an int: of a panel's columns, column l (low half) goes with the one
/// half a panel to the right of it (high half). The low half needs a shift before use. The high
/// half is used as it stands, as a float whose last 16 bits are the other weight; packing knows
/// that and picks the bits that make the whole nearest to the weight. Both are off by at most 2^-8
/// of the weight.
public final class PackedWeights {

  static final int PANEL = 64;
  static final int HALF_PANEL = 32;

  /// The magnitude that the high half takes for weights below it, where the low half is not zero:
  /// with the other weight's bits behind it, a zero would be a denormal, and each fma with one may
  /// cost a hundred cycles.
  private static final int TINY_BITS = Float.floatToRawIntBits(0x1p-100f);

  private static final int HIGHEST = 0x7f7f; // the largest finite bf16

  private PackedWeights() {}

  /// How many floats [#pack] gives; [#packBfloat16] gives half as many ints.
  public static int length(int inner, int columns) {
    return Math.multiplyExact(inner, filledUp(columns));
  }

  static int filledUp(int columns) {
    return (columns + HALF_PANEL - 1) & -HALF_PANEL;
  }

  /// The width of the panel that starts at a column: 64, or 32 for a last one.
  static int width(int columns, int start) {
    return Math.min(PANEL, filledUp(columns) - start);
  }

  /// Packs fp32 weights.
  ///
  /// @param weights (inner, columns) in rows of `stride` from `offset` on, read
  /// @return [#length] floats
  public static float[] pack(float[] weights, int offset, int stride, int inner, int columns) {
    float[] packed = new float[length(inner, columns)];
    pack(weights, offset, stride, inner, columns, packed);
    return packed;
  }

  /// Packs fp32 weights into an array that was packed into before: for training, where weights
  /// change but are read many times in between.
  ///
  /// @param weights (inner, columns) in rows of `stride` from `offset` on, read
  /// @param packed [#length] floats, overwritten but for what fills the last panel up
  public static void pack(
      float[] weights, int offset, int stride, int inner, int columns, float[] packed) {
    for (int start = 0; start < columns; start += PANEL) {
      int width = width(columns, start);
      int inside = Math.min(width, columns - start);
      for (int k = 0; k < inner; k++) {
        System.arraycopy(
            weights, offset + k * stride + start, packed, start * inner + k * width, inside);
      }
    }
  }

  /// Packs weights as bf16.
  ///
  /// @param weights (inner, columns) in rows of `stride` from `offset` on, read
  /// @return half of [#length] ints
  /// @throws IllegalArgumentException if a weight is NaN or infinite
  public static int[] packBfloat16(
      float[] weights, int offset, int stride, int inner, int columns) {
    int[] packed = new int[length(inner, columns) / 2];
    for (int start = 0; start < columns; start += PANEL) {
      int half = width(columns, start) / 2;
      for (int k = 0; k < inner; k++) {
        int row = offset + k * stride;
        int to = start / 2 * inner + k * half;
        for (int l = 0; l < half; l++) {
          int j = start + l;
          float low = j < columns ? weights[row + j] : 0f;
          float high = j + half < columns ? weights[row + j + half] : 0f;
          if (!Float.isFinite(low) || !Float.isFinite(high)) {
            throw new IllegalArgumentException(
                String.format(
                    "the weights of input %d to outputs %d and %d are %s and %s, but bf16 weights"
                        + " must be finite: use fp32, or find out why training gave these",
                    k, j, j + half, low, high));
          }
          packed[to + l] = pair(low, high);
        }
      }
    }
    return packed;
  }

  /// What stands at (k, j) of a packed matrix of bf16.
  static float bfloat16(int[] packed, int inner, int columns, int k, int j) {
    int start = j & -PANEL;
    int half = width(columns, start) / 2;
    int l = j - start;
    int at = start / 2 * inner + k * half;
    return l < half ? low(packed[at + l]) : high(packed[at + l - half]);
  }

  static float low(int pair) {
    return Float.intBitsToFloat(pair << 16);
  }

  static float high(int pair) {
    return Float.intBitsToFloat(pair);
  }

  private static int pair(float low, float high) {
    int lowBits = nearestBfloat16(low);
    return (nearestHighHalf(high, lowBits) << 16) | lowBits;
  }

  /// To nearest, ties to even; what would be denormal is 0, what would be infinite the largest.
  private static int nearestBfloat16(float x) {
    int bits = Float.floatToRawIntBits(x);
    int sign = (bits >>> 16) & 0x8000;
    int magnitude = bits & 0x7fff_ffff;
    int rounded = (magnitude + 0x7fff + ((magnitude >>> 16) & 1)) >>> 16;
    if (rounded < 0x80) {
      return 0;
    }
    return sign | Math.min(rounded, HIGHEST);
  }

  /// Of the halves beside x's own, the one that is nearest to x with the low bits behind it.
  private static int nearestHighHalf(float x, int lowBits) {
    int bits = Float.floatToRawIntBits(x);
    if (Math.abs(x) < Float.intBitsToFloat(TINY_BITS)) {
      return lowBits == 0 ? 0 : ((bits & 0x8000_0000) | TINY_BITS) >>> 16;
    }
    int sign = (bits >>> 16) & 0x8000;
    int own = (bits >>> 16) & 0x7fff;
    int nearest = own;
    double error = Double.MAX_VALUE;
    for (int half = own - 1; half <= Math.min(own + 1, HIGHEST); half++) {
      float value = Float.intBitsToFloat(((sign | half) << 16) | lowBits);
      double difference = Math.abs((double) value - x);
      if (difference < error) {
        nearest = half;
        error = difference;
      }
    }
    return sign | nearest;
  }
}
