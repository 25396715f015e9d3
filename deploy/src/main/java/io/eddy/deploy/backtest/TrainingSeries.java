package io.eddy.deploy.backtest;

import java.util.List;

/// A series up to its first origin.
public final class TrainingSeries {
  private final String key;
  private final long[] times;
  private final double[] values;
  private final List<double[]> covariates;
  private final int validationFrom;

  /// @param times (N) milliseconds since 1970
  /// @param values (N), NaN where one is missing
  /// @param covariates (N) what came with each value, or none
  /// @param validationFrom first step of the part that the benchmark sets aside for validation; N
  ///   for none
  TrainingSeries(
      String key, long[] times, double[] values, List<double[]> covariates, int validationFrom) {
    this.key = key;
    this.times = times;
    this.values = values;
    this.covariates = List.copyOf(covariates);
    this.validationFrom = validationFrom;
  }

  /// The series' name.
  public String key() {
    return key;
  }

  /// Milliseconds since 1970; not to be changed.
  public long[] times() {
    return times;
  }

  /// The values; NaN where one is missing; not to be changed.
  public double[] values() {
    return values;
  }

  /// What came with each value, a row for each; not to be changed. None where nothing came.
  public List<double[]> covariates() {
    return covariates;
  }

  /// First step of the part that the benchmark sets aside for validation; the number of values
  /// where it sets none aside.
  public int validationFrom() {
    return validationFrom;
  }
}
