package io.eddy.processors.text;

import io.eddy.model.checkpoint.ClassifierCheckpoint;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.sequence.Classification;
import io.eddy.model.sequence.TextClassifier;
import io.eddy.model.sequence.TrainedClassifier;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.rollout.Decision;
import io.eddy.processors.rollout.ModelFormat;
import io.eddy.processors.training.ExampleFormat;
import io.eddy.processors.training.TextExample;
import io.eddy.schemas.avro.MessageLabel;
import io.eddy.schemas.avro.TokenWeight;
import io.eddy.schemas.serde.SchemaRegistry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/// Names the classes of messages.
public final class Classifying
    implements AnnotationJob<TrainedClassifier, Annotated, TextExample, MessageLabel> {

  /// The job.
  public Classifying() {}

  @Override
  public Class<MessageLabel> answers() {
    return MessageLabel.class;
  }

  @Override
  public ModelFormat<TrainedClassifier> format() {
    return new AnnotationFormat<>(ClassifierCheckpoint::read);
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
    return message.label() == null ? null : message.example();
  }

  @Override
  public Function<Arrival<Annotated>, MessageLabel> engine(Decision<TrainedClassifier> decision) {
    TrainedClassifier model = decision.model();
    if (model == null) {
      return arrival -> answer(arrival, decision).build();
    }
    TextClassifier classifier = model.reader(Kernels.best());
    return arrival ->
        classified(
            answer(arrival, decision),
            arrival.content(),
            model,
            classifier.classify(arrival.content().words()));
  }

  private static MessageLabel classified(
      MessageLabel.Builder answer,
      Annotated message,
      TrainedClassifier model,
      Classification classification) {
    float[] chances = classification.probabilities();
    Map<String, Double> probabilities = new LinkedHashMap<>();
    for (int label = 0; label < chances.length; label++) {
      probabilities.put(model.labels().get(label), (double) chances[label]);
    }
    float[] attention = classification.attention();
    List<TokenWeight> weights = new ArrayList<>();
    for (int i = 0; i < Math.min(attention.length, message.tokens().size()); i++) {
      weights.add(
          new TokenWeight(
              message.tokens().get(i).start(),
              message.tokens().get(i).end(),
              (double) attention[i]));
    }
    int best = classification.label();
    return answer
        .setLabel(model.labels().get(best))
        .setProbability((double) chances[best])
        .setProbabilities(probabilities)
        .setWeights(weights)
        .setTruncated(
            message.truncated() || message.tokens().size() > model.network().spec().maxLength())
        .build();
  }

  private static MessageLabel.Builder answer(
      Arrival<Annotated> arrival, Decision<TrainedClassifier> decision) {
    Annotated message = arrival.content();
    return MessageLabel.newBuilder()
        .setEventTime(arrival.time())
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
