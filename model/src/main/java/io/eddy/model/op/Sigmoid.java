package io.eddy.model.op;

import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;

/// `y = 1 / (1 + e^-x)`; `dx += dy · y (1 - y)`.
public final class Sigmoid implements Op {

  private final int width;

  private Sigmoid(int width) {
    this.width = width;
  }

  /// `sigmoid(x)`, element by element.
  public static Value of(ProgramBuilder builder, Value x) {
    return builder.node(new Sigmoid(x.width())).reads(x).writes("sigmoid", x.width());
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows y = frame.output(0);
    for (int row = from; row < to; row++) {
      frame.kernels().sigmoid(x.values(), x.at(row), y.values(), y.at(row), width);
    }
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows y = frame.output(0);
    if (x.hasGradient()) {
      for (int row = from; row < to; row++) {
        frame
            .kernels()
            .sigmoidBackward(
                y.values(), y.at(row), y.gradients(), y.at(row), x.gradients(), x.at(row), width);
      }
    }
  }
}
