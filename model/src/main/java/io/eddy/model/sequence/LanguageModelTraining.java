package io.eddy.model.sequence;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.optimizer.EarlyStopping;
import io.eddy.model.optimizer.LearningRateSchedule;
import io.eddy.model.optimizer.OptimizerSettings;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.training.DivergedException;
import io.eddy.model.training.TrainingSettings;
import io.eddy.model.training.UpdateSettings;

/// From a text to a [TrainedLanguageModel]: the text lies in lanes that are read side by side, and
/// the weights of the pass that a held-out text surprises least are kept, those of the start among
/// them.
///
/// Deterministic: equal texts and settings give equal weights, to the bit, whatever the team's
/// size.
public final class LanguageModelTraining {

  private final TrainingSettings settings;
  private final Team team;

  /// @param settings whose batch size is the number of lanes
  /// @param team threads that share the work; the caller closes it
  public LanguageModelTraining(TrainingSettings settings, Team team) {
    this.settings = settings;
    this.team = team;
  }

  /// What a training came to.
  ///
  /// @param parameters the best
  /// @param startLoss mean surprise of the held-out text before, in nats per symbol
  /// @param loss mean surprise of the held-out text by the best, in nats per symbol
  public record Outcome(Parameters parameters, double startLoss, double loss) {}

  /// Whether a text is long enough to learn from.
  public boolean isEnough(int[] text, int[] heldOut) {
    return text.length > lanes(text) && heldOut.length >= 2;
  }

  /// Lanes no shorter than gradients flow back, but as many as are asked for where that goes.
  private int lanes(int[] text) {
    return Math.clamp(text.length / (2 * settings.truncation()), 1, settings.batchSize());
  }

  /// Learns from a text.
  ///
  /// @param start not modified
  /// @param text symbols, enough of them
  /// @param heldOut symbols, at least 2
  /// @param listener told of symbols as examples
  /// @throws DivergedException if losses are finite no longer
  public Outcome train(
      TrainedLanguageModel start, int[] text, int[] heldOut, LearningListener listener) {
    int lanes = lanes(text);
    Parameters parameters = start.parameters().copy();
    double startLoss = surprise(start.network(), parameters, heldOut, listener);
    var stopping = new EarlyStopping(settings.patience(), 0, parameters);
    stopping.validated(startLoss, parameters);
    int chunks = Math.ceilDiv((text.length - 1) / lanes, settings.truncation());
    int epochs = Math.clamp(settings.maxUpdates() / chunks, 1, settings.maxEpochs());
    var trainer =
        new LanguageModelTrainer(
            start.network(),
            parameters,
            settings.truncation(),
            lanes,
            UpdateSettings.of(OptimizerSettings.Adam.defaults())
                .withClipNorm(settings.clipNorm())
                .withSeed(settings.seed()),
            Kernels.best(),
            team);
    long planned = Math.min(settings.maxUpdates(), (long) epochs * chunks);
    var schedule = new LearningRateSchedule.Cosine(planned, 0.1);
    for (int epoch = 1; epoch <= epochs && !stopping.isOver(); epoch++) {
      listener.begin(epoch, epochs, text.length);
      double loss =
          trainer.readText(
              text,
              0,
              update -> settings.learningRate() * schedule.factor(update),
              (symbols, mean) -> {
                listener.advance(symbols);
                // One pass over a long text may be more than a training is allowed.
                return trainer.updates() < settings.maxUpdates();
              });
      if (!Double.isFinite(loss) || !parameters.isFinite()) {
        throw new DivergedException(
            "the loss of epoch " + epoch + " is " + loss + ": a lower learning rate may help");
      }
      double validation = surprise(start.network(), parameters, heldOut, listener);
      stopping.validated(validation, parameters);
      listener.end(epoch, epochs, loss, validation);
    }
    return new Outcome(stopping.best(), startLoss, stopping.bestLoss());
  }

  /// Mean surprise of a text in nats per symbol, read as the stream reads it.
  private static double surprise(
      LanguageModel network, Parameters parameters, int[] text, LearningListener listener) {
    var reader = new LanguageModelReader(network, parameters, Kernels.best());
    double sum = 0;
    for (int at = 0; at + 1 < text.length; at++) {
      listener.advance(0);
      reader.read(text[at]);
      sum += reader.surprise(text[at + 1]);
    }
    return sum / (text.length - 1);
  }
}
