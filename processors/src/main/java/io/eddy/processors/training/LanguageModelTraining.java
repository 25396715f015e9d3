package io.eddy.processors.training;

import io.eddy.model.checkpoint.LanguageModelCheckpoint;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.optimizer.EarlyStopping;
import io.eddy.model.optimizer.LearningRateSchedule;
import io.eddy.model.optimizer.OptimizerSettings;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.sequence.LanguageModelReader;
import io.eddy.model.sequence.LanguageModelTrainer;
import io.eddy.model.sequence.TrainedLanguageModel;
import io.eddy.model.training.TrainingSettings;
import io.eddy.model.training.UpdateSettings;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.progress.Progress;
import io.eddy.processors.rollout.ModelArtifacts;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/// One training of a language model: its windows are runs of symbols, which are read side by side
/// in lanes, one key's run after the other, as messages of one key follow each other. The newest
/// symbols of every run validate; the weights of the best pass leave.
final class LanguageModelTraining implements Function<BooleanSupplier, TrainingOutcome> {
  private final TrainingJob job;
  private final int partition;
  private final TrainedLanguageModel base;
  private final List<StoredWindow> windows;
  private final ProcessorsConfig config;
  private final Progress progress;

  LanguageModelTraining(
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
    TrainingSettings settings = config.trainingSettings();
    SymbolRuns runs = SymbolRuns.join(windows, job.windowsMax());
    int[] text = runs.learned(settings.validationShare());
    int[] heldOut = runs.heldOut(settings.validationShare());
    // Lanes no shorter than gradients flow back, but as many as are asked for where that goes.
    int lanes = Math.clamp(text.length / (2 * settings.truncation()), 1, settings.batchSize());
    if (text.length <= lanes || heldOut.length < 2) {
      return new TrainingOutcome.Unusable(
          "the windows hold " + text.length + " symbols, expected more than " + lanes);
    }
    Parameters parameters = base.parameters().copy();
    double baseLoss = surprise(parameters, heldOut, cancelled);
    var stopping = new EarlyStopping(settings.patience(), 0, parameters);
    stopping.validated(baseLoss, parameters);
    int chunks = Math.ceilDiv((text.length - 1) / lanes, settings.truncation());
    int epochs = Math.clamp(settings.maxUpdates() / chunks, 1, settings.maxEpochs());
    try (var team = new Team(config.trainingThreads())) {
      var trainer =
          new LanguageModelTrainer(
              base.network(),
              parameters,
              settings.truncation(),
              lanes,
              UpdateSettings.of(OptimizerSettings.Adam.defaults())
                  .withClipNorm(settings.clipNorm())
                  .withSeed(job.seed()),
              Kernels.best(),
              team);
      long planned = Math.min(settings.maxUpdates(), (long) epochs * chunks);
      var schedule = new LearningRateSchedule.Cosine(planned, 0.1);
      for (int epoch = 1; epoch <= epochs && !stopping.isOver(); epoch++) {
        double loss =
            trainer.readText(
                text,
                0,
                update -> settings.learningRate() * schedule.factor(update),
                (symbols, mean) -> {
                  requireWanted(cancelled);
                  // One pass over much history may be more than a training is allowed.
                  return trainer.updates() < settings.maxUpdates();
                });
        if (!Double.isFinite(loss) || !parameters.isFinite()) {
          return new TrainingOutcome.Diverged(
              "the loss of epoch " + epoch + " is " + loss + ": a lower learning rate may help");
        }
        double validation = surprise(parameters, heldOut, cancelled);
        stopping.validated(validation, parameters);
        progress.recordEpoch(
            new Progress.Epoch(job.name(partition), epoch, epochs, loss, validation));
      }
    }
    var trained =
        new TrainedLanguageModel(
            base.network(), stopping.best(), provenance(runs, baseLoss, stopping.bestLoss()));
    return new TrainingOutcome.Trained(
        ModelArtifacts.candidate(
            LanguageModelCheckpoint.write(trained),
            trained.provenance(),
            job.baseVersion(),
            Instant.ofEpochMilli(runs.newestTime())));
  }

  /// Mean surprise of a text in nats per symbol, read as the stream reads it.
  private double surprise(Parameters parameters, int[] text, BooleanSupplier cancelled) {
    var reader = new LanguageModelReader(base.network(), parameters, Kernels.best());
    double sum = 0;
    for (int at = 0; at + 1 < text.length; at++) {
      requireWanted(cancelled);
      reader.read(text[at]);
      sum += reader.surprise(text[at + 1]);
    }
    return sum / (text.length - 1);
  }

  private static void requireWanted(BooleanSupplier cancelled) {
    if (cancelled.getAsBoolean()) {
      throw new CancellationException();
    }
  }

  private Map<String, String> provenance(SymbolRuns runs, double baseLoss, double loss) {
    Map<String, String> provenance = job.provenance(partition, runs.keyCount(), runs.windowCount());
    provenance.put("validation.loss", Double.toString(loss));
    provenance.put("validation.loss.base", Double.toString(baseLoss));
    return provenance;
  }
}
