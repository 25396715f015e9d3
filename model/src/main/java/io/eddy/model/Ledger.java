package io.eddy.model;

import java.nio.ByteBuffer;

/// The one multi-step forecast of a key that waits for what happens.
///
/// A new one opens only some steps after the last one closed, and that number is hashed from the
/// origin: locked to one phase of a season, intervals would be calibrated for that phase alone.
final class Ledger {

  private final double[] lower; // (T), in the series' own unit
  private final double[] upper; // (T)
  private long origin; // steps of the series when the forecast was made, 0 = none is open
  private long nextOrigin = 1;

  Ledger(int horizon) {
    lower = new double[horizon];
    upper = new double[horizon];
  }

  /// Whether the forecast made now should wait here. One step ahead is checked on every event
  /// anyway.
  boolean isDue(long steps) {
    return lower.length > 1 && origin == 0 && steps >= nextOrigin;
  }

  void open(long steps, Answer answer) {
    origin = steps;
    for (int ahead = 1; ahead <= lower.length; ahead++) {
      lower[ahead - 1] = answer.lower(ahead);
      upper[ahead - 1] = answer.upper(ahead);
    }
  }

  /// Which step ahead of the open forecast this event is, 0 if none is open.
  ///
  /// @param steps of the series, this event included
  int ahead(long steps) {
    return origin == 0 ? 0 : (int) (steps - origin);
  }

  boolean covers(int ahead, double actual) {
    return actual >= lower[ahead - 1] && actual <= upper[ahead - 1];
  }

  /// Closes the forecast once its last step has come.
  void closeIfThrough(long steps, long time) {
    if (ahead(steps) == lower.length) {
      long gap = Math.floorMod(mix(origin, time), lower.length);
      nextOrigin = steps + gap;
      origin = 0;
    }
  }

  private static long mix(long origin, long time) {
    long hash = (origin * 0x9E3779B97F4A7C15L) ^ time;
    hash = (hash ^ (hash >>> 30)) * 0xBF58476D1CE4E5B9L;
    return hash ^ (hash >>> 27);
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
