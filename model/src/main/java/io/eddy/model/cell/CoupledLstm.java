package io.eddy.model.cell;

import io.eddy.model.op.Linear;
import io.eddy.model.op.Multiply;
import io.eddy.model.op.Sigmoid;
import io.eddy.model.op.Tanh;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;

/// Long short-term memory that forgets what it replaces, `f = 1 - i` (Greff et al. 2017, the
/// variant CIFG):
///
/// ```
/// i, g, o = W_ih x + b_ih + W_hh h' + b_hh
/// c = (1 - sigmoid(i)) * c' + sigmoid(i) * tanh(g)
/// h = sigmoid(o) * tanh(c)
/// ```
///
/// Parameters: as of [Lstm], with three gates in the order i, g, o.
public record CoupledLstm() implements Cell {

  /// As a forget gate's bias of 1.
  private static final Initializer INPUT_BIAS = new Initializer.GateBias(3, 0, -1);

  @Override
  public Value step(ProgramBuilder builder, Layer layer, Value x) {
    int size = layer.hiddenSize();
    ProgramBuilder.Feedback hidden = layer.state(builder, "hidden", size);
    ProgramBuilder.Feedback cell = layer.state(builder, "cell", size);
    Value input =
        Linear.of(
            builder,
            x,
            layer.inputWeight("weight_ih", 3, x.width()),
            layer.bias("bias_ih", 3, INPUT_BIAS),
            layer.bias("bias_hh", 3));
    Value gates = Linear.onto(builder, input, hidden.value(), layer.hiddenWeight("weight_hh", 3));
    Value i = Sigmoid.of(builder, builder.columns(gates, 0, size));
    Value g = Tanh.of(builder, builder.columns(gates, size, size));
    Value o = Sigmoid.of(builder, builder.columns(gates, 2 * size, size));
    Value c = Blend.of(builder, i, cell.value(), g);
    Value h = Multiply.of(builder, o, Tanh.of(builder, c));
    layer.keep(builder, cell, c);
    return layer.keep(builder, hidden, h);
  }
}
