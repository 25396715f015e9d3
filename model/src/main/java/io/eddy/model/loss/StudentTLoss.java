package io.eddy.model.loss;

import io.eddy.model.distribution.Gamma;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;

/// The negative log-likelihood of Student's t distribution, for values with outliers:
///
/// ```
/// loss = Σ weight · (ln Γ(ν/2) - ln Γ((ν + 1)/2) + ln(π ν)/2 + ln scale + (ν + 1)/2 · ln(1 + z²/ν))
/// z = (target - location) / scale
/// ```
///
/// The degrees of freedom ν and the scale come as they are; as in GluonTS, a network makes them by
/// `2 + softplus` and `softplus`, in the program and not in the loss. Both count as 2^-23 below it.
/// With growing ν the loss goes over into [GaussianLoss]. An element of weight 0 is not looked at.
public final class StudentTLoss extends ElementwiseLoss {

  private StudentTLoss(Value target, Value weight) {
    super(3, target, weight);
  }

  /// Traces the loss.
  ///
  /// @param degreesOfFreedom ν, above 0 (W)
  /// @param location (W)
  /// @param scale above 0 (W)
  /// @param target (W)
  /// @param weight (W), or (1) for the whole row
  public static Value of(
      ProgramBuilder builder,
      Value degreesOfFreedom,
      Value location,
      Value scale,
      Value target,
      Value weight) {
    return new StudentTLoss(target, weight)
        .trace(builder, target, weight, degreesOfFreedom, location, scale);
  }

  @Override
  double value(double[] parameters, double target) {
    double nu = Math.max(LEAST, parameters[0]);
    double scale = Math.max(LEAST, parameters[2]);
    double z = (target - parameters[1]) / scale;
    // ln(π ν)/2 = ln(2π)/2 + ln(ν/2)/2, and the latter cancels in the step of Γ.
    return -Gamma.logHalfStep(nu / 2)
        + Gamma.HALF_LOG_TWO_PI
        + StrictMath.log(scale)
        + (nu + 1) / 2 * StrictMath.log1p(z * z / nu);
  }

  @Override
  void slope(double[] parameters, double target, double[] dParameters) {
    double nu = Math.max(LEAST, parameters[0]);
    double scale = Math.max(LEAST, parameters[2]);
    double z = (target - parameters[1]) / scale;
    double ratio = z * z / nu;
    double share = ratio / (1 + ratio); // of the square in 1 + z²/ν
    dParameters[0] =
        (StrictMath.log1p(ratio) - Gamma.logHalfStepSlope(nu / 2) - (nu + 1) / nu * share) / 2;
    dParameters[1] = -(nu + 1) / nu * z / (1 + ratio) / scale;
    dParameters[2] = (1 - (nu + 1) * share) / scale;
  }
}
