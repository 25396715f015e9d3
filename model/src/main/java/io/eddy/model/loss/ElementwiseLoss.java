package io.eddy.model.loss;

import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;

/// A loss that compares each element of a target with what is predicted for it alone, a number or
/// the parameters of a distribution:
///
/// ```
/// loss = Σ_i weight[i] · value(prediction[i], target[i])
/// ```
///
/// An element of weight 0 is not looked at, so whatever stands there, NaN too, does not count.
/// Targets and weights are data: no gradient flows to them. Sums are in double, in the order of the
/// elements.
///
/// Inputs: the predictions (W each), target (W), weight (W, or 1 for the whole row). Output: (1).
abstract class ElementwiseLoss implements Op {

  /// What scales, means of counts, dispersions and degrees of freedom count as, at least: the
  /// machine's epsilon in float, as in GluonTS.
  static final double LEAST = 0x1p-23;

  private final int count; // of predictions
  private final int width;
  private final int weightStride; // 0 where one weight is for the whole row

  /// @param count numbers that are predicted for each element of the target
  ElementwiseLoss(int count, Value target, Value weight) {
    ProgramBuilder.require(
        weight.width() == target.width() || weight.width() == 1,
        weight + " does not fit " + target + ", expected its width, or 1 for the whole row");
    this.count = count;
    width = target.width();
    weightStride = weight.width() == 1 ? 0 : 1;
  }

  /// Adds this loss to a program.
  final Value trace(ProgramBuilder builder, Value target, Value weight, Value... predictions) {
    for (Value prediction : predictions) {
      ProgramBuilder.require(
          prediction.width() == width,
          prediction + " and its target " + target + " differ in width");
    }
    return builder.node(this).reads(predictions).reads(target, weight).writes("loss", 1);
  }

  /// The loss of one element.
  abstract double value(double[] prediction, double target);

  /// Its derivative.
  ///
  /// @param dPrediction by each of the predictions, overwritten
  abstract void slope(double[] prediction, double target, double[] dPrediction);

  @Override
  public final void forward(Frame frame, int from, int to) {
    Rows target = frame.input(count);
    Rows weight = frame.input(count + 1);
    Rows loss = frame.output(0);
    double[] prediction = new double[count];
    for (int row = from; row < to; row++) {
      double sum = 0;
      for (int i = 0; i < width; i++) {
        float w = weight.values()[weight.at(row) + i * weightStride];
        if (w != 0) {
          read(frame, row, i, prediction);
          sum += w * value(prediction, target.values()[target.at(row) + i]);
        }
      }
      loss.values()[loss.at(row)] = (float) sum;
    }
  }

  @Override
  public final void backward(Frame frame, int from, int to) {
    Rows target = frame.input(count);
    Rows weight = frame.input(count + 1);
    Rows loss = frame.output(0);
    double[] prediction = new double[count];
    double[] dPrediction = new double[count];
    for (int row = from; row < to; row++) {
      for (int i = 0; i < width; i++) {
        float w = weight.values()[weight.at(row) + i * weightStride];
        if (w != 0) {
          double d = (double) loss.gradients()[loss.at(row)] * w;
          read(frame, row, i, prediction);
          slope(prediction, target.values()[target.at(row) + i], dPrediction);
          for (int p = 0; p < count; p++) {
            Rows rows = frame.input(p);
            if (rows.hasGradient()) {
              rows.gradients()[rows.at(row) + i] += (float) (d * dPrediction[p]);
            }
          }
        }
      }
    }
  }

  private void read(Frame frame, int row, int i, double[] prediction) {
    for (int p = 0; p < count; p++) {
      Rows rows = frame.input(p);
      prediction[p] = rows.values()[rows.at(row) + i];
    }
  }
}
