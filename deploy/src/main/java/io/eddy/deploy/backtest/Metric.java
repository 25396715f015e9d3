package io.eddy.deploy.backtest;

import io.eddy.model.evaluation.Evaluation;
import java.util.Locale;

/// The measures that tables and JSON show. What applies differs from benchmark to benchmark.
public enum Metric {
  /// Symmetric percentage error, averaged over series.
  SMAPE,
  /// Absolute scaled error, averaged over series.
  MASE,
  /// Scaled interval score at 95 %, averaged over series.
  MSIS,
  /// Scaled pinball loss, averaged over series.
  PINBALL,
  /// Squared error of all pairs, in units.
  MSE,
  /// Absolute error of all pairs, in units.
  MAE,
  /// Root of the squared error of all pairs, in units.
  RMSE,
  /// 1 - |y - f| / |y| of all pairs, by norms.
  ACCURACY;

  /// The name in JSON.
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// What a contender reached.
  public double of(Evaluation evaluation) {
    return switch (this) {
      case SMAPE -> evaluation.smape();
      case MASE -> evaluation.mase();
      case MSIS -> evaluation.msis();
      case PINBALL -> evaluation.pinball();
      case MSE -> evaluation.mse();
      case MAE -> evaluation.mae();
      case RMSE -> evaluation.rmse();
      case ACCURACY -> evaluation.accuracy();
    };
  }
}
