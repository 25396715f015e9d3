package io.eddy.deploy.process;

/// Something that the person at the command line can put right: printed as its message alone,
/// without a stack trace.
public final class UserException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int exitCode;

  /// @param exitCode one of [ExitCode]
  /// @param message what is wrong, what was expected, and what to do
  public UserException(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  /// @param cause for the log
  public UserException(int exitCode, String message, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  /// What the process ends with.
  public int exitCode() {
    return exitCode;
  }
}
