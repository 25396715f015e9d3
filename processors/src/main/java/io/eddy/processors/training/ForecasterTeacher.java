package io.eddy.processors.training;

import io.eddy.model.network.Forecaster;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.progress.Progress;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Trains forecasters.
record ForecasterTeacher(ProcessorsConfig config, Progress progress)
    implements Teacher<Forecaster> {
  @Override
  public Function<BooleanSupplier, TrainingOutcome> training(
      TrainingJob job, int partition, @Nullable Forecaster base, List<StoredWindow> windows) {
    Forecaster start =
        base == null ? Forecaster.initial(config.forecasterSpec(), config.seed()) : base;
    return new Training(job, partition, start, windows, config, progress);
  }
}
