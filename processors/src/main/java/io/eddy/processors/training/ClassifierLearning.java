package io.eddy.processors.training;

import io.eddy.model.checkpoint.ClassifierCheckpoint;
import io.eddy.model.parallel.Team;
import io.eddy.model.sequence.AnnotatedText;
import io.eddy.model.sequence.ClassifierTraining;
import io.eddy.model.sequence.LearningListener;
import io.eddy.model.sequence.TrainedClassifier;
import io.eddy.processors.config.ProcessorsConfig;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How classifiers learn.
record ClassifierLearning(ProcessorsConfig config)
    implements AnnotationLearning<TrainedClassifier, AnnotatedText> {

  @Override
  public List<AnnotatedText> examples(ByteBuffer window) {
    return TextExample.ANNOTATIONS.decode(window).stream()
        .map(
            example ->
                AnnotatedText.labelled(
                    example.words(config.textTokenizer(), config.textTokensMax()), example.label()))
        .toList();
  }

  @Override
  public @Nullable String fault(List<AnnotatedText> examples) {
    List<String> labels = examples.stream().map(AnnotatedText::label).distinct().limit(2).toList();
    return labels.size() < 2
        ? examples.size() + " messages with the labels " + labels + ", expected at least 2 labels"
        : null;
  }

  @Override
  public TrainedClassifier learn(
      List<AnnotatedText> examples,
      List<AnnotatedText> heldOut,
      long seed,
      Team team,
      LearningListener listener) {
    return new ClassifierTraining(config.classifierSettings(examples.size(), seed), team)
        .train(examples, heldOut, listener);
  }

  @Override
  public double loss(TrainedClassifier model, List<AnnotatedText> examples) {
    return ClassifierTraining.loss(model, examples);
  }

  @Override
  public byte[] file(TrainedClassifier model, Map<String, String> provenance) {
    return ClassifierCheckpoint.write(model.withProvenance(provenance));
  }
}
