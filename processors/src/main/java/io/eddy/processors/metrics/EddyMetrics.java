package io.eddy.processors.metrics;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.metrics.Sensor;
import org.apache.kafka.common.metrics.Sensor.RecordingLevel;
import org.apache.kafka.common.metrics.stats.Avg;
import org.apache.kafka.common.metrics.stats.CumulativeCount;
import org.apache.kafka.common.metrics.stats.Max;
import org.apache.kafka.common.metrics.stats.Rate;
import org.apache.kafka.common.metrics.stats.Value;
import org.apache.kafka.common.metrics.stats.WindowedCount;
import org.apache.kafka.streams.StreamsMetrics;
import org.apache.kafka.streams.processor.api.ProcessorContext;

/// Every metric of Eddy, its name and its meaning, in Kafka's grammar and in the registry of the
/// Kafka Streams client, so that the usual exporters find them.
///
/// All stand in the group `stream-eddy-metrics` with the tags `thread-id` and `task-id`; sums over
/// tasks are the exporter's. Totals count what was processed, not what was committed: after a
/// failure they may be ahead of the topics.
///
/// One instance of a part belongs to one task and is closed with it.
public final class EddyMetrics {
  /// The group of all metrics of ours.
  public static final String GROUP = "stream-eddy-metrics";

  private EddyMetrics() {}

  /// What the forecasting task counts.
  public static final class Forecasts implements AutoCloseable {
    private final Sensors sensors;
    private final Sensor forecast;
    private final Sensor anomaly;
    private final Sensor deadLetter;
    private final Sensor late;
    private final Sensor duplicate;
    private final Sensor repaired;
    private final Sensor missing;
    private final Sensor redelivered;
    private final Sensor rewarmed;
    private final Sensor putOff;
    private final Sensor drift;
    private final Sensor cold;
    private final Sensor expired;
    private final Sensor unreadable;
    private final Sensor window;
    private final Sensor registryWait;
    private final Sensor decision;
    private final Sensor version;

    public Forecasts(ProcessorContext<?, ?> context) {
      sensors = new Sensors(context);
      forecast = sensors.counter("forecasts", "events answered");
      sensors.latency(
          forecast,
          "forecast-latency",
          "time from an event's arrival in the processor to its forwarded answer, in nanoseconds");
      anomaly = sensors.counter("anomalies", "events that are rare in their own series");
      deadLetter = sensors.counter("dead-letters", "events that could not be processed");
      late = sensors.counter("late-events", "events older than their series' newest");
      duplicate =
          sensors.counter("duplicate-events", "events at the same time as their series' newest");
      repaired =
          sensors.counter(
              "repaired-events",
              "late or repeated events that were put in their place, among the late and the"
                  + " duplicate");
      missing =
          sensors.counter("missing-steps", "steps of series whose value did not come or was null");
      redelivered =
          sensors.counter(
              "redelivered-events", "events read again after a failure, which stepped no state");
      rewarmed =
          sensors.counter(
              "rewarmed-keys", "series whose state was rebuilt from its ring under a new version");
      putOff =
          sensors.counter(
              "put-off-rewarms",
              "events answered by the version before, since the time for rebuilding states was used"
                  + " up");
      drift = sensors.counter("drifts", "times that the errors of the task's series have risen");
      cold = sensors.counter("new-keys", "series seen for the first time");
      expired =
          sensors.counter("expired-keys", "series whose state was given up after eddy.state.ttl");
      unreadable =
          sensors.counter(
              "unreadable-states",
              "series that started afresh because their stored state could not be used");
      window = sensors.counter("windows", "windows of history sent to the trainer");
      registryWait = sensors.counter("registry-waits", "events that waited for a newer decision");
      sensors.latency(
          registryWait,
          "registry-wait",
          "time that an event waited for a decision, in nanoseconds");
      decision = sensors.gauge("decision", "number of the decision that answers here");
      version =
          sensors.gauge("model-version", "version that answers here, 0 for the naive forecast");
    }

    /// An event was answered.
    public void forecast(long nanos) {
      forecast.record((double) nanos);
    }

    /// An event lay outside its interval.
    public void anomaly() {
      anomaly.record();
    }

    /// An event could not be processed.
    public void deadLetter() {
      deadLetter.record();
    }

    /// An event was older than its series' newest.
    public void late() {
      late.record();
    }

    /// An event had the time of its series' newest.
    public void duplicate() {
      duplicate.record();
    }

    /// A late or repeated event was put in its place.
    public void repaired() {
      repaired.record();
    }

    /// A series took steps without a value.
    public void missing(int steps) {
      for (int i = 0; i < steps; i++) {
        missing.record();
      }
    }

    /// Errors have risen.
    public void drift() {
      drift.record();
    }

    /// A key stayed under its version for now.
    public void putOff() {
      putOff.record();
    }

    /// An event was read again after a failure.
    public void redelivered() {
      redelivered.record();
    }

    /// A series' state was rebuilt under a new version.
    public void rewarmed() {
      rewarmed.record();
    }

    /// A series was seen for the first time.
    public void cold() {
      cold.record();
    }

    /// A series' state was given up since no event had come for long.
    public void expired() {
      expired.record();
    }

    /// A series started afresh because its stored state could not be used.
    public void unreadable() {
      unreadable.record();
    }

    /// A window was sent to the trainer.
    public void window() {
      window.record();
    }

    /// An event waited for a decision.
    public void registryWait(long nanos) {
      registryWait.record((double) nanos);
    }

    /// A decision answers here from now on.
    public void model(long decisionNumber, int modelVersion) {
      decision.record((double) decisionNumber);
      version.record(modelVersion);
    }

    @Override
    public void close() {
      sensors.close();
    }
  }

  /// What is counted where commands are obeyed.
  public static final class Controls implements AutoCloseable {
    private final Sensors sensors;
    private final Sensor forgotten;

    public Controls(ProcessorContext<?, ?> context) {
      sensors = new Sensors(context);
      forgotten = sensors.counter("forgotten-keys", "series that were forgotten as they were told");
    }

    /// A series' state was deleted because somebody said so.
    public void forgotten() {
      forgotten.record();
    }

    @Override
    public void close() {
      sensors.close();
    }
  }

  /// What the training task counts.
  public static final class Trainings implements AutoCloseable {
    private final Sensors sensors;
    private final Sensor consumed;
    private final Sensor started;
    private final Sensor finished;
    private final Sensor failed;
    private final Sensor candidate;
    private final Sensor heap;

    public Trainings(ProcessorContext<?, ?> context) {
      sensors = new Sensors(context);
      consumed = sensors.counter("training-windows", "windows that reached the trainer");
      started = sensors.counter("trainings-started", "trainings begun, continued ones included");
      finished = sensors.counter("trainings", "trainings that ended with a model");
      sensors.latency(finished, "training-time", "time of a training, in nanoseconds");
      failed = sensors.counter("training-failures", "trainings that ended without a model");
      candidate = sensors.counter("candidates", "models offered for promotion");
      heap = sensors.gauge("training-heap-bytes", "heap that windows for training take");
    }

    /// A window reached the trainer.
    public void windowConsumed() {
      consumed.record();
    }

    /// A training began.
    public void started() {
      started.record();
    }

    /// A training ended with a model.
    public void finished(long nanos) {
      finished.record((double) nanos);
    }

    /// A training ended without a model.
    public void failed() {
      failed.record();
    }

    /// A model was offered for promotion.
    public void candidate() {
      candidate.record();
    }

    /// Windows for training take this much heap now.
    public void heapBytes(long bytes) {
      heap.record((double) bytes);
    }

    @Override
    public void close() {
      sensors.close();
    }
  }

  /// What the rollout task counts.
  public static final class Rollouts implements AutoCloseable {
    private final Sensors sensors;
    private final Sensor candidate;
    private final Sensor refusal;
    private final Sensor decided;
    private final Sensor decision;
    private final Sensor version;

    public Rollouts(ProcessorContext<?, ?> context) {
      sensors = new Sensors(context);
      candidate =
          sensors.counter("candidates-decided", "candidates promoted, refused or known already");
      refusal =
          sensors.counter("model-refusals", "models that could not be used, here or elsewhere");
      decided = sensors.counter("decisions", "decisions published");
      decision = sensors.gauge("published-decision", "number of the newest decision published");
      version = sensors.gauge("published-version", "version that the newest decision names");
    }

    /// A candidate was promoted, refused or known already.
    public void candidate() {
      candidate.record();
    }

    /// A model could not be used.
    public void refusal() {
      refusal.record();
    }

    /// A decision was published.
    public void decision(long sequence, int championVersion) {
      decided.record();
      decision.record((double) sequence);
      version.record(championVersion);
    }

    @Override
    public void close() {
      sensors.close();
    }
  }

  /// The sensors of one task.
  private static final class Sensors {
    private final StreamsMetrics metrics;
    private final String task;
    private final Map<String, String> tags;
    private final List<Sensor> made = new ArrayList<>();

    Sensors(ProcessorContext<?, ?> context) {
      this.metrics = context.metrics();
      this.task = context.taskId().toString();
      this.tags = new LinkedHashMap<>();
      tags.put("thread-id", Thread.currentThread().getName());
      tags.put("task-id", task);
    }

    /// `name-total` and `name-rate` (per second).
    Sensor counter(String name, String what) {
      Sensor sensor = sensor(name);
      sensor.add(metric(name + "-total", "Total number of " + what), new CumulativeCount());
      sensor.add(
          metric(name + "-rate", "Number per second of " + what), new Rate(new WindowedCount()));
      return sensor;
    }

    /// `name-avg` and `name-max` of the values that a sensor records.
    void latency(Sensor sensor, String name, String what) {
      sensor.add(metric(name + "-avg", "Average " + what), new Avg());
      sensor.add(metric(name + "-max", "Greatest " + what), new Max());
    }

    /// The value recorded last.
    Sensor gauge(String name, String what) {
      Sensor sensor = sensor(name);
      sensor.add(metric(name, "The " + what), new Value());
      return sensor;
    }

    private Sensor sensor(String name) {
      Sensor sensor = metrics.addSensor("eddy-" + task + "-" + name, RecordingLevel.INFO);
      made.add(sensor);
      return sensor;
    }

    private MetricName metric(String name, String description) {
      return new MetricName(name, GROUP, description, tags);
    }

    void close() {
      made.forEach(metrics::removeSensor);
    }
  }
}
