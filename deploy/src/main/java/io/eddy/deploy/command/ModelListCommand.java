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
import picocli.CommandLine.Spec;

/// `eddy model list`: the versions of an application.
@Command(
    name = "list",
    description = {
      "Lists an application's model versions that are kept, which of them answers and which runs"
          + " beside it, what they were trained on and how they score, and the newest decisions.",
      "",
      "Skill is 1 - error / error of the last-value forecast, one step ahead, on the events that"
          + " the version answered; coverage is the share of values inside their interval. Both go"
          + " back as far as the topic of scores does."
    },
    footer = {"%nExample:", "  eddy model list --config eddy.properties"})
final class ModelListCommand implements Callable<Integer> {
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
      out.println(new ObjectMapper().writeValueAsString(account.json()));
    } else {
      account.list().forEach(out::println);
    }
    out.flush();
    return ExitCode.OK;
  }
}
