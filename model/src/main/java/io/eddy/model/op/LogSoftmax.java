package io.eddy.model.op;

import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;
import java.util.Arrays;

/// `y = x - ln Σ e^x` over the row, what a beam search adds up; `dx += dy - e^y Σ dy`.
public final class LogSoftmax implements Op {

  private final int width;

  private LogSoftmax(int width) {
    this.width = width;
  }

  /// `log(softmax(x))`, without the underflow.
  public static Value of(ProgramBuilder builder, Value x) {
    return builder.node(new LogSoftmax(x.width())).reads(x).writes("log_softmax", x.width());
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows y = frame.output(0);
    float[] softmax = frame.scratch(width);
    for (int row = from; row < to; row++) {
      float logSum = frame.kernels().logSumExp(x.values(), x.at(row), softmax, 0, width);
      int at = y.at(row);
      Arrays.fill(y.values(), at, at + width, -logSum);
      frame.kernels().add(x.values(), x.at(row), y.values(), at, width);
    }
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows y = frame.output(0);
    if (x.hasGradient()) {
      float[] softmax = frame.scratch(width);
      for (int row = from; row < to; row++) {
        int at = y.at(row);
        frame.kernels().exp(y.values(), at, softmax, 0, width);
        float sum = frame.kernels().sum(y.gradients(), at, width);
        frame.kernels().addScaled(-sum, softmax, 0, x.gradients(), x.at(row), width);
        frame.kernels().add(y.gradients(), at, x.gradients(), x.at(row), width);
      }
    }
  }
}
