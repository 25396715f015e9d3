package io.eddy.deploy.evaluate;

import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;

/// Files of data sets: plain, or gzip where the name ends in `.gz`.
public final class DataFile {

  private DataFile() {}

  /// All bytes, unpacked.
  ///
  /// @throws UserException if there is no such file
  static byte[] bytes(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new UserException(
          ExitCode.USAGE,
          file + " is no file: --data-dir must be the folder that holds the data sets");
    }
    try (InputStream in = Files.newInputStream(file);
        InputStream unpacked =
            file.getFileName().toString().endsWith(".gz") ? new GZIPInputStream(in) : in) {
      return unpacked.readAllBytes();
    }
  }

  /// The text, as UTF-8.
  static String text(Path file) throws IOException {
    return new String(bytes(file), StandardCharsets.UTF_8);
  }

  /// Lines without their ends.
  ///
  /// @throws UserException if there is no such file
  public static List<String> lines(Path file) throws IOException {
    return text(file).lines().toList();
  }
}
