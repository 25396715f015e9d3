package io.eddy.deploy.command;

import io.eddy.deploy.bench.stream.StreamBench;
import io.eddy.deploy.bench.stream.StreamCase;
import io.eddy.deploy.bench.stream.StreamCase.Guarantee;
import io.eddy.deploy.bench.stream.StreamCase.Network;
import io.eddy.deploy.bench.stream.StreamLine;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.Logging;
import io.eddy.deploy.terminal.ProgressBar;
import io.eddy.processors.config.StoreType;
import java.io.Console;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `eddy bench stream`: what the network costs inside Kafka Streams.
@Command(
    name = "stream",
    description = {
      "Measures what the network costs inside Kafka Streams, on a real broker.",
      "",
      "Three applications take turns on one input: one that answers each event with a constant as"
          + " large as an answer (IDENTITY), Eddy whose network does not step (NO NET), and Eddy."
          + " A turn goes from its first answer to the commit of its last: caches flushed, records"
          + " acknowledged. RATIO is what throughput the network leaves: the median over the rounds"
          + " of Eddy's rate by that without the network. The columns behind it take the time of an"
          + " event of Eddy apart, in microseconds, from a turn of its own with clocks inside.",
      "",
      "Without options about the case: the networks 32, 64, 2x64 and 128 on 100,000 series in"
          + " RocksDB behind a cache that holds them, at-least-once, one thread; and 64 with each"
          + " of these changed, about an hour in all. With such options: all their combinations."
    },
    footer = {
      "%nExamples:",
      "  eddy bench stream --summary --json",
      "  eddy bench stream --network 64 --keys 1000,100000 --guarantee exactly_once_v2",
      "  eddy bench stream --network 64 --horizon 1,24,48 --rounds 9"
    })
final class BenchStreamCommand implements Callable<Integer> {
  private static final List<Network> NETWORKS =
      List.of(new Network(1, 32), new Network(1, 64), new Network(2, 64), new Network(1, 128));
  private static final int QUICK_KEYS = 10_000;

  @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
  @Spec
  private CommandSpec spec;

  @Option(
      names = "--network",
      split = ",",
      paramLabel = "UNITS",
      converter = NetworkConverter.class,
      description = "Units of an LSTM, or layers and units: 32,64,2x64,128.")
  private List<Network> networks = List.of();

  @Option(names = "--keys", split = ",", paramLabel = "N", description = "Series.")
  private List<Integer> keys = List.of();

  @Option(
      names = "--horizon",
      split = ",",
      paramLabel = "N",
      description = "Steps ahead in each answer.")
  private List<Integer> horizons = List.of();

  @Option(
      names = "--store",
      split = ",",
      paramLabel = "TYPE",
      converter = StoreConverter.class,
      description = "Where the state lies: rocksdb, in-memory.")
  private List<StoreType> stores = List.of();

  @Option(
      names = "--cached",
      split = ",",
      paramLabel = "true|false",
      description = "Whether Kafka Streams has a cache that holds all states.")
  private List<Boolean> cached = List.of();

  @Option(
      names = "--guarantee",
      split = ",",
      paramLabel = "GUARANTEE",
      description = "${COMPLETION-CANDIDATES}.")
  private List<Guarantee> guarantees = List.of();

  @Option(
      names = "--threads",
      split = ",",
      paramLabel = "N",
      description = "Stream threads, and partitions of the input.")
  private List<Integer> threads = List.of();

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description = "Turns of each application (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--events",
      paramLabel = "N",
      defaultValue = "300000",
      description = "Events of a turn (default: ${DEFAULT-VALUE}).")
  private long events;

  @Option(
      names = "--summary",
      description = "The four networks in the usual case alone, and of them the ratios.")
  private boolean summary;

  @Option(
      names = "--quick",
      description = "A look in a few minutes: 10,000 series, three short rounds. Says little.")
  private boolean quick;

  @Option(names = "--json", description = "One JSON object per line; with --summary one in all.")
  private boolean json;

  @Mixin private BenchCluster cluster = new BenchCluster();

  @Override
  public Integer call() {
    Logging.quiet();
    List<StreamCase> cases = cases();
    PrintWriter out = spec.commandLine().getOut();
    Map<String, Double> ratios = new LinkedHashMap<>();
    boolean live = Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    if (!json) {
      out.println(head());
      out.flush();
    }
    try (var bar = new ProgressBar(spec.commandLine().getErr(), live);
        var bench =
            new StreamBench(
                cluster.settings(),
                quick ? 3 : rounds,
                quick ? 50_000 : events,
                new BarProgress(bar))) {
      bench.run(
          cases,
          line -> {
            bar.clear();
            ratios.put(name(line), line.ratio());
            if (!json || !summary) {
              out.println(json ? BenchJson.line(line) : row(line));
              out.flush();
            }
          });
    }
    if (summary && json) {
      out.println(BenchJson.line(ratios));
      out.flush();
    }
    return ExitCode.OK;
  }

  private List<StreamCase> cases() {
    List<StreamCase> cases = new ArrayList<>();
    boolean chosen =
        !(keys.isEmpty()
            && horizons.isEmpty()
            && stores.isEmpty()
            && cached.isEmpty()
            && guarantees.isEmpty()
            && threads.isEmpty());
    StreamCase usual = StreamCase.usual(NETWORKS.getFirst());
    if (summary && (chosen || !networks.isEmpty())) {
      throw new ParameterException(
          spec.commandLine(), "--summary has cases of its own: leave the others away");
    }
    for (int threadCount : or(threads, usual.threads())) {
      for (int keyCount : or(keys, quick ? QUICK_KEYS : usual.keys())) {
        for (Network network : networks.isEmpty() ? NETWORKS : networks) {
          for (int horizon : or(horizons, usual.horizon())) {
            for (StoreType store : or(stores, usual.store())) {
              for (boolean cache : or(cached, usual.cached())) {
                for (Guarantee guarantee : or(guarantees, usual.guarantee())) {
                  cases.add(
                      new StreamCase(
                          network, keyCount, horizon, store, cache, guarantee, threadCount));
                }
              }
            }
          }
        }
      }
    }
    if (!summary && !quick && !chosen && networks.isEmpty()) {
      cases.addAll(StreamCase.variations(NETWORKS.get(1)));
    }
    cases.forEach(this::check);
    return cases;
  }

  private static <T> List<T> or(List<T> given, T usual) {
    return given.isEmpty() ? List.of(usual) : given;
  }

  private void check(StreamCase shape) {
    if (shape.keys() < 1
        || shape.threads() < 1
        || shape.keys() % shape.threads() != 0
        || events % shape.threads() != 0
        || events < shape.threads()
        || rounds < 1) {
      throw new ParameterException(
          spec.commandLine(),
          shape
              + ": keys, threads, rounds and events must be at least 1, keys and events multiples"
              + " of threads");
    }
  }

  /// Such as `ratio_lstm_8_64`.
  private static String name(StreamLine line) {
    String network = line.network();
    return "ratio_lstm_"
        + switch (network) {
          case "128" -> "16_128";
          default -> network.contains("x") ? network : "8_" + network;
        };
  }

  private static String head() {
    return String.format(
        "%-8s %9s %3s %-9s %-6s %-15s %3s %9s %9s %9s %6s %6s %8s %6s %6s %6s %6s %6s %7s %7s",
        "NETWORK",
        "KEYS",
        "HOR",
        "STORE",
        "CACHED",
        "GUARANTEE",
        "THR",
        "IDENTITY",
        "NO NET",
        "EDDY",
        "RATIO",
        "BY ID",
        "NETWORK",
        "OWN",
        "GET",
        "PUT",
        "FORW",
        "AROUND",
        "B/EVENT",
        "LOG B");
  }

  private static String row(StreamLine line) {
    return String.format(
        Locale.ROOT,
        "%-8s %,9d %3d %-9s %-6s %-15s %3d %,9.0f %,9.0f %,9.0f %6.3f %6.3f"
            + " %8.2f %6.2f %6.2f %6.2f %6.2f %6.2f %,7.0f %,7.0f",
        line.network(),
        line.keys(),
        line.horizon(),
        line.store(),
        line.cached(),
        line.guarantee(),
        line.threads(),
        line.identityRate(),
        line.withoutNetworkRate(),
        line.eddyRate(),
        line.ratio(),
        line.ratioToIdentity(),
        line.networkMicros(),
        line.ownMicros(),
        line.getMicros(),
        line.putMicros(),
        line.forwardMicros(),
        line.aroundMicros(),
        line.allocatedBytes(),
        line.changelogBytes());
  }
}
