package io.eddy.deploy.command;

import io.eddy.deploy.backtest.AnomalyComparison;
import io.eddy.deploy.backtest.Backtest;
import io.eddy.deploy.backtest.BaselineContender;
import io.eddy.deploy.backtest.BenchmarkData;
import io.eddy.deploy.backtest.Comparison;
import io.eddy.deploy.backtest.Contender;
import io.eddy.deploy.backtest.DataSet;
import io.eddy.deploy.backtest.LabelledStreams;
import io.eddy.deploy.backtest.NetworkSettings;
import io.eddy.deploy.backtest.Outcome;
import io.eddy.deploy.backtest.Progress;
import io.eddy.deploy.backtest.RecordedData;
import io.eddy.deploy.backtest.ReportPage;
import io.eddy.deploy.config.Settings;
import io.eddy.deploy.csv.Recording;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import io.eddy.deploy.terminal.ProgressBar;
import io.eddy.deploy.terminal.Style;
import io.eddy.processors.config.ProcessorsConfig;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
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
          + " values of each series are forecast, --origins times --horizon steps.",
      "",
      "Squared errors judge the mean of a forecast, all others its median. Coverage is the share of"
          + " values inside the interval that was announced for 80, 90 and 95 % of them."
    },
    footer = {
      "%nExamples:",
      "  eddy backtest --data etth1 --data-dir data",
      "  eddy backtest --data m4-hourly --data-dir data --report m4.html --json",
      "  eddy backtest --csv sensors.csv.gz --key sensor --time ts --value temperature --season 24"
          + " --horizon 24 --origins 10"
    })
final class BacktestCommand implements Callable<Integer> {
  private static final int USUAL_HORIZON = 12;
  private static final int USUAL_ORIGINS = 5;

  @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
  @Spec
  private CommandSpec spec;

  @ArgGroup(validate = false, heading = "%nA benchmark:%n")
  private Benchmark benchmark = new Benchmark();

  @ArgGroup(validate = false, heading = "%nA file:%n")
  private RecordingFile file = new RecordingFile();

  @Option(
      names = "--horizon",
      paramLabel = "STEPS",
      description = "Steps ahead. Default: the benchmark's own, 12 for a file.")
  private @Nullable Integer horizon;

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

  /// A data set that others have published figures on.
  static final class Benchmark {
    @Option(
        names = "--data",
        paramLabel = "NAME",
        description =
            "m4-hourly, m4-weekly, etth1, etth2, exchange-rate, traffic-los, web-traffic-1000,"
                + " air-passengers, shampoo; or nab, which is about anomalies.")
    private @Nullable String name;

    @Option(
        names = "--data-dir",
        paramLabel = "DIR",
        description = "The folder that holds the data sets, each in a folder of its own.")
    private @Nullable Path folder;
  }

  /// A file of the user's, and how it is split.
  static final class RecordingFile extends RecordingOptions {
    @Option(
        names = "--season",
        paramLabel = "STEPS",
        description = "Steps of one season, such as 24 for hourly values. Default: none.")
    private @Nullable Integer season;

    @Option(
        names = "--origins",
        paramLabel = "N",
        description =
            "How many forecasts of each series, a horizon apart, at its end; 1 for a single split."
                + " Default: 5.")
    private @Nullable Integer origins;
  }

  @Override
  public Integer call() {
    checkUsage();
    boolean live = Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    if (LabelledStreams.key().equals(benchmark.name) && benchmark.folder != null) {
      return anomalies(benchmark.folder, live);
    }
    DataSet data = data();
    Comparison comparison;
    try (var bar = new ProgressBar(spec.commandLine().getErr(), live)) {
      comparison = run(data, progress(bar));
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
        horizon == null && baselines == null && report == null,
        "--horizon, --baselines and --report are about forecasts, and nab is about anomalies");
    AnomalyComparison comparison;
    try (var bar = new ProgressBar(spec.commandLine().getErr(), live)) {
      Progress progress = progress(bar);
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
    return new Comparison(data, network, outcomes);
  }

  private Optional<Contender> network(DataSet data) {
    if (baselinesOnly) {
      return Optional.empty();
    }
    Map<String, String> known = NetworkSettings.of(data.name());
    if (config != null) {
      known.putAll(Settings.file(config));
    }
    try {
      Map<String, String> settings =
          new HashMap<>(Settings.of(known, System.getenv(), setting.settings()));
      String fields = settings.getOrDefault(ProcessorsConfig.COVARIATES, "");
      require(
          fields.isEmpty() || file.settings().containsKey(ProcessorsConfig.COVARIATES),
          "%s is \"%s\": name the columns with --covariates"
              .formatted(ProcessorsConfig.COVARIATES, fields));
      settings.putAll(file.settings());
      return Optional.of(NetworkSettings.contender(data, settings));
    } catch (ConfigException e) {
      throw new UserException(
          ExitCode.USAGE, "the network's settings do not fit: " + e.getMessage(), e);
    }
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

  private DataSet data() {
    if (benchmark.name != null && benchmark.folder != null) {
      BenchmarkData known =
          BenchmarkData.named(benchmark.name)
              .orElseThrow(
                  () ->
                      new ParameterException(
                          spec.commandLine(),
                          "--data: there is no data set \"%s\", expected one of: %s"
                              .formatted(
                                  benchmark.name,
                                  BenchmarkData.names() + ", " + LabelledStreams.key())));
      return known.read(
          benchmark.folder, horizon == null ? OptionalInt.empty() : OptionalInt.of(horizon));
    }
    Path csv = file.csv().orElseThrow();
    Recording recording = file.read(csv, spec, words());
    return new RecordedData(
            horizon == null ? USUAL_HORIZON : horizon,
            file.season == null ? 1 : file.season,
            file.origins == null ? USUAL_ORIGINS : file.origins)
        .of(csv.getFileName().toString(), recording);
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

  private static Progress progress(ProgressBar bar) {
    return new Progress() {
      @Override
      public void begin(String what, long steps) {
        bar.begin(what, steps);
      }

      @Override
      public void advance(long steps) {
        bar.advance(steps);
      }
    };
  }

  private void checkUsage() {
    boolean ofFile = file.describesColumns() || file.season != null || file.origins != null;
    require(
        (benchmark.name == null) != file.csv().isEmpty(),
        "give either --data NAME with --data-dir, or --csv FILE");
    require(
        (benchmark.name == null) == (benchmark.folder == null),
        "--data NAME and --data-dir DIR belong together: the folder that holds the data sets");
    require(
        file.csv().isPresent() || !ofFile,
        "--key, --time, --value, --time-format, --covariates, --season and --origins describe a"
            + " file: give it with --csv");
    require(horizon == null || horizon > 0, "--horizon must be more than 0");
    require(file.season == null || file.season > 0, "--season must be more than 0");
    require(file.origins == null || file.origins > 0, "--origins must be more than 0");
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
