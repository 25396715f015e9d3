package io.eddy.deploy.backtest;

import io.eddy.model.evaluation.Evaluation;
import io.eddy.model.evaluation.NaiveReference;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Series, and how forecasts of them are judged.
///
/// @param name what the command line calls it
/// @param description in one line, for people
/// @param dated whether the times are real ones, and not made up from the numbers of steps
/// @param horizon steps ahead that are forecast at every origin
/// @param season steps of one season, 1 for none
/// @param lookback values that are worth looking back at
/// @param metrics measures that apply, the most important ones first
/// @param reference what OWA is measured against, if it applies
/// @param series at least one
public record DataSet(
    String name,
    String description,
    boolean dated,
    int horizon,
    int season,
    int lookback,
    List<Metric> metrics,
    Optional<NaiveReference> reference,
    List<RecordedSeries> series) {

  public DataSet {
    metrics = List.copyOf(metrics);
    series = List.copyOf(series);
  }

  /// All origins of all series.
  public long origins() {
    return series.stream().mapToLong(one -> one.origins().count()).sum();
  }

  /// What a contender reached, by the names of the measures that apply: OWA first, if it does.
  public Map<String, Double> scores(Evaluation evaluation) {
    Map<String, Double> scores = new LinkedHashMap<>();
    reference.ifPresent(naive -> scores.put("owa", naive.owa(evaluation)));
    metrics.forEach(metric -> scores.put(metric.key(), metric.of(evaluation)));
    return scores;
  }

  TrainingData trainingData() {
    return new TrainingData(
        horizon, season, lookback, series.stream().map(RecordedSeries::trainingPart).toList());
  }
}
