package io.eddy.model.op;

import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;
import java.util.List;

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
public final class LstmGates implements Op {

  private final int hiddenSize;

  private LstmGates(int hiddenSize) {
    this.hiddenSize = hiddenSize;
  }

  /// h and c of an LSTM step.
  ///
  /// @param hidden h, the output
  /// @param cell c
  public record Step(Value hidden, Value cell) {}

  /// Traces one step.
  ///
  /// @param gates (4H), order i, f, g, o, before activation; consumed
  /// @param before the cell before, (H)
  public static Step of(ProgramBuilder builder, Value gates, Value before) {
    int hiddenSize = before.width();
    ProgramBuilder.require(
        gates.width() == 4 * hiddenSize, gates + " must be four times as wide as " + before);
    List<Value> outputs =
        builder
            .node(new LstmGates(hiddenSize))
            .consumes(gates)
            .reads(before)
            .writesAll(
                List.of("lstm.hidden", "lstm.cell", "lstm.tanh"),
                List.of(hiddenSize, hiddenSize, hiddenSize));
    return new Step(outputs.get(0), outputs.get(1));
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows gates = frame.input(0);
    Rows before = frame.input(1);
    Rows hidden = frame.output(0);
    Rows cell = frame.output(1);
    Rows tanhCell = frame.output(2);
    for (int row = from; row < to; row++) {
      frame
          .kernels()
          .lstmGates(
              hiddenSize,
              gates.values(),
              gates.at(row),
              before.values(),
              before.at(row),
              cell.values(),
              cell.at(row),
              tanhCell.values(),
              tanhCell.at(row),
              hidden.values(),
              hidden.at(row));
    }
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Rows gates = frame.input(0);
    Rows before = frame.input(1);
    Rows hidden = frame.output(0);
    Rows cell = frame.output(1);
    Rows tanhCell = frame.output(2);
    if (!hidden.hasGradient()) {
      return;
    }
    // What nobody asks for goes where nobody looks.
    float[] unused = frame.scratch(5 * hiddenSize);
    boolean toGates = gates.hasGradient();
    boolean toBefore = before.hasGradient();
    for (int row = from; row < to; row++) {
      frame
          .kernels()
          .lstmGatesBackward(
              hiddenSize,
              gates.values(),
              gates.at(row),
              before.values(),
              before.at(row),
              tanhCell.values(),
              tanhCell.at(row),
              hidden.gradients(),
              hidden.at(row),
              cell.gradients(),
              cell.at(row),
              toGates ? gates.gradients() : unused,
              toGates ? gates.at(row) : 0,
              toBefore ? before.gradients() : unused,
              toBefore ? before.at(row) : 4 * hiddenSize);
    }
  }
}
