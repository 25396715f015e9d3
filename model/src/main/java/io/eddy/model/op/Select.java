package io.eddy.model.op;

import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;
import java.util.Arrays;

/// `out = flag ≠ 0 ? x : y`, row by row: a mask that holds a state, a teacher that overrules the
/// network's own answer; without y, zeros. The gradient goes to the one that was chosen, none to
/// the flag.
///
/// What is not chosen is not read: a NaN in it does no harm.
public final class Select implements Op {

  private final int width;

  private Select(int width) {
    this.width = width;
  }

  /// x where the flag is not 0, else y.
  ///
  /// @param flag (1)
  /// @param x (n)
  /// @param y (n)
  public static Value of(ProgramBuilder builder, Value flag, Value x, Value y) {
    ProgramBuilder.require(flag.width() == 1, flag + " is no flag, expected a width of 1");
    ProgramBuilder.require(x.width() == y.width(), x + " and " + y + " differ in width");
    return builder.node(new Select(x.width())).reads(flag, x, y).writes("select", x.width());
  }

  /// x where the flag is not 0, else zeros.
  ///
  /// @param flag (1)
  /// @param x (n)
  public static Value orZero(ProgramBuilder builder, Value flag, Value x) {
    ProgramBuilder.require(flag.width() == 1, flag + " is no flag, expected a width of 1");
    return builder.node(new Select(x.width())).reads(flag, x).writes("select", x.width());
  }

  /// Which input a row takes; there may be none of that number.
  private static int chosen(Frame frame, int row) {
    Rows flag = frame.input(0);
    return flag.values()[flag.at(row)] != 0 ? 1 : 2;
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows out = frame.output(0);
    for (int row = from; row < to; row++) {
      int at = out.at(row);
      int chosen = chosen(frame, row);
      if (chosen < frame.inputCount()) {
        Rows input = frame.input(chosen);
        System.arraycopy(input.values(), input.at(row), out.values(), at, width);
      } else {
        Arrays.fill(out.values(), at, at + width, 0);
      }
    }
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Rows out = frame.output(0);
    for (int row = from; row < to; row++) {
      int chosen = chosen(frame, row);
      if (chosen < frame.inputCount() && frame.input(chosen).hasGradient()) {
        Rows input = frame.input(chosen);
        frame.kernels().add(out.gradients(), out.at(row), input.gradients(), input.at(row), width);
      }
    }
  }
}
