package io.eddy.processors.text;

import io.eddy.model.checkpoint.TranslatorCheckpoint;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.sequence.TextPair;
import io.eddy.model.sequence.TextTranslator;
import io.eddy.model.sequence.TrainedTranslator;
import io.eddy.model.sequence.Translation;
import io.eddy.model.sequence.TranslatorTraining;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.rollout.Decision;
import io.eddy.processors.rollout.ModelFormat;
import io.eddy.processors.token.TextTokenizer;
import io.eddy.processors.training.ExampleFormat;
import io.eddy.processors.training.TextExample;
import io.eddy.schemas.avro.AlignedWord;
import io.eddy.schemas.avro.MessageTranslation;
import io.eddy.schemas.avro.SourceWeight;
import io.eddy.schemas.serde.SchemaRegistry;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/// Translates messages. Words are what stands between blanks, punctuation and all, so that a
/// translation has punctuation, too.
public final class Translating
    implements AnnotationJob<TrainedTranslator, Annotated, TextExample, MessageTranslation> {

  /// Less of the attention is not worth its bytes: a network never looks away entirely.
  private static final double WEIGHT_MIN = 0.01;

  private final int bytesMax;
  private final int beams;

  /// The job of a configuration.
  public Translating(ProcessorsConfig config) {
    bytesMax = config.textMessageBytesMax();
    beams = config.translateBeams();
  }

  @Override
  public Class<MessageTranslation> answers() {
    return MessageTranslation.class;
  }

  @Override
  public ModelFormat<TrainedTranslator> format() {
    return new AnnotationFormat<>(TranslatorCheckpoint::read);
  }

  @Override
  public ExampleFormat<TextExample> examples() {
    return TextExample.TRANSLATIONS;
  }

  @Override
  public Function<Record<byte[], byte[]>, Message<Annotated>> reader(
      ProcessorsConfig config, SchemaRegistry schemas) {
    return new AnnotatedReader(config, schemas, TextTokenizer.WHITESPACE);
  }

  @Override
  public @Nullable TextExample example(Annotated message) {
    String known = known(message);
    String text = read(message);
    return known == null || !TranslatorTraining.hasWords(new TextPair(text, known))
        ? null
        : new TextExample(text, List.of(), known);
  }

  @Override
  public Function<Arrival<Annotated>, MessageTranslation> engine(
      Decision<TrainedTranslator> decision) {
    TrainedTranslator model = decision.model();
    if (model == null) {
      return arrival -> answer(arrival, decision).build();
    }
    TextTranslator translator = model.reader(beams, Kernels.best());
    return arrival ->
        translated(
            answer(arrival, decision),
            arrival.content(),
            translator.translate(read(arrival.content())));
  }

  private static MessageTranslation translated(
      MessageTranslation.Builder answer, Annotated message, Translation translation) {
    return answer
        .setTranslation(translation.text())
        .setLogProbability(translation.logProbability())
        .setAlignment(translation.words().stream().map(Translating::aligned).toList())
        .setTruncated(message.truncated() || translation.truncated())
        .build();
  }

  private static AlignedWord aligned(Translation.AlignedWord word) {
    return new AlignedWord(
        word.start(),
        word.end(),
        word.attention().stream()
            .filter(share -> share.weight() >= WEIGHT_MIN)
            .map(share -> new SourceWeight(share.start(), share.end(), share.weight()))
            .toList());
  }

  /// The message up to the last word that is read.
  private static String read(Annotated message) {
    return message.tokens().isEmpty()
        ? ""
        : message.text().substring(0, message.tokens().getLast().end());
  }

  /// The translation that it came with, as much of it as is read.
  private @Nullable String known(Annotated message) {
    String label = message.label();
    return label == null ? null : AnnotatedReader.cut(label, bytesMax);
  }

  private MessageTranslation.Builder answer(
      Arrival<Annotated> arrival, Decision<TrainedTranslator> decision) {
    return MessageTranslation.newBuilder()
        .setEventTime(arrival.time())
        .setKnownTranslation(known(arrival.content()))
        .setTruncated(arrival.content().truncated())
        .setModelVersion(decision.version())
        .setDecision(decision.sequence())
        .setMessages(arrival.messages())
        .setRedelivered(arrival.redelivered())
        .setInputPartition(arrival.origin().partition())
        .setInputOffset(arrival.origin().offset());
  }
}
