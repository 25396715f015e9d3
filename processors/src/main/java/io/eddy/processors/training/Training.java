package io.eddy.processors.training;

import io.eddy.model.network.Forecaster;
import io.eddy.model.parallel.Team;
import io.eddy.model.training.DivergedException;
import io.eddy.model.training.ForecasterTrainer;
import io.eddy.model.training.TrainingResult;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.progress.Progress;
import io.eddy.processors.rollout.ModelArtifacts;
import io.eddy.processors.state.SeriesStateCodec;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/// One training as it runs on the training thread: from windows to the records of a candidate.
///
/// Its outcome depends on what it is made with and on nothing else, no clock and no thread: a job
/// that is trained twice gives the same digest.
final class Training implements Function<BooleanSupplier, TrainingOutcome> {
  private final TrainingJob job;
  private final int partition;
  private final Forecaster base;
  private final List<StoredWindow> windows;
  private final ProcessorsConfig config;
  private final Progress progress;

  /// @param partition whose history it is, for its name and provenance
  /// @param base the weights of the job's base version
  /// @param windows of the job, in any order; their list is handed over
  Training(
      TrainingJob job,
      int partition,
      Forecaster base,
      List<StoredWindow> windows,
      ProcessorsConfig config,
      Progress progress) {
    this.job = job;
    this.partition = partition;
    this.base = base;
    this.windows = windows;
    this.config = config;
    this.progress = progress;
  }

  @Override
  public TrainingOutcome apply(BooleanSupplier cancelled) {
    var data =
        TrainingData.join(windows, job.windowsMax(), new SeriesStateCodec(config.forecasterSpec()));
    if (data.histories().isEmpty()) {
      return new TrainingOutcome.Unusable(
          "none of "
              + data.unreadable()
              + " windows was written for the configured network; new ones will be");
    }
    TrainingResult result;
    try (var team = new Team(config.trainingThreads())) {
      result =
          new ForecasterTrainer(config.trainingSettings().withSeed(job.seed()), team)
              .train(base, data.histories(), provenance(data), this::report, cancelled);
    } catch (DivergedException e) {
      return new TrainingOutcome.Diverged(String.valueOf(e.getMessage()));
    }
    return new TrainingOutcome.Trained(
        ModelArtifacts.candidate(
            result.forecaster(), job.baseVersion(), Instant.ofEpochMilli(data.newestTime())),
        ByteBuffer.wrap(result.widthCounts().encode()));
  }

  private Map<String, String> provenance(TrainingData data) {
    Map<String, String> provenance =
        job.provenance(partition, data.seriesCount(), data.windowCount());
    provenance.put("data.windows.unreadable", Long.toString(data.unreadable()));
    return provenance;
  }

  private void report(int epoch, int maxEpochs, double trainingLoss, double validationLoss) {
    progress.recordEpoch(
        new Progress.Epoch(job.name(partition), epoch, maxEpochs, trainingLoss, validationLoss));
  }
}
