package io.eddy.processors.text;

import io.eddy.model.checkpoint.ClassifierCheckpoint;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.sequence.Classification;
import io.eddy.model.sequence.TextClassifier;
import io.eddy.model.sequence.TrainedClassifier;
import io.eddy.processors.rollout.Decision;
import io.eddy.processors.rollout.ModelFormat;
import io.eddy.schemas.avro.MessageLabel;
import io.eddy.schemas.avro.TokenWeight;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// Names the classes of messages.
public final class Classifying implements AnnotationJob<TrainedClassifier, MessageLabel> {

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
  public boolean teaches(Annotated message) {
    return message.label() != null;
  }

  @Override
  public Function<Annotated, MessageLabel> engine(Decision<TrainedClassifier> decision) {
    TrainedClassifier model = decision.model();
    if (model == null) {
      return message -> answer(message, decision).build();
    }
    TextClassifier classifier = model.reader(Kernels.best());
    return message ->
        classified(answer(message, decision), message, model, classifier.classify(message.words()));
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
      Annotated message, Decision<TrainedClassifier> decision) {
    return MessageLabel.newBuilder()
        .setEventTime(message.time())
        .setKnownLabel(message.label())
        .setTruncated(message.truncated())
        .setModelVersion(decision.version())
        .setDecision(decision.sequence())
        .setMessages(message.messages())
        .setRedelivered(message.redelivered())
        .setInputPartition(message.origin().partition())
        .setInputOffset(message.origin().offset());
  }
}
