package io.eddy.processors;

import io.eddy.model.sequence.TrainedLanguageModel;
import io.eddy.processors.config.Job;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.control.Update;
import io.eddy.processors.progress.Progress;
import io.eddy.processors.rollout.ModelRegistry;
import io.eddy.processors.state.SeriesStores;
import io.eddy.processors.text.AnnotationJob;
import io.eddy.processors.text.AnnotationProcessor;
import io.eddy.processors.text.Captioning;
import io.eddy.processors.text.Classifying;
import io.eddy.processors.text.LanguageModelFormat;
import io.eddy.processors.text.Tagging;
import io.eddy.processors.text.TextProcessor;
import io.eddy.processors.text.Translating;
import io.eddy.processors.training.TrainingExecutor;
import io.eddy.processors.training.TrainingProcessor;
import io.eddy.schemas.avro.MessageCaption;
import io.eddy.schemas.avro.MessageLabel;
import io.eddy.schemas.avro.MessageScore;
import io.eddy.schemas.avro.MessageTags;
import io.eddy.schemas.avro.MessageTranslation;
import io.eddy.schemas.serde.SchemaRegistry;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.BooleanSupplier;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;

/// Answers every message of a stream, by a network that trains itself on that stream: how
/// unexpected it is and how it goes on, by what its key said before; or its class, the tags of its
/// words, its translation, or a sentence about its vectors, by messages that came with theirs.
///
/// ```
/// messages ──> eddy-text ──> answers, history, dead letters
/// control ───> eddy-control ───> history; same tasks, same store
/// history ───> eddy-training ──> candidates ──> rollout ──> models ──> model registry
/// ```
public final class TextStream {
  private static final Serde<byte[]> BYTES = Serdes.ByteArray();
  private static final List<String> STORES = List.of(SeriesStores.STATE);

  private final ProcessorsConfig config;
  private final SchemaRegistry schemas;
  private final Progress progress;
  private final BooleanSupplier publishing;
  private final StreamsBuilder builder;
  private final ModelLife life;

  private TextStream(
      ProcessorsConfig config,
      SchemaRegistry schemas,
      Progress progress,
      BooleanSupplier publishing) {
    this.config = config;
    this.schemas = schemas;
    this.progress = progress;
    this.publishing = publishing;
    builder = ModelLife.builder(config);
    life = new ModelLife(builder, config, schemas, progress);
  }

  /// The whole application: reads `eddy.input.topic`, writes `answers`.
  ///
  /// @param publishing as for [Forecasting#publishWhen]
  public static Topology application(
      ProcessorsConfig config,
      SchemaRegistry schemas,
      Progress progress,
      BooleanSupplier publishing) {
    var stream = new TextStream(config, schemas, progress, publishing);
    switch (config.job()) {
      case LANGUAGE_MODEL, COMPLETE -> stream.remember();
      case CLASSIFY -> stream.annotate(new Classifying(), TrainingProcessor::ofClassifiers);
      case TAG -> stream.annotate(new Tagging(), TrainingProcessor::ofTaggers);
      case TRANSLATE -> stream.annotate(new Translating(config), TrainingProcessor::ofTranslators);
      case CAPTION -> stream.annotate(new Captioning(config), TrainingProcessor::ofCaptioners);
      case FORECAST ->
          throw new IllegalArgumentException(
              ProcessorsConfig.JOB + " is forecast, expected one that reads messages");
    }
    return stream.builder.build(ModelLife.kafka(config));
  }

  private void remember() {
    KStream<byte[], byte[]> messages = messages();
    ModelRegistry<TrainedLanguageModel> models =
        life.registry(new LanguageModelFormat(config.languageModelSpec()));
    life.train(
        TrainingProcessor.ofLanguageModels(
            config, schemas, models, progress, TrainingExecutor.shared(), publishing));
    answer(messages, new TextProcessor(config, schemas, models, progress), MessageScore.class);
  }

  /// Makes the trainer of versions that a registry holds.
  private interface Trainer<M> {
    TrainingProcessor<M> of(
        ProcessorsConfig config,
        SchemaRegistry schemas,
        ModelRegistry<M> registry,
        Progress progress,
        TrainingExecutor executor,
        BooleanSupplier publishing);
  }

  private <M, A extends SpecificRecord> void annotate(
      AnnotationJob<M, ?, ?, A> job, Trainer<M> trainer) {
    KStream<byte[], byte[]> messages = messages();
    ModelRegistry<M> models = life.registry(job.format());
    life.train(
        trainer.of(config, schemas, models, progress, TrainingExecutor.shared(), publishing));
    answer(
        messages, new AnnotationProcessor<>(job, config, schemas, models, progress), job.answers());
  }

  private KStream<byte[], byte[]> messages() {
    return ModelLife.input(builder, config, "eddy-messages");
  }

  private <A extends SpecificRecord> void answer(
      KStream<byte[], byte[]> messages,
      ProcessorSupplier<byte[], byte[], byte[], SpecificRecord> processor,
      Class<A> answerType) {
    KStream<byte[], SpecificRecord> all =
        life.events(messages).process(processor, Named.as("eddy-text"));
    life.keepHistory(all, TextProcessor.HISTORY);
    life.keepDeadLetters(all, TextProcessor.DEAD_LETTERS);
    String answers = config.topics().forecasts();
    Serde<A> serde = schemas.serde(answerType, answers);
    ModelLife.branch(all, TextProcessor.ANSWERS, answerType)
        .to(
            answers,
            Produced.with(BYTES, serde)
                .withStreamPartitioner(OwnPartition.of(TextStream::partition))
                .withName("eddy-answers-sink"));
    life.control(messages, STORES, answerType)
        .to(
            answers,
            Produced.with(BYTES, Update.serde(serde))
                .withStreamPartitioner(OwnPartition.of(Update::partition))
                .withName("eddy-control-answers-sink"));
  }

  /// The input partition that an answer names.
  private static int partition(SpecificRecord answer) {
    return switch (answer) {
      case MessageScore score -> score.getInputPartition();
      case MessageLabel label -> label.getInputPartition();
      case MessageTags tags -> tags.getInputPartition();
      case MessageTranslation translation -> translation.getInputPartition();
      case MessageCaption caption -> caption.getInputPartition();
      default -> throw new IllegalArgumentException(answer.getSchema() + " is no answer");
    };
  }

  /// What the answers of a job are.
  ///
  /// @throws IllegalArgumentException for the job that reads no messages
  public static Schema answers(Job job) {
    return switch (job) {
      case LANGUAGE_MODEL, COMPLETE -> MessageScore.getClassSchema();
      case CLASSIFY -> MessageLabel.getClassSchema();
      case TAG -> MessageTags.getClassSchema();
      case TRANSLATE -> MessageTranslation.getClassSchema();
      case CAPTION -> MessageCaption.getClassSchema();
      case FORECAST -> throw new IllegalArgumentException("a forecast reads no messages");
    };
  }

  /// Registers the schemas of all of Eddy's topics; see [Forecasting#registerSchemas].
  public static void registerSchemas(ProcessorsConfig config, SchemaRegistry registry) {
    ModelLife.registerSchemas(schemas(config), registry);
  }

  /// The schemas of the values of all of Eddy's topics, by topic, in a fixed order.
  public static SequencedMap<String, Schema> schemas(ProcessorsConfig config) {
    return ModelLife.schemas(config.topics(), answers(config.job()));
  }
}
