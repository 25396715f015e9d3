package io.eddy.processors.training;

import io.eddy.model.sequence.TrainedLanguageModel;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.progress.Progress;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/// Trains language models.
record LanguageModelTeacher(ProcessorsConfig config, Progress progress)
    implements Teacher<TrainedLanguageModel> {
  @Override
  public TrainedLanguageModel initial() {
    return TrainedLanguageModel.initial(config.languageModelSpec(), config.seed());
  }

  @Override
  public Function<BooleanSupplier, TrainingOutcome> training(
      TrainingJob job, int partition, TrainedLanguageModel base, List<StoredWindow> windows) {
    return new LanguageModelTraining(job, partition, base, windows, config, progress);
  }
}
