package io.eddy.model.composition;

import io.eddy.model.op.Add;
import io.eddy.model.op.Affine;
import io.eddy.model.op.Exp;
import io.eddy.model.op.Log;
import io.eddy.model.op.Multiply;
import io.eddy.model.op.Repeat;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;

/// Normalisation of each column by statistics of the key's own past that go on in the stream: where
/// [io.eddy.model.op.BatchNorm] fixes what training saw over all keys, this follows each key's
/// level and spread, with weights that decay by 1 - momentum a step (West 1979, Finch 2009).
///
/// ```
/// w = (1 - momentum) w' + momentum              share = momentum / w, so 1 at the first step
/// d = x - mean'                                 mean = mean' + share d
/// variance = (1 - share) (variance' + share d²)
/// y = (x - mean) / sqrt(variance + epsilon)
/// ```
///
/// The state is w (1), mean (n) and variance (n); a key's first step gives 0. Nothing is learned.
///
/// @param momentum weight of a step, in (0, 1)
/// @param epsilon added to the variance
public record RunningNorm(double momentum, double epsilon) {

  public RunningNorm {
    ProgramBuilder.require(
        momentum > 0 && momentum < 1, "a momentum of " + momentum + ", expected between 0 and 1");
    ProgramBuilder.require(epsilon > 0, "an epsilon of " + epsilon + ", expected above 0");
  }

  /// Traces the normalisation.
  ///
  /// @param x (n)
  /// @return (n)
  public Value trace(ProgramBuilder builder, Value x) {
    int width = x.width();
    ProgramBuilder.Feedback weight = builder.feedback("weight", 1, 1);
    ProgramBuilder.Feedback mean = builder.feedback("mean", width, 1);
    ProgramBuilder.Feedback variance = builder.feedback("variance", width, 1);
    Value sum = Affine.of(builder, (float) (1 - momentum), weight.value(), (float) momentum);
    weight.close(sum);
    Value share =
        Repeat.interleave(
            builder,
            Exp.of(
                builder,
                Affine.of(builder, -1, Log.of(builder, sum), (float) StrictMath.log(momentum))),
            width);
    Value difference = subtract(builder, x, mean.value());
    Value step = Multiply.of(builder, share, difference);
    Value newMean = Add.of(builder, mean.value(), step);
    mean.close(newMean);
    Value newVariance =
        Multiply.of(
            builder,
            Affine.of(builder, -1, share, 1),
            Add.of(builder, variance.value(), Multiply.of(builder, step, difference)));
    variance.close(newVariance);
    Value scale =
        Exp.of(
            builder,
            Affine.of(
                builder,
                -0.5f,
                Log.of(builder, Affine.of(builder, 1, newVariance, (float) epsilon)),
                0));
    return Multiply.of(builder, subtract(builder, x, newMean), scale);
  }

  private static Value subtract(ProgramBuilder builder, Value x, Value y) {
    return Add.of(builder, x, Affine.of(builder, -1, y, 0));
  }
}
