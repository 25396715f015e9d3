package io.eddy.model.evaluation;

/// A forecast of all steps of a horizon: a mean, a median and bounds at several confidences, in the
/// series' own unit.
///
/// Mean and median are told apart because no single number is best by every measure: squared errors
/// are smallest at the mean, absolute ones at the median.
public final class Fan {

  private final double[] mean; // (H)
  private final double[] median; // (H)
  private final double[][] lower; // (confidences, H), or none
  private final double[][] upper; // (confidences, H), or none

  /// @param mean (H)
  /// @param median (H)
  /// @param lower (confidences, H) in the order of [Confidence], or no rows for no bounds
  /// @param upper (confidences, H), as `lower`
  public Fan(double[] mean, double[] median, double[][] lower, double[][] upper) {
    int confidences = lower.length;
    if (confidences != 0 && confidences != Confidence.values().length) {
      throw new IllegalArgumentException(
          "bounds at %d confidences, expected %d or none"
              .formatted(confidences, Confidence.values().length));
    }
    if (upper.length != confidences || median.length != mean.length || mean.length == 0) {
      throw new IllegalArgumentException(
          "%d means, %d medians, %d lower and %d upper bounds do not belong together"
              .formatted(mean.length, median.length, confidences, upper.length));
    }
    for (int row = 0; row < confidences; row++) {
      if (lower[row].length != mean.length || upper[row].length != mean.length) {
        throw new IllegalArgumentException(
            "%d lower and %d upper bounds for a horizon of %d"
                .formatted(lower[row].length, upper[row].length, mean.length));
      }
    }
    this.mean = mean;
    this.median = median;
    this.lower = lower;
    this.upper = upper;
  }

  /// One value per step that is mean and median in one, without bounds.
  ///
  /// @param values (H)
  public static Fan withoutBounds(double[] values) {
    return new Fan(values, values, new double[0][], new double[0][]);
  }

  /// Steps ahead that are forecast.
  public int horizon() {
    return mean.length;
  }

  /// Whether there are bounds.
  public boolean hasBounds() {
    return lower.length > 0;
  }

  /// The expected value `ahead` steps ahead, from 1.
  public double mean(int ahead) {
    return mean[ahead - 1];
  }

  /// The middle value `ahead` steps ahead, from 1.
  public double median(int ahead) {
    return median[ahead - 1];
  }

  /// The lower bound `ahead` steps ahead, from 1.
  public double lower(Confidence confidence, int ahead) {
    return lower[confidence.row()][ahead - 1];
  }

  /// The upper bound `ahead` steps ahead, from 1.
  public double upper(Confidence confidence, int ahead) {
    return upper[confidence.row()][ahead - 1];
  }
}
