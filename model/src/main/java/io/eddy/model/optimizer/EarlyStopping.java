package io.eddy.model.optimizer;

import io.eddy.model.parameter.Parameters;

/// Ends a training that no longer gets better on data it does not learn from, and keeps the best
/// weights (Prechelt 1998).
public final class EarlyStopping {

  private final int patience;
  private final double minimumImprovement;
  private final Parameters best;
  private double bestLoss = Double.POSITIVE_INFINITY;
  private int withoutImprovement;

  /// @param patience validations in a row without improvement before the training ends
  /// @param minimumImprovement what a loss must be below the best one by to count, 0 for any
  /// @param start the weights before the training, best until a validation says otherwise; copied
  public EarlyStopping(int patience, double minimumImprovement, Parameters start) {
    if (patience < 1 || !(minimumImprovement >= 0)) {
      throw new IllegalArgumentException(
          "patience "
              + patience
              + " and minimum improvement "
              + minimumImprovement
              + ", expected at least 1 and at least 0");
    }
    this.patience = patience;
    this.minimumImprovement = minimumImprovement;
    best = start.copy();
  }

  /// Hears of a validation. A loss that is NaN is no improvement.
  ///
  /// @param weights that gave the loss; copied if they are the best so far
  /// @return whether they are
  public boolean validated(double loss, Parameters weights) {
    boolean improved = loss < bestLoss - minimumImprovement;
    if (improved) {
      bestLoss = loss;
      best.set(weights);
      withoutImprovement = 0;
    } else {
      withoutImprovement++;
    }
    return improved;
  }

  /// Whether patience is at its end.
  public boolean isOver() {
    return withoutImprovement >= patience;
  }

  /// The weights of the best validation.
  public Parameters best() {
    return best;
  }

  /// Its loss; infinite before the first.
  public double bestLoss() {
    return bestLoss;
  }
}
