package io.eddy.deploy.bench.stream;

import java.io.File;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.streams.StreamsMetrics;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.Punctuator;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;

/// A context that takes the time of what is forwarded, and whose stores take that of reads and
/// writes.
///
/// @param <K> keys of what is forwarded
/// @param <V> what is forwarded
final class TimedContext<K, V> implements ProcessorContext<K, V> {
  private final ProcessorContext<K, V> context;
  private final Stopwatch stopwatch;

  TimedContext(ProcessorContext<K, V> context, Stopwatch stopwatch) {
    this.context = context;
    this.stopwatch = stopwatch;
  }

  @Override
  public <L extends K, W extends V> void forward(Record<L, W> record) {
    context.forward(record);
  }

  @Override
  public <L extends K, W extends V> void forward(Record<L, W> record, String child) {
    if (!stopwatch.isRunning()) {
      context.forward(record, child);
      return;
    }
    long started = System.nanoTime();
    context.forward(record, child);
    stopwatch.forwarded(System.nanoTime() - started);
  }

  @Override
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // all stores are of bytes
  public <S extends StateStore> S getStateStore(String name) {
    return (S)
        new TimedStore((KeyValueStore<byte[], byte[]>) context.getStateStore(name), stopwatch);
  }

  @Override
  public String applicationId() {
    return context.applicationId();
  }

  @Override
  public TaskId taskId() {
    return context.taskId();
  }

  @Override
  public Optional<RecordMetadata> recordMetadata() {
    return context.recordMetadata();
  }

  @Override
  public Serde<?> keySerde() {
    return context.keySerde();
  }

  @Override
  public Serde<?> valueSerde() {
    return context.valueSerde();
  }

  @Override
  public File stateDir() {
    return context.stateDir();
  }

  @Override
  public StreamsMetrics metrics() {
    return context.metrics();
  }

  @Override
  public Cancellable schedule(Duration interval, PunctuationType type, Punctuator callback) {
    return context.schedule(interval, type, callback);
  }

  @Override
  public Cancellable schedule(
      Instant start, Duration interval, PunctuationType type, Punctuator callback) {
    return context.schedule(start, interval, type, callback);
  }

  @Override
  public void commit() {
    context.commit();
  }

  @Override
  public Map<String, Object> appConfigs() {
    return context.appConfigs();
  }

  @Override
  public Map<String, Object> appConfigsWithPrefix(String prefix) {
    return context.appConfigsWithPrefix(prefix);
  }

  @Override
  public long currentSystemTimeMs() {
    return context.currentSystemTimeMs();
  }

  @Override
  public long currentStreamTimeMs() {
    return context.currentStreamTimeMs();
  }
}
