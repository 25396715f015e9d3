package io.eddy.model.cell;

import io.eddy.model.op.Add;
import io.eddy.model.op.Linear;
import io.eddy.model.op.Multiply;
import io.eddy.model.op.Sigmoid;
import io.eddy.model.op.Tanh;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;

/// MUT1, the best of ten thousand cells that a search bred (Jozefowicz et al. 2015):
///
/// ```
/// z = sigmoid(W_iz x + b_z)
/// r = sigmoid(W_ir x + W_hr h' + b_r)
/// n = tanh(W_hh (r * h') + tanh(x) + b_h)
/// h = z * n + (1 - z) * h'
/// ```
///
/// The paper's x is as wide as h. Another is first projected: `tanh(W_in x)`. Parameters:
/// `weight_ih` (2H, I) and `bias_ih` (2H) in the order r, z, `weight_hr` (H, H), `weight_hh` (H,
/// H), `bias_hh` (H), and `weight_in` (H, I) where I is not H.
public record Mut1() implements Cell {

  @Override
  public Value step(ProgramBuilder builder, Layer layer, Value x) {
    int size = layer.hiddenSize();
    ProgramBuilder.Feedback hidden = layer.state(builder, "hidden", size);
    var inputWeight =
        ParameterSpec.matrix(
            layer.name("weight_ih"), 2 * size, x.width(), new Initializer.Xavier(2));
    Value gates = Linear.of(builder, x, inputWeight, layer.bias("bias_ih", 2));
    Value z = Sigmoid.of(builder, builder.columns(gates, size, size));
    Value r =
        Sigmoid.of(
            builder,
            Add.of(
                builder,
                builder.columns(gates, 0, size),
                Linear.of(builder, hidden.value(), layer.hiddenWeight("weight_hr", 1))));
    Value asWide =
        x.width() == size ? x : Linear.of(builder, x, layer.inputWeight("weight_in", 1, x.width()));
    Value resetState = Multiply.of(builder, r, hidden.value());
    Value state =
        Linear.of(
            builder, resetState, layer.hiddenWeight("weight_hh", 1), layer.bias("bias_hh", 1));
    Value n = Tanh.of(builder, Add.of(builder, state, Tanh.of(builder, asWide)));
    return layer.keep(builder, hidden, Blend.of(builder, z, hidden.value(), n));
  }
}
