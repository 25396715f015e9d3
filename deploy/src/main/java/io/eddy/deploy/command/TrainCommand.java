package io.eddy.deploy.command;

import io.eddy.deploy.app.CommandSender;
import io.eddy.deploy.app.EddyApplication;
import io.eddy.deploy.process.ExitCode;
import io.eddy.processors.control.ControlCommands;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `eddy train`: a running application trains now.
@Command(
    name = "train",
    subcommands = TrainTextCommand.class,
    description = {
      "Makes a running application train now, each partition on its own history, whatever has come"
          + " since the last training.",
      "",
      "A partition where a training is open, or that has fewer windows than"
          + " eddy.training.windows.min, says so in its log and does nothing."
    },
    footer = {
      "%nExamples:",
      "  eddy train --config eddy.properties",
      "  eddy train --config eddy.properties --bootstrap-server kafka:9092",
      "  eddy train text --task classify --train reviews.tsv --out reviews.safetensors"
    })
final class TrainCommand implements Callable<Integer> {
  @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
  @Spec
  private CommandSpec spec;

  @Mixin private ApplicationOptions options = new ApplicationOptions();

  @Override
  public Integer call() {
    EddyApplication application = options.application();
    String id = CommandSender.send(application, ControlCommands::train);
    spec.commandLine().getOut().println(id + ": told every partition to train");
    return ExitCode.OK;
  }
}
