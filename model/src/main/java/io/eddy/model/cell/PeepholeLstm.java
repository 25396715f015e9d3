package io.eddy.model.cell;

import io.eddy.model.op.Add;
import io.eddy.model.op.Diagonal;
import io.eddy.model.op.Linear;
import io.eddy.model.op.Multiply;
import io.eddy.model.op.Sigmoid;
import io.eddy.model.op.Tanh;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;

/// Long short-term memory whose gates see the cell (Gers, Schraudolph and Schmidhuber 2002; the
/// form of Graves 2013, equations 7 to 11):
///
/// ```
/// i, f, g, o = W_ih x + b_ih + W_hh h' + b_hh
/// c = sigmoid(f + P_cf c') * c' + sigmoid(i + P_ci c') * tanh(g)
/// h = sigmoid(o + P_co c) * tanh(c)
/// ```
///
/// Parameters: those of [Lstm], and `weight_ci`, `weight_cf`, `weight_co`, each (H) or (H, H).
///
/// @param peepholes what P_ci, P_cf and P_co are
public record PeepholeLstm(Peepholes peepholes) implements Cell {

  /// How much of the cell a gate sees.
  public enum Peepholes {
    /// Its own unit: P is diagonal, stored as a vector (Gers).
    DIAGONAL,
    /// All units: P is a full matrix.
    FULL
  }

  @Override
  public Value step(ProgramBuilder builder, Layer layer, Value x) {
    int size = layer.hiddenSize();
    ProgramBuilder.Feedback hidden = layer.state(builder, "hidden", size);
    ProgramBuilder.Feedback cell = layer.state(builder, "cell", size);
    Value gates = Lstm.gates(builder, layer, x, hidden);
    Value i = gate(builder, layer, builder.columns(gates, 0, size), cell.value(), "weight_ci");
    Value f = gate(builder, layer, builder.columns(gates, size, size), cell.value(), "weight_cf");
    Value g = Tanh.of(builder, builder.columns(gates, 2 * size, size));
    Value c = Add.of(builder, Multiply.of(builder, f, cell.value()), Multiply.of(builder, i, g));
    Value o = gate(builder, layer, builder.columns(gates, 3 * size, size), c, "weight_co");
    Value h = Multiply.of(builder, o, Tanh.of(builder, c));
    layer.keep(builder, cell, c);
    return layer.keep(builder, hidden, h);
  }

  private Value gate(ProgramBuilder builder, Layer layer, Value sum, Value cell, String name) {
    Value seen =
        switch (peepholes) {
          case DIAGONAL ->
              Diagonal.of(builder, cell, layer.bias(name, 1, new Initializer.Uniform(0.1)));
          case FULL -> Linear.of(builder, cell, layer.hiddenWeight(name, 1));
        };
    return Sigmoid.of(builder, Add.of(builder, sum, seen));
  }
}
