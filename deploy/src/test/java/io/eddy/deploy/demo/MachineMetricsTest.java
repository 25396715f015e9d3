package io.eddy.deploy.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class MachineMetricsTest {
  @Test
  void shouldReadThisMachineAndThisProcess() {
    var metrics = new MachineMetrics();
    metrics.read(0);

    Map<String, Double> values = metrics.read(50); // a tick at which all are due

    assertThat(values).containsKeys("jvm-allocated-bytes-per-second", "memory-percent");
    assertThat(values.values()).allMatch(Double::isFinite).allMatch(value -> value >= 0);
    assertThat(values.get("memory-percent")).isBetween(0.0, 100.0);
  }

  @Test
  void shouldReadOnlyWhatIsDue() {
    var metrics = new MachineMetrics();
    metrics.read(0);

    assertThat(metrics.read(1))
        .containsKey("jvm-allocated-bytes-per-second")
        .doesNotContainKey("memory-percent");
  }
}
