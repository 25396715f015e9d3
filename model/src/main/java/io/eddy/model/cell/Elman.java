package io.eddy.model.cell;

import io.eddy.model.op.Linear;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;

/// The simple recurrent network (Elman 1990), PyTorch's `RNN`:
///
/// ```
/// h = f(W_ih x + b_ih + W_hh h' + b_hh)
/// ```
///
/// @param transfer f; PyTorch has tanh and relu
public record Elman(Transfer transfer) implements Cell {

  @Override
  public Value step(ProgramBuilder builder, Layer layer, Value x) {
    ProgramBuilder.Feedback hidden = layer.state(builder, "hidden", layer.hiddenSize());
    Value input =
        Linear.of(
            builder,
            x,
            layer.inputWeight("weight_ih", 1, x.width()),
            layer.bias("bias_ih", 1),
            layer.bias("bias_hh", 1));
    Value sum = Linear.onto(builder, input, hidden.value(), layer.hiddenWeight("weight_hh", 1));
    return layer.keep(builder, hidden, transfer.of(builder, sum));
  }
}
