package io.eddy.model.op;

import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;

/// Several values side by side; the gradient goes back to each.
public final class Concatenation implements Op {

  private final int[] widths;

  private Concatenation(int[] widths) {
    this.widths = widths;
  }

  /// The parts, one after the other.
  ///
  /// @return (sum of the parts' widths)
  public static Value of(ProgramBuilder builder, Value... parts) {
    ProgramBuilder.require(parts.length > 0, "nothing to put side by side");
    int[] widths = new int[parts.length];
    int sum = 0;
    for (int i = 0; i < parts.length; i++) {
      widths[i] = parts[i].width();
      sum += widths[i];
    }
    return builder.node(new Concatenation(widths)).reads(parts).writes("concatenation", sum);
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows out = frame.output(0);
    int start = 0;
    for (int i = 0; i < widths.length; i++) {
      Rows part = frame.input(i);
      for (int row = from; row < to; row++) {
        System.arraycopy(part.values(), part.at(row), out.values(), out.at(row) + start, widths[i]);
      }
      start += widths[i];
    }
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Rows out = frame.output(0);
    int start = 0;
    for (int i = 0; i < widths.length; i++) {
      Rows part = frame.input(i);
      if (part.hasGradient()) {
        for (int row = from; row < to; row++) {
          frame
              .kernels()
              .add(out.gradients(), out.at(row) + start, part.gradients(), part.at(row), widths[i]);
        }
      }
      start += widths[i];
    }
  }
}
