package io.eddy.deploy.csv;

import io.eddy.model.series.CovariateSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Recorded series in memory, in the order in which a live stream would have brought their values:
/// by time across all series, rows of one time in the file's order.
///
/// About 24 bytes a row, and 8 more for each covariate, so that a file of ten million rows still
/// fits a small heap.
public final class Recording {
  private static final int NONE = -1;
  private static final double[] NO_COVARIATES = {};

  private final List<String> keys;
  private final int[] series; // (rows) index into keys
  private final long[] times; // (rows) milliseconds since 1970
  private final double[] values; // (rows) NaN where the cell is unreadable
  private final CovariateSpec covariateSpec;
  private final double[] covariates; // (rows, covariates) NaN where one is missing
  private final int[] following; // (rows) the next row of the same series, NONE for its last
  private final Map<Integer, String> unreadable; // row to what its value cell says
  private final List<String> complaints;

  Recording(
      List<String> keys,
      int[] series,
      long[] times,
      double[] values,
      CovariateSpec covariateSpec,
      double[] covariates,
      Map<Integer, String> unreadable,
      List<String> complaints) {
    this.keys = List.copyOf(keys);
    this.series = series;
    this.times = times;
    this.values = values;
    this.covariateSpec = covariateSpec;
    this.covariates = covariates;
    this.unreadable = Map.copyOf(unreadable);
    this.complaints = List.copyOf(complaints);
    this.following = following(series, keys.size());
  }

  private static int[] following(int[] series, int seriesCount) {
    int[] next = new int[seriesCount];
    Arrays.fill(next, NONE);
    int[] following = new int[series.length];
    for (int row = series.length - 1; row >= 0; row--) {
      following[row] = next[series[row]];
      next[series[row]] = row;
    }
    return following;
  }

  /// How many rows there are, the unreadable ones included.
  public int size() {
    return series.length;
  }

  /// The names of the series, in the order of their first rows in the file.
  public List<String> keys() {
    return keys;
  }

  /// The series that a row belongs to.
  public String key(int row) {
    return keys.get(series[row]);
  }

  /// When a row happened, in milliseconds since 1970.
  public long time(int row) {
    return times[row];
  }

  /// What was measured; NaN if the row is unreadable.
  public double value(int row) {
    return values[row];
  }

  /// The columns of covariates.
  public CovariateSpec covariates() {
    return covariateSpec;
  }

  /// What comes with a row, as [CovariateSpec] describes it. What is known ahead is what the
  /// following rows of the same series say; behind its last row it stays as it is.
  ///
  /// @param horizon steps ahead that are forecast
  public double[] covariates(int row, int horizon) {
    int count = covariateSpec.count();
    if (count == 0) {
      return NO_COVARIATES;
    }
    double[] all = new double[covariateSpec.rowSize(horizon)];
    for (int c = 0; c < count; c++) {
      int offset = covariateSpec.offset(c, horizon);
      all[offset] = covariates[row * count + c];
      if (covariateSpec.isKnown(c)) {
        int given = 1;
        for (int next = following[row]; next != NONE && given <= horizon; next = following[next]) {
          all[offset + given] = covariates[next * count + c];
          given++;
        }
        covariateSpec.prolong(all, c, given, horizon);
      }
    }
    return all;
  }

  /// What the value cell says, or that of a covariate, if it is no number.
  public Optional<String> unreadable(int row) {
    return Optional.ofNullable(unreadable.get(row));
  }

  /// How many rows have such a cell.
  public int unreadableRows() {
    return unreadable.size();
  }

  /// The first few unreadable rows, each in one line for people.
  public List<String> complaints() {
    return complaints;
  }

  /// The middle one of the series' lengths, the upper of two; 0 for an empty recording.
  public int medianLength() {
    if (keys.isEmpty()) {
      return 0;
    }
    int[] lengths = new int[keys.size()];
    for (int one : series) {
      lengths[one]++;
    }
    Arrays.sort(lengths);
    return lengths[lengths.length / 2];
  }
}
