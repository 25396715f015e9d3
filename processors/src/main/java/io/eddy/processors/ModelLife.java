package io.eddy.processors;

import io.eddy.processors.config.NullMeaning;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.control.ControlProcessor;
import io.eddy.processors.control.Update;
import io.eddy.processors.observation.RecordTimestamps;
import io.eddy.processors.progress.Progress;
import io.eddy.processors.rollout.ModelFormat;
import io.eddy.processors.rollout.ModelRegistry;
import io.eddy.processors.rollout.ModelRegistryFeed;
import io.eddy.processors.rollout.RolloutProcessor;
import io.eddy.processors.topic.Topics;
import io.eddy.processors.training.TrainingProcessor;
import io.eddy.processors.training.TrainingSignal;
import io.eddy.schemas.avro.ControlCommand;
import io.eddy.schemas.avro.DeadLetter;
import io.eddy.schemas.avro.HistoryWindow;
import io.eddy.schemas.avro.ModelRecord;
import io.eddy.schemas.avro.WindowScore;
import io.eddy.schemas.serde.SchemaRegistry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.SequencedMap;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;

/// What every job has around the processor of its events, whatever its models are: training,
/// rollout and this instance's registry, connected by topics; history and dead letters; and
/// control, on the stores of the events.
final class ModelLife {
  private static final Serde<byte[]> BYTES = Serdes.ByteArray();

  private final StreamsBuilder builder;
  private final ProcessorsConfig config;
  private final Topics topics;
  private final SchemaRegistry schemas;
  private final Progress progress;

  ModelLife(
      StreamsBuilder builder, ProcessorsConfig config, SchemaRegistry schemas, Progress progress) {
    this.builder = builder;
    this.config = config;
    this.topics = config.topics();
    this.schemas = schemas;
    this.progress = progress;
  }

  /// What Kafka Streams is configured with.
  static Properties kafka(ProcessorsConfig config) {
    var kafka = new Properties();
    kafka.putAll(config.kafkaProperties());
    return kafka;
  }

  /// A builder for a whole application.
  static StreamsBuilder builder(ProcessorsConfig config) {
    return new StreamsBuilder(new TopologyConfig(new StreamsConfig(kafka(config))));
  }

  /// The user's topic.
  ///
  /// @param name of the source
  static KStream<byte[], byte[]> input(
      StreamsBuilder builder, ProcessorsConfig config, String name) {
    String topic =
        config
            .inputTopic()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        ProcessorsConfig.INPUT_TOPIC + " is missing: an application reads it"));
    return builder.stream(
        topic,
        Consumed.with(BYTES, BYTES).withTimestampExtractor(new RecordTimestamps()).withName(name));
  }

  /// The schemas of the values of all of Eddy's topics, in a fixed order.
  ///
  /// @param answers what the topic of answers holds
  static SequencedMap<String, Schema> schemas(Topics topics, Schema answers) {
    SequencedMap<String, Schema> schemas = new LinkedHashMap<>();
    schemas.put(topics.forecasts(), answers);
    schemas.put(topics.history(), HistoryWindow.getClassSchema());
    schemas.put(topics.scores(), WindowScore.getClassSchema());
    schemas.put(topics.candidates(), ModelRecord.getClassSchema());
    schemas.put(topics.models(), ModelRecord.getClassSchema());
    schemas.put(topics.deadLetters(), DeadLetter.getClassSchema());
    schemas.put(topics.control(), ControlCommand.getClassSchema());
    return schemas;
  }

  /// Registers schemas in their order.
  static void registerSchemas(SequencedMap<String, Schema> schemas, SchemaRegistry registry) {
    schemas.forEach((topic, schema) -> registry.idFor(SchemaRegistry.subject(topic), schema));
  }

  /// Adds rollout and registry.
  <M> ModelRegistry<M> registry(ModelFormat<M> format) {
    var models = new ModelRegistry<>(format, instance());
    models.onAdopted(
        decision ->
            progress.recordSwap(
                new Progress.Swap(
                    decision.sequence(),
                    decision.version(),
                    decision.kind(),
                    decision.shadow() == null ? null : decision.shadow().version())));
    ModelRegistryFeed.addTo(builder, topics, models);
    RolloutProcessor.addTo(builder, config, schemas, models, progress)
        .map(
            (key, round) -> KeyValue.pair(TrainingSignal.roundKey(), TrainingSignal.of(round)),
            Named.as("eddy-rounds"))
        .to(
            topics.history(),
            Produced.with(BYTES, schemas.serde(HistoryWindow.class, topics.history()))
                .withStreamPartitioner(new OtherPartitions())
                .withName("eddy-rounds-sink"));
    return models;
  }

  /// What refusals of this instance are signed with.
  private String instance() {
    Object clientId = config.kafkaProperties().get("client.id");
    return Optional.ofNullable(clientId)
        .map(Object::toString)
        .or(config::applicationId)
        .orElse("eddy");
  }

  /// Adds the training, from history to candidates.
  void train(TrainingProcessor<?> training) {
    builder.stream(
            topics.history(),
            Consumed.with(BYTES, BYTES)
                .withTimestampExtractor(new RecordTimestamps())
                .withOffsetResetPolicy(AutoOffsetReset.earliest())
                .withName("eddy-history-source"))
        .process(training, Named.as("eddy-training"))
        .to(
            topics.candidates(),
            Produced.with(Serdes.String(), schemas.serde(ModelRecord.class, topics.candidates()))
                .withName("eddy-candidates-sink"));
  }

  /// What there is to answer: without the records that say nothing but to forget their key.
  <V> KStream<byte[], V> events(KStream<byte[], V> input) {
    return config.inputNull() == NullMeaning.FORGET
        ? input.filterNot(ModelLife::isTombstone, Named.as("eddy-input-values"))
        : input;
  }

  @SuppressWarnings("NullAway") // Kafka Streams says nothing of nulls; records may have them.
  private static boolean isTombstone(byte[] key, Object value) {
    return key != null && value == null;
  }

  @SuppressWarnings("NullAway") // A tombstone stays one.
  private static byte[] nothing(Object value) {
    return null;
  }

  /// Obeys commands and tombstones of the input, beside the events and on their stores.
  ///
  /// @param stores that have an entry per key
  /// @return tombstones for the topic of answers
  <T> KStream<byte[], Update<T>> control(
      KStream<byte[], ?> input, List<String> stores, Class<T> answers) {
    KStream<byte[], byte[]> commands =
        builder.stream(
            topics.control(),
            Consumed.with(BYTES, BYTES)
                .withTimestampExtractor(new RecordTimestamps())
                .withOffsetResetPolicy(AutoOffsetReset.earliest())
                .withName("eddy-control-source"));
    if (config.inputNull() == NullMeaning.FORGET) {
      KStream<byte[], byte[]> tombstones =
          input
              .filter(ModelLife::isTombstone, Named.as("eddy-input-tombstones"))
              .mapValues(ModelLife::nothing, Named.as("eddy-input-forget"));
      commands = commands.merge(tombstones, Named.as("eddy-control-or-input"));
    }
    KStream<byte[], Update<? extends SpecificRecord>> updates =
        commands.process(
            new ControlProcessor(config, stores, progress),
            Named.as("eddy-control"),
            stores.toArray(String[]::new));
    updates(updates, ControlProcessor.HISTORY, HistoryWindow.class)
        .to(
            topics.history(),
            Produced.with(BYTES, Update.serde(schemas.serde(HistoryWindow.class, topics.history())))
                .withStreamPartitioner(OwnPartition.of(Update::partition))
                .withName("eddy-control-history-sink"));
    return updates(updates, ControlProcessor.ANSWERS, answers);
  }

  private static <T> KStream<byte[], Update<T>> updates(
      KStream<byte[], Update<? extends SpecificRecord>> all, String child, Class<T> type) {
    return all.mapValues(update -> update.as(type), Named.as(child));
  }

  /// Sends windows to the history, each to the partition of its key.
  void keepHistory(KStream<byte[], SpecificRecord> all, String child) {
    branch(all, child, HistoryWindow.class)
        .to(
            topics.history(),
            Produced.with(BYTES, schemas.serde(HistoryWindow.class, topics.history()))
                .withStreamPartitioner(OwnPartition.of(HistoryWindow::getPartition))
                .withName("eddy-history-sink"));
  }

  /// Sends dead letters to their topic.
  void keepDeadLetters(KStream<byte[], SpecificRecord> all, String child) {
    branch(all, child, DeadLetter.class)
        .to(
            topics.deadLetters(),
            Produced.with(BYTES, schemas.serde(DeadLetter.class, topics.deadLetters()))
                .withName("eddy-dead-letters-sink"));
  }

  /// The child that a processor forwards one kind of output to.
  static <T> KStream<byte[], T> branch(
      KStream<byte[], SpecificRecord> all, String child, Class<T> type) {
    return all.mapValues(type::cast, Named.as(child));
  }
}
