package io.eddy.deploy.backtest;

import io.eddy.model.evaluation.Evaluation;
import io.eddy.model.evaluation.Fan;
import java.util.Map;

/// How a contender did.
///
/// @param contender its name
/// @param evaluation its scores
/// @param lastFans its forecast at each series' last origin, by key
/// @param parameters numbers that it learned
/// @param trainSeconds that it trained
/// @param forecasts origins that it was asked at
/// @param forecastsPerSecond how many events a second could be observed and answered with a
///   forecast each: one over the mean time of an observation plus the mean time of a forecast
public record Outcome(
    String contender,
    Evaluation evaluation,
    Map<String, Fan> lastFans,
    long parameters,
    double trainSeconds,
    long forecasts,
    double forecastsPerSecond) {

  public Outcome {
    lastFans = Map.copyOf(lastFans);
  }
}
