package io.eddy.deploy.backtest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The seasons that the training parts of real series show. That of weeks is a year, and within it
/// the quarter.
class SeasonsOfBenchmarksTest {

  @ParameterizedTest
  @CsvSource({
    "air-passengers, [12]",
    "m4-hourly, [24]",
    "m4-weekly, '[13, 52]'",
    "etth1, [24]",
    "etth2, [24]",
    "traffic-los, [288]",
    "exchange-rate, []",
    "shampoo, []"
  })
  void shouldBeThoseThatTheyAreKnownToHave(String name, String seasons) {
    assertThat(BenchmarkFiles.read(name).detectSeasons()).hasToString(seasons);
  }
}
