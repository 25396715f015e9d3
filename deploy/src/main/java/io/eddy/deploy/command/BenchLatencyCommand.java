package io.eddy.deploy.command;

import io.eddy.deploy.bench.stream.LatencyBench;
import io.eddy.deploy.bench.stream.LatencyLine;
import io.eddy.deploy.bench.stream.StreamCase;
import io.eddy.deploy.bench.stream.StreamCase.Guarantee;
import io.eddy.deploy.bench.stream.StreamCase.Network;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.Logging;
import io.eddy.deploy.terminal.ProgressBar;
import io.eddy.processors.config.StoreType;
import java.io.Console;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `eddy bench latency`: how long events wait for their answers.
@Command(
    name = "latency",
    description = {
      "Measures how long events wait for their answers, through a real broker, at fixed rates: of a"
          + " topology that answers with constants, and of the whole application, in steady state,"
          + " while it trains its first model in the same process, and in the two seconds after it"
          + " changed over to it. A wait begins when an event was due, and ends when its answer was"
          + " read from the topic."
    },
    footer = {
      "%nExamples:",
      "  eddy bench latency --json",
      "  eddy bench latency --rate 5000 --guarantee exactly_once_v2"
    })
final class BenchLatencyCommand implements Callable<Integer> {
  private static final int HORIZON = 8;

  @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
  @Spec
  private CommandSpec spec;

  @Option(
      names = "--rate",
      split = ",",
      paramLabel = "N",
      defaultValue = "1000,10000",
      description = "Events per second (default: ${DEFAULT-VALUE}), of N / 5 series.")
  private List<Double> rates = List.of();

  @Option(
      names = "--network",
      paramLabel = "UNITS",
      defaultValue = "64",
      converter = NetworkConverter.class,
      description = "Units of an LSTM, or layers and units (default: ${DEFAULT-VALUE}).")
  private Network network = new Network(1, 64);

  @Option(
      names = "--guarantee",
      paramLabel = "GUARANTEE",
      defaultValue = "at_least_once",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Guarantee guarantee = Guarantee.AT_LEAST_ONCE;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "20",
      description = "How long steady states are measured (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--updates",
      paramLabel = "N",
      defaultValue = "400",
      description = "Steps of the training's optimiser (default: ${DEFAULT-VALUE}).")
  private int updates;

  @Option(names = "--json", description = "One JSON object per line.")
  private boolean json;

  @Mixin private BenchCluster cluster = new BenchCluster();

  @Override
  public Integer call() {
    Logging.quiet();
    if (rates.stream().anyMatch(rate -> !(rate >= 1)) || seconds < 1 || updates < 1) {
      throw new ParameterException(
          spec.commandLine(), "--rate, --seconds and --updates must be at least 1");
    }
    boolean live = Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    PrintWriter out = spec.commandLine().getOut();
    if (!json) {
      out.println(
          String.format(
              "%-9s %-9s %9s %9s %9s %9s %9s %9s",
              "", "PHASE", "RATE", "EVENTS", "P50 MS", "P99 MS", "P99.9 MS", "MAX MS"));
      out.flush();
    }
    var shape = new StreamCase(network, 1, HORIZON, StoreType.ROCKSDB, false, guarantee, 1);
    try (var bar = new ProgressBar(spec.commandLine().getErr(), live)) {
      var bench = new LatencyBench(new BarProgress(bar), Duration.ofSeconds(seconds), updates);
      for (double rate : rates) {
        bench.run(
            cluster.settings(),
            shape,
            rate,
            line -> {
              bar.clear();
              out.println(json ? BenchJson.line(line) : row(line));
              out.flush();
            });
      }
    }
    return ExitCode.OK;
  }

  private static String row(LatencyLine line) {
    return String.format(
        Locale.ROOT,
        "%-9s %-9s %,9.0f %,9d %9.2f %9.2f %9.2f %9.2f",
        line.application(),
        line.phase(),
        line.rate(),
        line.events(),
        line.p50Millis(),
        line.p99Millis(),
        line.p999Millis(),
        line.maxMillis());
  }
}
