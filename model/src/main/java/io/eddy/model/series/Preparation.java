package io.eddy.model.series;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/// From a series to a network's inputs: scaled differences and innovations for the recurrence,
/// scaled lags for the linear path, covariates for both.
///
/// Everything is a difference divided by the running scale, so nothing here depends on a key's unit
/// or level; of covariates see [CovariateInputs].
public final class Preparation {

  /// Scaled inputs are clipped to this, so that one outlier cannot saturate a cell for long.
  private static final double INPUT_LIMIT = 8;

  /// Lags wander further from the newest value than neighbours do.
  private static final double LAG_LIMIT = 64;

  /// Innovations whose mean size says how wild the series is just now.
  private static final int VOLATILITY_STEPS = 8;

  /// Inputs without season and calendar: the last difference, innovation, volatility.
  private static final int PLAIN_INPUTS = 3;

  private static final int INPUTS_PER_SEASON = 2;

  private final SeriesSpec spec;
  private final int[] seasons; // arrays, since iterators would be allocated for every event
  private final CalendarFeature[] calendar;
  private final int lagCount;
  private final CovariateInputs covariates;

  /// For a series without covariates, where the horizon does not matter.
  public Preparation(SeriesSpec spec, int lagCount) {
    this(spec, lagCount, 1);
    if (spec.covariates().count() > 0) {
      throw new IllegalArgumentException("with covariates the inputs depend on the horizon");
    }
  }

  /// @param lagCount past values of the linear path
  /// @param horizon steps ahead that are forecast
  public Preparation(SeriesSpec spec, int lagCount, int horizon) {
    this.spec = spec;
    covariates = new CovariateInputs(spec, horizon);
    this.lagCount = lagCount;
    seasons = spec.seasons().stream().mapToInt(Integer::intValue).toArray();
    calendar = spec.calendar().toArray(CalendarFeature[]::new);
  }

  /// Inputs that the recurrence sees per step.
  public int recurrentSize() {
    return PLAIN_INPUTS
        + INPUTS_PER_SEASON * seasons.length
        + CalendarFeature.SIZE * calendar.length
        + covariates.recurrentSize();
  }

  /// How many of the recurrence's inputs, the last ones, are numbers of rows in the table of an
  /// [EmbeddingSpec]: one or none.
  public int categorySize() {
    return covariates.categorySize();
  }

  /// Inputs of the linear path: the lags, then the covariates'.
  public int pathSize() {
    return lagCount + covariates.pathSize();
  }

  /// All inputs per step: the recurrence's, then the path's.
  public int inputSize() {
    return recurrentSize() + pathSize();
  }

  /// Past steps that the recurrence's inputs need, besides the step itself.
  public int recurrentLookback() {
    return recurrentLookback(spec);
  }

  /// The same of a series without its preparation.
  public static int recurrentLookback(SeriesSpec spec) {
    return Math.max(VOLATILITY_STEPS, spec.longestSeason());
  }

  /// What each of [#inputs] is called where people read of it, in the order of the inputs. Sine and
  /// cosine of a calendar feature share one name, and so does all that is made of a covariate.
  public List<String> inputNames() {
    List<String> names = new ArrayList<>(inputSize());
    names.add("last difference");
    names.add("innovation");
    names.add("volatility");
    for (int season : seasons) {
      names.add("season " + season);
      names.add("next of season " + season);
    }
    for (CalendarFeature feature : calendar) {
      String name = feature.name().toLowerCase(Locale.ROOT).replace('_', ' ');
      names.addAll(Collections.nCopies(CalendarFeature.SIZE, name));
    }
    names.addAll(covariates.recurrentNames());
    for (int lag = 1; lag <= lagCount; lag++) {
      names.add("lag " + lag);
    }
    names.addAll(covariates.pathNames());
    return names;
  }

  /// Writes the inputs of the step `back` steps before the newest. What lies before the series'
  /// first value counts as equal to the step itself: zero.
  ///
  /// ```
  /// y[t] - y[t-1]     innovation[t]     mean |innovation| of the last 8
  /// y[t] - y[t-m]     y[t+1-m] - y[t-m]                                  for each season m
  /// sine, cosine                                                         for each calendar feature
  /// deviation, size, missing                                             for each covariate
  /// row                                                                  of the category
  /// ```
  ///
  /// @param out overwritten from `offset` on, [#recurrentSize()] floats
  public void recurrentInputs(Series series, int back, float[] out, int offset) {
    double image = series.image(back);
    double divisor = series.divisor(back);
    int seen = series.size() - back;
    int at = offset;
    out[at++] = scaled(seen > 1 ? image - series.image(back + 1) : 0, divisor, INPUT_LIMIT);
    out[at++] = scaled(series.innovation(back), divisor, INPUT_LIMIT);
    double sum = 0;
    int steps = Math.min(VOLATILITY_STEPS, seen);
    for (int i = 0; i < steps; i++) {
      sum += Math.abs(series.innovation(back + i)) / VOLATILITY_STEPS;
    }
    out[at++] = scaled(sum, divisor, INPUT_LIMIT);
    for (int season : seasons) {
      boolean whole = seen > season;
      double before = whole ? series.image(back + season) : 0;
      out[at++] = scaled(whole ? image - before : 0, divisor, INPUT_LIMIT);
      out[at++] =
          scaled(whole ? series.image(back + season - 1) - before : 0, divisor, INPUT_LIMIT);
    }
    for (CalendarFeature feature : calendar) {
      feature.write(series.time(back), spec.zone(), out, at);
      at += CalendarFeature.SIZE;
    }
    covariates.recurrent(series, back, out, at);
  }

  /// Writes all inputs of the newest step: [#recurrentInputs], then lag 1, 2, … less the newest
  /// value, then what the linear path sees of covariates.
  ///
  /// @param out overwritten from `offset` on, [#inputSize()] floats
  public void inputs(Series series, float[] out, int offset) {
    recurrentInputs(series, 0, out, offset);
    int path = offset + recurrentSize();
    lags(series, out, path);
    covariates.path(series, out, path + lagCount);
  }

  private void lags(Series series, float[] out, int offset) {
    double image = series.image(0);
    double divisor = series.divisor(0);
    int seen = Math.min(lagCount, series.size() - 1);
    for (int lag = 1; lag <= seen; lag++) {
      out[offset + lag - 1] = scaled(series.image(lag) - image, divisor, LAG_LIMIT);
    }
    for (int lag = seen + 1; lag <= lagCount; lag++) {
      out[offset + lag - 1] = 0;
    }
  }

  private static float scaled(double difference, double divisor, double limit) {
    double ratio = difference / divisor;
    // At the ends of double's range a difference of differences is infinity less infinity.
    return Double.isNaN(ratio) ? 0 : (float) Math.clamp(ratio, -limit, limit);
  }
}
