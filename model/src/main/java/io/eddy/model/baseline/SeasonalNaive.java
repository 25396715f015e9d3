package io.eddy.model.baseline;

/// The last season repeats itself; the last value as long as there is no whole season.
///
/// @param season steps, at least 1
public record SeasonalNaive(int season) implements Baseline {

  public SeasonalNaive {
    Seasons.check(season);
  }

  @Override
  public String name() {
    return "seasonal_naive";
  }

  @Override
  public FittedBaseline fit(double[] values, int length) {
    return (origin, ahead) ->
        values[origin < season ? origin - 1 : Seasons.sameStep(origin, ahead, season)];
  }
}
