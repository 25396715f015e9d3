package io.eddy.benchmarks.race;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ComparisonTest {

  private static final Comparison COMPARISON =
      new Comparison("ratio", List.of("slow", "fast", "absent"), "Eddy", Map.of());

  @Test
  void shouldCompareWithTheFastestPeer() {
    Map<String, Heat.Time> times =
        Map.of(
            "slow",
            new Heat.Time(900, 0),
            "fast",
            new Heat.Time(300, 0),
            "Eddy",
            new Heat.Time(100, 0));

    double ratio = COMPARISON.ratio(times);

    assertThat(ratio).isCloseTo(3, within(1e-9));
  }

  @Test
  void shouldGiveNoRatioWithoutEddy() {
    double ratio = COMPARISON.ratio(Map.of("fast", new Heat.Time(300, 0)));

    assertThat(ratio).isNaN();
  }

  @ParameterizedTest
  @CsvSource({"10, reached", "9.99, enough", "7.2, enough", "7.19, missed"})
  void shouldSayWhetherAGoalIsReached(double ratio, String expected) {
    Comparison.Goal goal = Comparison.Goal.of(10, 8);

    String verdict = goal.verdict(ratio);

    assertThat(verdict).isEqualTo(expected);
  }
}
