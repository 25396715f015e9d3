package io.eddy.deploy.process;

/// What the process tells its caller at the end. Code 5 (no JDK 25, or the build failed) belongs to
/// the launcher script.
public final class ExitCode {
  /// Done, or ended by Ctrl-C or SIGTERM.
  public static final int OK = 0;

  /// Failed while it ran.
  public static final int FAILED = 1;

  /// Wrong usage: an option, a setting or a file is not what was expected.
  public static final int USAGE = 2;

  /// A broker or schema registry cannot be reached, or a port cannot be used.
  public static final int UNREACHABLE = 3;

  /// The cluster's topics or schemas are not as they must be.
  public static final int UNFIT = 4;

  private ExitCode() {}
}
