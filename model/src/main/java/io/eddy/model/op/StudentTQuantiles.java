package io.eddy.model.op;

import io.eddy.model.distribution.StudentTDistribution;
import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;

/// Quantiles of Student's t distributions, one for each column.
///
/// ```
/// out[q, h] = location[h] + scale[h] · t(level_q, ν[h])
/// ```
///
/// To solve for t takes microseconds, and an event asks for a hundred of them. For one level t is a
/// smooth function of 1/ν alone, so the op has it as a Chebyshev series on ν from 2 to infinity,
/// fitted once to [StudentTDistribution]; the difference is below 1e-7 of t.
///
/// Inputs: degrees of freedom (H), which count as 2 below it, location (H), scale (H). Output: (Q ·
/// H), quantile-major. No gradient, and nothing is computed in training updates: networks learn
/// from the likelihood, quantiles are for who reads the answer.
public final class StudentTQuantiles implements Op {

  private static final int TERMS = 24;

  private static final double LEAST_DEGREES = 2;

  private final double[][] series; // (levels, TERMS)
  private final int horizon;

  private StudentTQuantiles(double[] levels, int horizon) {
    this.horizon = horizon;
    series = new double[levels.length][];
    for (int q = 0; q < levels.length; q++) {
      series[q] = chebyshev(levels[q]);
    }
  }

  /// Traces the quantiles.
  ///
  /// @param degreesOfFreedom ν (H)
  /// @param location (H)
  /// @param scale at least 0 (H)
  /// @param levels in (0, 1), ascending
  public static Value of(
      ProgramBuilder builder,
      Value degreesOfFreedom,
      Value location,
      Value scale,
      double[] levels) {
    int horizon = location.width();
    ProgramBuilder.require(
        degreesOfFreedom.width() == horizon && scale.width() == horizon,
        degreesOfFreedom + ", " + location + " and " + scale + " differ in width");
    return builder
        .node(new StudentTQuantiles(levels, horizon))
        .reads(degreesOfFreedom, location, scale)
        .writes("quantiles", levels.length * horizon);
  }

  /// The coefficients of the series in s = 4/ν - 1, which runs from -1 to 1.
  private static double[] chebyshev(double level) {
    double[] coefficients = new double[TERMS];
    for (int node = 0; node < TERMS; node++) {
      double angle = Math.PI * (node + 0.5) / TERMS;
      double degrees = 2 * LEAST_DEGREES / (1 + StrictMath.cos(angle));
      double t = StudentTDistribution.quantile(level, degrees);
      for (int k = 0; k < TERMS; k++) {
        coefficients[k] += (k == 0 ? 1.0 : 2.0) / TERMS * t * StrictMath.cos(k * angle);
      }
    }
    return coefficients;
  }

  /// By Clenshaw's recurrence.
  private static double sum(double[] coefficients, double s) {
    double one = 0;
    double two = 0;
    for (int k = TERMS - 1; k > 0; k--) {
      double next = 2 * s * one - two + coefficients[k];
      two = one;
      one = next;
    }
    return s * one - two + coefficients[0];
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    if (frame.training()) {
      return;
    }
    Rows degrees = frame.input(0);
    Rows location = frame.input(1);
    Rows scale = frame.input(2);
    Rows out = frame.output(0);
    for (int row = from; row < to; row++) {
      for (int h = 0; h < horizon; h++) {
        double nu = Math.max(LEAST_DEGREES, degrees.values()[degrees.at(row) + h]);
        double s = 2 * LEAST_DEGREES / nu - 1;
        double middle = location.values()[location.at(row) + h];
        double unit = scale.values()[scale.at(row) + h];
        for (int q = 0; q < series.length; q++) {
          out.values()[out.at(row) + q * horizon + h] = (float) (middle + unit * sum(series[q], s));
        }
      }
    }
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    // Quantiles are read, not learned from.
  }
}
