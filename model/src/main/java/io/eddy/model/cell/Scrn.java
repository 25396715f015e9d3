package io.eddy.model.cell;

import io.eddy.model.op.Add;
import io.eddy.model.op.Affine;
import io.eddy.model.op.Concatenation;
import io.eddy.model.op.Linear;
import io.eddy.model.op.Sigmoid;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;

/// The structurally constrained recurrent network (Mikolov et al. 2015, section 3): beside the
/// hidden units some that change slowly.
///
/// ```
/// s = (1 - α) B x + α s'                 context
/// u = sigmoid(P s + A x + R u')          hidden units
/// h = (u, s)                             both are the output
/// ```
///
/// Of the H outputs the last S are context. Parameters, without biases as in the paper: `weight_is`
/// B (S, I), `weight_ih` A (H - S, I), `weight_sh` P (H - S, S), `weight_hh` R (H - S, H - S).
///
/// @param contextSize S, below H
/// @param alpha share of the context that stays; the paper's is 0.95
public record Scrn(int contextSize, float alpha) implements Cell {

  public Scrn {
    ProgramBuilder.require(
        contextSize >= 1 && alpha >= 0 && alpha < 1,
        contextSize + " context units that keep " + alpha + ", expected at least 1, in [0, 1)");
  }

  @Override
  public Value step(ProgramBuilder builder, Layer layer, Value x) {
    int size = layer.hiddenSize() - contextSize;
    ProgramBuilder.require(
        size >= 1, contextSize + " context units of " + layer.hiddenSize() + ", expected fewer");
    ProgramBuilder.Feedback context = layer.state(builder, "context", contextSize);
    ProgramBuilder.Feedback hidden = layer.state(builder, "hidden", size);
    var xavier = new Initializer.Xavier(1);
    Value input = Linear.of(builder, x, matrix(layer, "weight_is", contextSize, x.width(), xavier));
    Value slow =
        Add.of(
            builder,
            Affine.of(builder, 1 - alpha, input, 0),
            Affine.of(builder, alpha, context.value(), 0));
    Value s = layer.keep(builder, context, slow);
    Value sum =
        Linear.onto(
            builder,
            Linear.onto(
                builder,
                Linear.of(builder, x, matrix(layer, "weight_ih", size, x.width(), xavier)),
                s,
                matrix(layer, "weight_sh", size, contextSize, xavier)),
            hidden.value(),
            matrix(layer, "weight_hh", size, size, new Initializer.Orthogonal(1)));
    Value u = layer.keep(builder, hidden, Sigmoid.of(builder, sum));
    return Concatenation.of(builder, u, s);
  }

  private static ParameterSpec matrix(
      Layer layer, String name, int outputs, int inputs, Initializer initializer) {
    return ParameterSpec.matrix(layer.name(name), outputs, inputs, initializer);
  }
}
