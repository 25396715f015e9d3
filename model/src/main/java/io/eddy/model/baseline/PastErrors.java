package io.eddy.model.baseline;

import io.eddy.model.evaluation.Confidence;
import io.eddy.model.evaluation.Fan;
import java.util.Arrays;

/// How far off a baseline would have been at its last origins, by steps ahead, as offsets of bounds
/// from its forecasts.
///
/// With enough errors their quantiles are taken; with few, a normal distribution of their root mean
/// square; with none at so many steps ahead, the bounds of the last step that has some, grown by
/// the square root of the steps, as a random walk's.
final class PastErrors {

  private static final int MOST = 300;
  private static final int FEW = 20;
  private static final int NEXT_TO_NONE = 3;

  private final int horizon;
  private final double[][] below; // (confidences, H)
  private final double[][] above; // (confidences, H)

  private PastErrors(int horizon) {
    this.horizon = horizon;
    below = new double[Confidence.values().length][horizon];
    above = new double[Confidence.values().length][horizon];
  }

  static PastErrors none() {
    return new PastErrors(0);
  }

  /// @param values those that the baseline was fitted to
  static PastErrors of(FittedBaseline fitted, double[] values, int length, int horizon) {
    var past = new PastErrors(horizon);
    double[] errors = new double[MOST];
    int measured = 0; // the last step ahead with errors
    for (int ahead = 1; ahead <= horizon; ahead++) {
      int newestOrigin = length - ahead;
      int count = Math.clamp(newestOrigin, 0, MOST);
      if (count < NEXT_TO_NONE) {
        past.grow(measured, ahead, Math.abs(values[length - 1]));
        continue;
      }
      for (int i = 0; i < count; i++) {
        int origin = newestOrigin - i;
        errors[i] = values[origin + ahead - 1] - fitted.forecast(origin, ahead);
      }
      past.measure(ahead, errors, count);
      measured = ahead;
    }
    return past;
  }

  private void measure(int ahead, double[] errors, int count) {
    if (count < FEW) {
      double squares = 0;
      for (int i = 0; i < count; i++) {
        squares += errors[i] * errors[i];
      }
      double deviation = Math.sqrt(squares / count);
      for (Confidence confidence : Confidence.values()) {
        below[confidence.row()][ahead - 1] = -confidence.normalHalfWidth() * deviation;
        above[confidence.row()][ahead - 1] = confidence.normalHalfWidth() * deviation;
      }
      return;
    }
    Arrays.sort(errors, 0, count);
    for (Confidence confidence : Confidence.values()) {
      below[confidence.row()][ahead - 1] = quantile(errors, count, confidence.tail());
      above[confidence.row()][ahead - 1] = quantile(errors, count, 1 - confidence.tail());
    }
  }

  /// Of `count` errors and one to come, each of the `count + 1` places is as likely for the latter.
  private static double quantile(double[] sorted, int count, double level) {
    double place = Math.clamp(level * (count + 1) - 1, 0, count - 1);
    int under = (int) place;
    int over = Math.min(under + 1, count - 1);
    double share = place - under;
    return (1 - share) * sorted[under] + share * sorted[over];
  }

  private void grow(int measured, int ahead, double size) {
    for (Confidence confidence : Confidence.values()) {
      int row = confidence.row();
      if (measured == 0) {
        below[row][ahead - 1] = -confidence.normalHalfWidth() * size;
        above[row][ahead - 1] = confidence.normalHalfWidth() * size;
      } else {
        double growth = Math.sqrt((double) ahead / measured);
        below[row][ahead - 1] = growth * below[row][measured - 1];
        above[row][ahead - 1] = growth * above[row][measured - 1];
      }
    }
  }

  int horizon() {
    return horizon;
  }

  /// @param points forecasts, at most as many as the horizon
  Fan around(double[] points) {
    int confidences = below.length;
    double[][] lower = new double[confidences][points.length];
    double[][] upper = new double[confidences][points.length];
    for (int row = 0; row < confidences; row++) {
      for (int i = 0; i < points.length; i++) {
        lower[row][i] = points[i] + below[row][i];
        upper[row][i] = points[i] + above[row][i];
      }
    }
    return new Fan(points, points, lower, upper);
  }
}
