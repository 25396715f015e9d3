package io.eddy.model.baseline;

/// Learns a [Ridge] in closed form from many series.
///
/// Only sums over windows are kept (Gram matrices), one set of the training part and one of the
/// validation part, and they are all that solving and validating need: for weights W, inputs X and
/// targets Y the validation error is |Y|² − 2 W·XᵀY + W·XᵀX W. Plain loops in double, in a fixed
/// order: the same data gives the same bits.
///
/// A series' windows are divided by the root mean square of its changes over the horizon, so that a
/// series in millions does not outweigh one in per cent.
public final class RidgeTraining {

  /// In mean squares of the inputs.
  private static final double[] PENALTIES = {1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10};

  private static final int USUAL_PENALTY = 3; // where there is nothing to validate on

  private final int lagCount;
  private final int horizon;
  private final Sums training;
  private final Sums validation;

  /// @param lagCount values before the last one that the forecast looks at
  /// @param horizon steps ahead
  public RidgeTraining(int lagCount, int horizon) {
    this.lagCount = lagCount;
    this.horizon = horizon;
    training = new Sums(lagCount, horizon);
    validation = new Sums(lagCount, horizon);
  }

  /// Takes the windows of a series.
  ///
  /// @param values without NaN
  /// @param validationFrom first step of the validation part: windows that end before it are
  ///   learned from, windows whose targets all lie behind it are validated on
  /// @param stride steps from window to window
  public void add(double[] values, int validationFrom, int stride) {
    double unit = unit(values);
    if (!(unit > 0)) {
      return;
    }
    double[] inputs = new double[lagCount];
    double[] targets = new double[horizon];
    for (int newest = lagCount; newest + horizon < values.length; newest += stride) {
      boolean forTraining = newest + horizon < validationFrom;
      if (!forTraining && newest + 1 < validationFrom) {
        continue;
      }
      double last = values[newest];
      for (int lag = 1; lag <= lagCount; lag++) {
        inputs[lag - 1] = (values[newest - lag] - last) / unit;
      }
      for (int ahead = 1; ahead <= horizon; ahead++) {
        targets[ahead - 1] = (values[newest + ahead] - last) / unit;
      }
      (forTraining ? training : validation).add(inputs, targets);
    }
  }

  private double unit(double[] values) {
    double squares = 0;
    long count = 0;
    for (int ahead = 1; ahead <= horizon; ahead += Math.max(1, horizon / 8)) {
      for (int t = ahead; t < values.length; t++) {
        double change = values[t] - values[t - ahead];
        squares += change * change;
        count++;
      }
    }
    return count == 0 ? 0 : Math.sqrt(squares / count);
  }

  /// Solves for each penalty of a small grid and keeps the one that did best on the validation
  /// part.
  ///
  /// @param again whether to solve once more with that penalty on both parts
  public Ridge train(boolean again) {
    if (training.count == 0) {
      return new Ridge(lagCount, horizon, new double[horizon * lagCount], 0);
    }
    double[] best = new double[0];
    double bestPenalty = PENALTIES[USUAL_PENALTY];
    if (validation.count == 0) {
      best = training.solve(bestPenalty);
    } else {
      double leastError = Double.POSITIVE_INFINITY;
      for (double penalty : PENALTIES) {
        double[] weights = training.solve(penalty);
        double error = validation.error(weights);
        if (error < leastError || best.length == 0) {
          leastError = error;
          best = weights;
          bestPenalty = penalty;
        }
      }
      if (again) {
        training.addAll(validation);
        best = training.solve(bestPenalty);
      }
    }
    return new Ridge(lagCount, horizon, best, bestPenalty);
  }

  /// The normal equations.
  private static final class Sums {
    private final int lagCount;
    private final int horizon;
    private final double[] gram; // (L, L), XᵀX, lower triangle
    private final double[] cross; // (L, H), XᵀY
    private double targets; // |Y|²
    private long count;

    Sums(int lagCount, int horizon) {
      this.lagCount = lagCount;
      this.horizon = horizon;
      gram = new double[lagCount * lagCount];
      cross = new double[lagCount * horizon];
    }

    void add(double[] x, double[] y) {
      for (int i = 0; i < lagCount; i++) {
        addScaled(gram, i * lagCount, x, i + 1, x[i]);
        addScaled(cross, i * horizon, y, horizon, x[i]);
      }
      for (double target : y) {
        targets += target * target;
      }
      count++;
    }

    private static void addScaled(double[] out, int at, double[] x, int length, double factor) {
      for (int j = 0; j < length; j++) {
        out[at + j] += factor * x[j];
      }
    }

    void addAll(Sums other) {
      addScaled(gram, 0, other.gram, gram.length, 1);
      addScaled(cross, 0, other.cross, cross.length, 1);
      targets += other.targets;
      count += other.count;
    }

    /// (H, L), the weights that are best under a penalty.
    double[] solve(double penalty) {
      double trace = 0;
      for (int i = 0; i < lagCount; i++) {
        trace += gram[i * lagCount + i];
      }
      double[] factor = gram.clone();
      for (int i = 0; i < lagCount; i++) {
        // The least addition keeps the factorisation alive where inputs are copies of each other.
        factor[i * lagCount + i] += (penalty + 1e-12) * trace / lagCount + Double.MIN_NORMAL;
      }
      Cholesky.factor(factor, lagCount);
      double[] weights = new double[horizon * lagCount];
      double[] column = new double[lagCount];
      for (int ahead = 0; ahead < horizon; ahead++) {
        for (int i = 0; i < lagCount; i++) {
          column[i] = cross[i * horizon + ahead];
        }
        Cholesky.solve(factor, lagCount, column);
        System.arraycopy(column, 0, weights, ahead * lagCount, lagCount);
      }
      return weights;
    }

    /// The sum of squared errors of weights (H, L) on these windows.
    double error(double[] weights) {
      double error = targets;
      for (int ahead = 0; ahead < horizon; ahead++) {
        int row = ahead * lagCount;
        for (int i = 0; i < lagCount; i++) {
          double product = gram[i * lagCount + i] * weights[row + i] / 2;
          for (int j = 0; j < i; j++) {
            product += gram[i * lagCount + j] * weights[row + j];
          }
          error += 2 * weights[row + i] * (product - cross[i * horizon + ahead]);
        }
      }
      return error;
    }
  }
}
