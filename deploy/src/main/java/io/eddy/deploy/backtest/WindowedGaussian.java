package io.eddy.deploy.backtest;

import java.util.Arrays;

/// The benchmark's own simple detector: how far in the tails of a normal distribution of the last
/// 6,400 values a row lies. The window grows row by row, then moves on by 100 rows at a time.
final class WindowedGaussian implements AnomalyContender {
  private static final int WINDOW = 6_400;
  private static final int STEP = 100;
  private static final double LEAST_DEVIATION = 1e-6;

  @Override
  public String name() {
    return "windowed_gaussian";
  }

  @Override
  public AnomalyScorer begin(LabelledStream stream, int probation) {
    return new Window();
  }

  @Override
  public long parameters() {
    return 0;
  }

  private static final class Window implements AnomalyScorer {
    private final double[] values = new double[WINDOW + STEP]; // the last ones wait for their step
    private int length;
    private double mean;
    private double deviation = 1;

    @Override
    public double score(long timeMillis, double value) {
      double score = length == 0 ? 0 : rounded(1 - tail(Math.abs(value - mean) / deviation));
      values[length] = value;
      length++;
      if (length <= WINDOW) {
        measure();
      } else if (length == values.length) {
        System.arraycopy(values, STEP, values, 0, WINDOW);
        length = WINDOW;
        measure();
      }
      return score;
    }

    private void measure() {
      mean = Arrays.stream(values, 0, length).sum() / length;
      double squares = 0;
      for (int i = 0; i < length; i++) {
        squares += (values[i] - mean) * (values[i] - mean);
      }
      deviation = Math.max(LEAST_DEVIATION, Math.sqrt(squares / length));
    }
  }

  /// To the 12 digits of the benchmark's stored scores: beyond 7 deviations all are 1, and its
  /// published figures are of that.
  private static double rounded(double score) {
    return Math.rint(score * 1e12) / 1e12;
  }

  /// The chance of so many deviations or more above the mean: half of erfc(z / √2), by the
  /// Chebyshev fit of Numerical Recipes, to a part in 10 million.
  private static double tail(double z) {
    double x = z / Math.sqrt(2);
    double t = 1 / (1 + x / 2);
    double polynomial = 0.17087277;
    for (double coefficient :
        new double[] {
          -0.82215223,
          1.48851587,
          -1.13520398,
          0.27886807,
          -0.18628806,
          0.09678418,
          0.37409196,
          1.00002368,
          -1.26551223
        }) {
      polynomial = coefficient + t * polynomial;
    }
    return t * Math.exp(polynomial - x * x) / 2;
  }
}
