package io.eddy.model.program;

/// `y = tanh(x)`; `dx += dy · (1 - y²)`.
final class Tanh implements Op {

  private final int width;

  Tanh(int width) {
    this.width = width;
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows x = frame.inputs[0];
    Rows y = frame.outputs[0];
    for (int row = from; row < to; row++) {
      frame.kernels.tanh(x.values, x.at(row), y.values, y.at(row), width);
    }
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Rows x = frame.inputs[0];
    Rows y = frame.outputs[0];
    for (int row = from; row < to; row++) {
      frame.kernels.tanhBackward(
          y.values, y.at(row), y.gradients, y.at(row), x.gradients, x.at(row), width);
    }
  }
}
