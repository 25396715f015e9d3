package io.eddy.deploy;

import io.eddy.deploy.command.EddyCommand;
import io.eddy.deploy.process.StopSignal;
import picocli.CommandLine;

/// The `eddy` program.
public final class Eddy {
  private Eddy() {}

  /// Runs one command and ends the process with its exit code.
  public static void main(String[] arguments) {
    CommandLine eddy = EddyCommand.commandLine(new StopSignal());
    int exitCode = eddy.execute(arguments);
    eddy.getOut().flush();
    eddy.getErr().flush();
    // Ends threads that a failed start may have left behind, too.
    System.exit(exitCode);
  }
}
