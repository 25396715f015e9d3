package io.eddy.processors.training;

import io.eddy.model.checkpoint.LanguageModelCheckpoint;
import io.eddy.model.parallel.Team;
import io.eddy.model.sequence.LanguageModelTraining;
import io.eddy.model.sequence.TrainedLanguageModel;
import io.eddy.model.training.DivergedException;
import io.eddy.model.training.TrainingSettings;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.progress.Progress;
import io.eddy.processors.rollout.ModelArtifacts;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/// One training of a language model: its windows are runs of symbols, which are read one key's run
/// after the other, as messages of one key follow each other. The newest symbols of every run
/// validate; the weights of the best pass leave.
final class SymbolTraining implements Function<BooleanSupplier, TrainingOutcome> {
  private final TrainingJob job;
  private final int partition;
  private final TrainedLanguageModel base;
  private final List<StoredWindow> windows;
  private final ProcessorsConfig config;
  private final Progress progress;

  SymbolTraining(
      TrainingJob job,
      int partition,
      TrainedLanguageModel base,
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
    TrainingSettings settings = config.trainingSettings().withSeed(job.seed());
    SymbolRuns runs = SymbolRuns.join(windows, job.windowsMax());
    int[] text = runs.learned(settings.validationShare());
    int[] heldOut = runs.heldOut(settings.validationShare());
    LanguageModelTraining.Outcome outcome;
    try (var team = new Team(config.trainingThreads())) {
      var training = new LanguageModelTraining(settings, team);
      if (!training.isEnough(text, heldOut)) {
        return new TrainingOutcome.Unusable(
            "the windows hold " + text.length + " symbols, expected more");
      }
      outcome =
          training.train(
              base, text, heldOut, new JobListener(job.name(partition), progress, cancelled));
    } catch (DivergedException e) {
      return new TrainingOutcome.Diverged(String.valueOf(e.getMessage()));
    }
    var trained =
        new TrainedLanguageModel(base.network(), outcome.parameters(), provenance(runs, outcome));
    return new TrainingOutcome.Trained(
        ModelArtifacts.candidate(
            LanguageModelCheckpoint.write(trained),
            trained.provenance(),
            job.baseVersion(),
            Instant.ofEpochMilli(runs.newestTime())));
  }

  private Map<String, String> provenance(SymbolRuns runs, LanguageModelTraining.Outcome outcome) {
    Map<String, String> provenance = job.provenance(partition, runs.keyCount(), runs.windowCount());
    provenance.put("validation.loss", Double.toString(outcome.loss()));
    provenance.put("validation.loss.base", Double.toString(outcome.startLoss()));
    return provenance;
  }
}
