package io.eddy.model.baseline;

/// A way of forecasting that needs no network: for tests, gates and users to compare with.
///
/// A baseline is fitted to a series anew at each origin; that is cheap for all of them. All but
/// [Ridge] know nothing but the series itself.
public sealed interface Baseline
    permits LastValue,
        SeasonalNaive,
        Drift,
        MovingMedian,
        ExponentialSmoothing,
        Theta,
        SeasonalRatio,
        Naive2,
        Ridge {

  /// What tables and JSON call it, such as `seasonal_naive`.
  String name();

  /// Fits the baseline to the known part of a series.
  ///
  /// @param values no NaN among the known ones
  /// @param length how many of the values are known, at least 1
  FittedBaseline fit(double[] values, int length);
}
