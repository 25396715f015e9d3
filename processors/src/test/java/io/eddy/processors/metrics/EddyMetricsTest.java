package io.eddy.processors.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.junit.jupiter.api.Test;

class EddyMetricsTest {
  private final MockProcessorContext<Void, Void> context = new MockProcessorContext<>();

  private Map<MetricName, ? extends Metric> ours() {
    return context.metrics().metrics().entrySet().stream()
        .filter(entry -> entry.getKey().group().equals(EddyMetrics.GROUP))
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  private double value(String name) {
    return ours().entrySet().stream()
        .filter(entry -> entry.getKey().name().equals(name))
        .mapToDouble(entry -> ((Number) entry.getValue().metricValue()).doubleValue())
        .findFirst()
        .orElseThrow(() -> new AssertionError("no metric " + name + " in " + ours().keySet()));
  }

  @Test
  void shouldCountWhatTheForecastingTaskDoes() {
    try (var metrics = new EddyMetrics.Forecasts(context)) {
      metrics.forecast(1000);
      metrics.forecast(3000);
      metrics.anomaly();
      metrics.deadLetter();
      metrics.late();
      metrics.duplicate();
      metrics.repaired();
      metrics.missing(3);
      metrics.redelivered();
      metrics.rewarmed();
      metrics.cold();
      metrics.window();
      metrics.registryWait(500);
      metrics.model(9, 4);

      assertThat(value("forecasts-total")).isEqualTo(2);
      assertThat(value("forecasts-rate")).isPositive();
      assertThat(value("forecast-latency-avg")).isEqualTo(2000);
      assertThat(value("forecast-latency-max")).isEqualTo(3000);
      assertThat(value("anomalies-total")).isEqualTo(1);
      assertThat(value("dead-letters-total")).isEqualTo(1);
      assertThat(value("late-events-total")).isEqualTo(1);
      assertThat(value("duplicate-events-total")).isEqualTo(1);
      assertThat(value("repaired-events-total")).isEqualTo(1);
      assertThat(value("missing-steps-total")).isEqualTo(3);
      assertThat(value("redelivered-events-total")).isEqualTo(1);
      assertThat(value("rewarmed-keys-total")).isEqualTo(1);
      assertThat(value("new-keys-total")).isEqualTo(1);
      assertThat(value("windows-total")).isEqualTo(1);
      assertThat(value("registry-waits-total")).isEqualTo(1);
      assertThat(value("registry-wait-max")).isEqualTo(500);
      assertThat(value("decision")).isEqualTo(9);
      assertThat(value("model-version")).isEqualTo(4);
    }
  }

  @Test
  void shouldCountWhatTheTrainingTaskDoes() {
    try (var metrics = new EddyMetrics.Trainings(context)) {
      metrics.windowConsumed();
      metrics.windowConsumed();
      metrics.started();
      metrics.finished(7000);
      metrics.failed();
      metrics.candidate();
      metrics.heapBytes(123);

      assertThat(value("training-windows-total")).isEqualTo(2);
      assertThat(value("trainings-started-total")).isEqualTo(1);
      assertThat(value("trainings-total")).isEqualTo(1);
      assertThat(value("training-time-avg")).isEqualTo(7000);
      assertThat(value("training-failures-total")).isEqualTo(1);
      assertThat(value("candidates-total")).isEqualTo(1);
      assertThat(value("training-heap-bytes")).isEqualTo(123);
    }
  }

  @Test
  void shouldCountWhatTheRolloutDoes() {
    try (var metrics = new EddyMetrics.Rollouts(context)) {
      metrics.candidate();
      metrics.refusal();
      metrics.decision(5, 3);

      assertThat(value("candidates-decided-total")).isEqualTo(1);
      assertThat(value("model-refusals-total")).isEqualTo(1);
      assertThat(value("decisions-total")).isEqualTo(1);
      assertThat(value("published-decision")).isEqualTo(5);
      assertThat(value("published-version")).isEqualTo(3);
    }
  }

  @Test
  void shouldNameTheTaskOfEachMetricAndSayWhatItMeans() {
    try (var forecasts = new EddyMetrics.Forecasts(context);
        var trainings = new EddyMetrics.Trainings(context);
        var rollouts = new EddyMetrics.Rollouts(context)) {
      forecasts.anomaly();
      trainings.started();
      rollouts.refusal();

      assertThat(ours().keySet())
          .hasSizeGreaterThan(40)
          .allSatisfy(
              name -> {
                assertThat(name.tags()).containsEntry("task-id", context.taskId().toString());
                assertThat(name.tags()).containsKey("thread-id");
                assertThat(name.description()).matches("[A-Z].{15,}");
              });
    }
  }

  @Test
  void shouldLeaveNothingBehindWhenClosed() {
    var metrics = new EddyMetrics.Forecasts(context);
    assertThat(new TreeSet<>(ours().keySet().stream().map(MetricName::name).toList()))
        .contains("forecasts-total");

    metrics.close();

    assertThat(ours()).isEmpty();
  }
}
