package io.eddy.model.program;

/// The element-wise part of an LSTM step (Hochreiter and Schmidhuber 1997, forget gate by Gers
/// 2000):
///
/// ```
/// i, f, o = sigmoid(gates), g = tanh(gates)
/// c = f * before + i * g
/// h = o * tanh(c)
/// ```
///
/// Inputs: gates (4H) before activation, consumed (activated in place); the cell before (H).
/// Outputs: h (H), c (H), tanh(c) (H, kept for backward).
final class LstmGates implements Op {

  private final int hiddenSize;

  LstmGates(int hiddenSize) {
    this.hiddenSize = hiddenSize;
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows gates = frame.inputs[0];
    Rows before = frame.inputs[1];
    Rows hidden = frame.outputs[0];
    Rows cell = frame.outputs[1];
    Rows tanhCell = frame.outputs[2];
    for (int row = from; row < to; row++) {
      frame.kernels.lstmGates(
          hiddenSize,
          gates.values,
          gates.at(row),
          before.values,
          before.at(row),
          cell.values,
          cell.at(row),
          tanhCell.values,
          tanhCell.at(row),
          hidden.values,
          hidden.at(row));
    }
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Rows gates = frame.inputs[0];
    Rows before = frame.inputs[1];
    Rows hidden = frame.outputs[0];
    Rows cell = frame.outputs[1];
    Rows tanhCell = frame.outputs[2];
    for (int row = from; row < to; row++) {
      frame.kernels.lstmGatesBackward(
          hiddenSize,
          gates.values,
          gates.at(row),
          before.values,
          before.at(row),
          tanhCell.values,
          tanhCell.at(row),
          hidden.gradients,
          hidden.at(row),
          cell.gradients,
          cell.at(row),
          gates.gradients,
          gates.at(row),
          before.gradients,
          before.at(row));
    }
  }
}
