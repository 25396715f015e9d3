package io.eddy.model.op;

import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;
import java.util.Arrays;

/// The elements of a row in another, fixed order: `y[i] = x[order[i]]`; `dx[order[i]] += dy[i]`.
public final class Permutation implements Op {

  private final int[] order;

  private Permutation(int[] order) {
    this.order = order;
  }

  /// Traces the permutation.
  ///
  /// @param order for each element of the output the index of the input's, each index once
  public static Value of(ProgramBuilder builder, Value x, int[] order) {
    boolean[] seen = new boolean[x.width()];
    int distinct = 0;
    for (int index : order) {
      if (index >= 0 && index < seen.length && !seen[index]) {
        seen[index] = true;
        distinct++;
      }
    }
    ProgramBuilder.require(
        order.length == x.width() && distinct == x.width(),
        Arrays.toString(order) + " is no order of the " + x.width() + " elements of " + x);
    return builder.node(new Permutation(order.clone())).reads(x).writes("permuted", x.width());
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows y = frame.output(0);
    for (int row = from; row < to; row++) {
      int xAt = x.at(row);
      int yAt = y.at(row);
      for (int i = 0; i < order.length; i++) {
        y.values()[yAt + i] = x.values()[xAt + order[i]];
      }
    }
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows y = frame.output(0);
    if (!x.hasGradient()) {
      return;
    }
    for (int row = from; row < to; row++) {
      int xAt = x.at(row);
      int yAt = y.at(row);
      for (int i = 0; i < order.length; i++) {
        x.gradients()[xAt + order[i]] += y.gradients()[yAt + i];
      }
    }
  }
}
