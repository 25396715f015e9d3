package io.eddy.model.baseline;

/// The last value of the series without its season, with its season: the M4 competition's Naive 2,
/// which its OWA is measured against.
///
/// @param season steps, 1 for none
public record Naive2(int season) implements Baseline {

  public Naive2 {
    Seasons.check(season);
  }

  @Override
  public String name() {
    return "naive2";
  }

  @Override
  public FittedBaseline fit(double[] values, int length) {
    SeasonalAdjustment adjustment = SeasonalAdjustment.of(values, length, season);
    return (origin, ahead) -> {
      int last = origin - 1;
      return adjustment.restored(adjustment.adjusted(values[last], last), last + ahead);
    };
  }
}
