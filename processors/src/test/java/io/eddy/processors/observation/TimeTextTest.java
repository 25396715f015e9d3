package io.eddy.processors.observation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeTextTest {

  @ParameterizedTest
  @CsvSource({
    "2024-05-01T12:00:00Z, 2024-05-01T12:00:00Z",
    "2024-05-01T12:00:00.123456Z, 2024-05-01T12:00:00.123Z",
    "2024-05-01T12:00:00+02:00, 2024-05-01T10:00:00Z",
    "2024-05-01T12:00+02:00, 2024-05-01T10:00:00Z",
    "2024-05-01T12:00:00, 2024-05-01T12:00:00Z",
    "2024-05-01 12:00:00, 2024-05-01T12:00:00Z",
    "2024-05-01T12:00, 2024-05-01T12:00:00Z",
    "2024-05-01, 2024-05-01T00:00:00Z",
    "2024-05, 2024-05-01T00:00:00Z",
    "' 1949-01 ', 1949-01-01T00:00:00Z",
  })
  void shouldReadIso8601(String text, Instant time) {
    assertThat(TimeText.parse(text)).isEqualTo(OptionalLong.of(time.toEpochMilli()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "now",
        "2024",
        "2024-13",
        "2024-02-30",
        "01.05.2024",
        "1714564800000",
        "2024-05-01T25:00:00Z",
        "2024-05-01T12:00:00Zx",
        "2024-05-01x12:00:00"
      })
  void shouldKnowWhatIsNoTime(String text) {
    assertThat(TimeText.parse(text)).isEmpty();
  }
}
