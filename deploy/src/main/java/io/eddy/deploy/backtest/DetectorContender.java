package io.eddy.deploy.backtest;

import io.eddy.model.anomaly.AnomalyDetector;

/// Eddy's detector with the value before as the forecast: what a key is judged by that no network
/// has learned yet.
final class DetectorContender implements AnomalyContender {

  @Override
  public String name() {
    return "eddy";
  }

  @Override
  public AnomalyScorer begin(LabelledStream stream, int probation) {
    var detector = new AnomalyDetector();
    return (timeMillis, value) -> detector.observe(timeMillis, value, Double.NaN, 1).score();
  }

  @Override
  public long parameters() {
    return 0;
  }
}
