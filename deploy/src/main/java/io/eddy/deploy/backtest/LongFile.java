package io.eddy.deploy.backtest;

import io.eddy.deploy.csv.Columns;
import io.eddy.deploy.csv.CsvReader;
import io.eddy.deploy.csv.Recording;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Series of files with one value a row.
final class LongFile {
  private final Map<String, Values> series = new LinkedHashMap<>();

  /// The values of one series, in the order of time.
  static final class Values {
    private long[] times = new long[256];
    private double[] values = new double[256];
    private final List<double[]> covariates = new ArrayList<>();
    private int length;

    private void add(long time, double value, double[] row) {
      if (length == values.length) {
        times = Arrays.copyOf(times, 2 * length);
        values = Arrays.copyOf(values, 2 * length);
      }
      times[length] = time;
      values[length] = value;
      covariates.add(row);
      length++;
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

    /// What came with each value; each an empty row where there are no covariates.
    List<double[]> covariates() {
      return covariates;
    }
  }

  static LongFile of(Recording recording) {
    var file = new LongFile();
    file.add(recording);
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

  private void add(Recording recording) {
    for (int row = 0; row < recording.size(); row++) {
      series
          .computeIfAbsent(recording.key(row), _ -> new Values())
          .add(recording.time(row), recording.value(row), recording.covariates(row));
    }
  }

  /// By key, in the order of their first values.
  Map<String, Values> series() {
    return series;
  }
}
