package io.eddy.deploy.backtest;

import io.eddy.model.evaluation.Fan;

/// A contender's memory of one series.
public interface SeriesForecaster {

  /// Takes the next value of the series.
  ///
  /// @param timeMillis when, in milliseconds since 1970
  /// @param value NaN for a value that is missing
  void observe(long timeMillis, double value);

  /// Takes the next value and what comes with it, which whoever cannot use it ignores.
  ///
  /// @param covariates a row as [io.eddy.model.series.CovariateSpec] describes it, empty for none
  default void observe(long timeMillis, double value, double[] covariates) {
    observe(timeMillis, value);
  }

  /// Forecasts the values that come next, knowing those observed so far.
  ///
  /// @param horizon steps ahead, at most those announced in training
  Fan forecast(int horizon);
}
