package io.eddy.processors.training;

import io.eddy.model.sequence.LearningListener;
import io.eddy.processors.progress.Progress;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/// Reports the epochs of a job's training on texts, and ends it once it is wanted no longer.
///
/// @param name of the training, for people
/// @param cancelled polled by the training thread
record JobListener(String name, Progress progress, BooleanSupplier cancelled)
    implements LearningListener {
  @Override
  public void advance(int examples) {
    if (cancelled.getAsBoolean()) {
      throw new CancellationException();
    }
  }

  @Override
  public void end(int epoch, int epochs, double loss, double validationLoss) {
    progress.recordEpoch(new Progress.Epoch(name, epoch, epochs, loss, validationLoss));
  }
}
