package io.eddy.deploy.csv;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/// The messages of a CSV file, in the order of its rows.
///
/// @param column that holds them
/// @param messages at least one
public record RecordedMessages(String column, List<Message> messages) {

  public RecordedMessages {
    messages = List.copyOf(messages);
  }

  /// One row.
  ///
  /// @param key what says it
  public record Message(String key, String text) {}

  /// Reads a file.
  ///
  /// @param key column that names who says a message; without one, all are said by one
  /// @param text column of messages; without one, that with the longest cells
  /// @throws CsvException if it cannot be read, lacks a column, or has no rows
  public static RecordedMessages read(Path file, Optional<String> key, Optional<String> text) {
    return CsvFile.read(file, parser -> read(parser, file.toString(), key, text));
  }

  private static RecordedMessages read(
      CSVParser parser, String file, Optional<String> key, Optional<String> text) {
    List<String> header = parser.getHeaderNames();
    int keyColumn = key.map(name -> CsvFile.column(file, header, "--key", name)).orElse(-1);
    List<CSVRecord> rows = new ArrayList<>();
    for (CSVRecord row : parser) {
      if (!CsvFile.isEmpty(row)) {
        rows.add(row);
      }
    }
    if (rows.isEmpty()) {
      throw new CsvException(file + " has a header but no rows, expected at least one");
    }
    int textColumn =
        text.map(name -> CsvFile.column(file, header, "--value", name))
            .orElseGet(() -> longest(rows, header.size()));
    String one = CsvFile.baseName(file);
    return new RecordedMessages(
        header.get(textColumn),
        rows.stream()
            .map(
                row ->
                    new Message(
                        keyColumn < 0 ? one : CsvFile.cell(row, keyColumn),
                        CsvFile.cell(row, textColumn)))
            .toList());
  }

  private static int longest(List<CSVRecord> rows, int columns) {
    int longest = 0;
    long most = -1;
    for (int column = 0; column < columns; column++) {
      int at = column;
      long characters = rows.stream().mapToLong(row -> CsvFile.cell(row, at).length()).sum();
      if (characters > most) {
        most = characters;
        longest = column;
      }
    }
    return longest;
  }
}
