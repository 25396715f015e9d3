package io.eddy.model.op;

import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;

/// `out = x + y`.
public final class Add implements Op {

  private final int width;

  private Add(int width) {
    this.width = width;
  }

  /// `x + y`, both of one width.
  public static Value of(ProgramBuilder builder, Value x, Value y) {
    ProgramBuilder.require(x.width() == y.width(), x + " and " + y + " differ in width");
    return builder.node(new Add(x.width())).reads(x, y).writes("sum", x.width());
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows y = frame.input(1);
    Rows out = frame.output(0);
    for (int row = from; row < to; row++) {
      System.arraycopy(x.values(), x.at(row), out.values(), out.at(row), width);
      frame.kernels().add(y.values(), y.at(row), out.values(), out.at(row), width);
    }
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Rows out = frame.output(0);
    for (int i = 0; i < 2; i++) {
      Rows input = frame.input(i);
      if (input.hasGradient()) {
        for (int row = from; row < to; row++) {
          frame
              .kernels()
              .add(out.gradients(), out.at(row), input.gradients(), input.at(row), width);
        }
      }
    }
  }
}
