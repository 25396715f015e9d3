package io.eddy.model.training;

import java.util.Arrays;

/// Factors that make a version's intervals cover what they promise on its validation data: split
/// conformal prediction on the ratio of a residual to the predicted distance of the bound (Romano
/// et al. 2019, here multiplicative, one side at a time).
final class WidthCalibration {

  /// Fewer residuals than this say nothing of a tail.
  private static final int LEAST_RESIDUALS = 40;

  private static final float LEAST_FACTOR = 0.25f;
  private static final float GREATEST_FACTOR = 8;

  private final int horizon;
  private final double level;
  private final float[][] ratios; // (2 · T): below, then above
  private final int[] counts;

  /// @param confidence share that the two bounds together promise
  WidthCalibration(int horizon, double confidence) {
    this.horizon = horizon;
    level = (1 + confidence) / 2;
    ratios = new float[2 * horizon][16];
    counts = new int[2 * horizon];
  }

  /// Adds one forecast that met its target.
  ///
  /// @param h step ahead, from 0
  void add(int h, float lower, float median, float upper, float target) {
    add(h, (median - target) / Math.max(median - lower, 1e-6f));
    add(horizon + h, (target - median) / Math.max(upper - median, 1e-6f));
  }

  private void add(int side, float ratio) {
    if (counts[side] == ratios[side].length) {
      ratios[side] = Arrays.copyOf(ratios[side], 2 * counts[side]);
    }
    ratios[side][counts[side]++] = ratio;
  }

  /// The factors, (2 · horizon).
  float[] factors() {
    float[] factors = new float[2 * horizon];
    for (int side = 0; side < factors.length; side++) {
      int count = counts[side];
      if (count < LEAST_RESIDUALS) {
        factors[side] = 1;
        continue;
      }
      float[] sorted = Arrays.copyOf(ratios[side], count);
      Arrays.sort(sorted);
      int rank = (int) Math.ceil((count + 1) * level);
      factors[side] = Math.clamp(sorted[Math.min(rank, count) - 1], LEAST_FACTOR, GREATEST_FACTOR);
    }
    return factors;
  }
}
