package io.eddy.model.baseline;

/// A linear map from the last values to all steps of the horizon, the same for all series: ridge
/// regression by [RidgeTraining].
///
/// What it sees are the values before the last one as differences from the last one, what it says
/// are differences from the last one, without a constant: so it follows any level and any unit, and
/// without evidence says that the value stays what it is.
///
/// Before the ring is full, its oldest value stands for those that are missing.
public final class Ridge implements Baseline {

  private final int lagCount;
  private final int horizon;
  private final double[] weights; // (H, L), lag 1 (the value before the last) first
  private final double penalty;

  Ridge(int lagCount, int horizon, double[] weights, double penalty) {
    this.lagCount = lagCount;
    this.horizon = horizon;
    this.weights = weights;
    this.penalty = penalty;
  }

  @Override
  public String name() {
    return "ridge";
  }

  /// Numbers that were learned.
  public int parameterCount() {
    return weights.length;
  }

  /// The penalty that did best on the validation part, in mean squares of the inputs.
  public double penalty() {
    return penalty;
  }

  /// Most steps ahead.
  public int horizon() {
    return horizon;
  }

  @Override
  public FittedBaseline fit(double[] values, int length) {
    return (origin, ahead) -> {
      if (ahead > horizon) {
        throw new IllegalArgumentException(
            "%d steps ahead, but this ridge was trained for %d".formatted(ahead, horizon));
      }
      int newest = origin - 1;
      double last = values[newest];
      int known = Math.min(lagCount, newest);
      int row = (ahead - 1) * lagCount;
      double sum = 0;
      for (int lag = 1; lag <= known; lag++) {
        sum += weights[row + lag - 1] * (values[newest - lag] - last);
      }
      double oldest = values[newest - known] - last;
      for (int lag = known + 1; lag <= lagCount; lag++) {
        sum += weights[row + lag - 1] * oldest;
      }
      return last + sum;
    };
  }
}
