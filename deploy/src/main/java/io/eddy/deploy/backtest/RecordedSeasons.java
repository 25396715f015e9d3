package io.eddy.deploy.backtest;

import io.eddy.deploy.config.Seasons;
import io.eddy.deploy.csv.Recording;
import io.eddy.model.series.SeasonDetector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;

/// The seasons that recorded series show.
public final class RecordedSeasons {

  private RecordedSeasons() {}

  /// Finds them in the first values of each series, so that what is forecast later has no say.
  ///
  /// @param known how many values may be looked at, by how many there are
  /// @return steps of each season, ascending; empty if there is none
  public static List<Integer> find(Recording recording, IntUnaryOperator known) {
    return find(LongFile.of(recording), known);
  }

  /// The same in a topic.
  public static List<Integer> find(RecordedTopic topic, IntUnaryOperator known) {
    return find(topic.series(), known);
  }

  private static List<Integer> find(LongFile recorded, IntUnaryOperator known) {
    List<double[]> histories = new ArrayList<>();
    for (LongFile.Values series : recorded.series().values()) {
      int length = Math.max(0, known.applyAsInt(series.length()));
      histories.add(Arrays.copyOf(series.values(), length));
    }
    return SeasonDetector.detect(histories);
  }

  /// Says in one line what was found.
  ///
  /// @param where it was looked for, such as `the first two thirds of each series`
  public static String line(List<Integer> seasons, String where) {
    return seasons.isEmpty()
        ? "season: none found in %s; --season names one".formatted(where)
        : "season: %s steps, found in %s".formatted(Seasons.text(seasons), where);
  }
}
