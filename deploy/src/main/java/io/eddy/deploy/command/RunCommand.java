package io.eddy.deploy.command;

import io.eddy.deploy.app.Companion;
import io.eddy.deploy.app.EddyApplication;
import io.eddy.deploy.app.RunningApplication;
import io.eddy.deploy.http.HttpServer;
import io.eddy.deploy.http.HttpSettings;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.StopSignal;
import io.eddy.processors.progress.Progress;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `eddy run`: an application on a cluster, until it is stopped.
@Command(
    name = "run",
    description = {
      "Runs an application on a Kafka cluster until Ctrl-C or SIGTERM.",
      "",
      "Before it starts it checks broker, schema registry, topics and the input's schema, and says"
          + " what to do where one of them is not as it must be. Log lines go to standard error.",
      "",
      "Dashboard, API, health and metrics are served on a port of this machine alone, unless"
          + " --http-host says otherwise; docs/http.md describes them."
    },
    footer = {
      "%nExamples:",
      "  eddy topics create --config eddy.properties",
      "  eddy run --config eddy.properties",
      "  eddy run --config eddy.properties --set num.stream.threads=4",
      "  eddy run --config eddy.properties --http-host 0.0.0.0 --http-token-file token"
    })
final class RunCommand implements Callable<Integer> {
  private final StopSignal stop;

  @Mixin private ConfigurationOptions configuration = new ConfigurationOptions();

  @Mixin private HttpOptions http = new HttpOptions();

  @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
  @Spec
  private CommandSpec spec;

  RunCommand(StopSignal stop) {
    this.stop = stop;
  }

  @Override
  public Integer call() {
    EddyApplication application = EddyApplication.of(configuration.settings());
    Optional<HttpSettings> where = http.settings(false, System.getenv());
    stop.catchSignals();
    var progress = new Progress();
    if (where.isEmpty()) {
      run(application, progress, Companion.NONE);
    } else {
      try (HttpServer server = HttpServer.start(where.get(), progress)) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("dashboard: " + server.url());
        err.flush();
        run(application, progress, server);
      }
    }
    return ExitCode.OK;
  }

  private void run(EddyApplication application, Progress progress, Companion companion) {
    try (RunningApplication running = application.start(progress, () -> true, companion)) {
      running.awaitEnd(stop);
    }
  }
}
