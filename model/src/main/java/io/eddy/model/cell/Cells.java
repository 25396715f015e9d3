package io.eddy.model.cell;

import io.eddy.model.op.GruGates;
import io.eddy.model.op.Linear;
import io.eddy.model.op.LstmGates;
import io.eddy.model.op.Tanh;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;

/// The equations of the recurrent cells.
///
/// Letters: I inputs, H hidden units. Parameters have PyTorch's names and shapes: `weight_ih_l{k}`
/// (G·H, I), `weight_hh_l{k}` (G·H, H), `bias_ih_l{k}` and `bias_hh_l{k}` (G·H), with G gates in
/// PyTorch's order. Nothing else is to be written for a cell: gradients, batches and streaming
/// follow from the program.
public final class Cells {

  private Cells() {}

  /// A stack of layers of one cell.
  ///
  /// @param prefix of the parameters' names, such as `rnn.`
  /// @param x (I)
  /// @return the last layer's output (H)
  public static Value stack(
      ProgramBuilder builder,
      CellType cell,
      String prefix,
      Value x,
      int hiddenSize,
      int layerCount) {
    Value out = x;
    for (int layer = 0; layer < layerCount; layer++) {
      out = step(builder, cell, prefix, layer, out, hiddenSize);
    }
    return out;
  }

  private static Value step(
      ProgramBuilder builder, CellType cell, String prefix, int layer, Value x, int hiddenSize) {
    return switch (cell) {
      case ELMAN -> elman(builder, new Weights(prefix, layer, 1, x.width(), hiddenSize), x);
      case LSTM -> lstm(builder, new Weights(prefix, layer, 4, x.width(), hiddenSize), x);
      case GRU -> gru(builder, new Weights(prefix, layer, 3, x.width(), hiddenSize), x);
    };
  }

  /// `h = tanh(W_ih x + b_ih + b_hh + W_hh h')` (Elman 1990).
  private static Value elman(ProgramBuilder builder, Weights weights, Value x) {
    ProgramBuilder.Feedback hidden = builder.feedback("hidden", weights.hiddenSize, 1);
    Value input =
        Linear.of(builder, x, weights.inputWeight(), weights.inputBias(), weights.hiddenBias());
    Value h = Tanh.of(builder, Linear.onto(builder, input, hidden.value(), weights.hiddenWeight()));
    hidden.close(h);
    return h;
  }

  /// Gates i, f, g, o from `W_ih x + b_ih + b_hh + W_hh h'`; the element-wise part is [LstmGates].
  private static Value lstm(ProgramBuilder builder, Weights weights, Value x) {
    ProgramBuilder.Feedback hidden = builder.feedback("hidden", weights.hiddenSize, 1);
    ProgramBuilder.Feedback cell = builder.feedback("cell", weights.hiddenSize, 1);
    // Jozefowicz et al. 2015: a forget gate that is open at first lets gradients through.
    var forgetBias = new Initializer.GateBias(4, 1, 1);
    Value input =
        Linear.of(
            builder,
            x,
            weights.inputWeight(),
            weights.bias("bias_ih", forgetBias),
            weights.hiddenBias());
    Value gates = Linear.onto(builder, input, hidden.value(), weights.hiddenWeight());
    LstmGates.Step step = LstmGates.of(builder, gates, cell.value());
    hidden.close(step.hidden());
    cell.close(step.cell());
    return step.hidden();
  }

  /// Gates r, z, n from `W_ih x + b_ih` and `W_hh h' + b_hh`; the element-wise part is [GruGates].
  private static Value gru(ProgramBuilder builder, Weights weights, Value x) {
    ProgramBuilder.Feedback hidden = builder.feedback("hidden", weights.hiddenSize, 1);
    Value input = Linear.of(builder, x, weights.inputWeight(), weights.inputBias());
    Value state = Linear.of(builder, hidden.value(), weights.hiddenWeight(), weights.hiddenBias());
    Value h = GruGates.of(builder, input, state, hidden.value());
    hidden.close(h);
    return h;
  }

  /// The four parameters of one layer.
  private record Weights(String prefix, int layer, int gates, int inputSize, int hiddenSize) {

    ParameterSpec inputWeight() {
      return ParameterSpec.matrix(
          name("weight_ih"), gates * hiddenSize, inputSize, new Initializer.Xavier(gates));
    }

    ParameterSpec hiddenWeight() {
      return ParameterSpec.matrix(
          name("weight_hh"), gates * hiddenSize, hiddenSize, new Initializer.Orthogonal(gates));
    }

    ParameterSpec inputBias() {
      return bias("bias_ih", new Initializer.Zero());
    }

    ParameterSpec hiddenBias() {
      return bias("bias_hh", new Initializer.Zero());
    }

    ParameterSpec bias(String name, Initializer initializer) {
      return ParameterSpec.vector(name(name), gates * hiddenSize, initializer);
    }

    private String name(String parameter) {
      return prefix + parameter + "_l" + layer;
    }
  }
}
