package io.eddy.processors.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class HistoryKeyTest {
  @Test
  void shouldCarrySlotAndSeries() {
    byte[] series = "pressure".getBytes(StandardCharsets.UTF_8);

    byte[] key = HistoryKey.of(19, series);

    assertThat(key).startsWith(0, 0, 0, 19).hasSize(4 + series.length);
    assertThat(HistoryKey.slot(key)).isEqualTo(19);
    assertThat(HistoryKey.series(key)).isEqualTo(series);
  }

  @Test
  void shouldCarryAnEmptySeriesKey() {
    assertThat(HistoryKey.series(HistoryKey.of(0, new byte[0]))).isEmpty();
  }

  @Test
  void shouldKnowWhatIsTooShort() {
    assertThat(HistoryKey.isValid(new byte[3])).isFalse();
    assertThat(HistoryKey.isValid(new byte[4])).isTrue();
  }
}
