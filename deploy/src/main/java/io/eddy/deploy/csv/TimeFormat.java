package io.eddy.deploy.csv;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import java.util.Locale;
import java.util.regex.Pattern;

/// How a column of times is written, and what a cell of it means in milliseconds since 1970 (UTC).
///
/// | kind | looks like | means |
/// | --- | --- | --- |
/// | [Iso] | `1949-01`, `2024-05-31`, `2024-05-31T13:05`, `2024-05-31 13:05:10.5+02:00` | that moment; UTC where no offset stands; the first of the month |
/// | [EpochMillis] | `1717160400000` | milliseconds since 1970 |
/// | [EpochSeconds] | `1717160400` | seconds since 1970 |
/// | [Step] | `1`, `2`, `960` | a made-up time: so many hours after 1970 |
/// | [Custom] | as its pattern says | that moment |
public sealed interface TimeFormat {

  /// The time of one cell.
  ///
  /// @param cell without spaces around it
  /// @throws DateTimeException if the cell is not written like this; the message says what was
  ///   expected
  long millis(String cell);

  /// What this format expects, for messages.
  String expected();

  /// The format of a column whose first cell is this one: a number by its size, else ISO.
  ///
  /// Numbers below 100 million are steps (as epoch seconds they would lie in the first three years
  /// after 1970), up to 100 billion seconds, above that milliseconds.
  static TimeFormat detect(String firstCell) {
    if (!NumericCell.isNumber(firstCell)) {
      return new Iso();
    }
    double number = Math.abs(Double.parseDouble(firstCell));
    if (number < 1e8) {
      return new Step();
    }
    return number < 1e11 ? new EpochSeconds() : new EpochMillis();
  }

  /// The format that a user names: `iso`, `millis`, `seconds`, `step`, or a pattern of
  /// [DateTimeFormatter] such as `dd.MM.yyyy HH:mm`.
  ///
  /// @throws IllegalArgumentException if the pattern is not one
  static TimeFormat named(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "iso" -> new Iso();
      case "millis" -> new EpochMillis();
      case "seconds" -> new EpochSeconds();
      case "step" -> new Step();
      default -> new Custom(name);
    };
  }

  /// A date, a date and time, or a year and month, as ISO 8601 writes them; a space may stand for
  /// the `T`.
  record Iso() implements TimeFormat {
    private static final Pattern YEAR_MONTH = Pattern.compile("[+-]?\\d{4,9}-\\d{2}");
    private static final Pattern DATE = Pattern.compile("[+-]?\\d{4,9}-\\d{2}-\\d{2}");

    @Override
    public long millis(String cell) {
      if (YEAR_MONTH.matcher(cell).matches()) {
        return start(YearMonth.parse(cell).atDay(1));
      }
      if (DATE.matcher(cell).matches()) {
        return start(LocalDate.parse(cell));
      }
      String text = cell.replace(' ', 'T');
      TemporalAccessor parsed =
          DateTimeFormatter.ISO_DATE_TIME.parseBest(
              text, OffsetDateTime::from, LocalDateTime::from);
      return parsed instanceof OffsetDateTime offset
          ? offset.toInstant().toEpochMilli()
          : LocalDateTime.from(parsed).toInstant(ZoneOffset.UTC).toEpochMilli();
    }

    @Override
    public String expected() {
      return "an ISO date, date and time, or year-month, such as 2024-05-31, 2024-05-31T13:05 or"
          + " 2024-05";
    }
  }

  /// Milliseconds since 1970.
  record EpochMillis() implements TimeFormat {
    @Override
    public long millis(String cell) {
      return NumericCell.scaled(cell, 1);
    }

    @Override
    public String expected() {
      return "milliseconds since 1970, such as 1717160400000";
    }
  }

  /// Seconds since 1970, also with a fraction.
  record EpochSeconds() implements TimeFormat {
    @Override
    public long millis(String cell) {
      return NumericCell.scaled(cell, 1000);
    }

    @Override
    public String expected() {
      return "seconds since 1970, such as 1717160400";
    }
  }

  /// The number of a step; steps lie one hour apart, which is as good as any distance, for only
  /// their order counts.
  record Step() implements TimeFormat {
    static final long MILLIS_PER_STEP = 3_600_000;

    @Override
    public long millis(String cell) {
      return NumericCell.scaled(cell, MILLIS_PER_STEP);
    }

    @Override
    public String expected() {
      return "the number of a step, such as 1, 2, 3";
    }
  }

  /// As a pattern of [DateTimeFormatter] says; what the pattern leaves out is the first of the
  /// month, midnight, UTC.
  final class Custom implements TimeFormat {
    private final String pattern;
    private final DateTimeFormatter formatter;

    /// @throws IllegalArgumentException if the pattern is not one
    Custom(String pattern) {
      this.pattern = pattern;
      this.formatter = DateTimeFormatter.ofPattern(pattern, Locale.ROOT);
    }

    @Override
    public long millis(String cell) {
      TemporalAccessor parsed = formatter.parse(cell);
      if (parsed.isSupported(ChronoField.INSTANT_SECONDS)) {
        return Instant.from(parsed).toEpochMilli();
      }
      LocalDate date = parsed.query(TemporalQueries.localDate());
      if (date == null) {
        date = YearMonth.from(parsed).atDay(1);
      }
      LocalTime time = parsed.query(TemporalQueries.localTime());
      ZoneId zone = parsed.query(TemporalQueries.zone());
      return date.atTime(time == null ? LocalTime.MIDNIGHT : time)
          .atZone(zone == null ? ZoneOffset.UTC : zone)
          .toInstant()
          .toEpochMilli();
    }

    @Override
    public String expected() {
      return "a time written as \"" + pattern + "\"";
    }
  }

  private static long start(LocalDate day) {
    return day.atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli();
  }
}
