package io.eddy.deploy.command;

import io.eddy.deploy.models.ModelAccount;
import io.eddy.deploy.models.PublishedModels;
import io.eddy.deploy.process.ExitCode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `eddy model diff`: what two versions do not have in common.
@Command(
    name = "diff",
    description = {
      "Compares two model versions: provenance, scores, and how far each tensor has moved.",
      "",
      "A tensor's change is the norm of the difference over the norm of the first version's tensor."
    },
    footer = {"%nExample:", "  eddy model diff 2 3 --config eddy.properties"})
final class ModelDiffCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "VERSION", description = "A version.")
  private int first;

  @Parameters(index = "1", paramLabel = "OTHER", description = "Another version.")
  private int second;

  @Mixin private ApplicationOptions options = new ApplicationOptions();

  @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
  @Spec
  private CommandSpec spec;

  @Override
  public Integer call() {
    PublishedModels models = options.withModels(topics -> topics.read());
    PrintWriter out = spec.commandLine().getOut();
    new ModelAccount(models).diff(first, second).forEach(out::println);
    out.flush();
    return ExitCode.OK;
  }
}
