package io.eddy.processors.replay;

import io.eddy.processors.observation.Origin;
import java.io.File;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.metrics.Sensor;
import org.apache.kafka.common.metrics.Sensor.RecordingLevel;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsMetrics;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.Punctuator;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.StoreBuilder;
import org.jspecify.annotations.Nullable;

/// What a processor sees of Kafka Streams, for one task outside of it: stores in the heap, the
/// place of the record in process, and a list that takes what is forwarded. Nothing is scheduled:
/// what the clock does has no part in an answer.
///
/// @param <K> keys of what is forwarded
/// @param <V> what is forwarded
final class ReplayContext<K, V> implements ProcessorContext<K, V> {
  private final String application;
  private final TaskId task;
  private final Map<String, HeapStore> stores = new HashMap<>();
  private final Metrics metrics = new Metrics();
  private final List<Forward<V>> forwards = new ArrayList<>();
  private @Nullable Origin origin;
  private long streamTime;

  /// What was forwarded.
  ///
  /// @param child that it is for, empty for all
  record Forward<V>(String child, V value) {}

  ReplayContext(String application, int partition, Iterable<StoreBuilder<?>> builders) {
    this.application = application;
    this.task = new TaskId(0, partition);
    builders.forEach(builder -> stores.put(builder.name(), new HeapStore(builder.name())));
  }

  /// Starts with the next record.
  void at(Origin newOrigin, long timestamp) {
    origin = newOrigin;
    streamTime = Math.max(streamTime, timestamp);
    forwards.clear();
  }

  /// What was forwarded since the last record.
  List<Forward<V>> forwards() {
    return forwards;
  }

  HeapStore store(String name) {
    return Objects.requireNonNull(stores.get(name), name);
  }

  void close() {
    metrics.close();
  }

  @Override
  public <L extends K, W extends V> void forward(Record<L, W> record) {
    forward(record, "");
  }

  @Override
  public <L extends K, W extends V> void forward(Record<L, W> record, String child) {
    forwards.add(new Forward<>(child, record.value()));
  }

  @Override
  public String applicationId() {
    return application;
  }

  @Override
  public TaskId taskId() {
    return task;
  }

  @Override
  public Optional<RecordMetadata> recordMetadata() {
    return Optional.ofNullable(origin);
  }

  @Override
  public Serde<?> keySerde() {
    return Serdes.ByteArray();
  }

  @Override
  public Serde<?> valueSerde() {
    return Serdes.ByteArray();
  }

  @Override
  public File stateDir() {
    throw new UnsupportedOperationException("a replay has no directory");
  }

  @Override
  public StreamsMetrics metrics() {
    return new HeapMetrics(metrics);
  }

  @Override
  @SuppressWarnings({
    "unchecked",
    "TypeParameterUnusedInFormals"
  }) // As Kafka's own: the caller knows its store.
  public <S extends StateStore> S getStateStore(String name) {
    return (S) store(name);
  }

  @Override
  public Cancellable schedule(Duration interval, PunctuationType type, Punctuator callback) {
    return () -> {};
  }

  @Override
  public Cancellable schedule(
      Instant start, Duration interval, PunctuationType type, Punctuator callback) {
    return () -> {};
  }

  @Override
  public void commit() {
    // Nothing is written anywhere.
  }

  @Override
  public Map<String, Object> appConfigs() {
    return Map.of();
  }

  @Override
  public Map<String, Object> appConfigsWithPrefix(String prefix) {
    return Map.of();
  }

  @Override
  public long currentSystemTimeMs() {
    return System.currentTimeMillis();
  }

  @Override
  public long currentStreamTimeMs() {
    return streamTime;
  }

  /// Sensors that nobody reads.
  private record HeapMetrics(Metrics registry) implements StreamsMetrics {
    @Override
    public Map<MetricName, ? extends Metric> metrics() {
      return registry.metrics();
    }

    @Override
    public Sensor addLatencyRateTotalSensor(
        String scope, String entity, String operation, RecordingLevel level, String... tags) {
      return registry.sensor(scope + "." + entity + "." + operation, level);
    }

    @Override
    public Sensor addRateTotalSensor(
        String scope, String entity, String operation, RecordingLevel level, String... tags) {
      return registry.sensor(scope + "." + entity + "." + operation, level);
    }

    @Override
    public Sensor addSensor(String name, RecordingLevel level) {
      return registry.sensor(name, level);
    }

    @Override
    public Sensor addSensor(String name, RecordingLevel level, Sensor... parents) {
      return registry.sensor(name, level, parents);
    }

    @Override
    public void removeSensor(Sensor sensor) {
      registry.removeSensor(sensor.name());
    }
  }
}
