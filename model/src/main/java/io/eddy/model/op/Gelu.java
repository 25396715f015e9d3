package io.eddy.model.op;

import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;

/// `y = x Φ(x)`, Φ the normal distribution (Hendrycks and Gimpel 2016): PyTorch's default form; `dx
/// += dy * (Φ(x) + x φ(x))`.
public final class Gelu implements Op {

  private final int width;

  private Gelu(int width) {
    this.width = width;
  }

  /// `gelu(x)`, element by element.
  public static Value of(ProgramBuilder builder, Value x) {
    return builder.node(new Gelu(x.width())).reads(x).writes("gelu", x.width());
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows y = frame.output(0);
    for (int row = from; row < to; row++) {
      frame.kernels().gelu(x.values(), x.at(row), y.values(), y.at(row), width);
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
            .geluBackward(
                x.values(), x.at(row), y.gradients(), y.at(row), x.gradients(), x.at(row), width);
      }
    }
  }
}
