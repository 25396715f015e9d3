package io.eddy.model.op;

import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;
import java.util.List;

/// In training each element is 0 with the given probability, else divided by what is left of 1
/// (Srivastava et al. 2014, inverted); outside training the identity. `dx += mask * dy`.
///
/// What is dropped follows from the seed, the op, the row and the element, so from no order of
/// computation and no number of threads.
///
/// Outputs: y (n); the mask (n, kept for backward).
public final class Dropout implements Op {

  private final int width;
  private final float probability;

  private Dropout(int width, float probability) {
    this.width = width;
    this.probability = probability;
  }

  /// `dropout(x)`; x itself where nothing is to be dropped.
  ///
  /// @param probability of an element to be dropped, in [0, 1)
  public static Value of(ProgramBuilder builder, Value x, double probability) {
    ProgramBuilder.require(
        probability >= 0 && probability < 1,
        "a dropout of " + probability + ", expected at least 0, below 1");
    if (probability == 0) {
      return x;
    }
    return builder
        .node(new Dropout(x.width(), (float) probability))
        .reads(x)
        .writesAll(List.of("dropout", "dropout.mask"), List.of(x.width(), x.width()))
        .getFirst();
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows y = frame.output(0);
    if (!frame.training()) {
      for (int row = from; row < to; row++) {
        System.arraycopy(x.values(), x.at(row), y.values(), y.at(row), width);
      }
      return;
    }
    Rows mask = frame.output(1);
    float scale = 1 / (1 - probability);
    for (int row = from; row < to; row++) {
      int at = mask.at(row);
      for (int i = 0; i < width; i++) {
        mask.values()[at + i] = frame.draw(row, i) < probability ? 0 : scale;
      }
      frame
          .kernels()
          .multiply(x.values(), x.at(row), mask.values(), at, y.values(), y.at(row), width);
    }
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows y = frame.output(0);
    Rows mask = frame.output(1);
    if (x.hasGradient()) {
      for (int row = from; row < to; row++) {
        if (frame.training()) {
          frame
              .kernels()
              .multiplyAccumulate(
                  y.gradients(),
                  y.at(row),
                  mask.values(),
                  mask.at(row),
                  x.gradients(),
                  x.at(row),
                  width);
        } else {
          frame.kernels().add(y.gradients(), y.at(row), x.gradients(), x.at(row), width);
        }
      }
    }
  }
}
