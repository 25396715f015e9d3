package io.eddy.model.op;

import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;

/// Which column is the greatest, of equal ones the first, as a number that [Lookup] takes: greedy
/// decoding. It has no gradient.
public final class Argmax implements Op {

  private final int width;

  private Argmax(int width) {
    this.width = width;
  }

  /// `argmax(x)`.
  ///
  /// @param x (n)
  /// @return (1), an integer from 0 to n, exclusive
  public static Value of(ProgramBuilder builder, Value x) {
    return builder.node(new Argmax(x.width())).reads(x).writes("argmax", 1);
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows out = frame.output(0);
    for (int row = from; row < to; row++) {
      int at = x.at(row);
      int best = 0;
      for (int i = 1; i < width; i++) {
        best = x.values()[at + i] > x.values()[at + best] ? i : best;
      }
      out.values()[out.at(row)] = best;
    }
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    // A number has no slope.
  }
}
