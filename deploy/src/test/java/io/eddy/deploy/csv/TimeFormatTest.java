package io.eddy.deploy.csv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DateTimeException;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeFormatTest {
  @ParameterizedTest
  @CsvSource({
    "1949-01, 1949-01-01T00:00:00Z",
    "2024-05-31, 2024-05-31T00:00:00Z",
    "2024-05-31T13:05, 2024-05-31T13:05:00Z",
    "2024-05-31 13:05:10, 2024-05-31T13:05:10Z",
    "2024-05-31T13:05:10.250Z, 2024-05-31T13:05:10.250Z",
    "2024-05-31T13:05:10+02:00, 2024-05-31T11:05:10Z",
    "1717160400000, 2024-05-31T13:00:00Z",
    "1717160400, 2024-05-31T13:00:00Z",
    "1717160400.25, 2024-05-31T13:00:00.250Z",
    "1, 1970-01-01T01:00:00Z",
    "0.5, 1970-01-01T00:30:00Z",
    "-3, 1969-12-31T21:00:00Z",
  })
  void shouldTellTheFormatFromTheFirstCell(String cell, String expected) {
    assertThat(Instant.ofEpochMilli(TimeFormat.detect(cell).millis(cell)))
        .isEqualTo(Instant.parse(expected));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "soon", "01-01", "2024-13-01", "31.05.2024", "NaN", "1e999999999"})
  void shouldRefuseWhatIsNoTime(String cell) {
    TimeFormat format = TimeFormat.detect(cell);

    assertThatThrownBy(() -> format.millis(cell)).isInstanceOf(DateTimeException.class);
    assertThat(format.expected()).contains("such as");
  }

  @ParameterizedTest
  @CsvSource({"step, 1e30", "millis, 99999999999999999999", "seconds, -1e25"})
  void shouldRefuseNumbersThatAreTooFarAway(String format, String cell) {
    assertThatThrownBy(() -> TimeFormat.named(format).millis(cell))
        .isInstanceOf(DateTimeException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "dd.MM.yyyy HH:mm, 31.05.2024 13:05, 2024-05-31T13:05:00Z",
    "dd.MM.yyyy, 31.05.2024, 2024-05-31T00:00:00Z",
    "MM/yyyy, 05/2024, 2024-05-01T00:00:00Z",
    "yyyy-MM-dd'T'HH:mm:ssXXX, 2024-05-31T13:05:00+02:00, 2024-05-31T11:05:00Z",
    "iso, 2024-05-31, 2024-05-31T00:00:00Z",
    "step, 2, 1970-01-01T02:00:00Z",
    "millis, 0, 1970-01-01T00:00:00Z",
  })
  void shouldReadTheFormatThatIsNamed(String format, String cell, String expected) {
    assertThat(Instant.ofEpochMilli(TimeFormat.named(format).millis(cell)))
        .isEqualTo(Instant.parse(expected));
  }

  @Test
  void shouldRefuseAPatternThatIsNone() {
    assertThatThrownBy(() -> TimeFormat.named("bogus {"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
