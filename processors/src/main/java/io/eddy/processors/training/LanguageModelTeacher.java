package io.eddy.processors.training;

import io.eddy.model.sequence.TrainedLanguageModel;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.progress.Progress;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Trains language models.
record LanguageModelTeacher(ProcessorsConfig config, Progress progress)
    implements Teacher<TrainedLanguageModel> {
  @Override
  public Function<BooleanSupplier, TrainingOutcome> training(
      TrainingJob job,
      int partition,
      @Nullable TrainedLanguageModel base,
      List<StoredWindow> windows) {
    TrainedLanguageModel start =
        base == null
            ? TrainedLanguageModel.initial(config.languageModelSpec(), config.seed())
            : base;
    return new SymbolTraining(job, partition, start, windows, config, progress);
  }
}
