package io.eddy.model.cell;

import io.eddy.model.op.Add;
import io.eddy.model.op.GruGates;
import io.eddy.model.op.Linear;
import io.eddy.model.op.Multiply;
import io.eddy.model.op.Sigmoid;
import io.eddy.model.op.Tanh;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;

/// The gated recurrent unit (Cho et al. 2014, equations 5 to 8), in the variants that other
/// libraries' files hold:
///
/// ```
/// r = sigmoid(W_ir x + b_ir + W_hr h' + b_hr)
/// z = sigmoid(W_iz x + b_iz + W_hz h' + b_hz)
/// n = tanh(W_in x + b_in + r * (W_hn h' + b_hn))      reset after the product
/// n = tanh(W_in x + b_in + W_hn (r * h') + b_hn)      reset before it
/// h = (1 - z) * n + z * h'                            the update gate keeps
/// h = (1 - z) * h' + z * n                            the update gate replaces
/// ```
///
/// | | reset | update |
/// | --- | --- | --- |
/// | PyTorch; ONNX with `linear_before_reset` 1; Keras with `reset_after` | after | keeps |
/// | Cho et al. 2014; ONNX with `linear_before_reset` 0 | before | keeps |
/// | Chung et al. 2014 | before | replaces |
///
/// Parameters, gates in the order r, z, n: `weight_ih` (3H, I), `bias_ih` and `bias_hh` (3H); reset
/// after: `weight_hh` (3H, H); reset before: `weight_hh` (2H, H) of r and z, `weight_hn` (H, H).
///
/// @param reset where the reset gate works
/// @param update what an open update gate means
public record Gru(Reset reset, Update update) implements Cell {

  /// Where the reset gate works.
  public enum Reset {
    /// On the state's product.
    AFTER,
    /// On the state.
    BEFORE
  }

  /// What an update gate of 1 means.
  public enum Update {
    /// The state stays as it was.
    KEEPS,
    /// The state is the new one.
    REPLACES
  }

  /// PyTorch's.
  public static Gru pyTorch() {
    return new Gru(Reset.AFTER, Update.KEEPS);
  }

  @Override
  public Value step(ProgramBuilder builder, Layer layer, Value x) {
    return switch (reset) {
      case AFTER -> resetAfter(builder, layer, x);
      case BEFORE -> resetBefore(builder, layer, x);
    };
  }

  private Value resetAfter(ProgramBuilder builder, Layer layer, Value x) {
    int size = layer.hiddenSize();
    ProgramBuilder.Feedback hidden = layer.state(builder, "hidden", size);
    Value input =
        Linear.of(
            builder, x, layer.inputWeight("weight_ih", 3, x.width()), layer.bias("bias_ih", 3));
    Value state =
        Linear.of(
            builder, hidden.value(), layer.hiddenWeight("weight_hh", 3), layer.bias("bias_hh", 3));
    Value h =
        switch (update) {
          case KEEPS -> GruGates.of(builder, input, state, hidden.value());
          case REPLACES -> {
            Value gates =
                Sigmoid.of(
                    builder,
                    Add.of(
                        builder,
                        builder.columns(input, 0, 2 * size),
                        builder.columns(state, 0, 2 * size)));
            Value resetState =
                Multiply.of(
                    builder,
                    builder.columns(gates, 0, size),
                    builder.columns(state, 2 * size, size));
            Value n =
                Tanh.of(
                    builder, Add.of(builder, builder.columns(input, 2 * size, size), resetState));
            yield update(builder, builder.columns(gates, size, size), hidden.value(), n);
          }
        };
    return layer.keep(builder, hidden, h);
  }

  private Value resetBefore(ProgramBuilder builder, Layer layer, Value x) {
    int size = layer.hiddenSize();
    ProgramBuilder.Feedback hidden = layer.state(builder, "hidden", size);
    Value input =
        Linear.of(
            builder,
            x,
            layer.inputWeight("weight_ih", 3, x.width()),
            layer.bias("bias_ih", 3),
            layer.bias("bias_hh", 3));
    var stateWeight =
        ParameterSpec.matrix(
            layer.name("weight_hh"), 2 * size, size, new Initializer.Orthogonal(2));
    Value state = Linear.of(builder, hidden.value(), stateWeight);
    Value gates = Sigmoid.of(builder, Add.of(builder, builder.columns(input, 0, 2 * size), state));
    Value resetState =
        Linear.of(
            builder,
            Multiply.of(builder, builder.columns(gates, 0, size), hidden.value()),
            layer.hiddenWeight("weight_hn", 1));
    Value n = Tanh.of(builder, Add.of(builder, builder.columns(input, 2 * size, size), resetState));
    Value h = update(builder, builder.columns(gates, size, size), hidden.value(), n);
    return layer.keep(builder, hidden, h);
  }

  private Value update(ProgramBuilder builder, Value z, Value before, Value n) {
    return switch (update) {
      case KEEPS -> Blend.of(builder, z, n, before);
      case REPLACES -> Blend.of(builder, z, before, n);
    };
  }
}
