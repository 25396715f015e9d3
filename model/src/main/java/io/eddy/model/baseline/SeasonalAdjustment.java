package io.eddy.model.baseline;

/// A series without its season: the classical decomposition, if a test finds that there is a season
/// at all. Multiplicative where all values are positive, as the M4 competition's benchmarks have it
/// (there: R's `decompose`), else additive.
///
/// The test: the autocorrelation at one season lies outside 1.645 standard errors (90 %) of a
/// series whose correlations end before it (Bartlett's formula), of at least three seasons.
final class SeasonalAdjustment {

  private static final double CRITICAL = 1.645;

  private final double[] indices; // (season) by step modulo season
  private final boolean multiplicative;

  private SeasonalAdjustment(double[] indices, boolean multiplicative) {
    this.indices = indices;
    this.multiplicative = multiplicative;
  }

  static SeasonalAdjustment of(double[] values, int length, int season) {
    if (!isSeasonal(values, length, season)) {
      return new SeasonalAdjustment(new double[] {0}, false);
    }
    boolean multiplicative = true;
    for (int t = 0; t < length; t++) {
      multiplicative &= values[t] > 0;
    }
    return new SeasonalAdjustment(indices(values, length, season, multiplicative), multiplicative);
  }

  static boolean isSeasonal(double[] values, int length, int season) {
    if (season < 2 || length < 3 * season) {
      return false;
    }
    double mean = 0;
    for (int t = 0; t < length; t++) {
      mean += values[t];
    }
    mean /= length;
    double variance = autocovariance(values, length, mean, 0);
    if (!(variance > 0)) {
      return false;
    }
    double squares = 0.5; // half of Bartlett's 1 + 2 Σ r²
    for (int lag = 1; lag < season; lag++) {
      double correlation = autocovariance(values, length, mean, lag) / variance;
      squares += correlation * correlation;
    }
    double correlation = autocovariance(values, length, mean, season) / variance;
    return Math.abs(correlation) > CRITICAL * Math.sqrt(2 * squares / length);
  }

  private static double autocovariance(double[] values, int length, double mean, int lag) {
    double sum = 0;
    for (int t = lag; t < length; t++) {
      sum += (values[t] - mean) * (values[t - lag] - mean);
    }
    return sum;
  }

  /// The season's shape: what is left over a centred moving average, by place in the season.
  private static double[] indices(double[] values, int length, int season, boolean multiplicative) {
    double[] sums = new double[season];
    int[] counts = new int[season];
    int half = season / 2;
    boolean even = season % 2 == 0;
    double window = 0; // of one season and, where it is even, one step more
    for (int i = 0; i < 2 * half; i++) {
      window += values[i];
    }
    for (int t = half; t < length - half; t++) {
      double oldest = values[t - half];
      double newest = values[t + half];
      window += newest;
      double trend = (even ? window - (oldest + newest) / 2 : window) / season;
      window -= oldest;
      sums[t % season] += multiplicative ? values[t] / trend : values[t] - trend;
      counts[t % season]++;
    }
    double mean = 0;
    for (int i = 0; i < season; i++) {
      sums[i] /= counts[i];
      mean += sums[i] / season;
    }
    for (int i = 0; i < season; i++) {
      sums[i] = multiplicative ? sums[i] / mean : sums[i] - mean;
    }
    return sums;
  }

  /// A value of step `t` without its season.
  double adjusted(double value, int t) {
    double index = indices[t % indices.length];
    return multiplicative ? value / index : value - index;
  }

  /// A value of step `t` with its season.
  double restored(double value, int t) {
    double index = indices[t % indices.length];
    return multiplicative ? value * index : value + index;
  }
}
