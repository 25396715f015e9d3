package io.eddy.model.loss;

import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;

/// Huber's loss (1964): squared near the target, straight far from it, so that outliers do not
/// rule.
///
/// ```
/// loss = Σ weight · { e² / 2                   |e| ≤ delta      e = x - target
///                   { delta (|e| - delta / 2)  else
/// ```
///
/// An element of weight 0 is not looked at.
public final class HuberLoss extends ElementwiseLoss {

  private final double delta;

  private HuberLoss(Value target, Value weight, double delta) {
    super(1, target, weight);
    this.delta = delta;
  }

  /// Traces the loss.
  ///
  /// @param x what is predicted (W)
  /// @param target (W)
  /// @param weight (W), or (1) for the whole row
  /// @param delta error at which the square ends, above 0
  public static Value of(
      ProgramBuilder builder, Value x, Value target, Value weight, double delta) {
    ProgramBuilder.require(delta > 0, "Huber's delta is " + delta + ", expected above 0");
    return new HuberLoss(target, weight, delta).trace(builder, target, weight, x);
  }

  @Override
  double value(double[] x, double target) {
    double size = Math.abs(x[0] - target);
    return size <= delta ? size * size / 2 : delta * (size - delta / 2);
  }

  @Override
  void slope(double[] x, double target, double[] dX) {
    double error = x[0] - target;
    dX[0] = Math.abs(error) <= delta ? error : delta * Math.signum(error);
  }
}
