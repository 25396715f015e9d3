package io.eddy.model.sequence;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.optimizer.GlobalNorm;
import io.eddy.model.optimizer.Gradients;
import io.eddy.model.optimizer.Optimizer;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.training.UpdateSettings;
import java.util.List;
import java.util.SplittableRandom;

/// Trains a [SequenceTagger] on tagged messages.
///
/// Rare words are read as unknown ones at times, each place by itself (Lample et al. 2016, section
/// 4.3), so that the network learns what to make of a word that it will not know: its characters
/// and its neighbours.
///
/// Deterministic: equal data, weights and calls give equal weights, to the bit, whatever the team's
/// size. One caller at a time.
public final class SequenceTaggerTrainer {

  private static final double RARE_UNKNOWN = 0.5;

  private final SequenceTagger tagger;
  private final Parameters spellingParameters;
  private final Parameters taggingParameters;
  private final int firstRare;
  private final UpdateSettings settings;
  private final Kernels kernels;
  private final Team team;
  private final TaggerRun run;
  private final Optimizer spellingOptimizer;
  private final Optimizer taggingOptimizer;
  private final GlobalNorm spellingNorm;
  private final GlobalNorm taggingNorm;

  /// @param spellingParameters that updates change
  /// @param taggingParameters that updates change
  /// @param firstRare the number of the most frequent of the rare words
  /// @param batchSize messages per update
  /// @param team threads that share the work; the caller closes it
  public SequenceTaggerTrainer(
      SequenceTagger tagger,
      Parameters spellingParameters,
      Parameters taggingParameters,
      int firstRare,
      int batchSize,
      UpdateSettings settings,
      Kernels kernels,
      Team team) {
    this.tagger = tagger;
    this.spellingParameters = spellingParameters;
    this.taggingParameters = taggingParameters;
    this.firstRare = firstRare;
    this.settings = settings;
    this.kernels = kernels;
    this.team = team;
    run = new TaggerRun(tagger, spellingParameters, taggingParameters, batchSize, kernels, team);
    spellingOptimizer =
        new Optimizer(settings.optimizer(), spellingParameters, settings.frozen(), kernels);
    taggingOptimizer =
        new Optimizer(settings.optimizer(), taggingParameters, settings.frozen(), kernels);
    spellingNorm = new GlobalNorm(run.spelled().gradients(), kernels);
    taggingNorm = new GlobalNorm(run.tagged().gradients(), kernels);
  }

  /// One update.
  ///
  /// @param messages up to as many as a batch has
  /// @return mean loss per message, before the update
  public double update(List<TaggedMessage> messages, double learningRate) {
    long seed = settings.seed() + 31 * taggingOptimizer.stepCount();
    var random = new SplittableRandom(seed);
    run.write(
        messages.stream().map(TaggedMessage::tokens).toList(),
        token -> {
          int number = tagger.word(token);
          return number >= firstRare && random.nextDouble() < RARE_UNKNOWN ? 0 : number;
        });
    check(messages);
    run.teach(messages);
    run.forward(seed);
    Gradients.clear(run.spelled().gradients());
    Gradients.clear(run.tagged().gradients());
    run.backward(1f / messages.size());
    settings.penalty().addGradient(spellingParameters, run.spelled().gradients(), kernels);
    settings.penalty().addGradient(taggingParameters, run.tagged().gradients(), kernels);
    clip();
    spellingOptimizer.step(run.spelled().gradients(), learningRate, team);
    taggingOptimizer.step(run.tagged().gradients(), learningRate, team);
    return run.lossSum() / messages.size();
  }

  /// Mean loss per message; nothing is learned, nothing dropped.
  public double evaluate(List<TaggedMessage> messages) {
    run.write(messages.stream().map(TaggedMessage::tokens).toList(), tagger::word);
    check(messages);
    run.teach(messages);
    run.forward();
    return run.lossSum() / messages.size();
  }

  private void check(List<TaggedMessage> messages) {
    SequenceTaggerSpec spec = tagger.spec();
    for (TaggedMessage message : messages) {
      for (int tag : message.tags()) {
        ProgramBuilder.require(
            tag >= 0 && tag < spec.tagCount(),
            "tag " + tag + ", expected 0 to " + (spec.tagCount() - 1));
      }
    }
  }

  private void clip() {
    if (settings.clipValue() < Double.POSITIVE_INFINITY) {
      Gradients.clipByValue(run.spelled().gradients(), settings.clipValue());
      Gradients.clipByValue(run.tagged().gradients(), settings.clipValue());
    }
    spellingNorm.measure(0, 1);
    taggingNorm.measure(0, 1);
    double spellingPart = spellingNorm.value();
    double taggingPart = taggingNorm.value();
    double norm = Math.sqrt(spellingPart * spellingPart + taggingPart * taggingPart);
    if (norm > settings.clipNorm()) {
      double share = settings.clipNorm() / norm;
      spellingNorm.clip(share * spellingPart, 0, 1);
      taggingNorm.clip(share * taggingPart, 0, 1);
    }
  }
}
