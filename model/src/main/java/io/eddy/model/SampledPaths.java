package io.eddy.model;

import java.util.Arrays;
import java.util.function.ToDoubleFunction;

/// Joint paths that a series may take, of equal probability: what marginal quantiles cannot give,
/// such as the quantiles of a sum or of a maximum over several steps.
public final class SampledPaths {

  private final double[][] values; // (paths, steps)
  private final long seed;

  /// @param values taken over, not copied
  SampledPaths(double[][] values, long seed) {
    this.values = values;
    this.seed = seed;
  }

  /// The seed by which the same paths come again.
  public long seed() {
    return seed;
  }

  /// Paths that were drawn.
  public int count() {
    return values.length;
  }

  /// Steps ahead of each path.
  public int steps() {
    return values[0].length;
  }

  /// The value of one path, in the series' own unit.
  ///
  /// @param path from 0
  /// @param ahead from 1
  public double value(int path, int ahead) {
    return values[path][ahead - 1];
  }

  /// The quantile of the value `ahead` steps ahead, from 1.
  ///
  /// @param level in [0, 1]
  public double quantile(double level, int ahead) {
    return quantile(level, path -> path[ahead - 1]);
  }

  /// The quantile of the sum of the values from one step ahead to another, both included.
  ///
  /// @param level in [0, 1]
  /// @param from 1 to `to`
  public double quantileOfSum(double level, int from, int to) {
    return quantile(
        level,
        path -> {
          double sum = 0;
          for (int ahead = from; ahead <= to; ahead++) {
            sum += path[ahead - 1];
          }
          return sum;
        });
  }

  /// The quantile of any number that a path has, such as its greatest value; between neighbours in
  /// order it is interpolated (definition 7 of Hyndman and Fan 1996).
  ///
  /// @param level in [0, 1]
  /// @param statistic of a path, (steps); it must not change it
  public double quantile(double level, ToDoubleFunction<double[]> statistic) {
    if (!(level >= 0 && level <= 1)) {
      throw new IllegalArgumentException(
          "the level is " + level + ", expected a probability from 0 to 1");
    }
    double[] sorted = Arrays.stream(values).mapToDouble(statistic).sorted().toArray();
    double rank = level * (sorted.length - 1);
    int below = (int) rank;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (rank - below) * (sorted[above] - sorted[below]);
  }
}
