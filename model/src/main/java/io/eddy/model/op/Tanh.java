package io.eddy.model.op;

import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;

/// `y = tanh(x)`; `dx += dy · (1 - y²)`.
public final class Tanh implements Op {

  private final int width;

  private Tanh(int width) {
    this.width = width;
  }

  /// `tanh(x)`.
  public static Value of(ProgramBuilder builder, Value x) {
    return builder.node(new Tanh(x.width())).reads(x).writes("tanh", x.width());
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows y = frame.output(0);
    for (int row = from; row < to; row++) {
      frame.kernels().tanh(x.values(), x.at(row), y.values(), y.at(row), width);
    }
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows y = frame.output(0);
    if (!x.hasGradient()) {
      return;
    }
    for (int row = from; row < to; row++) {
      frame
          .kernels()
          .tanhBackward(
              y.values(), y.at(row), y.gradients(), y.at(row), x.gradients(), x.at(row), width);
    }
  }
}
