package io.eddy.model.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowSampleTest {

  @Test
  void shouldTakeEveryRowOfAFew() {
    var sample = new RowSample(100, 100);

    for (int row = 0; row < 100; row++) {
      assertThat(sample.takesNext()).as("row %d", row).isTrue();
    }
  }

  /// Rows come key after key, and every so many steps is the same phase of a season.
  @ParameterizedTest
  @ValueSource(ints = {2, 7, 24, 168})
  void shouldTakeAboutTheSameShareOfEveryKeyAndPhase(int period) {
    int rows = 1_680_000;
    var sample = new RowSample(rows, rows / 7);
    int[] taken = new int[period];

    for (int row = 0; row < rows; row++) {
      taken[row % period] += sample.takesNext() ? 1 : 0;
    }

    double expected = rows / 7.0 / period;
    for (int count : taken) {
      assertThat((double) count).isCloseTo(expected, within(0.15 * expected));
    }
  }
}
