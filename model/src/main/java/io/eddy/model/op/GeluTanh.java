package io.eddy.model.op;

import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;

/// `y = x (1 + tanh(z)) / 2` with z = sqrt(2/π) (x + 0.044715 x³): PyTorch's `gelu` with
/// `approximate="tanh"`; `dx += dy * ((1 + t) / 2 + x (1 - t²) / 2 dz/dx)` with t = tanh(z).
public final class GeluTanh implements Op {

  private final int width;

  private GeluTanh(int width) {
    this.width = width;
  }

  /// `gelu(x)` in the form by tanh, element by element.
  public static Value of(ProgramBuilder builder, Value x) {
    return builder.node(new GeluTanh(x.width())).reads(x).writes("gelu", x.width());
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows y = frame.output(0);
    for (int row = from; row < to; row++) {
      frame.kernels().geluTanh(x.values(), x.at(row), y.values(), y.at(row), width);
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
            .geluTanhBackward(
                x.values(), x.at(row), y.gradients(), y.at(row), x.gradients(), x.at(row), width);
      }
    }
  }
}
