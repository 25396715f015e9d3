package io.eddy.model.loss;

import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;

/// `Σ weight · (x - target)²`: the mean is what it asks for. An element of weight 0 is not looked
/// at.
public final class SquaredLoss extends ElementwiseLoss {

  private SquaredLoss(Value target, Value weight) {
    super(1, target, weight);
  }

  /// Traces the loss.
  ///
  /// @param x what is predicted (W)
  /// @param target (W)
  /// @param weight (W), or (1) for the whole row
  public static Value of(ProgramBuilder builder, Value x, Value target, Value weight) {
    return new SquaredLoss(target, weight).trace(builder, target, weight, x);
  }

  @Override
  double value(double[] x, double target) {
    double error = x[0] - target;
    return error * error;
  }

  @Override
  void slope(double[] x, double target, double[] dX) {
    dX[0] = 2 * (x[0] - target);
  }
}
