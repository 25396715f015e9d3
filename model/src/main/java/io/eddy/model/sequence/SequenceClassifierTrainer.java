package io.eddy.model.sequence;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.training.Trainer;
import io.eddy.model.training.UpdateSettings;
import java.util.List;
import java.util.SplittableRandom;

/// Trains a [SequenceClassifier] on labelled messages.
///
/// Deterministic: equal data, weights and calls give equal weights, to the bit, whatever the team's
/// size. One caller at a time.
public final class SequenceClassifierTrainer {

  private final Trainer trainer;
  private final MessageRows rows;
  private final SplittableRandom random;
  private final double forgotten;

  /// @param parameters that updates change
  /// @param batchSize messages of an update
  /// @param forgotten share of symbols that an update reads as 0, the unknown one, so that no class
  ///   hangs on single symbols alone
  /// @param team threads that share the work; the caller closes it
  public SequenceClassifierTrainer(
      SequenceClassifier classifier,
      Parameters parameters,
      int batchSize,
      double forgotten,
      UpdateSettings settings,
      Kernels kernels,
      Team team) {
    SequenceClassifier.Tracing tracing = classifier.tracing();
    this.forgotten = forgotten;
    random = new SplittableRandom(settings.seed());
    trainer =
        new Trainer(
            tracing.program(),
            parameters,
            tracing.loss(),
            classifier.spec().maxLength(),
            batchSize,
            settings,
            kernels,
            team);
    rows = new MessageRows(classifier, trainer.unroller(), batchSize);
  }

  /// One update.
  ///
  /// @param messages as many as the batch is large
  /// @return mean cross-entropy in nats per message, before the update
  public double update(List<LabelledMessage> messages, double learningRate) {
    ProgramBuilder.require(
        messages.size() == rows.batchSize(),
        messages.size() + " messages, expected " + rows.batchSize());
    for (int b = 0; b < messages.size(); b++) {
      LabelledMessage message = messages.get(b);
      int[] symbols = message.symbols().clone();
      int[] pairs = message.pairs().clone();
      for (int t = 0; t < symbols.length; t++) {
        if (random.nextDouble() < forgotten) {
          symbols[t] = 0;
          pairs[t] = 0;
          if (t + 1 < pairs.length) {
            pairs[t + 1] = 0;
          }
        }
      }
      rows.write(b, symbols, pairs, message.label());
    }
    return trainer.update(rows.steps(), 1f / messages.size(), learningRate) / messages.size();
  }
}
