package io.eddy.model.training;

import io.eddy.model.network.ForecasterSpec;
import java.util.Arrays;

/// Factors that make a version's intervals cover what they promise on its validation data: split
/// conformal prediction on the ratio of a residual to the predicted distance of the bound (Romano
/// et al. 2019, here multiplicative, one side at a time).
final class WidthCalibration {

  private final ForecasterSpec spec;
  private final double[] levels; // by quantile but the median: share that its side shall cover
  private final float[][] ratios; // (Q - 1, T)
  private final int[] counts;

  WidthCalibration(ForecasterSpec spec) {
    this.spec = spec;
    levels = levels(spec);
    ratios = new float[levels.length * spec.horizon()][16];
    counts = new int[ratios.length];
  }

  /// By quantile but the median: the share that its side shall cover.
  static double[] levels(ForecasterSpec spec) {
    double[] quantiles = spec.quantileLevels();
    double[] levels = new double[quantiles.length - 1];
    for (int block = 0; block < levels.length; block++) {
      double level = quantiles[quantile(spec, block)];
      levels[block] = Math.max(level, 1 - level);
    }
    return levels;
  }

  private int quantile(int block) {
    return quantile(spec, block);
  }

  /// The quantile of a block of factors: all but the median.
  private static int quantile(ForecasterSpec spec, int block) {
    return block < spec.quantileCount() / 2 ? block : block + 1;
  }

  /// Adds one forecast that met its target.
  ///
  /// @param h step ahead, from 0
  /// @param quantiles (Q, T) from `at` on
  void add(int h, float[] quantiles, int at, float target) {
    int horizon = spec.horizon();
    float median = quantiles[at + spec.quantileCount() / 2 * horizon + h];
    for (int block = 0; block < levels.length; block++) {
      float width = quantiles[at + quantile(block) * horizon + h] - median;
      float residual = quantile(block) > block ? target - median : median - target;
      add(block * horizon + h, residual / Math.max(Math.abs(width), 1e-6f));
    }
  }

  private void add(int side, float ratio) {
    if (counts[side] == ratios[side].length) {
      ratios[side] = Arrays.copyOf(ratios[side], 2 * counts[side]);
    }
    ratios[side][counts[side]++] = ratio;
  }

  /// The factors, (quantiles but the median · horizon).
  float[] factors() {
    float[] factors = new float[counts.length];
    for (int side = 0; side < factors.length; side++) {
      int count = counts[side];
      if (count < WidthCounts.LEAST_RESIDUALS) {
        factors[side] = 1;
        continue;
      }
      float[] sorted = Arrays.copyOf(ratios[side], count);
      Arrays.sort(sorted);
      int rank = (int) Math.ceil((count + 1) * levels[side / spec.horizon()]);
      factors[side] =
          Math.clamp(
              sorted[Math.min(rank, count) - 1],
              WidthCounts.LEAST_FACTOR,
              WidthCounts.GREATEST_FACTOR);
    }
    return factors;
  }

  /// What was met, in a form that can be added up over trainings.
  WidthCounts counts() {
    return WidthCounts.of(ratios, counts);
  }
}
