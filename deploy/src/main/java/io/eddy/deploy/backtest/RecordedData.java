package io.eddy.deploy.backtest;

import io.eddy.deploy.csv.Recording;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import io.eddy.deploy.terminal.Numbers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A user's own recording as a data set: the last values of each series are forecast.
///
/// @param horizon steps ahead
/// @param seasons steps of each season, ascending; none, one or two
/// @param origins how many forecasts of each series; they lie a horizon apart, so that each of the
///   last `origins · horizon` values is forecast once
public record RecordedData(int horizon, List<Integer> seasons, int origins) {
  /// Looking back further than this costs more than it tells.
  private static final int LONGEST_LOOKBACK = 336;

  public RecordedData {
    seasons = List.copyOf(seasons);
  }

  /// The data set of a recording; series that are too short are left out.
  ///
  /// @param name what to call it
  /// @throws UserException if no series is long enough
  public DataSet of(String name, Recording recording) {
    return of(name, LongFile.of(recording, horizon), !recordsSteps(recording));
  }

  /// The data set of a topic; series that are too short are left out.
  ///
  /// @throws UserException if no series is long enough
  public DataSet of(String name, RecordedTopic topic) {
    return of(name, topic.series(), true);
  }

  private DataSet of(String name, LongFile recorded, boolean dated) {
    int tested = origins * horizon;
    int season = seasons.isEmpty() ? 1 : seasons.getFirst();
    int least = tested + Math.max(2, season + 1);
    List<RecordedSeries> series = new ArrayList<>();
    int shortest = Integer.MAX_VALUE;
    int longest = 0;
    for (var one : recorded.series().entrySet()) {
      LongFile.Values values = one.getValue();
      longest = Math.max(longest, values.length());
      if (values.length() < least) {
        continue; // too short to learn from and to be judged by
      }
      int train = values.length() - tested;
      shortest = Math.min(shortest, train);
      series.add(
          new RecordedSeries(
              one.getKey(),
              values.times(),
              values.values(),
              values.covariates(),
              train,
              new RecordedSeries.Origins(train, values.length() - horizon, horizon),
              1,
              season));
    }
    if (series.isEmpty()) {
      throw new UserException(
          ExitCode.USAGE,
          "the longest series of %s has %d values, but %d origins of %d steps and a season of %d need at least %d: lower --origins or --horizon"
              .formatted(name, longest, origins, horizon, season, least));
    }
    return new DataSet(
        name,
        "%s values at the end of each series".formatted(Numbers.count(tested)),
        dated,
        horizon,
        seasons,
        lookback(shortest),
        List.of(Metric.MASE, Metric.SMAPE, Metric.MSIS, Metric.PINBALL, Metric.MAE, Metric.RMSE),
        Optional.empty(),
        series);
  }

  /// Whether the times are only the numbers of steps, an hour each.
  private static boolean recordsSteps(Recording recording) {
    return recording.time(0) == Duration.ofHours(1).toMillis();
  }

  /// Two seasons and one step more, or what the shortest series leaves room for.
  private int lookback(int train) {
    int longest = seasons.isEmpty() ? 1 : seasons.getLast();
    int wanted = Math.max(2 * longest + 1, 2 * horizon);
    return Math.clamp(Math.min(wanted, (train - horizon) / 3), 1, LONGEST_LOOKBACK);
  }
}
