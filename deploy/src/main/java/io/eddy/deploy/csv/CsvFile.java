package io.eddy.deploy.csv;

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
import java.util.List;
import java.util.function.Function;
import java.util.zip.GZIPInputStream;
import org.apache.commons.csv.CSVException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/// A CSV file, plain or gzipped. The first row names the columns; the delimiter is the one of
/// comma, semicolon, tab and bar that the first row has most of.
final class CsvFile {
  private static final int GZIP_MAGIC = 0x1f8b;

  private CsvFile() {}

  /// Reads a file.
  ///
  /// @param reader of its rows
  /// @throws CsvException if it cannot be read, or is none
  static <T> T read(Path file, Function<CSVParser, T> reader) {
    if (Files.isDirectory(file)) {
      throw new CsvException(file + " is a folder, expected a CSV file");
    }
    try (InputStream bytes = Files.newInputStream(file)) {
      return read(file.toString(), bytes, reader);
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
  /// @param name what messages call it
  /// @throws CsvException if it cannot be read, or is none
  static <T> T read(String name, InputStream bytes, Function<CSVParser, T> reader) {
    try (BufferedReader text = open(bytes)) {
      text.mark(1 << 16);
      char delimiter = delimiter(name, text.readLine());
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
        return reader.apply(parser);
      }
    } catch (CSVException
        | UncheckedIOException
        | IllegalArgumentException
        | IllegalStateException e) {
      throw new CsvException(name + " is not a CSV file that can be read: " + rootMessage(e), e);
    } catch (IOException e) {
      throw new CsvException("file " + name + " cannot be read: " + rootMessage(e), e);
    }
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

  private static char delimiter(String name, @Nullable String header) {
    if (header == null) {
      throw new CsvException(name + " is empty, expected a header and rows");
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

  /// Where a column is.
  ///
  /// @param option that named it
  /// @throws CsvException if there is none
  static int column(String file, List<String> header, String option, String name) {
    int at = header.indexOf(name);
    if (at < 0) {
      throw new CsvException(
          "%s has no column \"%s\" (asked for by %s); its columns are: %s"
              .formatted(file, name, option, String.join(", ", header)));
    }
    return at;
  }

  /// Whether a row is an empty line, often the last one.
  static boolean isEmpty(CSVRecord record) {
    return record.size() == 1 && record.get(0).isEmpty();
  }

  /// The cell, or nothing where the row is too short.
  static String cell(CSVRecord record, int column) {
    return column < record.size() ? record.get(column) : "";
  }

  /// `data/air-passengers.csv.gz` is called `air-passengers`.
  static String baseName(String file) {
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
