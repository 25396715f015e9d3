package io.eddy.deploy.backtest;

import java.util.List;

/// What a contender may know of a data set before its first forecast.
///
/// @param horizon steps ahead that will be asked for
/// @param season steps of one season, 1 for none
/// @param lookback values that are worth looking back at
/// @param series every series up to its first origin
public record TrainingData(int horizon, int season, int lookback, List<TrainingSeries> series) {

  public TrainingData {
    series = List.copyOf(series);
  }
}
