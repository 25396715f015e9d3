package io.eddy.deploy.command;

import io.eddy.processors.config.ProcessorsConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `eddy config`: what can be configured.
@Command(
    name = "config",
    description = "Tells what can be configured.",
    footer = {"%nExample:", "  eddy config describe > configuration.md"})
final class ConfigCommand implements Runnable {
  @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
  @Spec
  private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say what to do: describe");
  }

  @Command(
      name = "describe",
      description = {
        "Prints the reference of all eddy.* settings, with defaults and checks, in Markdown.",
        "Kafka's own settings pass through under their own names."
      },
      footer = {"%nExample:", "  eddy config describe > configuration.md"})
  void describe() {
    spec.commandLine().getOut().print(ProcessorsConfig.describe());
  }
}
