package io.eddy.model.baseline;

/// The classical theta method (Assimakopoulos and Nikolopoulos 2000) as a benchmark of the M4
/// competition: on the series without its season, the mean of its straight line and of the smoothed
/// level of the series whose deviations from that line are doubled.
///
/// @param season steps, 1 for none
public record Theta(int season) implements Baseline {

  public Theta {
    Seasons.check(season);
  }

  @Override
  public String name() {
    return "theta";
  }

  @Override
  public FittedBaseline fit(double[] values, int length) {
    SeasonalAdjustment adjustment = SeasonalAdjustment.of(values, length, season);
    Line line = Line.through(adjustment, values, length);
    Level level =
        Level.fit(t -> 2 * adjustment.adjusted(values[t], t) - line.at(t), length, values.length);
    return (origin, ahead) -> {
      int t = origin - 1 + ahead;
      return adjustment.restored((line.at(t) + level.after(origin)) / 2, t);
    };
  }

  /// A straight line by least squares.
  private record Line(double mean, double middle, double slope) {

    static Line through(SeasonalAdjustment adjustment, double[] values, int length) {
      double mean = 0;
      for (int t = 0; t < length; t++) {
        mean += adjustment.adjusted(values[t], t) / length;
      }
      double middle = (length - 1) / 2.0;
      double cross = 0;
      double squares = 0;
      for (int t = 0; t < length; t++) {
        cross += (t - middle) * (adjustment.adjusted(values[t], t) - mean);
        squares += (t - middle) * (t - middle);
      }
      return new Line(mean, middle, squares == 0 ? 0 : cross / squares);
    }

    double at(int t) {
      return mean + slope * (t - middle);
    }
  }
}
