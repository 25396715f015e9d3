package io.eddy.benchmarks;

import io.eddy.benchmarks.golden.GoldenFiles;
import io.eddy.benchmarks.race.Race;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The entry point: `race` or `golden`.
@Command(
    name = "run",
    description = "Eddy beside ONNX Runtime and libtorch.",
    mixinStandardHelpOptions = true,
    subcommands = {GoldenFiles.class, Race.class})
public final class Benchmarks {

  private Benchmarks() {}

  /// Runs a command.
  ///
  /// @param arguments the command and its options
  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new Benchmarks())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(arguments));
  }
}
