package io.eddy.deploy.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eddy.deploy.doctor.Diagnosis;
import io.eddy.deploy.doctor.Doctor;
import io.eddy.deploy.process.Logging;
import io.eddy.deploy.terminal.Style;
import java.io.Console;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `eddy doctor`: whether an application can run here, and what to do where it cannot.
@Command(
    name = "doctor",
    description = {
      "Looks at this machine, a configuration, the cluster and the schema registry, and says what"
          + " to do before it hurts. Changes nothing.",
      "",
      "  ✓  as it should be",
      "  !  runs, but may hurt",
      "  ✗  does not run, or not for long",
      "  -  could not be looked at",
      "",
      "Ends with 0 if nothing is ✗, else with 2 if a setting is wrong, 3 if broker or registry do"
          + " not answer, 4 if something on machine, cluster or registry is not as it must be."
    },
    footer = {
      "%nExamples:",
      "  eddy doctor --config eddy.properties",
      "  eddy doctor --config eddy.properties --command-config eddy-user.properties --json"
    })
final class DoctorCommand implements Callable<Integer> {
  @Mixin private ConfigurationOptions configuration = new ConfigurationOptions();

  @Mixin private CommandConfigOption commandConfig = new CommandConfigOption();

  @Option(names = "--json", description = "One JSON object instead of a table.")
  private boolean json;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description =
          "The longest wait for one answer of the cluster (default: ${DEFAULT-VALUE}); where none"
              + " comes, everything else is looked at without it.")
  private int timeoutSeconds;

  @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
  @Spec
  private CommandSpec spec;

  @Override
  public Integer call() throws JsonProcessingException {
    if (timeoutSeconds < 1 || timeoutSeconds > 600) {
      throw new ParameterException(
          spec.commandLine(), "--timeout is %d, expected 1 to 600".formatted(timeoutSeconds));
    }
    Logging.quiet();
    var doctor =
        new Doctor(
            commandConfig.over(configuration.settings()), Duration.ofSeconds(timeoutSeconds));
    Diagnosis diagnosis = doctor.examine();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(new ObjectMapper().writeValueAsString(diagnosis.json()));
    } else {
      boolean live = Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
      diagnosis.lines(live ? Style.COLOURED : Style.PLAIN).forEach(out::println);
    }
    out.flush();
    return diagnosis.exitCode();
  }
}
