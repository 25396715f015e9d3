package io.eddy.model.loss;

import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;

/// The pinball loss of several quantiles (Koenker and Bassett 1978), weighted by horizon step:
///
/// ```
/// loss = Σ_q Σ_h weight[h] · max(level_q · e, (level_q - 1) · e),   e = target[h] - quantile[q, h]
/// ```
///
/// Inputs: quantiles (Q · H), target (H), weight (H, 0 where the target is unknown). Output: (1).
public final class PinballLoss implements Op {

  private final float[] levels;
  private final int horizon;

  private PinballLoss(float[] levels, int horizon) {
    this.levels = levels.clone();
    this.horizon = horizon;
  }

  /// Traces the loss.
  ///
  /// @param levels of the quantiles, in their order
  public static Value of(
      ProgramBuilder builder, Value quantiles, Value target, Value weight, float[] levels) {
    ProgramBuilder.require(
        quantiles.width() == levels.length * target.width() && target.width() == weight.width(),
        quantiles + ", " + target + " and " + weight + " do not fit together");
    return builder
        .node(new PinballLoss(levels, target.width()))
        .reads(quantiles, target, weight)
        .writes("loss", 1);
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows quantiles = frame.input(0);
    Rows target = frame.input(1);
    Rows weight = frame.input(2);
    Rows loss = frame.output(0);
    for (int row = from; row < to; row++) {
      float sum = 0;
      for (int q = 0; q < levels.length; q++) {
        int at = quantiles.at(row) + q * horizon;
        for (int h = 0; h < horizon; h++) {
          float error = target.values()[target.at(row) + h] - quantiles.values()[at + h];
          float slope = error > 0 ? levels[q] : levels[q] - 1;
          sum = Math.fma(weight.values()[weight.at(row) + h] * slope, error, sum);
        }
      }
      loss.values()[loss.at(row)] = sum;
    }
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Rows quantiles = frame.input(0);
    Rows target = frame.input(1);
    Rows weight = frame.input(2);
    Rows loss = frame.output(0);
    for (int row = from; row < to; row++) {
      float d = loss.gradients()[loss.at(row)];
      for (int q = 0; q < levels.length; q++) {
        int at = quantiles.at(row) + q * horizon;
        for (int h = 0; h < horizon; h++) {
          float error = target.values()[target.at(row) + h] - quantiles.values()[at + h];
          float slope = error > 0 ? levels[q] : levels[q] - 1;
          quantiles.gradients()[at + h] -= d * weight.values()[weight.at(row) + h] * slope;
        }
      }
    }
  }
}
