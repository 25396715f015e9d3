package io.eddy.deploy.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BenchTest {

  @Test
  void shouldMeasureEveryLineOfABench() {
    List<Line> lines = new ArrayList<>();

    Bench.ATTENTION.run(true, lines::add);

    assertThat(lines).hasSize(6);
    assertThat(lines)
        .allSatisfy(
            line -> {
              assertThat(line.bench()).isEqualTo("attention");
              assertThat(line.medianNs()).isPositive();
              assertThat(line.gflops()).isPositive();
              assertThat(line.peakShare()).isPositive();
            });
  }
}
