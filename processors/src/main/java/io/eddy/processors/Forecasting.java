package io.eddy.processors;

import io.eddy.model.network.Forecaster;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.control.Update;
import io.eddy.processors.forecast.ForecastProcessor;
import io.eddy.processors.forecast.WarmUp;
import io.eddy.processors.observation.RecordTimestamps;
import io.eddy.processors.progress.Progress;
import io.eddy.processors.rollout.ForecasterFormat;
import io.eddy.processors.rollout.ModelRegistry;
import io.eddy.processors.state.SeriesStores;
import io.eddy.processors.topic.Topics;
import io.eddy.processors.training.TrainingExecutor;
import io.eddy.processors.training.TrainingProcessor;
import io.eddy.schemas.avro.Forecast;
import io.eddy.schemas.avro.Observation;
import io.eddy.schemas.avro.WindowScore;
import io.eddy.schemas.serde.SchemaRegistry;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.jspecify.annotations.Nullable;

/// Forecasts for every event of a stream, by a network that trains itself on that stream.
///
/// In an application of your own:
///
/// ```java
/// var builder = new StreamsBuilder();
/// KStream<String, Observation> measurements = …;
/// KStream<String, Forecast> forecasts =
///     Forecasting.on(builder, config).apply(measurements, Serdes.String());
/// ```
///
/// This adds everything to the builder: the forecasting of your stream, and as sub-topologies of
/// their own the training, the rollout and the feed of this instance's model registry, which are
/// connected by Eddy's topics. One builder takes one of it.
///
/// ```
/// observations ──> eddy-forecast ──> forecasts, history, scores, dead letters
/// control ───────> eddy-control ───> history; same tasks, same stores
/// history ───────> eddy-training ──> candidates
/// candidates, scores ──> rollout ──> models
/// models ────────> model registry, on every instance
/// ```
///
/// Bad input goes to the dead letters as an output, in the same transaction as everything else. So
/// an application needs no exception handler of its own, and must not set a
/// `processing.exception.handler` that continues: what throws here is not the record's fault, such
/// as a model that this instance has not seen yet, and the record would be lost instead of read
/// again.
public final class Forecasting {
  private static final Serde<byte[]> BYTES = Serdes.ByteArray();

  private final StreamsBuilder builder;
  private final ProcessorsConfig config;
  private final Topics topics;
  private @Nullable SchemaRegistry schemas;
  private Progress progress = new Progress();
  private BooleanSupplier publishing = () -> true;
  private Consumer<ModelRegistry<Forecaster>> onModels = models -> {};
  private boolean applied;
  private @Nullable KStream<byte[], Update<Forecast>> forgotten;

  private Forecasting(StreamsBuilder builder, ProcessorsConfig config) {
    this.builder = builder;
    this.config = config;
    this.topics = config.topics();
  }

  /// Forecasting that will be added to a builder.
  public static Forecasting on(StreamsBuilder builder, ProcessorsConfig config) {
    return new Forecasting(builder, config);
  }

  /// Uses this schema registry, which stays the caller's to close; otherwise one is made from the
  /// configuration's `schema.registry.url`.
  public Forecasting registry(SchemaRegistry registry) {
    this.schemas = registry;
    return this;
  }

  /// Reports to this progress.
  public Forecasting progress(Progress reported) {
    this.progress = reported;
    return this;
  }

  /// Publishes a finished training only while this is true. A driver that sends events in batches
  /// and wants the same result from every run says no until a batch is answered and its windows are
  /// consumed: otherwise a fast training could swap the model in the middle of the batch that
  /// triggered it. Polled by stream threads.
  public Forecasting publishWhen(BooleanSupplier publishingAllowed) {
    this.publishing = publishingAllowed;
    return this;
  }

  /// Hands over the registry of this instance's models while [#apply] runs, for whoever looks at
  /// stored states beside the stream: see [io.eddy.processors.forecast.StoredSeries].
  public Forecasting models(Consumer<ModelRegistry<Forecaster>> receiver) {
    this.onModels = receiver;
    return this;
  }

  /// Answers each record of a stream of bytes, read as `eddy.input.format` says. The stream's
  /// source should use [RecordTimestamps].
  ///
  /// @param observations one input topic's records, or those of a repartition topic
  /// @return one forecast per record that is not a dead letter, under the record's key
  public KStream<byte[], Forecast> apply(KStream<byte[], byte[]> observations) {
    SchemaRegistry registry = schemas();
    var life = new ModelLife(builder, config, registry, progress);
    ModelRegistry<Forecaster> models = addTrainingAndRollout(life, registry);
    var processor = ForecastProcessor.ofBytes(config, registry, models, progress);
    KStream<byte[], Forecast> forecasts =
        branches(
            life.events(observations).process(processor, Named.as("eddy-forecast")),
            life,
            registry);
    forgotten = life.control(observations, SeriesStores.NAMES, Forecast.class);
    return forecasts;
  }

  /// Answers each observation of a stream.
  ///
  /// @param keySerde of the stream's keys, each of which names a series; a key that it makes `null`
  ///   of is a dead letter
  /// @return one forecast per observation that is not a dead letter, under the observation's key
  public <K> KStream<K, Forecast> apply(KStream<K, Observation> observations, Serde<K> keySerde) {
    SchemaRegistry registry = schemas();
    var life = new ModelLife(builder, config, registry, progress);
    ModelRegistry<Forecaster> models = addTrainingAndRollout(life, registry);
    var processor = ForecastProcessor.ofObservations(config, models, progress);
    var keys = new SeriesKeys<>(keySerde, topics.forecasts());
    KStream<byte[], Observation> byBytes =
        observations.selectKey((key, value) -> keys.bytes(key), Named.as("eddy-key-to-bytes"));
    KStream<byte[], Forecast> forecasts =
        branches(
            life.events(byBytes).process(processor, Named.as("eddy-forecast")), life, registry);
    forgotten = life.control(byBytes, SeriesStores.NAMES, Forecast.class);
    return forecasts.map(
        (key, value) -> KeyValue.pair(keys.key(key), value), Named.as("eddy-bytes-to-key"));
  }

  /// The whole application: reads `eddy.input.topic`, writes `forecasts`.
  public static Topology application(
      ProcessorsConfig config, SchemaRegistry registry, Progress progress) {
    return application(config, registry, progress, () -> true, models -> {});
  }

  /// The whole application, for a driver that holds back trained models or looks at stored states.
  ///
  /// @param publishing see [#publishWhen]
  /// @param onModels see [#models]
  public static Topology application(
      ProcessorsConfig config,
      SchemaRegistry registry,
      Progress progress,
      BooleanSupplier publishing,
      Consumer<ModelRegistry<Forecaster>> onModels) {
    StreamsBuilder builder = ModelLife.builder(config);
    var forecasting =
        on(builder, config)
            .registry(registry)
            .progress(progress)
            .publishWhen(publishing)
            .models(onModels);
    KStream<byte[], byte[]> observations = ModelLife.input(builder, config, "eddy-observations");
    String forecasts = config.topics().forecasts();
    Serde<Forecast> serde = registry.serde(Forecast.class, forecasts);
    forecasting
        .apply(observations)
        .to(
            forecasts,
            Produced.with(BYTES, serde)
                .withStreamPartitioner(OwnPartition.of(Forecast::getInputPartition))
                .withName("eddy-forecasts-sink"));
    forecasting
        .forgotten()
        .to(
            forecasts,
            Produced.with(BYTES, Update.serde(serde))
                .withStreamPartitioner(OwnPartition.of(Update::partition))
                .withName("eddy-control-forecasts-sink"));
    return builder.build(ModelLife.kafka(config));
  }

  /// Registers the schemas of all of Eddy's topics in a fixed order, so that ids do not depend on
  /// which record is written first and no stream thread has to ask for one later. For before the
  /// start.
  ///
  /// @throws io.eddy.schemas.serde.SerdeException if the registry does not answer or refuses one
  public static void registerSchemas(ProcessorsConfig config, SchemaRegistry registry) {
    ModelLife.registerSchemas(schemas(config), registry);
  }

  /// The schemas of the values of all of Eddy's topics, by topic, in a fixed order.
  public static SequencedMap<String, Schema> schemas(ProcessorsConfig config) {
    return ModelLife.schemas(config.topics(), Forecast.getClassSchema());
  }

  private ModelRegistry<Forecaster> addTrainingAndRollout(ModelLife life, SchemaRegistry registry) {
    if (applied) {
      throw new IllegalStateException("forecasting was applied already, one builder takes one");
    }
    applied = true;
    WarmUp.run(config);
    ModelRegistry<Forecaster> models = life.registry(new ForecasterFormat(config.forecasterSpec()));
    onModels.accept(models);
    life.train(
        TrainingProcessor.ofForecasters(
            config, registry, models, progress, TrainingExecutor.shared(), publishing));
    return models;
  }

  /// Tombstones of the keys that were forgotten, for a topic of forecasts.
  private KStream<byte[], Update<Forecast>> forgotten() {
    return Objects.requireNonNull(forgotten, "forecasting was not applied yet");
  }

  /// Sends each kind of output where it belongs, and returns the forecasts.
  private KStream<byte[], Forecast> branches(
      KStream<byte[], SpecificRecord> all, ModelLife life, SchemaRegistry registry) {
    life.keepHistory(all, ForecastProcessor.HISTORY);
    ModelLife.branch(all, ForecastProcessor.SCORES, WindowScore.class)
        .to(
            topics.scores(),
            Produced.with(BYTES, registry.serde(WindowScore.class, topics.scores()))
                .withName("eddy-scores-sink"));
    life.keepDeadLetters(all, ForecastProcessor.DEAD_LETTERS);
    return ModelLife.branch(all, ForecastProcessor.FORECASTS, Forecast.class);
  }

  private SchemaRegistry schemas() {
    SchemaRegistry given = schemas;
    return given != null ? given : SchemaRegistry.from(config.kafkaProperties());
  }
}
