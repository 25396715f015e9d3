package io.eddy.deploy.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SparklineTest {
  @Test
  void shouldDrawFromTheSmallestToTheLargest() {
    assertThat(Sparkline.of(List.of(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0), 8))
        .isEqualTo("▁▂▃▄▅▆▇█");
  }

  @Test
  void shouldDrawTheLastValuesPaddedOnTheLeft() {
    assertThat(Sparkline.of(List.of(0.0, 1.0), 4)).isEqualTo("  ▁█");
    assertThat(Sparkline.of(List.of(9.0, 0.0, 1.0), 2)).isEqualTo("▁█");
    assertThat(Sparkline.of(List.of(), 3)).isEqualTo("   ");
    assertThat(Sparkline.of(List.of(1.0), 0)).isEmpty();
  }

  @Test
  void shouldDrawConstantsAtTheBottomAndGapsAsBlanks() {
    assertThat(Sparkline.of(List.of(5.0, 5.0), 2)).isEqualTo("▁▁");
    assertThat(Sparkline.of(List.of(0.0, Double.NaN, 1.0, Double.POSITIVE_INFINITY), 4))
        .isEqualTo("▁ █ ");
  }

  @Test
  void shouldDrawTheLargestNumbersThereAre() {
    assertThat(Sparkline.of(List.of(-Double.MAX_VALUE, 0.0, Double.MAX_VALUE), 3)).isEqualTo("▁▅█");
  }
}
