package io.eddy.deploy.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eddy.deploy.models.ModelAccount;
import io.eddy.deploy.models.PublishedModels;
import io.eddy.deploy.process.ExitCode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `eddy model show`: one version.
@Command(
    name = "show",
    description =
        "Tells all that is known of one model version: where it comes from, what it was trained on,"
            + " how it scores, and the decisions about it with their figures.",
    footer = {"%nExample:", "  eddy model show 3 --config eddy.properties"})
final class ModelShowCommand implements Callable<Integer> {
  @Parameters(paramLabel = "VERSION", description = "Number of the version.")
  private int version;

  @Mixin private ApplicationOptions options = new ApplicationOptions();

  @Option(names = "--json", description = "One JSON object instead of tables.")
  private boolean json;

  @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
  @Spec
  private CommandSpec spec;

  @Override
  public Integer call() throws JsonProcessingException {
    PublishedModels models = options.withModels(topics -> topics.read());
    PrintWriter out = spec.commandLine().getOut();
    var account = new ModelAccount(models);
    if (json) {
      out.println(new ObjectMapper().writeValueAsString(account.json(version)));
    } else {
      account.show(version).forEach(out::println);
    }
    out.flush();
    return ExitCode.OK;
  }
}
