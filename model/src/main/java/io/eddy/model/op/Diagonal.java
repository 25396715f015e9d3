package io.eddy.model.op;

import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;

/// A linear map whose matrix is diagonal: `y = w * x`, element by element; `dx += w * dy`, `dw += x
/// * dy`. Peephole weights, for one.
///
/// Parameter: w, as wide as x.
public final class Diagonal implements Op {

  private final int width;

  private Diagonal(int width) {
    this.width = width;
  }

  /// `weight * x`.
  ///
  /// @param weight a vector as wide as x
  public static Value of(ProgramBuilder builder, Value x, ParameterSpec weight) {
    ProgramBuilder.require(
        weight.kind() == ParameterSpec.Kind.VECTOR && weight.outputs() == x.width(),
        weight.name() + " must be a vector as wide as " + x);
    return builder
        .node(new Diagonal(x.width()))
        .reads(x)
        .parameters(weight)
        .writes(weight.name() + ".product", x.width());
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows y = frame.output(0);
    for (int row = from; row < to; row++) {
      frame
          .kernels()
          .multiply(frame.weights(0), 0, x.values(), x.at(row), y.values(), y.at(row), width);
    }
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows y = frame.output(0);
    if (x.hasGradient()) {
      for (int row = from; row < to; row++) {
        frame
            .kernels()
            .multiplyAccumulate(
                frame.weights(0), 0, y.gradients(), y.at(row), x.gradients(), x.at(row), width);
      }
    }
  }

  @Override
  public void backwardParameters(Frame frame, int from, int to, int part, int parts) {
    Rows x = frame.input(0);
    Rows y = frame.output(0);
    int first = Team.begin(width, part, parts);
    int count = Team.begin(width, part + 1, parts) - first;
    for (int row = from; row < to; row++) {
      frame
          .kernels()
          .multiplyAccumulate(
              x.values(),
              x.at(row) + first,
              y.gradients(),
              y.at(row) + first,
              frame.weightGradients(0),
              first,
              count);
    }
  }
}
