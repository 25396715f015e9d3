package io.eddy.model.program;

/// Where a value's rows lie: row r starts at `offset + r * stride` of `values`, and its gradient at
/// the same place of `gradients`. A delay is the same array with another offset.
///
/// `gradients` is empty where nothing is learned through the value (inputs, and everything in a
/// stepper).
public final class Rows {

  static final float[] NONE = new float[0];

  final float[] values;
  final float[] gradients;
  final int offset;
  final int stride;

  Rows(float[] values, float[] gradients, int offset, int stride) {
    this.values = values;
    this.gradients = gradients;
    this.offset = offset;
    this.stride = stride;
  }

  /// No rows at all.
  public static Rows empty() {
    return new Rows(NONE, NONE, 0, 0);
  }

  static Rows withoutGradient(int rows, int width) {
    return new Rows(new float[rows * width], NONE, 0, width);
  }

  static Rows withGradient(int rows, int width) {
    return new Rows(new float[rows * width], new float[rows * width], 0, width);
  }

  /// The same rows seen from another place.
  Rows shifted(int elements) {
    return new Rows(values, gradients, offset + elements, stride);
  }

  /// The array that holds the values.
  public float[] values() {
    return values;
  }

  /// The array that holds the gradients, empty where there are none.
  public float[] gradients() {
    return gradients;
  }

  /// Distance of two rows.
  public int stride() {
    return stride;
  }

  /// Index of a row's first element, in both arrays.
  public int at(int row) {
    return offset + row * stride;
  }

  /// Whether gradients flow through this value.
  public boolean hasGradient() {
    return gradients.length > 0;
  }
}
