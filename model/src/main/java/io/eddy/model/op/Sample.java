package io.eddy.model.op;

import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;
import java.util.Arrays;

/// Draws a column with its probability, in training and in the stream alike, by the first draw of
/// its row (see [Frame#draw]): equal seeds draw alike.
///
/// As a number, for [Lookup], it has no gradient. As a row of zeros with one 1 it may pass its
/// gradient straight through to the probabilities, `dp += d` (Bengio, Léonard and Courville 2013),
/// which is biased but lets what was drawn learn.
public final class Sample implements Op {

  private enum Form {
    NUMBER,
    ONE_HOT,
    STRAIGHT_THROUGH
  }

  private final int width;
  private final Form form;

  private Sample(int width, Form form) {
    this.width = width;
    this.form = form;
  }

  /// The number of a column.
  ///
  /// @param probabilities (n), not negative, adding up to 1
  /// @return (1), an integer from 0 to n, exclusive
  public static Value of(ProgramBuilder builder, Value probabilities) {
    return builder
        .node(new Sample(probabilities.width(), Form.NUMBER))
        .reads(probabilities)
        .writes("sample", 1);
  }

  /// 1 in the column that was drawn, else 0.
  ///
  /// @param probabilities (n), not negative, adding up to 1
  /// @param straightThrough whether the probabilities get the gradient as if they were the output
  /// @return (n)
  public static Value oneHot(ProgramBuilder builder, Value probabilities, boolean straightThrough) {
    Form form = straightThrough ? Form.STRAIGHT_THROUGH : Form.ONE_HOT;
    return builder
        .node(new Sample(probabilities.width(), form))
        .reads(probabilities)
        .writes("sample", probabilities.width());
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows out = frame.output(0);
    for (int row = from; row < to; row++) {
      int drawn = draw(frame, row);
      int at = out.at(row);
      if (form == Form.NUMBER) {
        out.values()[at] = drawn;
      } else {
        Arrays.fill(out.values(), at, at + width, 0);
        out.values()[at + drawn] = 1;
      }
    }
  }

  private int draw(Frame frame, int row) {
    Rows probabilities = frame.input(0);
    float draw = frame.draw(row, 0);
    float sum = 0;
    int drawn = 0;
    for (int i = 0; i < width; i++) {
      float probability = probabilities.values()[probabilities.at(row) + i];
      // Where rounding leaves the sum below the draw, the last that can be drawn is.
      drawn = probability > 0 ? i : drawn;
      sum += probability;
      if (draw < sum) {
        return drawn;
      }
    }
    return drawn;
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Rows probabilities = frame.input(0);
    Rows out = frame.output(0);
    if (form == Form.STRAIGHT_THROUGH && probabilities.hasGradient()) {
      for (int row = from; row < to; row++) {
        frame
            .kernels()
            .add(
                out.gradients(),
                out.at(row),
                probabilities.gradients(),
                probabilities.at(row),
                width);
      }
    }
  }
}
