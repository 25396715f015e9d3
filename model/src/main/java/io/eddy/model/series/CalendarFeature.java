package io.eddy.model.series;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;

/// Where an event stands in a cycle of the calendar, as a point on a circle, so that the end of a
/// cycle lies beside its beginning.
public enum CalendarFeature {
  /// Time of day.
  HOUR_OF_DAY,
  /// Day of the week, Monday first, by the hour.
  DAY_OF_WEEK,
  /// Day of the year.
  DAY_OF_YEAR;

  private static final double DAY_SECONDS = 86_400;

  /// Inputs that one feature makes: sine and cosine.
  public static final int SIZE = 2;

  /// The angle as a share of the whole cycle, 0 to 1.
  private double share(ZonedDateTime time) {
    double day = time.toLocalTime().toSecondOfDay() / DAY_SECONDS;
    return switch (this) {
      case HOUR_OF_DAY -> day;
      case DAY_OF_WEEK -> (time.getDayOfWeek().getValue() - 1 + day) / 7;
      case DAY_OF_YEAR -> (time.getDayOfYear() - 1 + day) / time.toLocalDate().lengthOfYear();
    };
  }

  /// Writes sine and cosine of an event's place.
  ///
  /// @param timeMillis epoch milliseconds
  /// @param out overwritten from `offset` on, [#SIZE] floats
  void write(long timeMillis, ZoneId zone, float[] out, int offset) {
    double angle = 2 * Math.PI * share(Instant.ofEpochMilli(timeMillis).atZone(zone));
    out[offset] = (float) StrictMath.sin(angle);
    out[offset + 1] = (float) StrictMath.cos(angle);
  }
}
