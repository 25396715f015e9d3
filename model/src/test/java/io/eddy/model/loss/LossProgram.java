package io.eddy.model.loss;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Program;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Unroller;
import io.eddy.model.program.Value;
import java.util.ArrayList;
import java.util.List;

/// A program of one loss on predictions, targets and weights that a test writes, run as in
/// training.
final class LossProgram {

  /// Adds a loss to a program.
  @FunctionalInterface
  interface Loss {
    Value of(ProgramBuilder builder, List<Value> predictions, Value target, Value weight);
  }

  private final List<Value> predictions = new ArrayList<>();
  private final Value target;
  private final Value weight;
  private final Value loss;
  private final Unroller unroller;
  private final int rows;

  /// @param count of predictions
  /// @param width of each
  LossProgram(Loss factory, int count, int width, int targetWidth, int weightWidth, int rows) {
    this.rows = rows;
    var builder = new ProgramBuilder();
    for (int p = 0; p < count; p++) {
      predictions.add(builder.differentiableInput("prediction" + p, width));
    }
    target = builder.input("target", targetWidth);
    weight = builder.input("weight", weightWidth);
    loss = factory.of(builder, predictions, target, weight);
    Program program = builder.build();
    unroller =
        new Unroller(program, Parameters.zeros(program.parameters()), rows, 1, Kernels.best());
  }

  /// @param values of all rows, one after the other
  LossProgram prediction(int index, float... values) {
    return write(predictions.get(index), values);
  }

  LossProgram target(float... values) {
    return write(target, values);
  }

  LossProgram weight(float... values) {
    return write(weight, values);
  }

  private LossProgram write(Value value, float... values) {
    if (values.length != rows * value.width()) {
      throw new IllegalArgumentException(value + " was given " + values.length + " numbers");
    }
    Rows to = unroller.rows(value);
    for (int row = 0; row < rows; row++) {
      System.arraycopy(values, row * value.width(), to.values(), to.at(row), value.width());
    }
    return this;
  }

  /// Forward, then backward.
  ///
  /// @param seed gradient of each row's loss
  /// @return the loss of each row
  float[] run(float seed) {
    unroller.forward(rows);
    unroller.backward(loss, seed);
    Rows values = unroller.rows(loss);
    float[] losses = new float[rows];
    for (int row = 0; row < rows; row++) {
      losses[row] = values.values()[values.at(row)];
    }
    return losses;
  }

  /// Gradients of a prediction, all rows.
  float[] gradient(int index) {
    Rows from = unroller.rows(predictions.get(index));
    int width = predictions.get(index).width();
    float[] gradient = new float[rows * width];
    for (int row = 0; row < rows; row++) {
      System.arraycopy(from.gradients(), from.at(row), gradient, row * width, width);
    }
    return gradient;
  }
}
