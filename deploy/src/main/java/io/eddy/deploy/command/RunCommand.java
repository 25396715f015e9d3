package io.eddy.deploy.command;

import io.eddy.deploy.app.EddyApplication;
import io.eddy.deploy.app.RunningApplication;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.StopSignal;
import io.eddy.processors.progress.Progress;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `eddy run`: an application on a cluster, until it is stopped.
@Command(
    name = "run",
    description = {
      "Runs an application on a Kafka cluster until Ctrl-C or SIGTERM.",
      "",
      "Before it starts it checks broker, schema registry, topics and the input's schema, and says"
          + " what to do where one of them is not as it must be. Log lines go to standard error."
    },
    footer = {
      "%nExamples:",
      "  eddy topics create --config eddy.properties",
      "  eddy run --config eddy.properties",
      "  eddy run --config eddy.properties --set num.stream.threads=4"
    })
final class RunCommand implements Callable<Integer> {
  private final StopSignal stop;

  @Mixin private ConfigurationOptions configuration = new ConfigurationOptions();

  RunCommand(StopSignal stop) {
    this.stop = stop;
  }

  @Override
  public Integer call() {
    EddyApplication application = EddyApplication.of(configuration.settings());
    stop.catchSignals();
    try (RunningApplication running = application.start(new Progress())) {
      running.awaitEnd(stop);
    }
    return ExitCode.OK;
  }
}
