package io.eddy.model.loss;

import io.eddy.model.distribution.Gamma;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;

/// The negative log-likelihood of the negative binomial distribution, for counts, by its mean μ and
/// dispersion α as in DeepAR (Salinas et al. 2020, section 3.1); the variance is μ + α μ².
///
/// ```
/// r = 1/α
/// loss = Σ weight · (ln Γ(z + 1) + ln Γ(r) - ln Γ(z + r) + r ln(1 + α μ) + z ln(1 + 1/(α μ)))
/// ```
///
/// Both come as they are, above 0; as in DeepAR a network makes them by softplus, in the program
/// and not in the loss. Both count as 2^-23 below it, GluonTS's bound. In PyTorch's words
/// `total_count` is r and `logits` is ln(α μ). For α to 0 the loss goes over into Poisson's. An
/// element of weight 0 is not looked at.
public final class NegativeBinomialLoss extends ElementwiseLoss {

  /// Ratios below this are small enough for the sums that cancel in ln(1 + α μ) to be taken out.
  private static final double SMALL = 0.01;

  private NegativeBinomialLoss(Value target, Value weight) {
    super(2, target, weight);
  }

  /// Traces the loss.
  ///
  /// @param mean μ (W)
  /// @param dispersion α (W)
  /// @param target counts z, at least 0 (W)
  /// @param weight (W), or (1) for the whole row
  public static Value of(
      ProgramBuilder builder, Value mean, Value dispersion, Value target, Value weight) {
    return new NegativeBinomialLoss(target, weight)
        .trace(builder, target, weight, mean, dispersion);
  }

  @Override
  double value(double[] parameters, double target) {
    if (!(target >= 0)) {
      throw new IllegalArgumentException(
          "the negative binomial loss met a target of "
              + target
              + ", expected a count of at least 0, or weight 0");
    }
    double mean = Math.max(LEAST, parameters[0]);
    double dispersion = Math.max(LEAST, parameters[1]);
    double r = 1 / dispersion;
    // With z ln r taken out of both the Gammas and the last term, nothing large cancels.
    return Gamma.log(target + 1)
        - Gamma.logRise(r, target)
        + (r + target) * StrictMath.log1p(dispersion * mean)
        - target * StrictMath.log(mean);
  }

  @Override
  void slope(double[] parameters, double target, double[] dParameters) {
    double mean = Math.max(LEAST, parameters[0]);
    double dispersion = Math.max(LEAST, parameters[1]);
    double r = 1 / dispersion;
    double p = dispersion * mean;
    double q = dispersion * target;
    dParameters[0] = (mean - target) / (mean * (1 + p));
    // By r: ln(1 + p) + (q - p)/(1 + p) - ψ(r + z) + ψ(r), where small p take the same terms in an
    // order in which they do not cancel.
    double byR =
        p < SMALL
            ? Gamma.logMinus(p) + p * (p - q) / (1 + p) - Gamma.logRiseSlope(r, target)
            : StrictMath.log1p(p) + (q - p) / (1 + p) - q - Gamma.logRiseSlope(r, target);
    dParameters[1] = -r * r * byR;
  }
}
