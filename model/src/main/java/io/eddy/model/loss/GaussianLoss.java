package io.eddy.model.loss;

import io.eddy.model.distribution.Gamma;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;

/// The negative log-likelihood of a normal distribution:
///
/// ```
/// loss = Σ weight · (ln scale + z² / 2 + ln(2π) / 2),   z = (target - mean) / scale
/// ```
///
/// The scale is the standard deviation itself. As in DeepAR (Salinas et al. 2020, section 3.1) and
/// GluonTS, a network makes it by softplus, in the program and not in the loss, so that a stepper
/// gives the distribution too. A scale below 2^-23, GluonTS's bound, counts as that; its gradient
/// is taken there, so that it can grow again. An element of weight 0 is not looked at.
public final class GaussianLoss extends ElementwiseLoss {

  private GaussianLoss(Value target, Value weight) {
    super(2, target, weight);
  }

  /// Traces the loss.
  ///
  /// @param mean (W)
  /// @param scale standard deviation, above 0 (W)
  /// @param target (W)
  /// @param weight (W), or (1) for the whole row
  public static Value of(
      ProgramBuilder builder, Value mean, Value scale, Value target, Value weight) {
    return new GaussianLoss(target, weight).trace(builder, target, weight, mean, scale);
  }

  @Override
  double value(double[] meanAndScale, double target) {
    double scale = Math.max(LEAST, meanAndScale[1]);
    double z = (target - meanAndScale[0]) / scale;
    return StrictMath.log(scale) + z * z / 2 + Gamma.HALF_LOG_TWO_PI;
  }

  @Override
  void slope(double[] meanAndScale, double target, double[] dMeanAndScale) {
    double scale = Math.max(LEAST, meanAndScale[1]);
    double z = (target - meanAndScale[0]) / scale;
    dMeanAndScale[0] = -z / scale;
    dMeanAndScale[1] = (1 - z * z) / scale;
  }
}
