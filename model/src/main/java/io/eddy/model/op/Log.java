package io.eddy.model.op;

import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;

/// `y = ln(x)`, NaN below 0; `dx += dy / x`.
public final class Log implements Op {

  private final int width;

  private Log(int width) {
    this.width = width;
  }

  /// `ln(x)`, element by element.
  public static Value of(ProgramBuilder builder, Value x) {
    return builder.node(new Log(x.width())).reads(x).writes("log", x.width());
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows y = frame.output(0);
    for (int row = from; row < to; row++) {
      frame.kernels().log(x.values(), x.at(row), y.values(), y.at(row), width);
    }
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows y = frame.output(0);
    if (x.hasGradient()) {
      for (int row = from; row < to; row++) {
        int at = x.at(row);
        int start = y.at(row);
        for (int i = 0; i < width; i++) {
          x.gradients()[at + i] += y.gradients()[start + i] / x.values()[at + i];
        }
      }
    }
  }
}
