package io.eddy.model.evaluation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// The scores of one contender on one data set, from pairs of actual values and the fans that had
/// been made for them.
///
/// Two ways of putting series together, as their sources have it: sMAPE, MASE, MSIS and pinball are
/// averaged within each series, then over series, so that each series counts the same; MSE, MAE,
/// RMSE and accuracy are taken over all pairs at once, each error in its series' unit (the standard
/// deviation of the train part where a benchmark standardises, else 1). A series whose scale is
/// zero or unknown has no scaled measures and is left out of their averages.
public final class Evaluation {

  private final int horizon;
  private final CoverageMeter coverage;
  private final List<SeriesScores> series = new ArrayList<>();
  private final long[] countByStep; // (H)
  private final double[] absoluteByStep; // (H)
  private final double[] scaledByStep; // (H), of series with a scale
  private final long[] scaledCountByStep; // (H)
  private double squared;
  private double squaredActuals;

  /// @param horizon most steps ahead
  /// @param blocks how many stretches the standard error of the coverage is computed from
  public Evaluation(int horizon, int blocks) {
    this.horizon = horizon;
    coverage = new CoverageMeter(horizon, blocks);
    countByStep = new long[horizon];
    absoluteByStep = new double[horizon];
    scaledByStep = new double[horizon];
    scaledCountByStep = new long[horizon];
  }

  /// Adds a series.
  ///
  /// @param unit what pooled errors are divided by
  /// @param scale of [Measures#scale], what scaled errors are divided by
  public SeriesScores begin(String name, double unit, double scale) {
    var scores = new SeriesScores(this, name, unit, scale);
    series.add(scores);
    return scores;
  }

  void add(int ahead, double absolute, double scaled, double error, double actual) {
    countByStep[ahead - 1]++;
    absoluteByStep[ahead - 1] += absolute;
    if (Double.isFinite(scaled)) {
      scaledCountByStep[ahead - 1]++;
      scaledByStep[ahead - 1] += scaled;
    }
    squared += error * error;
    squaredActuals += actual * actual;
  }

  /// All series, in the order in which they were begun.
  public List<SeriesScores> series() {
    return Collections.unmodifiableList(series);
  }

  /// Most steps ahead.
  public int horizon() {
    return horizon;
  }

  /// Pairs so far.
  public long count() {
    long count = 0;
    for (long one : countByStep) {
      count += one;
    }
    return count;
  }

  /// Mean symmetric percentage error, averaged over series.
  public double smape() {
    return averageOverSeries(SeriesScores::smape);
  }

  /// Mean absolute scaled error, averaged over series.
  public double mase() {
    return averageOverSeries(SeriesScores::mase);
  }

  /// Mean scaled interval score at 95 %, averaged over series.
  public double msis() {
    return averageOverSeries(SeriesScores::msis);
  }

  /// Mean scaled pinball loss, averaged over series.
  public double pinball() {
    return averageOverSeries(SeriesScores::pinball);
  }

  /// Mean squared error of all pairs.
  public double mse() {
    return squared / count();
  }

  /// Root of the mean squared error of all pairs.
  public double rmse() {
    return Math.sqrt(mse());
  }

  /// Mean absolute error of all pairs.
  public double mae() {
    double sum = 0;
    for (double one : absoluteByStep) {
      sum += one;
    }
    return sum / count();
  }

  /// 1 − ‖y − f‖ / ‖y‖ over all pairs, as traffic forecasting counts accuracy.
  public double accuracy() {
    return 1 - Math.sqrt(squared / squaredActuals);
  }

  /// Mean absolute error of the pairs `ahead` steps ahead, in units.
  public double mae(int ahead) {
    return absoluteByStep[ahead - 1] / countByStep[ahead - 1];
  }

  /// Mean absolute scaled error of the pairs `ahead` steps ahead.
  public double mase(int ahead) {
    return scaledByStep[ahead - 1] / scaledCountByStep[ahead - 1];
  }

  /// Who lay inside the intervals.
  public CoverageMeter coverage() {
    return coverage;
  }

  private double averageOverSeries(ToDoubleFunction<SeriesScores> measure) {
    double sum = 0;
    int count = 0;
    for (SeriesScores one : series) {
      double value = measure.applyAsDouble(one);
      if (Double.isFinite(value)) {
        sum += value;
        count++;
      }
    }
    return count == 0 ? Double.NaN : sum / count;
  }
}
