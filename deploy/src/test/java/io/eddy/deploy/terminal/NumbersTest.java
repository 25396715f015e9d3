package io.eddy.deploy.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 1",
    "-1.5, -1.5",
    "0.01234, 0.012",
    "4.807, 4.81",
    "267.35, 267.4",
    "9999, 9999",
    "12345, 12.35k",
    "153385368, 153.4M",
    "-7.2e12, -7200G",
    "1e-9, 1e-09",
    "3e20, 3e+20",
    "NaN, -",
  })
  void shouldShortenMeasurements(double value, String expected) {
    assertThat(Numbers.measure(value)).isEqualTo(expected).hasSizeLessThanOrEqualTo(8);
  }

  @Test
  void shouldWriteTheSameInEveryLocale() {
    assertThat(Numbers.count(353_500)).isEqualTo("353,500");
    assertThat(Numbers.signed(0.523)).isEqualTo("+0.52");
    assertThat(Numbers.signed(-1e9)).isEqualTo("-99.99");
    assertThat(Numbers.signed(Double.NaN)).isEqualTo("-");
    assertThat(Numbers.percent(0.914)).isEqualTo("91 %");
    assertThat(Numbers.seconds(1234.56)).isEqualTo("1,234.6 s");
  }
}
