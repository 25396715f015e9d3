package io.eddy.model.evaluation;

/// What the measures of forecasting say about a single pair of value and forecast, y and f.
///
/// ```
/// symmetric percentage error   200 |y - f| / (|y| + |f|), 0 where both are 0
/// pinball loss at level q      max(q (y - f), (q - 1) (y - f))
/// interval score, 1 - a inside (U - L) + (2 / a) (L - y) [y < L] + (2 / a) (y - U) [y > U]
/// scale of a series            mean |y_t - y_{t-m}| over its known part
/// ```
///
/// sMAPE is the mean of the first; MASE and MSIS are the mean absolute error and the mean interval
/// score over the scale. The definitions are those of the M4 competition (Makridakis, Spiliotis,
/// Assimakopoulos 2020).
public final class Measures {

  private Measures() {}

  /// Symmetric absolute percentage error, between 0 and 200.
  public static double symmetricPercentage(double actual, double forecast) {
    double size = Math.abs(actual) + Math.abs(forecast);
    return size == 0 ? 0 : 200 * Math.abs(actual - forecast) / size;
  }

  /// Pinball loss of a quantile.
  ///
  /// @param level share of values that should lie below the forecast
  public static double pinball(double actual, double forecast, double level) {
    double error = actual - forecast;
    return Math.max(level * error, (level - 1) * error);
  }

  /// Interval score: the width, and what lies outside of it at a price that makes the true interval
  /// the cheapest.
  public static double interval(double actual, double lower, double upper, Confidence confidence) {
    double price = 1 / confidence.tail();
    double outside = Math.max(0, Math.max(lower - actual, actual - upper));
    return upper - lower + price * outside;
  }

  /// What errors of a series are measured against: the mean absolute difference of values one
  /// season apart, 0 for a series that repeats itself, NaN for one that is not longer than a
  /// season. Pairs with a missing value (NaN) do not count.
  ///
  /// @param length how many values are known
  /// @param season steps of one season, at least 1
  public static double scale(double[] values, int length, int season) {
    double sum = 0;
    int count = 0;
    for (int t = season; t < length; t++) {
      double difference = Math.abs(values[t] - values[t - season]);
      if (!Double.isNaN(difference)) {
        sum += difference;
        count++;
      }
    }
    return count == 0 ? Double.NaN : sum / count;
  }
}
