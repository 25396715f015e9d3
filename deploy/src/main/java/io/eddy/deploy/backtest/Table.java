package io.eddy.deploy.backtest;

import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/// A file with one series a column, all of one time a row, as benchmarks of several channels have
/// it.
final class Table {
  private final List<String> columns;
  private double[][] values; // (columns, rows)
  private int rows;

  private Table(List<String> columns) {
    this.columns = columns;
    values = new double[columns.size()][1024];
  }

  /// Reads a plain or gzipped file.
  ///
  /// @param labels how many columns on the left hold no values, such as a date
  static Table read(Path file, int labels) {
    try (CSVParser parser =
        CSVFormat.DEFAULT.builder().setHeader().setSkipHeaderRecord(true).get().parse(open(file))) {
      List<String> header = parser.getHeaderNames();
      var table = new Table(header.subList(labels, header.size()));
      for (CSVRecord record : parser) {
        table.add(record, labels);
      }
      for (int column = 0; column < table.values.length; column++) {
        table.values[column] = Arrays.copyOf(table.values[column], table.rows);
      }
      return table;
    } catch (NoSuchFileException e) {
      throw new UserException(
          ExitCode.USAGE,
          "there is no file %s: --data-dir must name the folder that holds the data sets"
              .formatted(file),
          e);
    } catch (IOException | NumberFormatException e) {
      throw new UserException(
          ExitCode.USAGE, "file %s cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }

  private void add(CSVRecord record, int labels) {
    if (rows == values[0].length) {
      for (int column = 0; column < values.length; column++) {
        values[column] = Arrays.copyOf(values[column], 2 * rows);
      }
    }
    for (int column = 0; column < values.length; column++) {
      values[column][rows] = Double.parseDouble(record.get(column + labels));
    }
    rows++;
  }

  private static BufferedReader open(Path file) throws IOException {
    InputStream bytes = new BufferedInputStream(Files.newInputStream(file));
    if (file.toString().endsWith(".gz")) {
      bytes = new GZIPInputStream(bytes);
    }
    return new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8));
  }

  List<String> columns() {
    return columns;
  }

  int rows() {
    return rows;
  }

  /// (rows), the values of a column.
  double[] values(int column) {
    return values[column];
  }
}
