package io.eddy.model.op;

import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;

/// `out = Σ x` over each group of neighbouring columns; every column of a group gets `dx += d`.
public final class GroupSum implements Op {

  private final int groups;
  private final int size;

  private GroupSum(int groups, int size) {
    this.groups = groups;
    this.size = size;
  }

  /// The sums of the row's `groups` equal parts.
  ///
  /// @return (groups)
  public static Value of(ProgramBuilder builder, Value x, int groups) {
    ProgramBuilder.require(
        groups >= 1 && x.width() % groups == 0, x + " cannot be cut into " + groups + " groups");
    return builder
        .node(new GroupSum(groups, x.width() / groups))
        .reads(x)
        .writes("group.sum", groups);
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows out = frame.output(0);
    for (int row = from; row < to; row++) {
      for (int group = 0; group < groups; group++) {
        out.values()[out.at(row) + group] =
            frame.kernels().sum(x.values(), x.at(row) + group * size, size);
      }
    }
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows out = frame.output(0);
    if (x.hasGradient()) {
      for (int row = from; row < to; row++) {
        for (int group = 0; group < groups; group++) {
          float d = out.gradients()[out.at(row) + group];
          int start = x.at(row) + group * size;
          for (int i = 0; i < size; i++) {
            x.gradients()[start + i] += d;
          }
        }
      }
    }
  }
}
