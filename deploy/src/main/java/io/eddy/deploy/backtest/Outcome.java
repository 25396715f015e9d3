package io.eddy.deploy.backtest;

import io.eddy.model.evaluation.Evaluation;
import io.eddy.model.evaluation.Fan;
import java.util.List;
import java.util.Map;

/// How a contender did.
///
/// @param contender its name
/// @param evaluation its scores
/// @param fans by key, its forecasts at the last origins of each series that lie a horizon apart,
///   in the order of time: enough to draw
/// @param parameters numbers that it learned
/// @param trainSeconds that it trained
/// @param forecasts origins that it was asked at
/// @param forecastsPerSecond how many events a second could be observed and answered with a
///   forecast each: one over the mean time of an observation plus the mean time of a forecast
public record Outcome(
    String contender,
    Evaluation evaluation,
    Map<String, List<Made>> fans,
    long parameters,
    double trainSeconds,
    long forecasts,
    double forecastsPerSecond) {

  /// A forecast that was made.
  ///
  /// @param origin values that were known
  /// @param fan what it said of those that followed
  public record Made(int origin, Fan fan) {}

  public Outcome {
    fans = Map.copyOf(fans);
  }
}
