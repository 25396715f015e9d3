package io.eddy.model.training;

/// How a training runs. Step counts decide when it ends, never the clock, so that the same data,
/// settings and seed give the same weights.
///
/// @param truncation steps that gradients flow back; the state is carried across the border
/// @param batchSize keys that are trained side by side
/// @param maxEpochs passes over the data at most
/// @param maxUpdates optimiser steps at most
/// @param patience validations in a row without a better validation loss before the training ends
/// @param learningRate Adam's rate at the start; it falls by a cosine to a tenth
/// @param clipNorm greatest norm of all gradients together
/// @param validationShare share of every series, its newest part, that is held out
/// @param seed of initialisation and of the order of batches
public record TrainingSettings(
    int truncation,
    int batchSize,
    int maxEpochs,
    int maxUpdates,
    int patience,
    double learningRate,
    double clipNorm,
    double validationShare,
    long seed) {

  public TrainingSettings {
    require(truncation >= 1, "truncation", truncation, "at least 1");
    require(batchSize >= 1, "batch size", batchSize, "at least 1");
    require(maxEpochs >= 1, "epochs", maxEpochs, "at least 1");
    require(maxUpdates >= 1, "updates", maxUpdates, "at least 1");
    require(patience >= 1, "patience", patience, "at least 1");
    require(learningRate > 0 && learningRate < 1, "learning rate", learningRate, "in (0, 1)");
    require(clipNorm > 0, "clip norm", clipNorm, "above 0");
    require(
        validationShare > 0 && validationShare < 1,
        "validation share",
        validationShare,
        "in (0, 1)");
  }

  private static void require(boolean holds, String name, Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(name + " is " + value + ", expected " + expected);
    }
  }

  /// The settings that serve when the user names none.
  public static TrainingSettings defaults() {
    return new TrainingSettings(32, 32, 400, 1_000, 6, 0.004, 1.0, 0.2, 42);
  }

  /// The same with another share held out.
  public TrainingSettings withValidationShare(double share) {
    return new TrainingSettings(
        truncation,
        batchSize,
        maxEpochs,
        maxUpdates,
        patience,
        learningRate,
        clipNorm,
        share,
        seed);
  }

  /// The same with another seed.
  public TrainingSettings withSeed(long otherSeed) {
    return new TrainingSettings(
        truncation,
        batchSize,
        maxEpochs,
        maxUpdates,
        patience,
        learningRate,
        clipNorm,
        validationShare,
        otherSeed);
  }
}
