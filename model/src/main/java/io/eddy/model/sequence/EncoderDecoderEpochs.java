package io.eddy.model.sequence;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.optimizer.LearningRateSchedule;
import io.eddy.model.optimizer.OptimizerSettings;
import io.eddy.model.parallel.Team;
import io.eddy.model.training.DivergedException;
import io.eddy.model.training.UpdateSettings;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/// The epochs of a training of an encoder and a decoder, and the choice of the weights that are
/// kept: those of the epoch that does best on what is held out, of equal ones the later.
///
/// @param weights that learn
/// @param targetLengthMax symbols of a target at most
/// @param clipNorm greatest norm of all gradients together
record EncoderDecoderEpochs(
    EncoderDecoderWeights weights,
    int targetLengthMax,
    int batchSize,
    int epochs,
    double learningRate,
    LearningRateSchedule schedule,
    double clipNorm,
    long seed) {

  /// Pairs of one update.
  record Batch(List<SourceSequence> sources, List<int[]> targets) {}

  /// Learns.
  ///
  /// @param updates of an epoch
  /// @param batches what each epoch reads, one after the other
  /// @param heldOutLoss how wrong the weights are as they stand, about what is held out; NaN
  ///   without
  void run(
      int updates,
      Supplier<? extends Supplier<Batch>> batches,
      DoubleSupplier heldOutLoss,
      Team team,
      LearningListener listener) {
    var trainer =
        new EncoderDecoderTrainer(
            weights.model(),
            weights.encoder(),
            weights.decoder(),
            false,
            targetLengthMax,
            batchSize,
            UpdateSettings.of(OptimizerSettings.Adam.defaults())
                .withClipNorm(clipNorm)
                .withSeed(seed),
            Kernels.best(),
            team);
    EncoderDecoderWeights best = weights.copy();
    double bestLoss = Double.POSITIVE_INFINITY;
    long update = 0;
    for (int epoch = 1; epoch <= epochs; epoch++) {
      listener.begin(epoch, epochs, updates * batchSize);
      Supplier<Batch> read = batches.get();
      double sum = 0;
      for (int i = 0; i < updates; i++) {
        Batch batch = read.get();
        double rate = learningRate * schedule.factor(update++);
        sum += trainer.update(batch.sources, batch.targets, rate);
        listener.advance(batchSize);
      }
      if (!Double.isFinite(sum)) {
        throw new DivergedException(
            "the loss of epoch " + epoch + " is " + sum / updates + ": lower the learning rate");
      }
      double loss = heldOutLoss.getAsDouble();
      listener.end(epoch, epochs, sum / updates, loss);
      if (Double.isNaN(loss) || loss <= bestLoss) {
        bestLoss = loss;
        best.set(weights);
      }
    }
    weights.set(best);
  }
}
