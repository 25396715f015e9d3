package io.eddy.model;

import io.eddy.model.series.Phases;
import java.nio.ByteBuffer;

/// The one multi-step forecast of a key that waits for what happens.
///
/// A new one opens only some steps after the last one closed, see [Phases].
final class Ledger {

  private final int horizon;
  private final int intervals;
  private final double[] lower; // (intervals, T), in the series' own unit
  private final double[] upper; // (intervals, T)
  private long origin; // steps of the series when the forecast was made, 0 = none is open
  private long nextOrigin = 1;

  Ledger(int intervals, int horizon) {
    this.intervals = intervals;
    this.horizon = horizon;
    lower = new double[intervals * horizon];
    upper = new double[intervals * horizon];
  }

  /// Whether the forecast made now should wait here. One step ahead is checked on every event
  /// anyway.
  boolean isDue(long steps) {
    return horizon > 1 && origin == 0 && steps >= nextOrigin;
  }

  void open(long steps, Answer answer) {
    origin = steps;
    for (int interval = 0; interval < intervals; interval++) {
      for (int ahead = 1; ahead <= horizon; ahead++) {
        lower[interval * horizon + ahead - 1] = answer.lower(interval, ahead);
        upper[interval * horizon + ahead - 1] = answer.upper(interval, ahead);
      }
    }
  }

  /// Which step ahead of the open forecast this event is, 0 if none is open.
  ///
  /// @param steps of the series, this event included
  int ahead(long steps) {
    return origin == 0 ? 0 : (int) (steps - origin);
  }

  /// Whether this one and another wait for the same steps.
  boolean isAbreast(Ledger other) {
    return origin == other.origin;
  }

  /// Waits for another ledger's next forecast.
  void hold() {
    origin = 0;
    nextOrigin = Long.MAX_VALUE;
  }

  /// Whether the open forecast was made after so many steps.
  boolean openedAt(long steps) {
    return origin == steps && steps > 0;
  }

  double lower(int interval, int ahead) {
    return lower[interval * horizon + ahead - 1];
  }

  double upper(int interval, int ahead) {
    return upper[interval * horizon + ahead - 1];
  }

  boolean covers(int interval, int ahead, double actual) {
    return actual >= lower(interval, ahead) && actual <= upper(interval, ahead);
  }

  /// Closes the forecast once its last step has come.
  void closeIfThrough(long steps, long time) {
    if (ahead(steps) == horizon) {
      nextOrigin = steps + Phases.gap(origin, time, horizon);
      origin = 0;
    }
  }

  /// Drops the open forecast: it was made by other weights.
  void drop(long steps) {
    origin = 0;
    nextOrigin = steps;
  }

  int byteSize() {
    return 2 * Long.BYTES + 2 * lower.length * Double.BYTES;
  }

  void write(ByteBuffer to) {
    to.putLong(origin).putLong(nextOrigin);
    to.asDoubleBuffer().put(lower).put(upper);
    to.position(to.position() + 2 * lower.length * Double.BYTES);
  }

  void read(ByteBuffer from) {
    origin = from.getLong();
    nextOrigin = from.getLong();
    from.asDoubleBuffer().get(lower).get(upper);
    from.position(from.position() + 2 * lower.length * Double.BYTES);
  }
}
