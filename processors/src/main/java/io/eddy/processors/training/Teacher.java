package io.eddy.processors.training;

import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Trains one kind of model on windows of history: all that a training knows of what it trains.
///
/// @param <M> what a version is
interface Teacher<M> {
  /// A training that runs on the training thread; it polls its argument and throws
  /// [java.util.concurrent.CancellationException] once that is true. Its outcome depends on what it
  /// is made with and on nothing else, no clock and no thread: a job that is trained twice gives
  /// the same digest.
  ///
  /// @param partition whose history it is, for its name and provenance
  /// @param base the weights of the job's base version; null for a job that starts from none
  /// @param windows of the job, in any order; their list is handed over
  Function<BooleanSupplier, TrainingOutcome> training(
      TrainingJob job, int partition, @Nullable M base, List<StoredWindow> windows);
}
