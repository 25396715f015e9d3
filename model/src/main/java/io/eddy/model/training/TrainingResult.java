package io.eddy.model.training;

import io.eddy.model.network.Forecaster;

/// What a training gave.
///
/// @param forecaster the best weights by validation loss, calibrated on the validation data
/// @param widthCounts what its calibration was made of
/// @param trainingLoss of the epoch that gave them, NaN if the weights at the start were best
/// @param validationLoss of these weights
/// @param baseValidationLoss of the weights that the training started from
/// @param epochs passes made
/// @param updates optimiser steps made
public record TrainingResult(
    Forecaster forecaster,
    WidthCounts widthCounts,
    double trainingLoss,
    double validationLoss,
    double baseValidationLoss,
    int epochs,
    int updates) {}
