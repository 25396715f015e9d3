package io.eddy.model.cell;

import io.eddy.model.op.Linear;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;

/// The network whose output is fed back (Jordan 1986): of what it has computed it remembers only
/// what it has said.
///
/// ```
/// u = f(W_ih x + b_ih + W_hh h')        units inside
/// h = g(W_uh u + b_uh)                  the output, fed back
/// ```
///
/// Parameters: `weight_ih` (U, I), `bias_ih` (U), `weight_hh` (U, H), `weight_uh` (H, U), `bias_uh`
/// (H).
///
/// @param units U, inside
/// @param transfer f
/// @param outputTransfer g
public record Jordan(int units, Transfer transfer, Transfer outputTransfer) implements Cell {

  public Jordan {
    ProgramBuilder.require(units >= 1, units + " units inside, expected at least 1");
  }

  @Override
  public Value step(ProgramBuilder builder, Layer layer, Value x) {
    ProgramBuilder.Feedback before = layer.state(builder, "hidden", layer.hiddenSize());
    Value input = Linear.of(builder, x, weight(layer, "weight_ih", x.width()), bias(layer));
    Value inside =
        transfer.of(
            builder,
            Linear.onto(
                builder, input, before.value(), weight(layer, "weight_hh", layer.hiddenSize())));
    Value out =
        Linear.of(
            builder, inside, layer.inputWeight("weight_uh", 1, units), layer.bias("bias_uh", 1));
    return layer.keep(builder, before, outputTransfer.of(builder, out));
  }

  private ParameterSpec weight(Layer layer, String name, int inputs) {
    return ParameterSpec.matrix(layer.name(name), units, inputs, new Initializer.Xavier(1));
  }

  private ParameterSpec bias(Layer layer) {
    return ParameterSpec.vector(layer.name("bias_ih"), units, new Initializer.Zero());
  }
}
