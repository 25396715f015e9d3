package io.eddy.model.series;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

/// From a series' covariates to a network's inputs.
///
/// The recurrence sees each covariate as three numbers per step: in standard deviations from the
/// key's own mean, so that units do not matter; its size on a logarithmic scale that all keys
/// share, for the own mean hides how keys differ and takes all that a static feature has to tell;
/// and whether it was missing.
///
/// The linear path sees it at the newest step and the one before, and, for each season, at those
/// past steps whose values the base forecast repeats: what a covariate once did to the series would
/// otherwise be forecast again where the covariate has changed since. Of one that is known ahead it
/// also sees every step of the horizon.
///
/// Of a covariate that names a category there is one input alone: the row of the network's table.
final class CovariateInputs {

  /// Standard deviations are clipped to this, as all inputs of the recurrence.
  static final double LIMIT = 8;

  /// Where sizes end, beyond 10^13.
  private static final double SIZE_LIMIT = 16;

  private static final int RECURRENT = 3;

  private static final int NONE = -1;

  private final CovariateSpec spec;
  private final int[] numbers; // the covariates that are no category
  private final int category; // the one that is, or NONE
  private final int horizon;
  private final int[] lags; // steps back that the path sees

  /// @param horizon steps ahead that are forecast
  CovariateInputs(SeriesSpec spec, int horizon) {
    this.spec = spec.covariates();
    numbers = IntStream.range(0, this.spec.count()).filter(c -> !this.spec.isCategory(c)).toArray();
    category =
        IntStream.range(0, this.spec.count()).filter(this.spec::isCategory).findAny().orElse(NONE);
    this.horizon = horizon;
    var distinct = new TreeSet<Integer>();
    distinct.add(0);
    distinct.add(1);
    for (int season : spec.seasons()) {
      // Up to the step whose value is a season before the first that is forecast, and the one
      // before it, for what takes a step to show.
      for (int lag = Math.max(0, season - horizon); lag <= season + 1; lag++) {
        distinct.add(lag);
      }
    }
    lags = distinct.stream().mapToInt(Integer::intValue).toArray();
  }

  /// Inputs of the recurrence per step.
  int recurrentSize() {
    return RECURRENT * numbers.length + categorySize();
  }

  /// Of these, the last ones that are numbers of rows: one or none.
  int categorySize() {
    return category == NONE ? 0 : 1;
  }

  /// Inputs of the linear path.
  int pathSize() {
    return (1 + lags.length) * numbers.length + horizon * spec.known().size();
  }

  /// The covariates that the recurrence's inputs are made of, in their order.
  List<String> recurrentNames() {
    List<String> names = new ArrayList<>(recurrentSize());
    for (int c : numbers) {
      names.addAll(Collections.nCopies(RECURRENT, spec.name(c)));
    }
    if (category != NONE) {
      names.add(spec.name(category));
    }
    return names;
  }

  /// The covariates that the path's inputs are made of, in their order.
  List<String> pathNames() {
    List<String> names = new ArrayList<>(pathSize());
    for (int c : numbers) {
      names.addAll(
          Collections.nCopies(1 + lags.length + (spec.isKnown(c) ? horizon : 0), spec.name(c)));
    }
    return names;
  }

  /// Writes the recurrence's inputs of the step `back` steps before the newest.
  ///
  /// ```
  /// (x[t] - mean) / deviation     size(x[t])     1 if x[t] was missing, else 0     for each covariate x
  /// row of the category
  /// ```
  ///
  /// with mean and deviation as they were at that step.
  void recurrent(Series series, int back, float[] out, int offset) {
    Covariates covariates = series.covariates();
    long step = series.steps() - 1 - back;
    int at = offset;
    for (int c : numbers) {
      out[at++] = covariates.scaledThen(step, c);
      out[at++] = size(covariates.value(step, c));
      out[at++] = covariates.isMissing(step, c) ? 1 : 0;
    }
    EmbeddingSpec embedding = spec.embedding();
    if (embedding != null) {
      out[at] = embedding.row(covariates.value(step, category));
    }
  }

  /// Writes the path's inputs of the newest step, by covariate: its size, then its values at the
  /// lags, then those announced for 1, 2, … steps ahead, in standard deviations from the mean as
  /// both are now. Steps before the first count as the mean: zero.
  void path(Series series, float[] out, int offset) {
    Covariates covariates = series.covariates();
    long newest = series.steps() - 1;
    int at = offset;
    for (int c : numbers) {
      out[at++] = size(covariates.value(newest, c));
      for (int lag : lags) {
        out[at++] =
            lag < series.size() ? covariates.scaled(c, covariates.value(newest - lag, c)) : 0;
      }
      for (int ahead = 1; spec.isKnown(c) && ahead <= horizon; ahead++) {
        out[at++] = covariates.scaled(c, covariates.coming(newest, c, ahead));
      }
    }
  }

  /// `sign(x) log(1 + |x|) / 2`: 0.35 for 1, 3.5 for 1000; 0 for what was never known.
  private static float size(double value) {
    double size = Math.signum(value) * StrictMath.log1p(Math.abs(value)) / 2;
    return Double.isNaN(size) ? 0 : (float) Math.clamp(size, -SIZE_LIMIT, SIZE_LIMIT);
  }
}
