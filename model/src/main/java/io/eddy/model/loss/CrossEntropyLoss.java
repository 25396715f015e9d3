package io.eddy.model.loss;

import io.eddy.model.kernel.Functions;
import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;
import java.util.List;

/// The cross-entropy of a class against logits, with label smoothing ε as in PyTorch (Szegedy et
/// al. 2016): the true class has the share 1 - ε, all C classes together the rest.
///
/// ```
/// p = softmax(logits)
/// loss = weight · ((1 - ε) · -ln p[target] + ε/C · Σ_c -ln p[c])
/// dlogits[c] += weight · (p[c] - ε/C - (c = target ? 1 - ε : 0))
/// ```
///
/// Inputs: logits (C), target (1, a number from 0 to C - 1), weight (1). Outputs: loss (1), p (C).
/// Where the weight is 0, nothing of the row is looked at.
public final class CrossEntropyLoss implements Op {

  private final int classes;
  private final float smoothing;

  private CrossEntropyLoss(int classes, double smoothing) {
    this.classes = classes;
    this.smoothing = (float) smoothing;
  }

  /// Traces the loss.
  ///
  /// @param logits (C)
  /// @param target the class, from 0 (1)
  /// @param weight 0 for a row that does not count (1)
  /// @param smoothing ε, in [0, 1)
  public static Value of(
      ProgramBuilder builder, Value logits, Value target, Value weight, double smoothing) {
    ProgramBuilder.require(
        target.width() == 1 && weight.width() == 1,
        target + " and " + weight + " must be one number each, the class and its weight");
    ProgramBuilder.require(
        smoothing >= 0 && smoothing < 1,
        "label smoothing is " + smoothing + ", expected at least 0, below 1");
    return builder
        .node(new CrossEntropyLoss(logits.width(), smoothing))
        .reads(logits, target, weight)
        .writesAll(List.of("loss", "loss.probabilities"), List.of(1, logits.width()))
        .getFirst();
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows logits = frame.input(0);
    Rows weight = frame.input(2);
    Rows loss = frame.output(0);
    Rows probabilities = frame.output(1);
    float[] x = logits.values();
    float[] p = probabilities.values();
    for (int row = from; row < to; row++) {
      float w = weight.values()[weight.at(row)];
      if (w == 0) {
        loss.values()[loss.at(row)] = 0;
        continue;
      }
      int target = target(frame, row);
      int xAt = logits.at(row);
      int pAt = probabilities.at(row);
      float logSum = frame.kernels().logSumExp(x, xAt, p, pAt, classes);
      // The probability gives the loss of a large logit to the last bit that is there, until it
      // underflows.
      float likelihood = p[pAt + target];
      double sum =
          likelihood >= Float.MIN_NORMAL
              ? -Functions.log(likelihood)
              : (double) logSum - x[xAt + target];
      if (smoothing > 0) {
        double all = 0;
        for (int c = 0; c < classes; c++) {
          all += (double) logSum - x[xAt + c];
        }
        sum = (1 - smoothing) * sum + smoothing / classes * all;
      }
      loss.values()[loss.at(row)] = (float) (w * sum);
    }
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Rows logits = frame.input(0);
    Rows weight = frame.input(2);
    Rows loss = frame.output(0);
    Rows probabilities = frame.output(1);
    if (!logits.hasGradient()) {
      return;
    }
    float[] dX = logits.gradients();
    for (int row = from; row < to; row++) {
      float d = loss.gradients()[loss.at(row)] * weight.values()[weight.at(row)];
      if (weight.values()[weight.at(row)] == 0) {
        continue;
      }
      int xAt = logits.at(row);
      frame.kernels().addScaled(d, probabilities.values(), probabilities.at(row), dX, xAt, classes);
      dX[xAt + target(frame, row)] -= d * (1 - smoothing);
      if (smoothing > 0) {
        float share = d * (smoothing / classes);
        for (int c = 0; c < classes; c++) {
          dX[xAt + c] -= share;
        }
      }
    }
  }

  private int target(Frame frame, int row) {
    Rows target = frame.input(1);
    float value = target.values()[target.at(row)];
    int index = (int) value;
    if (index != value || index < 0 || index >= classes) {
      throw new IllegalArgumentException(
          "the class of row "
              + row
              + " is "
              + value
              + ", expected a whole number from 0 to "
              + (classes - 1)
              + ", or weight 0");
    }
    return index;
  }
}
