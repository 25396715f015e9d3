package io.eddy.model.op;

import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;

/// `y = x / (1 + |x|)`; `dx += dy * (1 - |y|)²`.
public final class Softsign implements Op {

  private final int width;

  private Softsign(int width) {
    this.width = width;
  }

  /// `softsign(x)`, element by element.
  public static Value of(ProgramBuilder builder, Value x) {
    return builder.node(new Softsign(x.width())).reads(x).writes("softsign", x.width());
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows y = frame.output(0);
    for (int row = from; row < to; row++) {
      frame.kernels().softsign(x.values(), x.at(row), y.values(), y.at(row), width);
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
            .softsignBackward(
                y.values(), y.at(row), y.gradients(), y.at(row), x.gradients(), x.at(row), width);
      }
    }
  }
}
