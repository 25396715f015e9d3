package io.eddy.model.baseline;

/// Simple exponential smoothing of the series without its season (the M4 competition's SES): the
/// level moves a share alpha of the way to each new value. Alpha and the first level are those with
/// the least squared error one step ahead.
///
/// @param season steps, 1 for none
public record ExponentialSmoothing(int season) implements Baseline {

  public ExponentialSmoothing {
    Seasons.check(season);
  }

  @Override
  public String name() {
    return "exponential_smoothing";
  }

  @Override
  public FittedBaseline fit(double[] values, int length) {
    SeasonalAdjustment adjustment = SeasonalAdjustment.of(values, length, season);
    Level level = Level.fit(t -> adjustment.adjusted(values[t], t), length, values.length);
    return (origin, ahead) -> adjustment.restored(level.after(origin), origin - 1 + ahead);
  }
}
