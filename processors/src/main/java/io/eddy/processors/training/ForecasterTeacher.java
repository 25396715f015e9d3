package io.eddy.processors.training;

import io.eddy.model.network.Forecaster;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.progress.Progress;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/// Trains forecasters.
record ForecasterTeacher(ProcessorsConfig config, Progress progress)
    implements Teacher<Forecaster> {
  @Override
  public Forecaster initial() {
    return Forecaster.initial(config.forecasterSpec(), config.seed());
  }

  @Override
  public Function<BooleanSupplier, TrainingOutcome> training(
      TrainingJob job, int partition, Forecaster base, List<StoredWindow> windows) {
    return new Training(job, partition, base, windows, config, progress);
  }
}
