package io.eddy.processors.training;

import io.eddy.model.checkpoint.ClassifierCheckpoint;
import io.eddy.model.checkpoint.TaggerCheckpoint;
import io.eddy.model.parallel.Team;
import io.eddy.model.sequence.AnnotatedText;
import io.eddy.model.sequence.ClassifierTraining;
import io.eddy.model.sequence.LearningListener;
import io.eddy.model.sequence.TaggerScore;
import io.eddy.model.sequence.TaggerTraining;
import io.eddy.model.sequence.TrainedClassifier;
import io.eddy.model.sequence.TrainedTagger;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.progress.Progress;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Trains models that say something of messages, on messages of which it is known.
///
/// @param <M> what a version is
record AnnotationTeacher<M>(Learning<M> learning, ProcessorsConfig config, Progress progress)
    implements Teacher<M> {

  /// How one kind of model learns.
  interface Learning<M> {
    /// What is wrong with texts to learn from; null if nothing is.
    @Nullable String fault(List<AnnotatedText> texts);

    /// Learns from texts.
    ///
    /// @param heldOut texts that tell when it has learned enough
    M learn(
        List<AnnotatedText> texts,
        List<AnnotatedText> heldOut,
        long seed,
        Team team,
        LearningListener listener);

    /// How wrong a model is about texts, mean; 0 at best.
    double loss(M model, List<AnnotatedText> texts);

    /// The file of a model, with where it comes from.
    byte[] file(M model, Map<String, String> provenance);
  }

  @Override
  public Function<BooleanSupplier, TrainingOutcome> training(
      TrainingJob job, int partition, @Nullable M base, List<StoredWindow> windows) {
    return new AnnotationTraining<>(learning, job, partition, base, windows, config, progress);
  }

  /// How classifiers learn.
  static Learning<TrainedClassifier> classifiers(ProcessorsConfig config) {
    return new Learning<>() {
      @Override
      public @Nullable String fault(List<AnnotatedText> texts) {
        List<String> labels = texts.stream().map(AnnotatedText::label).distinct().limit(2).toList();
        return labels.size() < 2
            ? texts.size() + " messages with the labels " + labels + ", expected at least 2 labels"
            : null;
      }

      @Override
      public TrainedClassifier learn(
          List<AnnotatedText> texts,
          List<AnnotatedText> heldOut,
          long seed,
          Team team,
          LearningListener listener) {
        return new ClassifierTraining(config.classifierSettings(texts.size(), seed), team)
            .train(texts, heldOut, listener);
      }

      @Override
      public double loss(TrainedClassifier model, List<AnnotatedText> texts) {
        return ClassifierTraining.loss(model, texts);
      }

      @Override
      public byte[] file(TrainedClassifier model, Map<String, String> provenance) {
        return ClassifierCheckpoint.write(model.withProvenance(provenance));
      }
    };
  }

  /// How taggers learn.
  static Learning<TrainedTagger> taggers(ProcessorsConfig config) {
    return new Learning<>() {
      @Override
      public @Nullable String fault(List<AnnotatedText> texts) {
        return texts.isEmpty() ? "there are no messages with tags, expected some" : null;
      }

      @Override
      public TrainedTagger learn(
          List<AnnotatedText> texts,
          List<AnnotatedText> heldOut,
          long seed,
          Team team,
          LearningListener listener) {
        return new TaggerTraining(config.taggerSettings(texts.size(), seed), team)
            .train(texts, heldOut, listener);
      }

      @Override
      public double loss(TrainedTagger model, List<AnnotatedText> texts) {
        return TaggerScore.of(model, texts, config.trainingSettings().batchSize()).loss();
      }

      @Override
      public byte[] file(TrainedTagger model, Map<String, String> provenance) {
        return TaggerCheckpoint.write(model.withProvenance(provenance));
      }
    };
  }
}
