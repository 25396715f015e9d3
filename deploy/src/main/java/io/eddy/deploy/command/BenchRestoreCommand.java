package io.eddy.deploy.command;

import io.eddy.deploy.bench.stream.RestoreBench;
import io.eddy.deploy.bench.stream.RestoreLine;
import io.eddy.deploy.bench.stream.StreamCase;
import io.eddy.deploy.bench.stream.StreamCase.Guarantee;
import io.eddy.deploy.bench.stream.StreamCase.Network;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.Logging;
import io.eddy.deploy.terminal.ProgressBar;
import io.eddy.processors.config.StoreType;
import java.io.Console;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `eddy bench restore`: how long an instance takes until it can answer.
@Command(
    name = "restore",
    description = {
      "Measures how long an instance takes until it can answer, on a real broker: with an empty"
          + " disk, so that all state comes back from the changelog; with the disk that it left;"
          + " and where another instance kept a copy (num.standby.replicas=1)."
    },
    footer = {
      "%nExamples:",
      "  eddy bench restore --json",
      "  eddy bench restore --keys 1000000 --store in-memory"
    })
final class BenchRestoreCommand implements Callable<Integer> {

  @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
  @Spec
  private CommandSpec spec;

  @Option(
      names = "--network",
      paramLabel = "UNITS",
      defaultValue = "64",
      converter = NetworkConverter.class,
      description = "Units of an LSTM, or layers and units (default: ${DEFAULT-VALUE}).")
  private Network network = new Network(1, 64);

  @Option(
      names = "--keys",
      paramLabel = "N",
      defaultValue = "100000",
      description = "Series (default: ${DEFAULT-VALUE}).")
  private int keys;

  @Option(
      names = "--store",
      paramLabel = "TYPE",
      defaultValue = "rocksdb",
      converter = StoreConverter.class,
      description = "Where the state lies: rocksdb or in-memory (default: ${DEFAULT-VALUE}).")
  private StoreType store = StoreType.ROCKSDB;

  @Option(names = "--json", description = "One JSON object.")
  private boolean json;

  @Mixin private BenchCluster cluster = new BenchCluster();

  @Override
  public Integer call() {
    Logging.quiet();
    if (keys < 1) {
      throw new ParameterException(
          spec.commandLine(), "--keys is " + keys + ", expected 1 or more");
    }
    boolean live = Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    RestoreLine line;
    try (var bar = new ProgressBar(spec.commandLine().getErr(), live)) {
      line =
          new RestoreBench(new BarProgress(bar))
              .run(
                  cluster.settings(),
                  new StreamCase(network, keys, 1, store, true, Guarantee.AT_LEAST_ONCE, 1));
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(BenchJson.line(line));
    } else {
      out.print(
          String.format(
              Locale.ROOT,
              "%,d keys, LSTM %s, %s: %,d records, %.1f MB of changelog%n"
                  + "empty disk   %6.1f s, of which %.1f s read back: %,.0f keys/s, %.1f MB/s%n"
                  + "its own disk %6.1f s%n"
                  + "a copy       %6.1f s%n",
              line.keys(),
              line.network(),
              line.store(),
              line.records(),
              line.changelogBytes() / 1e6,
              line.coldStartSeconds(),
              line.restoreSeconds(),
              line.keysPerSecond(),
              line.megabytesPerSecond(),
              line.warmStartSeconds(),
              line.takeoverSeconds()));
    }
    out.flush();
    return ExitCode.OK;
  }
}
