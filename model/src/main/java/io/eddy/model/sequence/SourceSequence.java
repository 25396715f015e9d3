package io.eddy.model.sequence;

import io.eddy.model.program.ProgramBuilder;

/// What an encoder reads of one message: symbols, or vectors of one width.
public final class SourceSequence {

  private final int length;
  private final int width;
  private final float[] values; // (length, width)

  private SourceSequence(int length, int width, float[] values) {
    this.length = length;
    this.width = width;
    this.values = values;
  }

  /// Symbols, in their order.
  public static SourceSequence ofSymbols(int... symbols) {
    float[] values = new float[symbols.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = symbols[i];
    }
    return new SourceSequence(symbols.length, 1, values);
  }

  /// Vectors, all as wide as the first; copied.
  ///
  /// @param vectors at least one
  public static SourceSequence ofVectors(float[][] vectors) {
    ProgramBuilder.require(vectors.length >= 1, "no vectors, expected at least 1");
    int width = vectors[0].length;
    float[] values = new float[vectors.length * width];
    for (int i = 0; i < vectors.length; i++) {
      ProgramBuilder.require(
          vectors[i].length == width,
          "vector " + i + " has " + vectors[i].length + " numbers, expected " + width);
      System.arraycopy(vectors[i], 0, values, i * width, width);
    }
    return new SourceSequence(vectors.length, width, values);
  }

  /// Symbols or vectors.
  public int length() {
    return length;
  }

  /// Numbers of an element, 1 for a symbol.
  public int width() {
    return width;
  }

  /// Writes an element, zeros behind the last.
  void write(int index, float[] out, int at) {
    for (int i = 0; i < width; i++) {
      out[at + i] = index < length ? values[index * width + i] : 0;
    }
  }
}
