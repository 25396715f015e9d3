package io.eddy.deploy.csv;

import io.eddy.model.series.EmbeddingSpec;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/// Reads a CSV file, plain or gzipped, into a [Recording].
///
/// The first row names the columns; the delimiter is the one of comma, semicolon, tab and bar that
/// the first row has most of. A value cell that is no number does not stop the reading: the row is
/// kept as it is, to be sent on and to land in the dead letters as it would in production. A time
/// that cannot be read does stop it, for a row without a time has no place in the stream.
public final class CsvReader {
  private static final int COMPLAINTS = 3;
  private static final int NO_COLUMN = -1;

  private final String file;
  private final Columns columns;

  private final Map<String, Integer> keys = new LinkedHashMap<>();
  private final List<String> complaints = new ArrayList<>();
  private final Map<Integer, String> unreadable = new HashMap<>();
  private int[] series = new int[1024];
  private long[] times = new long[1024];
  private double[] values = new double[1024];
  private double[] covariates;
  private long[] seriesRows = new long[16];
  private int rows;

  private CsvReader(String file, Columns columns) {
    this.file = file;
    this.columns = columns;
    this.covariates = new double[1024 * columns.covariates().count()];
  }

  /// Reads a whole file.
  ///
  /// @throws CsvException if the file cannot be read, lacks a column, or has a time that cannot be
  ///   read
  public static Recording read(Path file, Columns columns) {
    var reader = new CsvReader(file.toString(), columns);
    return CsvFile.read(file, reader::read);
  }

  /// Reads what has the form of a file from anywhere else.
  ///
  /// @param name what messages call it, and the series without a key column
  /// @throws CsvException as [#read(Path, Columns)]
  public static Recording read(String name, InputStream bytes, Columns columns) {
    var reader = new CsvReader(name, columns);
    return CsvFile.read(name, bytes, reader::read);
  }

  private Recording read(CSVParser parser) {
    readRows(parser);
    if (rows == 0) {
      throw new CsvException(file + " has a header but no rows, expected at least one");
    }
    return inTimeOrder();
  }

  private void readRows(CSVParser parser) {
    List<String> header = parser.getHeaderNames();
    int keyColumn =
        columns.key().map(name -> CsvFile.column(file, header, "--key", name)).orElse(-1);
    int timeColumn =
        columns.time().map(name -> CsvFile.column(file, header, "--time", name)).orElse(-1);
    int[] covariateColumns =
        IntStream.range(0, columns.covariates().count())
            .map(
                covariate ->
                    columns.covariates().isKey(covariate)
                        ? NO_COLUMN
                        : CsvFile.column(
                            file, header, option(covariate), columns.covariates().name(covariate)))
            .toArray();
    int valueColumn =
        columns
            .value()
            .map(name -> CsvFile.column(file, header, "--value", name))
            .orElseGet(() -> onlyOther(header, keyColumn, timeColumn, covariateColumns));
    TimeFormat timeFormat = columns.timeFormat().orElse(null);
    String wholeFile = CsvFile.baseName(file);

    for (CSVRecord record : parser) {
      if (CsvFile.isEmpty(record)) {
        continue;
      }
      String key = keyColumn < 0 ? wholeFile : CsvFile.cell(record, keyColumn);
      int one = keys.computeIfAbsent(key, name -> keys.size());
      long time;
      if (timeColumn < 0) {
        time = rowOfSeries(one) * TimeFormat.Step.MILLIS_PER_STEP;
      } else {
        String timeCell = CsvFile.cell(record, timeColumn);
        if (timeFormat == null) {
          timeFormat = TimeFormat.detect(timeCell);
        }
        time = time(timeFormat, timeCell, record);
      }
      add(one, time, CsvFile.cell(record, valueColumn), covariateColumns, record);
    }
  }

  private String option(int covariate) {
    if (columns.covariates().isCategory(covariate)) {
      return "--embedding";
    }
    return columns.covariates().isKnown(covariate) ? "--known" : "--covariates";
  }

  private long time(TimeFormat format, String cell, CSVRecord record) {
    try {
      return format.millis(cell);
    } catch (DateTimeException e) {
      throw new CsvException(
          "%s, row %d: time \"%s\" is not %s; correct the row, or say how times are written with --time-format"
              .formatted(file, record.getRecordNumber(), cell, format.expected()),
          e);
    }
  }

  private void add(int one, long time, String valueCell, int[] covariateColumns, CSVRecord record) {
    if (rows == series.length) {
      int larger = Math.addExact(rows, rows >> 1);
      series = Arrays.copyOf(series, larger);
      times = Arrays.copyOf(times, larger);
      values = Arrays.copyOf(values, larger);
      covariates = Arrays.copyOf(covariates, Math.multiplyExact(larger, covariateColumns.length));
    }
    series[rows] = one;
    times[rows] = time;
    try {
      values[rows] = Double.parseDouble(valueCell);
    } catch (NumberFormatException e) {
      setUnreadable("value", valueCell, record);
    }
    for (int i = 0; i < covariateColumns.length; i++) {
      int at = rows * covariateColumns.length + i;
      covariates[at] = Double.NaN;
      if (covariateColumns[i] == NO_COLUMN) {
        continue; // the key, of which whoever forecasts makes a number
      }
      String cell = CsvFile.cell(record, covariateColumns[i]);
      try {
        covariates[at] = covariate(cell);
      } catch (NumberFormatException e) {
        if (columns.covariates().isCategory(i)) {
          covariates[at] = EmbeddingSpec.number(cell);
        } else {
          setUnreadable(columns.covariates().name(i), cell, record);
        }
      }
    }
    rows++;
  }

  private void setUnreadable(String column, String cell, CSVRecord record) {
    values[rows] = Double.NaN;
    unreadable.put(rows, cell);
    if (complaints.size() < COMPLAINTS) {
      complaints.add(
          "row %d: %s \"%s\" is not a number".formatted(record.getRecordNumber(), column, cell));
    }
  }

  /// A number, true or false as 1 or 0; NaN for an empty cell, in which it is missing.
  private static double covariate(String cell) {
    return switch (cell.toLowerCase(Locale.ROOT)) {
      case "" -> Double.NaN;
      case "true" -> 1;
      case "false" -> 0;
      default -> Double.parseDouble(cell);
    };
  }

  private long rowOfSeries(int one) {
    if (one >= seriesRows.length) {
      seriesRows = Arrays.copyOf(seriesRows, Math.max(one + 1, 2 * seriesRows.length));
    }
    return ++seriesRows[one];
  }

  private Recording inTimeOrder() {
    Integer[] order = new Integer[rows];
    boolean sorted = true;
    for (int row = 0; row < rows; row++) {
      order[row] = row;
      sorted &= row == 0 || times[row - 1] <= times[row];
    }
    if (!sorted) {
      Arrays.sort(order, (one, other) -> Long.compare(times[one], times[other])); // a stable sort
    }
    int[] orderedSeries = new int[rows];
    long[] orderedTimes = new long[rows];
    double[] orderedValues = new double[rows];
    int width = columns.covariates().count();
    double[] orderedCovariates = new double[rows * width];
    Map<Integer, String> orderedUnreadable = HashMap.newHashMap(unreadable.size());
    for (int place = 0; place < rows; place++) {
      int row = order[place];
      orderedSeries[place] = series[row];
      orderedTimes[place] = times[row];
      orderedValues[place] = values[row];
      System.arraycopy(covariates, row * width, orderedCovariates, place * width, width);
      String cell = unreadable.get(row);
      if (cell != null) {
        orderedUnreadable.put(place, cell);
      }
    }
    return new Recording(
        List.copyOf(keys.keySet()),
        orderedSeries,
        orderedTimes,
        orderedValues,
        columns.covariates(),
        orderedCovariates,
        orderedUnreadable,
        Collections.unmodifiableList(complaints));
  }

  private int onlyOther(
      List<String> header, int keyColumn, int timeColumn, int[] covariateColumns) {
    List<Integer> others = new ArrayList<>();
    for (int index = 0; index < header.size(); index++) {
      int column = index;
      if (index != keyColumn
          && index != timeColumn
          && Arrays.stream(covariateColumns).noneMatch(other -> other == column)) {
        others.add(index);
      }
    }
    if (others.size() != 1) {
      throw new CsvException(
          "%s: name the column of values with --value; its columns are: %s"
              .formatted(file, String.join(", ", header)));
    }
    return others.getFirst();
  }
}
