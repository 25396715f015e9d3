package io.eddy.model;

/// What one event is answered with: a verdict on the value that came, and the forecast of those to
/// come, in the series' own unit.
public final class Answer {

  private final double actual;
  private final double expected;
  private final double expectedLower;
  private final double expectedUpper;
  private final boolean anomaly;
  private final long steps;
  private final double[] fan; // (3, T): lower, value, upper by step

  Answer(
      double actual,
      double expected,
      double expectedLower,
      double expectedUpper,
      boolean anomaly,
      long steps,
      double[] fan) {
    this.actual = actual;
    this.expected = expected;
    this.expectedLower = expectedLower;
    this.expectedUpper = expectedUpper;
    this.anomaly = anomaly;
    this.steps = steps;
    this.fan = fan;
  }

  /// The value that came.
  public double actual() {
    return actual;
  }

  /// What was forecast for it one step before; NaN if nothing was.
  public double expected() {
    return expected;
  }

  /// Lower bound of that forecast; NaN if there was none.
  public double expectedLower() {
    return expectedLower;
  }

  /// Upper bound of that forecast; NaN if there was none.
  public double expectedUpper() {
    return expectedUpper;
  }

  /// Whether the value lies so far outside its interval that it should be looked at.
  public boolean anomaly() {
    return anomaly;
  }

  /// Events of this key so far, this one included.
  public long steps() {
    return steps;
  }

  /// Steps ahead that are forecast.
  public int horizon() {
    return fan.length / 3;
  }

  /// Lower bound `ahead` steps ahead, from 1.
  public double lower(int ahead) {
    return fan[ahead - 1];
  }

  /// Forecast `ahead` steps ahead, from 1: the median.
  public double value(int ahead) {
    return fan[horizon() + ahead - 1];
  }

  /// Upper bound `ahead` steps ahead, from 1.
  public double upper(int ahead) {
    return fan[2 * horizon() + ahead - 1];
  }
}
