package io.eddy.model.cell;

import io.eddy.model.op.Linear;
import io.eddy.model.op.LstmGates;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;

/// Long short-term memory (Hochreiter and Schmidhuber 1997) with forget gate (Gers, Schmidhuber and
/// Cummins 2000), PyTorch's `LSTM`:
///
/// ```
/// i, f, g, o = W_ih x + b_ih + W_hh h' + b_hh
/// c = sigmoid(f) * c' + sigmoid(i) * tanh(g)
/// h = sigmoid(o) * tanh(c)
/// ```
public record Lstm() implements Cell {

  /// Jozefowicz et al. 2015: a forget gate that is open at first lets gradients through.
  static final Initializer FORGET_BIAS = new Initializer.GateBias(4, 1, 1);

  @Override
  public Value step(ProgramBuilder builder, Layer layer, Value x) {
    ProgramBuilder.Feedback hidden = layer.state(builder, "hidden", layer.hiddenSize());
    ProgramBuilder.Feedback cell = layer.state(builder, "cell", layer.hiddenSize());
    Value gates = gates(builder, layer, x, hidden);
    LstmGates.Step step = LstmGates.of(builder, gates, cell.value());
    Value h = layer.keep(builder, hidden, step.hidden());
    layer.keep(builder, cell, step.cell());
    return h;
  }

  /// The four gates before activation.
  static Value gates(ProgramBuilder builder, Layer layer, Value x, ProgramBuilder.Feedback hidden) {
    Value input =
        Linear.of(
            builder,
            x,
            layer.inputWeight("weight_ih", 4, x.width()),
            layer.bias("bias_ih", 4, FORGET_BIAS),
            layer.bias("bias_hh", 4));
    return Linear.onto(builder, input, hidden.value(), layer.hiddenWeight("weight_hh", 4));
  }
}
