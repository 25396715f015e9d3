package io.eddy.model.program;

/// The element-wise part of a GRU step, reset after the product (Cho et al. 2014 as in PyTorch):
///
/// ```
/// r, z = sigmoid(x + h), n = tanh(x_n + r * h_n)
/// out = (1 - z) * n + z * before
/// ```
///
/// Inputs: x (3H) and h (3H), the input's and the state's products with their biases, both consumed
/// (x is activated in place, h keeps h_n); the output before (H). Output: out (H).
final class GruGates implements Op {

  private final int hiddenSize;

  GruGates(int hiddenSize) {
    this.hiddenSize = hiddenSize;
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows x = frame.inputs[0];
    Rows h = frame.inputs[1];
    Rows before = frame.inputs[2];
    Rows out = frame.outputs[0];
    for (int row = from; row < to; row++) {
      frame.kernels.gruGates(
          hiddenSize,
          x.values,
          x.at(row),
          h.values,
          h.at(row),
          before.values,
          before.at(row),
          out.values,
          out.at(row));
    }
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Rows x = frame.inputs[0];
    Rows h = frame.inputs[1];
    Rows before = frame.inputs[2];
    Rows out = frame.outputs[0];
    for (int row = from; row < to; row++) {
      frame.kernels.gruGatesBackward(
          hiddenSize,
          x.values,
          x.at(row),
          h.values,
          h.at(row),
          before.values,
          before.at(row),
          out.gradients,
          out.at(row),
          x.gradients,
          x.at(row),
          h.gradients,
          h.at(row),
          before.gradients,
          before.at(row));
    }
  }
}
