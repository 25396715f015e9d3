package io.eddy.model.series;

/// The mean absolute difference of neighbouring values: a plain mean over the first `memory`
/// differences, then an exponential one with that memory.
///
/// It divides everything that a network sees of a series and multiplies everything it answers, so
/// that one network serves keys of any unit. Differences, not deviations from a mean, because
/// series wander; absolute, not squared, so that one outlier cannot blow it up.
final class RunningScale {

  /// Two values at the ends of double's range differ by more than a double can hold.
  private static final double GREATEST_DIFFERENCE = 1e300;

  private RunningScale() {}

  /// @param before the scale before the new value
  /// @param difference the new value less the one before it
  /// @param differences differences seen, this one included
  /// @param memory differences that the scale remembers
  static double next(double before, double difference, long differences, int memory) {
    double rate = 1.0 / Math.min(differences, memory);
    return before + rate * (Math.min(Math.abs(difference), GREATEST_DIFFERENCE) - before);
  }

  /// The scale that is divided by: never so small that rounding noise would look like a signal.
  static double divisor(double scale, double value) {
    return Math.max(scale, Math.max(1e-9 * Math.abs(value), 1e-30));
  }
}
