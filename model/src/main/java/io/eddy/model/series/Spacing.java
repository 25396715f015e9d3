package io.eddy.model.series;

import java.nio.ByteBuffer;

/// How far apart one key's events are, learned from event to event.
///
/// A candidate, the mean of the spaces that agree with it, is known once nine of ten among the last
/// 16 and more do. Whatever fits no regular clock never reaches that: events at random, working
/// days, devices that report when something happens. Such a key's steps are its events.
final class Spacing {

  /// Share of the candidate by which a space may differ and still agree: a clock jitters, and a
  /// month has 28 to 31 days.
  private static final double TOLERANCE = 0.25;

  private static final int LEAST_SEEN = 16;

  /// Of which nine must agree.
  private static final int OF_TEN = 9;

  /// Once so many were seen both counts are halved, since clocks change.
  private static final int MEMORY = 256;

  /// The mean is one of this many spaces.
  private static final int AVERAGED = 64;

  private final Frequency frequency;
  private double step; // ms, the candidate; 0 as long as there is none
  private int seen;
  private int agreeing;

  Spacing(Frequency frequency) {
    this.frequency = frequency;
  }

  /// Takes the space between an event and the one before it.
  void observe(long millis) {
    if (!(frequency instanceof Frequency.Inferred) || millis <= 0) {
      return;
    }
    seen++;
    if (step > 0 && Math.abs(millis - step) <= TOLERANCE * step) {
      agreeing++;
      step += (millis - step) / Math.min(agreeing, AVERAGED);
    } else if (2 * agreeing < seen) {
      step = millis;
      agreeing = 1;
      seen = 1;
    }
    if (seen == MEMORY) {
      seen /= 2;
      agreeing /= 2;
    }
  }

  /// Milliseconds between two events, 0 if that is not known.
  double stepMillis() {
    return switch (frequency) {
      case Frequency.EveryEvent events -> 0;
      case Frequency.Every every -> every.step().toMillis();
      case Frequency.Inferred inferred ->
          seen >= LEAST_SEEN && 10 * agreeing >= OF_TEN * seen ? step : 0;
    };
  }

  void set(Spacing other) {
    step = other.step;
    seen = other.seen;
    agreeing = other.agreeing;
  }

  static int byteSize() {
    return Double.BYTES + 2 * Integer.BYTES;
  }

  void write(ByteBuffer to) {
    to.putDouble(step).putInt(seen).putInt(agreeing);
  }

  void read(ByteBuffer from) {
    step = from.getDouble();
    seen = from.getInt();
    agreeing = from.getInt();
  }
}
