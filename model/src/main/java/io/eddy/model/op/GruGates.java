package io.eddy.model.op;

import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;

/// The element-wise part of a GRU step, reset after the product (Cho et al. 2014 as in PyTorch):
///
/// ```
/// r, z = sigmoid(x + h), n = tanh(x_n + r * h_n)
/// out = (1 - z) * n + z * before
/// ```
///
/// Inputs: x (3H) and h (3H), the input's and the state's products with their biases, both consumed
/// (x is activated in place, h keeps h_n); the output before (H). Output: out (H).
public final class GruGates implements Op {

  private final int hiddenSize;

  private GruGates(int hiddenSize) {
    this.hiddenSize = hiddenSize;
  }

  /// The hidden state after the step, (H).
  ///
  /// @param x the input's products, (3H), order r, z, n; consumed
  /// @param h the state's products, (3H); consumed
  /// @param before the output before, (H)
  public static Value of(ProgramBuilder builder, Value x, Value h, Value before) {
    int hiddenSize = before.width();
    ProgramBuilder.require(
        x.width() == 3 * hiddenSize, x + " must be three times as wide as " + before);
    ProgramBuilder.require(
        h.width() == 3 * hiddenSize, h + " must be three times as wide as " + before);
    return builder
        .node(new GruGates(hiddenSize))
        .consumes(x, h)
        .reads(before)
        .writes("gru.hidden", hiddenSize);
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows h = frame.input(1);
    Rows before = frame.input(2);
    Rows out = frame.output(0);
    for (int row = from; row < to; row++) {
      frame
          .kernels()
          .gruGates(
              hiddenSize,
              x.values(),
              x.at(row),
              h.values(),
              h.at(row),
              before.values(),
              before.at(row),
              out.values(),
              out.at(row));
    }
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows h = frame.input(1);
    Rows before = frame.input(2);
    Rows out = frame.output(0);
    if (!out.hasGradient()) {
      return;
    }
    // What nobody asks for goes where nobody looks.
    float[] unused = frame.scratch(7 * hiddenSize);
    boolean toX = x.hasGradient();
    boolean toH = h.hasGradient();
    boolean toBefore = before.hasGradient();
    for (int row = from; row < to; row++) {
      frame
          .kernels()
          .gruGatesBackward(
              hiddenSize,
              x.values(),
              x.at(row),
              h.values(),
              h.at(row),
              before.values(),
              before.at(row),
              out.gradients(),
              out.at(row),
              toX ? x.gradients() : unused,
              toX ? x.at(row) : 0,
              toH ? h.gradients() : unused,
              toH ? h.at(row) : 3 * hiddenSize,
              toBefore ? before.gradients() : unused,
              toBefore ? before.at(row) : 6 * hiddenSize);
    }
  }
}
