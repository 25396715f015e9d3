package io.eddy.model.loss;

import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;

/// The cross-entropy of yes or no against a logit (`BCEWithLogitsLoss`):
///
/// ```
/// loss = Σ weight · (-target ln σ(x) - (1 - target) ln(1 - σ(x)))
///      = Σ weight · (|x| · (x > 0 ? 1 - target : target) + ln(1 + e^-|x|))
/// ```
///
/// the second without overflow or cancellation. An element of weight 0 is not looked at.
public final class BinaryCrossEntropyLoss extends ElementwiseLoss {

  private BinaryCrossEntropyLoss(Value target, Value weight) {
    super(1, target, weight);
  }

  /// Traces the loss.
  ///
  /// @param logits x (W)
  /// @param target probability of yes, in [0, 1] (W)
  /// @param weight (W), or (1) for the whole row
  public static Value of(ProgramBuilder builder, Value logits, Value target, Value weight) {
    return new BinaryCrossEntropyLoss(target, weight).trace(builder, target, weight, logits);
  }

  @Override
  double value(double[] logit, double target) {
    double x = logit[0];
    double wrong = x > 0 ? 1 - target : target;
    // An infinite logit that is right costs nothing; 0 times infinity would be no number.
    return (wrong == 0 ? 0 : Math.abs(x) * wrong) + StrictMath.log1p(StrictMath.exp(-Math.abs(x)));
  }

  @Override
  void slope(double[] logit, double target, double[] dLogit) {
    double e = StrictMath.exp(-Math.abs(logit[0]));
    dLogit[0] = (logit[0] >= 0 ? 1 : e) / (1 + e) - target;
  }
}
