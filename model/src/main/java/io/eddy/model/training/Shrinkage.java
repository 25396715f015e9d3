package io.eddy.model.training;

import io.eddy.model.network.ForecastValue;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.network.Head;
import io.eddy.model.parameter.Parameters;
import java.util.Comparator;
import java.util.stream.IntStream;

/// How much of its correction a trained network keeps, by step ahead: the share, 0 to 1, that does
/// best on the validation data.
///
/// Quantiles and forecast are trained together, and what sharpens the intervals need not improve
/// the forecast. A share of 0 is the base forecast, so a version is never worse than that where it
/// was validated. The share is folded into the weights: medians, locations and means are linear in
/// them, those of counts nearly so.
final class Shrinkage {

  /// Rows beyond this many add time and nothing else.
  static final int ROWS = 20_000;

  private final ForecasterSpec spec;
  private final int[] blocks; // of the head
  private final float[] corrections; // (block, T, rows)
  private final float[] targets; // (T, rows)
  private final int[] counts; // by step ahead

  Shrinkage(ForecasterSpec spec) {
    this.spec = spec;
    blocks = spec.locationBlocks().stream().mapToInt(Integer::intValue).toArray();
    corrections = new float[blocks.length * spec.horizon() * ROWS];
    targets = new float[spec.horizon() * ROWS];
    counts = new int[spec.horizon()];
  }

  /// Adds one forecast that met its target.
  ///
  /// @param h step ahead, from 0
  /// @param center the network's median or location, around the base
  /// @param mean the network's, ignored if none is forecast
  void add(int h, float center, float mean, float target) {
    if (counts[h] == ROWS) {
      return;
    }
    int row = counts[h]++;
    targets[h * ROWS + row] = target;
    corrections[h * ROWS + row] = center;
    if (blocks.length > 1) {
      corrections[(spec.horizon() + h) * ROWS + row] = mean;
    }
  }

  /// Multiplies what makes medians and means by their shares.
  ///
  /// @return the mean share
  double applyTo(Parameters parameters) {
    double sum = 0;
    for (int block = 0; block < blocks.length; block++) {
      for (int h = 0; h < spec.horizon(); h++) {
        double best = isMean(block) ? leastSquares(block, h) : leastAbsolute(h);
        double share = Math.clamp(best, 0, 1);
        scale(parameters, blocks[block] * spec.horizon() + h, (float) share);
        sum += share;
      }
    }
    return sum / (blocks.length * spec.horizon());
  }

  /// Whether a block corrects a mean: the one beside the quantiles, a count's, or a location that
  /// is the mean and shall be judged as such.
  private boolean isMean(int block) {
    return block > 0
        || spec.head() == Head.NEGATIVE_BINOMIAL
        || (spec.head().isLikelihood() && spec.value() == ForecastValue.MEAN);
  }

  private double leastSquares(int block, int h) {
    double products = 0;
    double squares = 0;
    for (int row = 0; row < counts[h]; row++) {
      double correction = corrections[(block * spec.horizon() + h) * ROWS + row];
      products += correction * targets[h * ROWS + row];
      squares += correction * correction;
    }
    return squares > 0 ? products / squares : 1;
  }

  /// The share that minimises Σ |target - share · correction|: the median of their ratios, weighted
  /// by the corrections.
  private double leastAbsolute(int h) {
    double[] ratios = new double[counts[h]];
    double weights = 0;
    for (int row = 0; row < ratios.length; row++) {
      float correction = corrections[h * ROWS + row];
      ratios[row] = correction == 0 ? 0 : targets[h * ROWS + row] / (double) correction;
      weights += Math.abs(correction);
    }
    int[] order =
        IntStream.range(0, ratios.length)
            .boxed()
            .sorted(Comparator.comparingDouble(row -> ratios[row]))
            .mapToInt(Integer::intValue)
            .toArray();
    double below = 0;
    for (int row : order) {
      below += Math.abs(corrections[h * ROWS + row]);
      if (below > 0 && below >= weights / 2) {
        return ratios[row];
      }
    }
    return 1;
  }

  private void scale(Parameters parameters, int output, float share) {
    scale(parameters.values("path.weight"), output, share);
    for (int member = 0; member < spec.ensemble(); member++) {
      scale(parameters.values(spec.memberPrefix(member) + "head.weight"), output, share);
      scale(parameters.values(spec.memberPrefix(member) + "head.bias"), output, share);
    }
  }

  /// @param values (inputs, outputs), input-major, or (outputs)
  private void scale(float[] values, int output, float share) {
    for (int at = output; at < values.length; at += spec.headSize()) {
      values[at] *= share;
    }
  }
}
