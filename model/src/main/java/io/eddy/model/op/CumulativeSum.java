package io.eddy.model.op;

import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;

/// `out[i] = x[0] + … + x[i]` along the columns, added up from the left; `dx[i] += d[i] + d[i+1] +
/// …`.
public final class CumulativeSum implements Op {

  private final int width;

  private CumulativeSum(int width) {
    this.width = width;
  }

  /// `cumsum(x)` along the row.
  public static Value of(ProgramBuilder builder, Value x) {
    return builder.node(new CumulativeSum(x.width())).reads(x).writes("cumsum", x.width());
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows out = frame.output(0);
    for (int row = from; row < to; row++) {
      float sum = 0;
      for (int i = 0; i < width; i++) {
        sum += x.values()[x.at(row) + i];
        out.values()[out.at(row) + i] = sum;
      }
    }
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows out = frame.output(0);
    if (x.hasGradient()) {
      for (int row = from; row < to; row++) {
        float sum = 0;
        for (int i = width - 1; i >= 0; i--) {
          sum += out.gradients()[out.at(row) + i];
          x.gradients()[x.at(row) + i] += sum;
        }
      }
    }
  }
}
