package io.eddy.deploy.csv;

/// A file that cannot be replayed; the message names the file, the row or the columns, and what was
/// expected.
public final class CsvException extends RuntimeException {
  private static final long serialVersionUID = 1;

  CsvException(String message) {
    super(message);
  }

  CsvException(String message, Throwable cause) {
    super(message, cause);
  }
}
