package io.eddy.processors.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.model.network.Forecaster;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.progress.DecisionKind;
import io.eddy.processors.progress.Progress;
import io.eddy.schemas.avro.ModelDecision;
import io.eddy.schemas.avro.ModelRecord;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Rollout and registry as one topology.
class ModelRegistryFeedTest {
  @TempDir private Path directory;

  private final ModelRegistry<Forecaster> registry =
      new ModelRegistry<>(new ForecasterFormat(Models.SPEC), "here");
  private final Progress progress = new Progress();

  private ProcessorsConfig config() {
    Map<String, Object> properties = new HashMap<>();
    properties.put("application.id", "eddy");
    properties.put("bootstrap.servers", "localhost:1");
    properties.put("state.dir", directory.toString());
    properties.put("eddy.hidden.size", Models.SPEC.hiddenSize());
    properties.put("eddy.horizon", Models.SPEC.horizon());
    properties.put("eddy.base", "naive");
    properties.put("eddy.lag.count", Models.SPEC.lagCount());
    properties.put("eddy.window.size", Models.SPEC.windowSize());
    return ProcessorsConfig.of(properties);
  }

  private Topology topology() {
    StreamsBuilder builder = new StreamsBuilder();
    ModelRegistryFeed.addTo(builder, config().topics(), registry);
    RolloutProcessor.addTo(builder, config(), Models.SCHEMAS, registry, progress);
    return builder.build();
  }

  private TopologyTestDriver driver() {
    Properties properties = new Properties();
    properties.putAll(config().kafkaProperties());
    return new TopologyTestDriver(topology(), properties);
  }

  private static TestInputTopic<byte[], byte[]> input(TopologyTestDriver driver, String topic) {
    return driver.createInputTopic(topic, new ByteArraySerializer(), new ByteArraySerializer());
  }

  @Test
  void shouldCarryACandidateIntoTheRegistry() {
    registry.onAdopted(
        decision ->
            progress.recordSwap(
                new Progress.Swap(decision.sequence(), decision.version(), decision.kind(), null)));
    try (TopologyTestDriver driver = driver()) {
      var candidates = input(driver, "eddy-candidates");
      for (ModelMessage message : Models.candidate(Models.SPEC, 1)) {
        candidates.pipeInput(
            Models.bytes(message.key()), Models.bytes(message.value().getContent()));
      }
      driver.advanceWallClockTime(Duration.ofSeconds(2));

      assertThat(registry.current().version()).isEqualTo(1);
      assertThat(progress.settled(0)).isTrue();
      var models =
          driver.createOutputTopic(
              "eddy-models",
              new StringDeserializer(),
              Models.SCHEMAS.serde(ModelRecord.class, "eddy-models").deserializer());
      List<KeyValue<String, ModelRecord>> sent = models.readKeyValuesToList();
      assertThat(sent.stream().map(record -> record.key))
          .containsExactly(
              "version/0000000001/chunk/00000",
              "version/0000000001/manifest",
              "decision/0000000000000000001");
      assertThat(sent.getLast().value.getContent()).isInstanceOf(ModelDecision.class);
    }
  }

  @Test
  void shouldKeepTheGlobalStoreEmpty() {
    try (TopologyTestDriver driver = driver()) {
      var models = input(driver, "eddy-models");
      for (ModelMessage message : Models.version(Models.candidate(Models.SPEC, 1), 1)) {
        models.pipeInput(Models.bytes(message.key()), Models.bytes(message.value().getContent()));
      }

      assertThat(registry.holds(1)).isTrue();
      var store = Objects.requireNonNull(driver.getKeyValueStore(ModelRegistryFeed.STORE));
      assertThat(store.approximateNumEntries()).isZero();
      assertThat(store.persistent()).isFalse();
    }
  }

  @Test
  void shouldOutliveAPoisonRecord() {
    try (TopologyTestDriver driver = driver()) {
      var models = input(driver, "eddy-models");
      models.pipeInput(Models.bytes("poison"), Models.bytes("poison"));
      for (ModelMessage message : Models.version(Models.candidate(Models.SPEC, 1), 1)) {
        models.pipeInput(Models.bytes(message.key()), Models.bytes(message.value().getContent()));
      }
      driver.advanceWallClockTime(Duration.ofSeconds(2));

      assertThat(registry.holds(1)).isTrue();
      assertThat(registry.refusals()).hasSize(1);
      assertThat(driver.producedTopicNames()).contains("eddy-models");
    }
  }

  @Test
  void shouldTellProgressOfEachSwap() {
    List<Progress.Swap> swaps = new ArrayList<>();
    registry.onAdopted(
        decision ->
            progress.recordSwap(
                new Progress.Swap(decision.sequence(), decision.version(), decision.kind(), null)));
    progress.onSwap(swaps::add);
    try (TopologyTestDriver driver = driver()) {
      var models = input(driver, "eddy-models");
      for (ModelMessage message : Models.version(Models.candidate(Models.SPEC, 1), 1)) {
        models.pipeInput(Models.bytes(message.key()), Models.bytes(message.value().getContent()));
      }
      ModelMessage decision = Models.decision(4, 3, 1);
      models.pipeInput(Models.bytes(decision.key()), Models.bytes(decision.value().getContent()));
    }

    assertThat(swaps).containsExactly(new Progress.Swap(4, 1, DecisionKind.PROMOTED, null));
  }

  @Test
  void shouldNameEverythingItself() {
    String description = topology().describe().toString();

    assertThat(description)
        .contains("rollout-source", "Processor: rollout", "models-sink", "models-source")
        .doesNotContain("KSTREAM-")
        .doesNotContain("KTABLE-");
  }
}
