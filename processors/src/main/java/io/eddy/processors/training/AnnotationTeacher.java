package io.eddy.processors.training;

import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.progress.Progress;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Trains models that say something of messages, on messages of which it is known.
///
/// @param <M> what a version is
/// @param <T> what it learns from
record AnnotationTeacher<M, T>(
    AnnotationLearning<M, T> learning, ProcessorsConfig config, Progress progress)
    implements Teacher<M> {

  @Override
  public Function<BooleanSupplier, TrainingOutcome> training(
      TrainingJob job, int partition, @Nullable M base, List<StoredWindow> windows) {
    return new AnnotationTraining<>(learning, job, partition, base, windows, config, progress);
  }
}
