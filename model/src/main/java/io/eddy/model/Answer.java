package io.eddy.model;

import io.eddy.model.anomaly.Verdict;
import io.eddy.model.network.Influence;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What one event is answered with: a verdict on the value that came, and the forecast of those to
/// come, in the series' own unit.
public final class Answer {

  private final double actual;
  private final double expected;
  private final double expectedLower;
  private final double expectedUpper;
  private final Verdict verdict;
  private final @Nullable Influence influence;
  private final long steps;
  private final int horizon;
  private final double[] fan; // lower (intervals, T), value (T), upper (intervals, T)

  Answer(
      double actual,
      double expected,
      double expectedLower,
      double expectedUpper,
      Verdict verdict,
      @Nullable Influence influence,
      long steps,
      int horizon,
      double[] fan) {
    this.actual = actual;
    this.expected = expected;
    this.expectedLower = expectedLower;
    this.expectedUpper = expectedUpper;
    this.verdict = verdict;
    this.influence = influence;
    this.steps = steps;
    this.horizon = horizon;
    this.fan = fan;
  }

  /// This forecast with the verdict of another answer: of an event whose own time has passed.
  public Answer judgedAs(Answer other) {
    return new Answer(
        other.actual,
        other.expected,
        other.expectedLower,
        other.expectedUpper,
        other.verdict,
        other.influence,
        steps,
        horizon,
        fan);
  }

  /// The value that came; if none did, the median that was forecast in its place.
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

  /// Whether the value should be looked at.
  public boolean anomaly() {
    return verdict.anomaly();
  }

  /// How rare the value is among this key's own, and in which way.
  public Verdict verdict() {
    return verdict;
  }

  /// The network's input that the missed forecast hung on most; nothing unless the value is an
  /// anomaly and a trained version had forecast it.
  public Optional<Influence> influence() {
    return Optional.ofNullable(influence);
  }

  /// Steps of this key so far, this one included.
  public long steps() {
    return steps;
  }

  /// Steps ahead that are forecast.
  public int horizon() {
    return horizon;
  }

  /// Intervals of every step, in the order of the spec's confidences.
  public int intervals() {
    return (fan.length / horizon - 1) / 2;
  }

  /// Lower bound of the leading interval `ahead` steps ahead, from 1.
  public double lower(int ahead) {
    return lower(0, ahead);
  }

  /// Lower bound of an interval `ahead` steps ahead, from 1.
  public double lower(int interval, int ahead) {
    return fan[interval * horizon + ahead - 1];
  }

  /// Forecast `ahead` steps ahead, from 1: the median, or the mean if that is what is forecast.
  public double value(int ahead) {
    return fan[intervals() * horizon + ahead - 1];
  }

  /// Upper bound of the leading interval `ahead` steps ahead, from 1.
  public double upper(int ahead) {
    return upper(0, ahead);
  }

  /// Upper bound of an interval `ahead` steps ahead, from 1.
  public double upper(int interval, int ahead) {
    return fan[(intervals() + 1 + interval) * horizon + ahead - 1];
  }
}
