package io.eddy.processors;

import io.eddy.model.sequence.TrainedLanguageModel;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.control.Update;
import io.eddy.processors.progress.Progress;
import io.eddy.processors.rollout.ModelRegistry;
import io.eddy.processors.state.SeriesStores;
import io.eddy.processors.text.LanguageModelFormat;
import io.eddy.processors.text.TextProcessor;
import io.eddy.processors.training.TrainingExecutor;
import io.eddy.processors.training.TrainingProcessor;
import io.eddy.schemas.avro.MessageScore;
import io.eddy.schemas.serde.SchemaRegistry;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;

/// Says how unexpected every message of a stream is, by a network that trains itself on that
/// stream.
///
/// ```
/// messages ──> eddy-text ──> answers, history, dead letters
/// control ───> eddy-control ───> history; same tasks, same store
/// history ───> eddy-training ──> candidates ──> rollout ──> models ──> model registry
/// ```
public final class TextStream {
  private static final Serde<byte[]> BYTES = Serdes.ByteArray();
  private static final List<String> STORES = List.of(SeriesStores.STATE);

  private TextStream() {}

  /// The whole application: reads `eddy.input.topic`, writes `answers`.
  ///
  /// @param publishing as for [Forecasting#publishWhen]
  public static Topology application(
      ProcessorsConfig config,
      SchemaRegistry schemas,
      Progress progress,
      BooleanSupplier publishing) {
    StreamsBuilder builder = ModelLife.builder(config);
    KStream<byte[], byte[]> messages = ModelLife.input(builder, config, "eddy-messages");
    var life = new ModelLife(builder, config, schemas, progress);
    ModelRegistry<TrainedLanguageModel> models =
        life.registry(new LanguageModelFormat(config.languageModelSpec()));
    life.train(
        TrainingProcessor.ofLanguageModels(
            config, schemas, models, progress, TrainingExecutor.shared(), publishing));
    KStream<byte[], SpecificRecord> all =
        life.events(messages)
            .process(new TextProcessor(config, schemas, models, progress), Named.as("eddy-text"));
    life.keepHistory(all, TextProcessor.HISTORY);
    life.keepDeadLetters(all, TextProcessor.DEAD_LETTERS);
    String answers = config.topics().forecasts();
    Serde<MessageScore> serde = schemas.serde(MessageScore.class, answers);
    ModelLife.branch(all, TextProcessor.ANSWERS, MessageScore.class)
        .to(
            answers,
            Produced.with(BYTES, serde)
                .withStreamPartitioner(OwnPartition.of(MessageScore::getInputPartition))
                .withName("eddy-answers-sink"));
    life.control(messages, STORES, MessageScore.class)
        .to(
            answers,
            Produced.with(BYTES, Update.serde(serde))
                .withStreamPartitioner(OwnPartition.of(Update::partition))
                .withName("eddy-control-answers-sink"));
    return builder.build(ModelLife.kafka(config));
  }

  /// Registers the schemas of all of Eddy's topics; see [Forecasting#registerSchemas].
  public static void registerSchemas(ProcessorsConfig config, SchemaRegistry registry) {
    ModelLife.registerSchemas(config.topics(), registry, MessageScore.getClassSchema());
  }
}
