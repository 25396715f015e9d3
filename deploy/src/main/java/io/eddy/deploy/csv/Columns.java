package io.eddy.deploy.csv;

import io.eddy.model.series.CovariateSpec;
import java.util.Optional;

/// Which columns of a file hold what, by their names in the header.
///
/// @param key the column that names the series; none: the whole file is one series
/// @param time the column of times; none: each series is read in the order of its rows
/// @param value the column of values; none: the only column that is left
/// @param timeFormat how times are written; none: told from the first one
/// @param covariates the columns of what comes with the values
public record Columns(
    Optional<String> key,
    Optional<String> time,
    Optional<String> value,
    Optional<TimeFormat> timeFormat,
    CovariateSpec covariates) {

  /// Columns of values with which nothing else comes.
  public Columns(
      Optional<String> key,
      Optional<String> time,
      Optional<String> value,
      Optional<TimeFormat> timeFormat) {
    this(key, time, value, timeFormat, CovariateSpec.NONE);
  }
}
