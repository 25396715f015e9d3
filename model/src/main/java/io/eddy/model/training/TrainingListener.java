package io.eddy.model.training;

/// Hears of a training's progress, on the training's thread.
@FunctionalInterface
public interface TrainingListener {

  /// Called after each validation: before the first pass over the data, then after one pass or
  /// several short ones.
  ///
  /// @param epoch passes so far; 0 for the weights that the training starts from
  /// @param maxEpochs passes at most
  /// @param trainingLoss mean pinball loss per forecast value in running scales, NaN for epoch 0
  /// @param validationLoss the same on the newest part of every series
  void onEpoch(int epoch, int maxEpochs, double trainingLoss, double validationLoss);
}
