package io.eddy.model.op;

import io.eddy.model.distribution.NegativeBinomialDistribution;
import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;
import java.util.List;

/// Quantiles of negative binomial distributions, one for each column, and their means, both as
/// differences from a base in a unit.
///
/// ```
/// quantiles[q, h] = (smallest count that reaches level_q - base[h]) / unit[h]
/// means[h]        = (μ[h] - base[h]) / unit[h]
/// ```
///
/// Inputs: mean μ (H), dispersion α (H), base (H), unit (H). Outputs: (Q · H), quantile-major, and
/// (H). No gradient, and no quantiles in training updates: networks learn from the likelihood,
/// quantiles are for who reads the answer.
public final class NegativeBinomialQuantiles implements Op {

  /// Divided by where a unit is nothing.
  private static final double LEAST_UNIT = 1e-30;

  /// What goes on from here is added up in float.
  private static final double LIMIT = 1e30;

  private final double[] levels;
  private final int horizon;

  private NegativeBinomialQuantiles(double[] levels, int horizon) {
    this.levels = levels.clone();
    this.horizon = horizon;
  }

  /// Traces the quantiles.
  ///
  /// @param mean μ (H)
  /// @param dispersion α (H)
  /// @param base what the answer is relative to (H)
  /// @param unit what it is divided by (H)
  /// @param levels in (0, 1), ascending
  /// @return quantiles and means
  public static List<Value> of(
      ProgramBuilder builder,
      Value mean,
      Value dispersion,
      Value base,
      Value unit,
      double[] levels) {
    int horizon = mean.width();
    ProgramBuilder.require(
        dispersion.width() == horizon && base.width() == horizon && unit.width() == horizon,
        mean + ", " + dispersion + ", " + base + " and " + unit + " differ in width");
    return builder
        .node(new NegativeBinomialQuantiles(levels, horizon))
        .reads(mean, dispersion, base, unit)
        .writesAll(List.of("quantiles", "means"), List.of(levels.length * horizon, horizon));
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows mean = frame.input(0);
    Rows dispersion = frame.input(1);
    Rows base = frame.input(2);
    Rows unit = frame.input(3);
    Rows quantiles = frame.output(0);
    Rows means = frame.output(1);
    for (int row = from; row < to; row++) {
      for (int h = 0; h < horizon; h++) {
        double mu = mean.values()[mean.at(row) + h];
        double alpha = dispersion.values()[dispersion.at(row) + h];
        double origin = base.values()[base.at(row) + h];
        double by = Math.max(LEAST_UNIT, unit.values()[unit.at(row) + h]);
        means.values()[means.at(row) + h] = scaled(mu - origin, by);
        for (int q = 0; q < levels.length && !frame.training(); q++) {
          double count = NegativeBinomialDistribution.quantile(levels[q], mu, alpha);
          quantiles.values()[quantiles.at(row) + q * horizon + h] = scaled(count - origin, by);
        }
      }
    }
  }

  private static float scaled(double difference, double by) {
    return (float) Math.clamp(difference / by, -LIMIT, LIMIT);
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    // Quantiles and means are read, not learned from.
  }
}
