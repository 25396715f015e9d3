package io.eddy.model.evaluation;

/// The scores of one series: sums that grow by pairs of an actual value and the fan that had been
/// made for it.
///
/// Squared errors judge the fan's mean, all other errors its median. A missing actual (NaN) does
/// not count.
public final class SeriesScores {

  private final Evaluation whole;
  private final String series;
  private final double unit;
  private final double scale;
  private long count;
  private long boundedCount;
  private double absolute;
  private double symmetric;
  private double interval;
  private double pinball;

  SeriesScores(Evaluation whole, String series, double unit, double scale) {
    this.whole = whole;
    this.series = series;
    this.unit = unit;
    this.scale = scale;
  }

  /// Takes one pair.
  ///
  /// @param block stretch of time for the coverage's standard error, from 0
  /// @param ahead steps ahead that the value was forecast, from 1
  public void add(int block, int ahead, double actual, Fan fan) {
    if (Double.isNaN(actual)) {
      return;
    }
    double median = fan.median(ahead);
    double mean = fan.mean(ahead);
    if (Double.isNaN(median) || Double.isNaN(mean)) {
      throw new IllegalArgumentException(
          "series %s: no forecast (NaN) %d steps ahead".formatted(series, ahead));
    }
    double error = Math.abs(actual - median);
    count++;
    absolute += error;
    symmetric += Measures.symmetricPercentage(actual, median);
    whole.add(ahead, error / unit, error / scale, (actual - mean) / unit, actual / unit);
    if (fan.hasBounds()) {
      boundedCount++;
      interval +=
          Measures.interval(
              actual,
              fan.lower(Confidence.NINETY_FIVE, ahead),
              fan.upper(Confidence.NINETY_FIVE, ahead),
              Confidence.NINETY_FIVE);
      pinball += meanPinball(actual, fan, ahead);
      whole.coverage().add(block, ahead, actual, fan);
    }
  }

  /// Over the median and both ends of all intervals.
  private static double meanPinball(double actual, Fan fan, int ahead) {
    double sum = Measures.pinball(actual, fan.median(ahead), 0.5);
    for (Confidence confidence : Confidence.values()) {
      double tail = confidence.tail();
      sum += Measures.pinball(actual, fan.lower(confidence, ahead), tail);
      sum += Measures.pinball(actual, fan.upper(confidence, ahead), 1 - tail);
    }
    return sum / (2 * Confidence.values().length + 1);
  }

  /// The series' name.
  public String series() {
    return series;
  }

  /// Pairs so far.
  public long count() {
    return count;
  }

  /// Mean absolute error, in the series' own unit.
  public double mae() {
    return absolute / count;
  }

  /// Mean symmetric percentage error.
  public double smape() {
    return symmetric / count;
  }

  /// Mean absolute error over the scale; infinite or NaN where the scale is zero.
  public double mase() {
    return absolute / count / scale;
  }

  /// Mean interval score at 95 % over the scale; NaN without bounds.
  public double msis() {
    return interval / boundedCount / scale;
  }

  /// Mean pinball loss over the median and the ends of all intervals, over the scale; NaN without
  /// bounds.
  public double pinball() {
    return pinball / boundedCount / scale;
  }

  /// What the scaled measures divide by.
  public double scale() {
    return scale;
  }

  /// What the pooled errors divide by.
  public double unit() {
    return unit;
  }
}
