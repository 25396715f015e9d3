package io.eddy.it.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.time.ZoneOffset;

/// The table of what was done to Eddy and what held, `target/faults.md`: the text of a section of
/// `docs/reliability.md`. Tests add their rows after their last assertion; what failed has none.
final class FaultReport {
  private static final Path FILE = Path.of("target", "faults.md");

  private static boolean begun;

  private FaultReport() {}

  /// Adds a row.
  ///
  /// @param fault what went wrong
  /// @param done how often, under which settings
  /// @param held the promise that was checked
  /// @param figures what was measured
  static synchronized void add(String fault, String done, String held, String figures) {
    String row = "| %s | %s | %s | %s |%n".formatted(fault, done, held, figures);
    try {
      if (begun) {
        Files.writeString(FILE, row, StandardOpenOption.APPEND);
      } else {
        begun = true;
        Files.writeString(FILE, head() + row);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String head() {
    return """
    %s, %d cores, Java %s, %s

    | fault | what was done | what held | figures |
    | --- | --- | --- | --- |
    """
        .formatted(
            LocalDate.now(ZoneOffset.UTC),
            Runtime.getRuntime().availableProcessors(),
            Runtime.version().feature(),
            System.getProperty("os.name"));
  }
}
