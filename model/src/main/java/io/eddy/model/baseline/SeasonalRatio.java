package io.eddy.model.baseline;

/// The last season repeats itself at the level that the last value has against the one a season
/// before: one step ahead `y[t-m+1] y[t] / y[t-m]`, the seasonal naive forecast of the logarithms'
/// differences. For growth in per cent, such as the airline passengers'.
///
/// Growth by more than a factor of two in a season, up or down, is taken for an outlier and cut
/// there; where a value is not positive, differences take the place of ratios.
///
/// @param season steps, at least 1
public record SeasonalRatio(int season) implements Baseline {

  private static final double MOST_GROWTH = 2;

  public SeasonalRatio {
    Seasons.check(season);
  }

  @Override
  public String name() {
    return "seasonal_ratio";
  }

  @Override
  public FittedBaseline fit(double[] values, int length) {
    return (origin, ahead) -> {
      double last = values[origin - 1];
      if (origin <= season) {
        return last;
      }
      double before = values[origin - 1 - season];
      double same = values[Seasons.sameStep(origin, ahead, season)];
      int seasons = Seasons.count(ahead, season);
      if (last > 0 && before > 0 && same > 0) {
        double ratio = Math.clamp(last / before, 1 / MOST_GROWTH, MOST_GROWTH);
        double growth = 1;
        for (int i = 0; i < seasons; i++) {
          growth *= ratio;
        }
        return same * growth;
      }
      return same + seasons * (last - before);
    };
  }
}
