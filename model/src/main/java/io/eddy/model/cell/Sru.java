package io.eddy.model.cell;

import io.eddy.model.op.Add;
import io.eddy.model.op.Affine;
import io.eddy.model.op.Linear;
import io.eddy.model.op.Multiply;
import io.eddy.model.op.Sigmoid;
import io.eddy.model.op.Tanh;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;

/// The simple recurrent unit (Lei, Zhang and Artzi 2017, section 2), whose gates do not see the
/// state: all products run at once for all steps, only the line of c goes step by step.
///
/// ```
/// x̃ = W x
/// f = sigmoid(W_f x + b_f)
/// r = sigmoid(W_r x + b_r)
/// c = f * c' + (1 - f) * x̃
/// h = r * tanh(c) + (1 - r) * x
/// ```
///
/// The highway's x must be as wide as h; another is first projected, `W_p x`, as in the authors'
/// code. Parameters: `weight_ih` (H, I), `weight_ig` (2H, I) and `bias_ig` (2H) in the order f, r,
/// and `weight_ip` (H, I) where I is not H.
public record Sru() implements Cell {

  @Override
  public Value step(ProgramBuilder builder, Layer layer, Value x) {
    int size = layer.hiddenSize();
    ProgramBuilder.Feedback cell = layer.state(builder, "cell", size);
    Value candidate = Linear.of(builder, x, layer.inputWeight("weight_ih", 1, x.width()));
    var gateWeight =
        ParameterSpec.matrix(
            layer.name("weight_ig"), 2 * size, x.width(), new Initializer.Xavier(2));
    Value gates = Sigmoid.of(builder, Linear.of(builder, x, gateWeight, layer.bias("bias_ig", 2)));
    Value f = builder.columns(gates, 0, size);
    Value r = builder.columns(gates, size, size);
    Value taken = Multiply.of(builder, Affine.of(builder, -1, f, 1), candidate);
    Value c =
        layer.keep(builder, cell, Add.of(builder, Multiply.of(builder, f, cell.value()), taken));
    Value asWide =
        x.width() == size ? x : Linear.of(builder, x, layer.inputWeight("weight_ip", 1, x.width()));
    return Blend.of(builder, r, asWide, Tanh.of(builder, c));
  }
}
