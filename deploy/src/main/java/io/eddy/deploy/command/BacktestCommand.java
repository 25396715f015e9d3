package io.eddy.deploy.command;

import io.eddy.deploy.backtest.AnomalyComparison;
import io.eddy.deploy.backtest.Backtest;
import io.eddy.deploy.backtest.BaselineContender;
import io.eddy.deploy.backtest.ColdStart;
import io.eddy.deploy.backtest.Comparison;
import io.eddy.deploy.backtest.Contender;
import io.eddy.deploy.backtest.DataSet;
import io.eddy.deploy.backtest.LabelledStreams;
import io.eddy.deploy.backtest.NetworkSettings;
import io.eddy.deploy.backtest.Outcome;
import io.eddy.deploy.backtest.Progress;
import io.eddy.deploy.backtest.ReportPage;
import io.eddy.deploy.config.Settings;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import io.eddy.deploy.terminal.ProgressBar;
import io.eddy.deploy.terminal.Style;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `eddy backtest`: how good forecasts are, on recorded series.
@Command(
    name = "backtest",
    description = {
      "Forecasts recorded series event by event, as the stream would, and scores what was said"
          + " before each value was known, beside baselines.",
      "",
      "With --data it is a benchmark that others have published figures on, with its own split and"
          + " origins; its files are not part of Eddy. With --csv it is a file of yours: the last"
          + " values of each series are forecast, --origins times --horizon steps. With --topic it"
          + " is a topic of yours, read from its beginning as the stream reads it.",
      "",
      "Squared errors judge the mean of a forecast, all others its median. Coverage is the share of"
          + " values inside the interval that was announced for 80, 90 and 95 %% of them."
    },
    footer = {
      "%nExamples:",
      "  eddy backtest --data etth1 --data-dir data",
      "  eddy backtest --data m4-hourly --data-dir data --report m4.html --json",
      "  eddy backtest --csv sensors.csv.gz --key sensor --time ts --value temperature --season 24"
          + " --horizon 24 --origins 10",
      "  eddy backtest --bootstrap-server kafka:9092 --topic pump-readings --config eddy.properties"
    })
final class BacktestCommand implements Callable<Integer> {
  @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
  @Spec
  private CommandSpec spec;

  @Mixin private DataOptions input = new DataOptions();

  @Option(
      names = "--baselines",
      paramLabel = "NAME",
      split = ",",
      description = "Which baselines take part, or none. Default: all.")
  private @Nullable List<String> baselines;

  @Option(
      names = "--baselines-only",
      description = "Leave out the network, which has to be trained.")
  private boolean baselinesOnly;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "A properties file with the network's settings, as for \"eddy run\". Default: for a"
              + " benchmark the settings that docs/accuracy.md speaks of, else the stream's"
              + " defaults.")
  private @Nullable Path config;

  @Mixin private SettingsOption setting = new SettingsOption();

  @Option(
      names = "--cold-start",
      description =
          "Tell besides how many events a new key needs until its error is within 10 %% of the"
              + " same key's known from the start: without a trained version, and with one whose"
              + " training left out every tenth series, which costs a second training.")
  private boolean coldStart;

  @Option(
      names = "--report",
      paramLabel = "FILE.html",
      description = "Write a page with charts: forecasts, error by step, calibration.")
  private @Nullable Path report;

  @Option(
      names = "--json",
      description =
          "Print progress to standard error, and as the last line of standard output one JSON"
              + " object.")
  private boolean json;

  @Override
  public Integer call() {
    input.check(spec);
    require(
        !coldStart || !baselinesOnly,
        "--cold-start is about the network's engine, which --baselines-only leaves out");
    boolean live = Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    if (input.benchmark().filter(LabelledStreams.key()::equals).isPresent()) {
      return anomalies(input.folder().orElseThrow(), live);
    }
    DataSet data = input.read(spec, words(), settings(Map.of()));
    Comparison comparison;
    try (var bar = new ProgressBar(spec.commandLine().getErr(), live)) {
      comparison = run(data, new BarProgress(bar));
    }
    PrintWriter out = spec.commandLine().getOut();
    List<String> lines = comparison.lines(live && !json ? Style.COLOURED : Style.PLAIN);
    PrintWriter words = words();
    lines.forEach(words::println);
    if (report != null) {
      write(report, comparison);
    }
    words.flush();
    if (json) {
      out.println(comparison.json());
    }
    out.flush();
    return ExitCode.OK;
  }

  private int anomalies(Path folder, boolean live) {
    require(
        !input.hasHorizon() && baselines == null && report == null && !coldStart,
        "--horizon, --baselines, --report and --cold-start are about forecasts, and nab is about"
            + " anomalies");
    AnomalyComparison comparison;
    try (var bar = new ProgressBar(spec.commandLine().getErr(), live)) {
      Progress progress = new BarProgress(bar);
      comparison = AnomalyComparison.run(LabelledStreams.read(folder, progress), progress);
    }
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter words = words();
    comparison.lines(live && !json ? Style.COLOURED : Style.PLAIN).forEach(words::println);
    words.flush();
    if (json) {
      out.println(comparison.json());
    }
    out.flush();
    return ExitCode.OK;
  }

  private Comparison run(DataSet data, Progress progress) {
    List<Contender> others = baselines(data);
    var backtest = new Backtest(data, progress);
    Optional<Outcome> network = network(data).map(backtest::run);
    List<Outcome> outcomes = new ArrayList<>();
    others.forEach(contender -> outcomes.add(backtest.run(contender)));
    Optional<ColdStart> cold =
        coldStart
            ? Optional.of(checked(() -> ColdStart.measure(data, suited(data), progress)))
            : Optional.empty();
    return new Comparison(data, network, outcomes, cold);
  }

  private Optional<Contender> network(DataSet data) {
    if (baselinesOnly) {
      return Optional.empty();
    }
    return Optional.of(checked(() -> NetworkSettings.contender(data, suited(data))));
  }

  private Map<String, String> suited(DataSet data) {
    return input.complete(spec, settings(NetworkSettings.of(data.name())));
  }

  private static <T> T checked(Supplier<T> made) {
    try {
      return made.get();
    } catch (ConfigException e) {
      throw new UserException(
          ExitCode.USAGE, "the network's settings do not fit: " + e.getMessage(), e);
    }
  }

  /// All layers: what suits the data, file, environment, command line.
  private Map<String, String> settings(Map<String, String> suited) {
    Map<String, String> known = new TreeMap<>(suited);
    if (config != null) {
      known.putAll(Settings.file(config));
    }
    return Settings.of(known, System.getenv(), setting.settings());
  }

  private List<Contender> baselines(DataSet data) {
    List<Contender> all = BaselineContender.all(data.season());
    if (baselines == null) {
      return all;
    }
    if (baselines.equals(List.of("none"))) {
      return List.of();
    }
    List<Contender> chosen = new ArrayList<>();
    for (String name : baselines) {
      chosen.add(
          all.stream()
              .filter(contender -> contender.name().equals(name))
              .findFirst()
              .orElseThrow(
                  () ->
                      new ParameterException(
                          spec.commandLine(),
                          "--baselines: there is no \"%s\" for a season of %d, expected none or some of: %s"
                              .formatted(
                                  name,
                                  data.season(),
                                  all.stream()
                                      .map(Contender::name)
                                      .collect(Collectors.joining(", "))))));
    }
    return chosen;
  }

  private void write(Path page, Comparison comparison) {
    if (comparison.outcomes().isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "--report needs a contender: leave out --baselines none");
    }
    try {
      new ReportPage(comparison).write(page);
    } catch (IOException e) {
      throw new UserException(
          ExitCode.USAGE, "--report: %s cannot be written: %s".formatted(page, e.getMessage()), e);
    }
    words().println("the report is in " + page);
  }

  private void require(boolean condition, String complaint) {
    if (!condition) {
      throw new ParameterException(spec.commandLine(), complaint);
    }
  }

  /// Where progress goes: standard output is kept for the JSON object.
  private PrintWriter words() {
    return json ? spec.commandLine().getErr() : spec.commandLine().getOut();
  }
}
