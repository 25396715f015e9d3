package io.eddy.processors.observation;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import java.util.OptionalLong;

/// Times as text: ISO 8601, from `2024-05` to `2024-05-01T12:00:00.123+02:00`; a blank may stand
/// for the `T`. What names no zone is UTC, what names no day is the first of the month.
final class TimeText {
  private static final int YEAR_MONTH_LENGTH = 7;
  private static final int DATE_LENGTH = 10;

  private TimeText() {}

  /// Epoch milliseconds, or empty if the text is no time.
  static OptionalLong parse(String text) {
    String trimmed = text.strip();
    try {
      return OptionalLong.of(instant(trimmed).toEpochMilli());
    } catch (DateTimeException | ArithmeticException e) {
      return OptionalLong.empty();
    }
  }

  private static Instant instant(String text) {
    if (text.length() <= YEAR_MONTH_LENGTH) {
      return YearMonth.parse(text).atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
    }
    if (text.length() <= DATE_LENGTH) {
      return LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
    }
    String joined =
        text.charAt(DATE_LENGTH) == ' '
            ? text.substring(0, DATE_LENGTH) + "T" + text.substring(DATE_LENGTH + 1)
            : text;
    TemporalAccessor parsed =
        DateTimeFormatter.ISO_DATE_TIME.parseBest(
            joined, OffsetDateTime::from, LocalDateTime::from);
    return switch (parsed) {
      case OffsetDateTime time -> time.toInstant();
      case LocalDateTime time -> time.toInstant(ZoneOffset.UTC);
      default -> throw new DateTimeException("neither with nor without a zone: " + text);
    };
  }
}
