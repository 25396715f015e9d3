package io.eddy.deploy.csv;

import io.eddy.model.series.EmbeddingSpec;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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
import java.util.zip.GZIPInputStream;
import org.apache.commons.csv.CSVException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/// Reads a CSV file, plain or gzipped, into a [Recording].
///
/// The first row names the columns; the delimiter is the one of comma, semicolon, tab and bar that
/// the first row has most of. A value cell that is no number does not stop the reading: the row is
/// kept as it is, to be sent on and to land in the dead letters as it would in production. A time
/// that cannot be read does stop it, for a row without a time has no place in the stream.
public final class CsvReader {
  private static final int COMPLAINTS = 3;
  private static final int NO_COLUMN = -1;
  private static final int GZIP_MAGIC = 0x1f8b;

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
    if (Files.isDirectory(file)) {
      throw new CsvException(file + " is a folder, expected a CSV file");
    }
    try (InputStream bytes = Files.newInputStream(file)) {
      return read(file.toString(), bytes, columns);
    } catch (NoSuchFileException e) {
      throw new CsvException("there is no file " + file, e);
    } catch (AccessDeniedException e) {
      throw new CsvException("file " + file + " may not be read by this user", e);
    } catch (IOException e) {
      throw new CsvException("file " + file + " cannot be read: " + rootMessage(e), e);
    }
  }

  /// Reads what has the form of a file from anywhere else.
  ///
  /// @param name what messages call it, and the series without a key column
  /// @throws CsvException as [#read(Path, Columns)]
  public static Recording read(String name, InputStream bytes, Columns columns) {
    var reader = new CsvReader(name, columns);
    try (BufferedReader text = open(bytes)) {
      return reader.read(text);
    } catch (CSVException
        | UncheckedIOException
        | IllegalArgumentException
        | IllegalStateException e) {
      throw new CsvException(name + " is not a CSV file that can be read: " + rootMessage(e), e);
    } catch (IOException e) {
      throw new CsvException("file " + name + " cannot be read: " + rootMessage(e), e);
    }
  }

  private Recording read(BufferedReader text) throws IOException {
    text.mark(1 << 16);
    char delimiter = delimiter(text.readLine());
    text.reset();
    CSVFormat format =
        CSVFormat.DEFAULT
            .builder()
            .setDelimiter(delimiter)
            .setHeader()
            .setSkipHeaderRecord(true)
            .setIgnoreSurroundingSpaces(true)
            .setAllowMissingColumnNames(true)
            .get();
    try (CSVParser parser = format.parse(text)) {
      readRows(parser);
    }
    if (rows == 0) {
      throw new CsvException(file + " has a header but no rows, expected at least one");
    }
    return inTimeOrder();
  }

  private void readRows(CSVParser parser) {
    List<String> header = parser.getHeaderNames();
    int keyColumn = columns.key().map(name -> column(header, "--key", name)).orElse(-1);
    int timeColumn = columns.time().map(name -> column(header, "--time", name)).orElse(-1);
    int[] covariateColumns =
        IntStream.range(0, columns.covariates().count())
            .map(
                covariate ->
                    columns.covariates().isKey(covariate)
                        ? NO_COLUMN
                        : column(header, option(covariate), columns.covariates().name(covariate)))
            .toArray();
    int valueColumn =
        columns
            .value()
            .map(name -> column(header, "--value", name))
            .orElseGet(() -> onlyOther(header, keyColumn, timeColumn, covariateColumns));
    TimeFormat timeFormat = columns.timeFormat().orElse(null);
    String wholeFile = seriesName(file);

    for (CSVRecord record : parser) {
      if (record.size() == 1 && record.get(0).isEmpty()) {
        continue; // an empty line, often the last one
      }
      String key = keyColumn < 0 ? wholeFile : cell(record, keyColumn);
      int one = keys.computeIfAbsent(key, name -> keys.size());
      long time;
      if (timeColumn < 0) {
        time = rowOfSeries(one) * TimeFormat.Step.MILLIS_PER_STEP;
      } else {
        String timeCell = cell(record, timeColumn);
        if (timeFormat == null) {
          timeFormat = TimeFormat.detect(timeCell);
        }
        time = time(timeFormat, timeCell, record);
      }
      add(one, time, cell(record, valueColumn), covariateColumns, record);
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
      String cell = cell(record, covariateColumns[i]);
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

  private int column(List<String> header, String option, String name) {
    int index = header.indexOf(name);
    if (index < 0) {
      throw new CsvException(
          "%s has no column \"%s\" (asked for by %s); its columns are: %s"
              .formatted(file, name, option, String.join(", ", header)));
    }
    return index;
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

  private static BufferedReader open(InputStream source) throws IOException {
    InputStream bytes = new BufferedInputStream(source, 1 << 16);
    bytes.mark(2);
    int magic = bytes.read() << 8 | bytes.read();
    bytes.reset();
    if (magic == GZIP_MAGIC) {
      bytes = new GZIPInputStream(bytes, 1 << 16);
    }
    Reader reader = new InputStreamReader(bytes, StandardCharsets.UTF_8);
    BufferedReader text = new BufferedReader(reader, 1 << 16);
    skipByteOrderMark(text);
    return text;
  }

  private static void skipByteOrderMark(BufferedReader text) throws IOException {
    text.mark(1);
    if (text.read() != '\ufeff') {
      text.reset();
    }
  }

  private char delimiter(@Nullable String header) {
    if (header == null) {
      throw new CsvException(file + " is empty, expected a header and rows");
    }
    char best = ',';
    for (char candidate : new char[] {';', '\t', '|'}) {
      if (count(header, candidate) > count(header, best)) {
        best = candidate;
      }
    }
    return best;
  }

  private static long count(String text, char wanted) {
    return text.chars().filter(one -> one == wanted).count();
  }

  /// The cell, or nothing where the row is too short.
  private static String cell(CSVRecord record, int column) {
    return column < record.size() ? record.get(column) : "";
  }

  /// `data/air-passengers.csv.gz` is the series `air-passengers`.
  private static String seriesName(String file) {
    return file.replaceFirst(".*[/\\\\]", "")
        .replaceFirst("\\.gz$", "")
        .replaceFirst("\\.(csv|tsv|txt)$", "");
  }

  private static String rootMessage(Exception e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.toString() : root.getMessage();
  }
}
