package io.eddy.model.series;

import java.util.ArrayList;
import java.util.List;

/// What a network's answer is a correction of.
public enum BaseForecast {
  /// The last value; with a season m, `y[t+h-m] + y[t] - y[t-m]` (for h > m the last season
  /// repeats), as soon as a season has been seen.
  NAIVE,
  /// The median of the last whole seasons, some 56 values: for counts with bursts, where the last
  /// value says little.
  MEDIAN,
  /// Many simple forecasters at once, each weighted by how it did on this key; see [ExpertMix].
  MIX;

  /// Smoothing of level, shorter and longer seasons, and the persistence of what is left, spread
  /// over what series need: some follow at once, some hardly move. On the training parts of M4's
  /// hourly and weekly series, of Wikipedia's views and of the ETT data, two more made no
  /// difference beyond 0.3 % of MASE, and without these four it is 3 % more.
  private static final double[][] SMOOTHINGS = {
    {0.1, 0.1, 0.2, 0.5},
    {0.05, 0.1, 0.3, 0.8},
    {0.3, 0.3, 0.1, 0.5},
    {0.01, 0.3, 0.2, 0.7},
  };

  /// What a forecast of the next value keeps of the difference to the season before, per step.
  private static final double SHIFT_DECAY = 0.9;

  /// The forecasters that this stands for.
  ///
  /// @param seasons ascending
  /// @param counts whether values are never below zero, so that many may be zero
  List<Expert> experts(List<Integer> seasons, boolean counts) {
    return switch (this) {
      case NAIVE ->
          List.of(
              seasons.isEmpty()
                  ? new Expert.Level(1)
                  : new Expert.SeasonalShift(seasons.getFirst(), 1, 1));
      case MEDIAN -> List.of(new Expert.Median(seasons.isEmpty() ? 1 : seasons.getFirst()));
      case MIX -> mix(seasons, counts);
    };
  }

  private static List<Expert> mix(List<Integer> seasons, boolean counts) {
    List<Expert> experts = new ArrayList<>();
    experts.add(new Expert.Level(1));
    experts.add(new Expert.Level(0.5));
    experts.add(new Expert.Level(0.2));
    experts.add(new Expert.Level(0.05));
    experts.add(new Expert.DampedTrend(0.8, 0.1, 0.9));
    experts.add(new Expert.DampedTrend(0.5, 0.05, 0.97));
    experts.add(new Expert.Drift());
    if (counts) {
      experts.add(new Expert.Intermittent(0.1, 0.05));
    }
    for (int season : seasons) {
      experts.add(new Expert.SeasonalShift(season, 0, 1));
      experts.add(new Expert.SeasonalShift(season, 1, SHIFT_DECAY));
      experts.add(new Expert.SeasonalShift(season, 1, 1));
      if (season > seasons.getFirst()) {
        experts.add(new Expert.SeasonalShift(season, seasons.getFirst(), 1));
      }
    }
    if (!seasons.isEmpty()) {
      experts.add(new Expert.Median(seasons.getFirst()));
      for (double[] smoothing : SMOOTHINGS) {
        experts.add(
            new Expert.SeasonalSmoothing(
                smoothing[0],
                smoothing[1],
                smoothing[2],
                smoothing[3],
                seasons.getFirst(),
                seasons.size() > 1 ? seasons.get(1) : 0));
      }
    }
    return experts;
  }
}
