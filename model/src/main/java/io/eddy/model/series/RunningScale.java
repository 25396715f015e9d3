package io.eddy.model.series;

import java.nio.ByteBuffer;

/// What divides everything that a network sees of a series and multiplies everything it answers, so
/// that one network serves keys of any unit; see [ScaleUnit].
///
/// As differences it is a plain mean over the first `memory` absolute differences, then an
/// exponential one with that memory: differences, not deviations from a mean, because series
/// wander; absolute, not squared, so that one outlier cannot blow it up. As a deviation it is
/// Welford's (1962).
final class RunningScale {

  /// Two values at the ends of double's range differ by more than a double can hold.
  private static final double GREATEST_DIFFERENCE = 1e300;

  /// The square of a greater one could not be added up.
  private static final double GREATEST_DEVIATION = 1e150;

  private final ScaleUnit unit;
  private final int memory;
  private double scale;
  private double mean;
  private double squares;

  /// @param memory differences that the scale remembers
  RunningScale(ScaleUnit unit, int memory) {
    this.unit = unit;
    this.memory = memory;
  }

  /// Takes the next value.
  ///
  /// @param before the value before it; anything if it is the first
  /// @param count values so far, this one included
  void observe(double value, double before, long count) {
    switch (unit) {
      case DIFFERENCE, ERROR -> {
        if (count > 1) {
          double difference = Math.min(Math.abs(value - before), GREATEST_DIFFERENCE);
          scale += (difference - scale) / Math.min(count - 1, memory);
        }
      }
      case DEVIATION -> {
        double deviation = Math.clamp(value - mean, -GREATEST_DEVIATION, GREATEST_DEVIATION);
        mean = count == 1 ? value : mean + (value - mean) / count;
        if (count > 1) {
          squares += deviation * deviation * (count - 1) / count;
          scale = Math.sqrt(squares / count);
        }
      }
    }
  }

  /// The scale after the newest value; 0 as long as the series has not moved.
  double scale() {
    return scale;
  }

  /// The mean of all values so far; of a deviation only.
  double mean() {
    return mean;
  }

  /// The scale that is divided by: never so small that rounding noise would look like a signal.
  static double divisor(double scale, double value) {
    return Math.max(scale, Math.max(1e-9 * Math.abs(value), 1e-30));
  }

  void set(RunningScale other) {
    scale = other.scale;
    mean = other.mean;
    squares = other.squares;
  }

  static int byteSize() {
    return 3 * Double.BYTES;
  }

  void write(ByteBuffer to) {
    to.putDouble(scale).putDouble(mean).putDouble(squares);
  }

  void read(ByteBuffer from) {
    scale = from.getDouble();
    mean = from.getDouble();
    squares = from.getDouble();
  }
}
