package io.eddy.model.baseline;

import java.util.Arrays;

/// The median of the last few values: hard to beat on spiky counts.
///
/// @param window how many values
public record MovingMedian(int window) implements Baseline {

  public MovingMedian {
    if (window < 1) {
      throw new IllegalArgumentException("a window of %d values".formatted(window));
    }
  }

  @Override
  public String name() {
    return "moving_median";
  }

  @Override
  public FittedBaseline fit(double[] values, int length) {
    double[] medians = new double[values.length + 1]; // by origin, NaN until asked for
    Arrays.fill(medians, Double.NaN);
    return (origin, _) -> {
      if (Double.isNaN(medians[origin])) {
        medians[origin] = median(values, Math.max(0, origin - window), origin);
      }
      return medians[origin];
    };
  }

  private static double median(double[] values, int from, int to) {
    double[] sorted = Arrays.copyOfRange(values, from, to);
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : sorted[middle - 1] / 2 + sorted[middle] / 2;
  }
}
