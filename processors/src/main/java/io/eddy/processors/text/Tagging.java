package io.eddy.processors.text;

import io.eddy.model.checkpoint.TaggerCheckpoint;
import io.eddy.model.evaluation.SpanScore;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.sequence.AnnotatedText;
import io.eddy.model.sequence.TextTagger;
import io.eddy.model.sequence.TrainedTagger;
import io.eddy.model.text.Token;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.rollout.Decision;
import io.eddy.processors.rollout.ModelFormat;
import io.eddy.processors.training.ExampleFormat;
import io.eddy.processors.training.TextExample;
import io.eddy.schemas.avro.MessageTags;
import io.eddy.schemas.avro.TextSpan;
import io.eddy.schemas.avro.TokenTag;
import io.eddy.schemas.serde.SchemaRegistry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/// Tags the words of messages.
public final class Tagging
    implements AnnotationJob<TrainedTagger, Annotated, TextExample, MessageTags> {

  /// The job.
  public Tagging() {}

  @Override
  public Class<MessageTags> answers() {
    return MessageTags.class;
  }

  @Override
  public ModelFormat<TrainedTagger> format() {
    return new AnnotationFormat<>(TaggerCheckpoint::read);
  }

  @Override
  public ExampleFormat<TextExample> examples() {
    return TextExample.ANNOTATIONS;
  }

  @Override
  public Function<Record<byte[], byte[]>, Message<Annotated>> reader(
      ProcessorsConfig config, SchemaRegistry schemas) {
    return new AnnotatedReader(config, schemas, config.textTokenizer());
  }

  @Override
  public @Nullable TextExample example(Annotated message) {
    List<String> tags = message.tags();
    if (tags == null) {
      return null;
    }
    int words = message.tokens().size();
    if (message.truncated() ? tags.size() < words : tags.size() != words) {
      throw new IllegalArgumentException(
          "there are "
              + tags.size()
              + " tags for "
              + words
              + " words, expected one for each: "
              + message.words().stream().limit(10).toList());
    }
    return words > 0 ? message.example() : null;
  }

  @Override
  public Function<Arrival<Annotated>, MessageTags> engine(Decision<TrainedTagger> decision) {
    TrainedTagger model = decision.model();
    if (model == null) {
      return arrival -> answer(arrival, decision).build();
    }
    TextTagger tagger = model.reader(1, Kernels.best());
    return arrival -> tagged(arrival, decision, model, tagger.tag(arrival.content().words()));
  }

  private static MessageTags tagged(
      Arrival<Annotated> arrival,
      Decision<TrainedTagger> decision,
      TrainedTagger model,
      AnnotatedText answer) {
    Annotated message = arrival.content();
    List<Token> tokens = message.tokens();
    List<TokenTag> tags = new ArrayList<>();
    for (int i = 0; i < answer.tags().size(); i++) {
      tags.add(new TokenTag(tokens.get(i).start(), tokens.get(i).end(), answer.tags().get(i)));
    }
    List<TextSpan> spans = new ArrayList<>();
    if (model.hasSpans()) {
      SpanScore.spans(answer.tags()).stream()
          .sorted(Comparator.comparingInt(SpanScore.Span::start))
          .map(
              span ->
                  new TextSpan(
                      tokens.get(span.start()).start(),
                      tokens.get(span.end() - 1).end(),
                      span.kind()))
          .forEach(spans::add);
    }
    return answer(arrival, decision)
        .setTags(tags)
        .setSpans(spans)
        .setLabel(model.labels().isEmpty() ? null : answer.label())
        .setTruncated(message.truncated() || tags.size() < tokens.size())
        .build();
  }

  private static MessageTags.Builder answer(
      Arrival<Annotated> arrival, Decision<TrainedTagger> decision) {
    Annotated message = arrival.content();
    List<String> known = message.tags();
    return MessageTags.newBuilder()
        .setEventTime(arrival.time())
        .setKnownTags(known == null ? List.of() : known)
        .setKnownLabel(message.label())
        .setTruncated(message.truncated())
        .setModelVersion(decision.version())
        .setDecision(decision.sequence())
        .setMessages(arrival.messages())
        .setRedelivered(arrival.redelivered())
        .setInputPartition(arrival.origin().partition())
        .setInputOffset(arrival.origin().offset());
  }
}
