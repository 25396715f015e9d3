package io.eddy.deploy.backtest;

import io.eddy.model.evaluation.Evaluation;
import io.eddy.model.evaluation.NaiveReference;
import io.eddy.model.series.SeasonDetector;
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
/// @param seasons steps of each season, ascending; none, one or two
/// @param lookback values that are worth looking back at
/// @param metrics measures that apply, the most important ones first
/// @param reference what OWA is measured against, if it applies
/// @param series at least one
public record DataSet(
    String name,
    String description,
    boolean dated,
    int horizon,
    List<Integer> seasons,
    int lookback,
    List<Metric> metrics,
    Optional<NaiveReference> reference,
    List<RecordedSeries> series) {

  public DataSet {
    seasons = List.copyOf(seasons);
    metrics = List.copyOf(metrics);
    series = List.copyOf(series);
  }

  /// Steps of the shorter season, which baselines go by; 1 for none.
  public int season() {
    return seasons.isEmpty() ? 1 : seasons.getFirst();
  }

  /// Steps of the longer season; 0 for none.
  public int longestSeason() {
    return seasons.isEmpty() ? 0 : seasons.getLast();
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

  /// The seasons that the data before the first origins shows.
  public List<Integer> detectSeasons() {
    return SeasonDetector.detect(
        trainingData().series().stream().map(TrainingSeries::values).toList());
  }

  TrainingData trainingData() {
    return new TrainingData(
        horizon, season(), lookback, series.stream().map(RecordedSeries::trainingPart).toList());
  }
}
