package io.eddy.processors.rollout;

import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.metrics.EddyMetrics;
import io.eddy.processors.progress.Progress;
import io.eddy.schemas.avro.ModelRecord;
import io.eddy.schemas.avro.TrainingRound;
import io.eddy.schemas.avro.WindowScore;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/// The rollout's task over a real store and a real registry. What it forwards reaches the registry
/// only when a test delivers it, as on a broker; a restart keeps store and topic, and loses the
/// rest.
abstract class RolloutTask {
  static final long TIME = 1_714_564_800_000L;

  /// The topic `models`, in order, tombstones with null.
  final List<Map.Entry<String, @Nullable ModelRecord>> topic = new ArrayList<>();

  /// What asks trainers to join a round, in order.
  final List<TrainingRound> asked = new ArrayList<>();

  final KeyValueStore<String, byte[]> store =
      Stores.keyValueStoreBuilder(
              Stores.inMemoryKeyValueStore(RolloutStore.NAME), Serdes.String(), Serdes.ByteArray())
          .withLoggingDisabled()
          .build();
  final Progress progress = new Progress();
  ModelRegistry<Forecaster> registry =
      new ModelRegistry<>(new ForecasterFormat(Models.SPEC), "here");
  MockProcessorContext<String, SpecificRecord> context = new MockProcessorContext<>();
  Processor<byte[], byte[], String, SpecificRecord> rollout = start();
  int delivered;
  long offset;

  /// Settings besides those of the network.
  abstract Map<String, Object> settings();

  private ProcessorsConfig config(ForecasterSpec spec) {
    Map<String, Object> properties = new HashMap<>();
    properties.put("application.id", "eddy");
    properties.put("eddy.hidden.size", spec.hiddenSize());
    properties.put("eddy.horizon", spec.horizon());
    properties.put("eddy.base", "naive");
    properties.put("eddy.lag.count", spec.lagCount());
    properties.put("eddy.window.size", spec.windowSize());
    properties.put("eddy.models.kept", 2);
    properties.putAll(settings());
    return ProcessorsConfig.of(properties);
  }

  private Processor<byte[], byte[], String, SpecificRecord> start() {
    store.init(context.getStateStoreContext(), store);
    context.addStateStore(store);
    context.setCurrentSystemTimeMs(TIME);
    var started =
        new RolloutProcessor(config(Models.SPEC), Models.SCHEMAS, registry, progress).get();
    started.init(context);
    return started;
  }

  /// The task starts again, here or elsewhere: with its store, and a registry that has read the
  /// topic.
  void restart() {
    rollout.close();
    registry = new ModelRegistry<>(new ForecasterFormat(Models.SPEC), "elsewhere");
    delivered = 0;
    deliver();
    context = new MockProcessorContext<>();
    rollout = start();
  }

  @AfterEach
  void close() {
    rollout.close();
  }

  void process(String from, @Nullable Object content) {
    process(from, content == null ? null : Models.bytes(content));
  }

  @SuppressWarnings("NullAway") // Kafka's Record takes null values.
  void process(String from, byte @Nullable [] value) {
    context.setRecordMetadata(from, 0, offset++);
    rollout.process(new Record<>(Models.bytes("key"), value, TIME, new RecordHeaders()));
    collect();
  }

  void collect() {
    for (var captured : context.forwarded()) {
      if (captured.childName().orElseThrow().equals(RolloutProcessor.MODELS)) {
        topic.add(entry(captured.record().key(), (ModelRecord) captured.record().value()));
      } else {
        asked.add((TrainingRound) captured.record().value());
      }
    }
    context.resetForwards();
  }

  static Map.Entry<String, @Nullable ModelRecord> entry(String key, @Nullable ModelRecord value) {
    return new AbstractMap.SimpleImmutableEntry<>(key, value);
  }

  void offer(List<ModelMessage> candidate) {
    candidate.forEach(message -> process("eddy-candidates", message.value().getContent()));
  }

  void offer(long seed) {
    offer(Models.candidate(Models.SPEC, seed));
  }

  /// The registry reads what it has not read yet.
  void deliver() {
    for (; delivered < topic.size(); delivered++) {
      var entry = topic.get(delivered);
      ModelRecord value = entry.getValue();
      registry.accept(
          "eddy-models",
          delivered,
          Models.bytes(entry.getKey()),
          value == null ? null : Models.bytes(value.getContent()));
    }
  }

  void review() {
    context.scheduledPunctuators().getFirst().getPunctuator().punctuate(TIME);
    collect();
  }

  List<String> keys() {
    return topic.stream().map(Map.Entry::getKey).toList();
  }

  <T> List<T> sent(Class<T> type) {
    List<T> found = new ArrayList<>();
    for (var entry : topic) {
      ModelRecord value = entry.getValue();
      if (value != null && type.isInstance(value.getContent())) {
        found.add(type.cast(value.getContent()));
      }
    }
    return found;
  }

  List<String> stored() {
    List<String> keys = new ArrayList<>();
    try (KeyValueIterator<String, byte[]> all = store.all()) {
      all.forEachRemaining(entry -> keys.add(entry.key));
    }
    return keys;
  }

  double metric(String name) {
    return context.metrics().metrics().entrySet().stream()
        .filter(entry -> entry.getKey().group().equals(EddyMetrics.GROUP))
        .filter(entry -> entry.getKey().name().equals(name))
        .mapToDouble(entry -> (double) entry.getValue().metricValue())
        .findFirst()
        .orElseThrow();
  }

  void score(WindowScore score) {
    byte[] bytes =
        Models.SCHEMAS
            .serde(WindowScore.class, "eddy-scores")
            .serializer()
            .serialize("eddy-scores", score);
    process("eddy-scores", Objects.requireNonNull(bytes));
  }
}
