package io.eddy.model.baseline;

import java.util.function.IntToDoubleFunction;

/// A smoothed level, fitted by least squares one step ahead.
///
/// For a given alpha the errors are linear in the first level, so that its best value has a closed
/// form; the error over alpha may have several valleys: it is walked over in steps, then the best
/// valley is narrowed by the golden section.
final class Level {

  private static final int STEPS = 16;
  private static final int SECTIONS = 12;
  private static final double LEAST_ALPHA = 1e-4;
  private static final double GOLDEN = 0.6180339887498949;

  private final IntToDoubleFunction series;
  private final double alpha;
  private final double[] levels; // by origin; 0 is the first level
  private int known; // levels so far

  private Level(IntToDoubleFunction series, double alpha, double first, int capacity) {
    this.series = series;
    this.alpha = alpha;
    levels = new double[capacity + 1];
    levels[0] = first;
  }

  /// @param series its value at a step
  /// @param length steps to fit to, at least 1
  /// @param capacity steps that there may ever be
  static Level fit(IntToDoubleFunction series, int length, int capacity) {
    double[] values = new double[length];
    for (int t = 0; t < length; t++) {
      values[t] = series.applyAsDouble(t);
    }
    double best = 1;
    double leastError = Double.POSITIVE_INFINITY;
    for (int step = 0; step <= STEPS; step++) {
      double alpha = Math.max(LEAST_ALPHA, (double) step / STEPS);
      double error = Fit.of(values, alpha).error;
      if (error < leastError) {
        leastError = error;
        best = alpha;
      }
    }
    double low = Math.max(LEAST_ALPHA, best - 1.0 / STEPS);
    double high = Math.min(1, best + 1.0 / STEPS);
    for (int section = 0; section < SECTIONS; section++) {
      double one = high - GOLDEN * (high - low);
      double other = low + GOLDEN * (high - low);
      if (Fit.of(values, one).error < Fit.of(values, other).error) {
        high = other;
      } else {
        low = one;
      }
    }
    Fit narrowed = Fit.of(values, low / 2 + high / 2);
    Fit fit = narrowed.error <= leastError ? narrowed : Fit.of(values, best);
    return new Level(series, fit.alpha, fit.first, capacity);
  }

  /// The level after the first `origin` values.
  double after(int origin) {
    while (known < origin) {
      double level = levels[known];
      levels[known + 1] = level + alpha * (series.applyAsDouble(known) - level);
      known++;
    }
    return levels[origin];
  }

  /// The best first level for an alpha.
  private record Fit(double alpha, double first, double error) {

    static Fit of(double[] values, double alpha) {
      double level = values[0]; // with the first value as the first level
      double influence = 1; // of the first level on the present one
      double squares = 0;
      double cross = 0;
      double influences = 0;
      for (double value : values) {
        double error = value - level;
        squares += error * error;
        cross += error * influence;
        influences += influence * influence;
        level += alpha * error;
        influence *= 1 - alpha;
      }
      double shift = cross / influences;
      return new Fit(alpha, values[0] + shift, squares - shift * cross);
    }
  }
}
