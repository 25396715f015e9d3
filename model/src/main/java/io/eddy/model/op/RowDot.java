package io.eddy.model.op;

import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;

/// `out = Σ x y` over each group of neighbouring columns; `dx += d * y`, `dy += d * x`.
public final class RowDot implements Op {

  private final int groups;
  private final int size;

  private RowDot(int groups, int size) {
    this.groups = groups;
    this.size = size;
  }

  /// The products of the rows' `groups` equal parts.
  ///
  /// @param x (n)
  /// @param y (n)
  /// @return (groups)
  public static Value of(ProgramBuilder builder, Value x, Value y, int groups) {
    ProgramBuilder.require(x.width() == y.width(), x + " and " + y + " differ in width");
    ProgramBuilder.require(
        groups >= 1 && x.width() % groups == 0, x + " cannot be cut into " + groups + " groups");
    return builder.node(new RowDot(groups, x.width() / groups)).reads(x, y).writes("dot", groups);
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows y = frame.input(1);
    Rows out = frame.output(0);
    for (int row = from; row < to; row++) {
      for (int group = 0; group < groups; group++) {
        int start = group * size;
        out.values()[out.at(row) + group] =
            frame.kernels().dot(x.values(), x.at(row) + start, y.values(), y.at(row) + start, size);
      }
    }
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Rows out = frame.output(0);
    for (int i = 0; i < 2; i++) {
      Rows input = frame.input(i);
      Rows other = frame.input(1 - i);
      if (input.hasGradient()) {
        for (int row = from; row < to; row++) {
          for (int group = 0; group < groups; group++) {
            int start = group * size;
            frame
                .kernels()
                .addScaled(
                    out.gradients()[out.at(row) + group],
                    other.values(),
                    other.at(row) + start,
                    input.gradients(),
                    input.at(row) + start,
                    size);
          }
        }
      }
    }
  }
}
