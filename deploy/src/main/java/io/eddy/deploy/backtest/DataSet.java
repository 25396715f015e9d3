package io.eddy.deploy.backtest;

import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import io.eddy.model.evaluation.Evaluation;
import io.eddy.model.evaluation.NaiveReference;
import io.eddy.model.series.SeasonDetector;
import java.util.ArrayList;
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

  /// The data before the first origins, split once more: the newest part of it is forecast, a
  /// horizon at a time, so that settings can be chosen without a look at what they will be judged
  /// by. Where the benchmark sets a part aside for validation it is that one, else a quarter of a
  /// series at most.
  ///
  /// @throws UserException if no series is long enough
  public DataSet validation() {
    List<RecordedSeries> before = new ArrayList<>();
    for (RecordedSeries one : series) {
      one.validation(horizon, longestSeason()).ifPresent(before::add);
    }
    if (before.isEmpty()) {
      int longest = series.stream().mapToInt(one -> one.origins().first()).max().orElse(0);
      throw new UserException(
          ExitCode.USAGE,
          "%s has at most %d values to learn from, too few to set aside one forecast of %d steps: lower the horizon, or the origins that are kept for a backtest"
              .formatted(name, longest, horizon));
    }
    return withSeries(before);
  }

  /// Some of the series, spread evenly over all.
  ///
  /// @param count how many; all if there are not more
  public DataSet sample(int count) {
    if (count >= series.size()) {
      return this;
    }
    List<RecordedSeries> some = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      some.add(series.get((int) ((long) i * series.size() / count)));
    }
    return withSeries(some);
  }

  /// The seasons that the data before the first origins shows.
  public List<Integer> detectSeasons() {
    return SeasonDetector.detect(
        trainingData().series().stream().map(TrainingSeries::values).toList());
  }

  /// The name of the measure that matters most.
  public String firstMeasure() {
    return reference.isPresent() ? "owa" : metrics.getFirst().key();
  }

  /// What a contender reached by that measure.
  public double firstScore(Evaluation evaluation) {
    return scores(evaluation).values().iterator().next();
  }

  /// Values of the shortest series before its first origin.
  public int shortestTrainingPart() {
    return series.stream().mapToInt(one -> one.origins().first()).min().orElse(0);
  }

  private DataSet withSeries(List<RecordedSeries> others) {
    return new DataSet(
        name, description, dated, horizon, seasons, lookback, metrics, reference, others);
  }

  TrainingData trainingData() {
    return trainingData(series);
  }

  /// What a contender may know that is to see some of the series only.
  TrainingData trainingData(List<RecordedSeries> some) {
    return new TrainingData(
        horizon, season(), lookback, some.stream().map(RecordedSeries::trainingPart).toList());
  }
}
