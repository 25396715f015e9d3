package io.eddy.model.baseline;

import io.eddy.model.evaluation.Fan;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Forecasts one series by a baseline, value by value: each forecast knows the values observed so
/// far, and its bounds come from the errors that the baseline would have made before.
///
/// At least the newest 4,096 values are remembered. The baseline is fitted anew, and its past
/// errors looked at, now and then, not at every forecast. One thread at a time.
public final class BaselineForecaster {

  private static final int MEMORY = 4_096;

  /// Values between two fits: a share of what there is, and not too many.
  private static final int REFRESH_SHARE = 32;

  private static final int LONGEST_REFRESH = 24;

  private final Baseline baseline;
  private double[] values = new double[64];
  private int length;
  private @Nullable FittedBaseline fitted;
  private PastErrors pastErrors = PastErrors.none();
  private int fittedLength;

  public BaselineForecaster(Baseline baseline) {
    this.baseline = baseline;
  }

  /// Takes the next value. In the place of a missing one (NaN) stands the one before it.
  public void observe(double value) {
    if (Double.isNaN(value) && length == 0) {
      return;
    }
    if (length == 2 * MEMORY) {
      System.arraycopy(values, MEMORY, values, 0, MEMORY);
      length = MEMORY;
      fitted = null;
    }
    if (length == values.length) {
      values = Arrays.copyOf(values, 2 * length);
      fitted = null;
    }
    values[length] = Double.isNaN(value) ? values[length - 1] : value;
    length++;
  }

  /// Forecasts all steps of a horizon; before the first value all are 0.
  public Fan forecast(int horizon) {
    if (length == 0) {
      return Fan.withoutBounds(new double[horizon]);
    }
    FittedBaseline current = fitted;
    if (current == null || isDue(horizon)) {
      current = baseline.fit(values, length);
      fitted = current;
      fittedLength = length;
      pastErrors = PastErrors.of(current, values, length, horizon);
    }
    double[] points = new double[horizon];
    for (int ahead = 1; ahead <= horizon; ahead++) {
      points[ahead - 1] = current.forecast(length, ahead);
    }
    return pastErrors.around(points);
  }

  private boolean isDue(int horizon) {
    int refresh = Math.min(LONGEST_REFRESH, fittedLength / REFRESH_SHARE);
    return pastErrors.horizon() < horizon
        || length - fittedLength >= Math.max(refresh, horizon / 4);
  }
}
