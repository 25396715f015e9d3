package io.eddy.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MeasuresTest {

  private static final double ROUNDING = 1e-12;

  @ParameterizedTest
  @CsvSource({
    "100, 50, 66.66666666666667", // 200 · 50 / 150
    "-100, 50, 200",
    "3, 3, 0",
    "0, 5, 200",
    "0, 0, 0"
  })
  void shouldTakeThePercentageOfBothValues(double actual, double forecast, double expected) {
    assertThat(Measures.symmetricPercentage(actual, forecast))
        .isEqualTo(expected, within(ROUNDING));
  }

  @ParameterizedTest
  @CsvSource({"10, 6, 0.9, 3.6", "6, 10, 0.9, 0.4", "10, 6, 0.5, 2", "6, 6, 0.9, 0"})
  void shouldChargeAQuantileByItsLevel(
      double actual, double forecast, double level, double expected) {
    assertThat(Measures.pinball(actual, forecast, level)).isEqualTo(expected, within(ROUNDING));
  }

  @ParameterizedTest
  @CsvSource({
    "5, 4", // inside: the width alone
    "2, 44", // one below: 4 + 40 · 1
    "9, 84", // two above: 4 + 40 · 2
    "3, 4", "7, 4"
  })
  void shouldChargeWhatLiesOutsideTheInterval(double actual, double expected) {
    assertThat(Measures.interval(actual, 3, 7, Confidence.NINETY_FIVE))
        .isEqualTo(expected, within(1e-9));
  }

  @Test
  void shouldScaleByChangesOverASeasonOfTheKnownPart() {
    double[] values = {1, 2, 4, 8, 1000};

    assertThat(Measures.scale(values, 4, 1)).isEqualTo((1 + 2 + 4) / 3.0);
    assertThat(Measures.scale(values, 4, 2)).isEqualTo((3 + 6) / 2.0);
  }

  @Test
  void shouldScaleOnlyByPairsThatAreThere() {
    double[] values = {1, Double.NaN, 4, 5};

    assertThat(Measures.scale(values, 4, 1)).isEqualTo(1);
    assertThat(Measures.scale(values, 1, 1)).isNaN();
  }
}
