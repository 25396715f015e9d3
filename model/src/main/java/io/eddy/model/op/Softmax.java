package io.eddy.model.op;

import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;

/// `y = e^x / Σ e^x` over each group of neighbouring columns; `dx += y * (dy - Σ y dy)`.
///
/// Elements of -∞ get 0, and a group of nothing else gets 0 throughout.
public final class Softmax implements Op {

  private final int groups;
  private final int size;

  private Softmax(int groups, int size) {
    this.groups = groups;
    this.size = size;
  }

  /// `softmax(x)` over the whole row.
  public static Value of(ProgramBuilder builder, Value x) {
    return of(builder, x, 1);
  }

  /// `softmax` over each of `groups` equal parts of the row.
  public static Value of(ProgramBuilder builder, Value x, int groups) {
    ProgramBuilder.require(
        groups >= 1 && x.width() % groups == 0, x + " cannot be cut into " + groups + " groups");
    return builder
        .node(new Softmax(groups, x.width() / groups))
        .reads(x)
        .writes("softmax", x.width());
  }

  /// Equal parts of the row, each with a sum of 1.
  public int groupCount() {
    return groups;
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows y = frame.output(0);
    for (int row = from; row < to; row++) {
      for (int group = 0; group < groups; group++) {
        int start = group * size;
        frame.kernels().softmax(x.values(), x.at(row) + start, y.values(), y.at(row) + start, size);
      }
    }
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows y = frame.output(0);
    if (x.hasGradient()) {
      for (int row = from; row < to; row++) {
        for (int group = 0; group < groups; group++) {
          int start = group * size;
          int at = y.at(row) + start;
          frame
              .kernels()
              .softmaxBackward(
                  y.values(), at, y.gradients(), at, x.gradients(), x.at(row) + start, size);
        }
      }
    }
  }
}
