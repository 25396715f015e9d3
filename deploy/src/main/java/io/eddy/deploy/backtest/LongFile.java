package io.eddy.deploy.backtest;

import io.eddy.deploy.csv.Columns;
import io.eddy.deploy.csv.CsvReader;
import io.eddy.deploy.csv.Recording;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Series of a source with one value a row.
final class LongFile {
  private final Map<String, Values> series = new LinkedHashMap<>();

  /// The values of one series, in the order of time.
  static final class Values {
    private long[] times = new long[256];
    private double[] values = new double[256];
    private List<double[]> covariates = new ArrayList<>();
    private int length;

    private void add(long time, double value, double[] row) {
      if (length == values.length) {
        times = Arrays.copyOf(times, 2 * length);
        values = Arrays.copyOf(values, 2 * length);
      }
      times[length] = time;
      values[length] = value;
      if (row.length > 0) {
        covariates.add(row);
      }
      length++;
    }

    private void sort() {
      Integer[] order = new Integer[length];
      Arrays.setAll(order, step -> step);
      Arrays.sort(order, Comparator.comparingLong(step -> times[step])); // a stable sort
      long[] sortedTimes = new long[length];
      double[] sortedValues = new double[length];
      List<double[]> sortedCovariates = new ArrayList<>(length);
      for (int step = 0; step < length; step++) {
        sortedTimes[step] = times[order[step]];
        sortedValues[step] = values[order[step]];
        if (!covariates.isEmpty()) {
          sortedCovariates.add(covariates.get(order[step]));
        }
      }
      times = sortedTimes;
      values = sortedValues;
      covariates = sortedCovariates;
    }

    int length() {
      return length;
    }

    long[] times() {
      return Arrays.copyOf(times, length);
    }

    double[] values() {
      return Arrays.copyOf(values, length);
    }

    /// What came with each value; no rows where there are no covariates.
    List<double[]> covariates() {
      return covariates;
    }
  }

  /// Series with whose values nothing else comes.
  static LongFile of(Recording recording) {
    return of(recording, 1);
  }

  /// @param horizon steps ahead for which covariates are known
  static LongFile of(Recording recording, int horizon) {
    var file = new LongFile();
    file.add(recording, horizon);
    return file;
  }

  /// Reads `series,t,value`.
  static LongFile read(Path file) {
    return of(
        CsvReader.read(
            file,
            new Columns(
                Optional.of("series"), Optional.of("t"), Optional.of("value"), Optional.empty())));
  }

  private void add(Recording recording, int horizon) {
    for (int row = 0; row < recording.size(); row++) {
      add(
          recording.key(row),
          recording.time(row),
          recording.value(row),
          recording.covariates(row, horizon));
    }
  }

  void add(String key, long time, double value, double[] covariates) {
    series.computeIfAbsent(key, _ -> new Values()).add(time, value, covariates);
  }

  /// Brings each series into the order of time; values of one time stay in theirs.
  void sort() {
    series.values().forEach(Values::sort);
  }

  /// By key, in the order of their first values.
  Map<String, Values> series() {
    return series;
  }
}
