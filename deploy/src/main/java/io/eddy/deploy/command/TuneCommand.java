package io.eddy.deploy.command;

import io.eddy.deploy.backtest.DataSet;
import io.eddy.deploy.backtest.Metric;
import io.eddy.deploy.config.Settings;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.StopSignal;
import io.eddy.deploy.process.UserException;
import io.eddy.deploy.terminal.Numbers;
import io.eddy.deploy.terminal.ProgressBar;
import io.eddy.deploy.tune.Candidate;
import io.eddy.deploy.tune.Trial;
import io.eddy.deploy.tune.Tuning;
import io.eddy.deploy.tune.TuningResult;
import java.io.Console;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `eddy tune`: the settings that forecast recorded series best.
@Command(
    name = "tune",
    description = {
      "Searches for the settings that forecast recorded series best, and writes them to a file that"
          + " \"eddy backtest\", \"eddy demo\" and \"eddy run\" read.",
      "",
      "It tries cell, width, depth, truncation, window, learning rate, and how values are prepared:"
          + " base forecast, transform, scale, season and lags. Candidates are drawn by chance from"
          + " a seed, tried with a ninth of the effort, the best third of them with a third, and"
          + " the best of those with all of it; then the next ones are drawn around the best so"
          + " far.",
      "",
      "They are judged by forecasts of the newest part of what is trained on: the values that"
          + " \"eddy backtest\" is judged by are not looked at. The settings that it begins with"
          + " take part on every rung, so that what it finds is never worse on that part. Ctrl-C"
          + " ends it and keeps the best so far."
    },
    footer = {
      "%nExamples:",
      "  eddy tune --csv sensors.csv.gz --key sensor --time ts --value temperature --horizon 24",
      "  eddy tune --data m4-weekly --data-dir data --budget 30m --output weekly.properties",
      "  eddy backtest --data m4-weekly --data-dir data --config weekly.properties",
      "  eddy tune --bootstrap-server kafka:9092 --topic pump-readings --config eddy.properties",
      "  eddy run --config eddy.properties --config tuned.properties"
    })
final class TuneCommand implements Callable<Integer> {
  private final StopSignal stop;

  @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
  @Spec
  private CommandSpec spec;

  @Mixin private DataOptions input = new DataOptions();

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "A properties file with the settings to begin with, as for \"eddy run\". Default: the"
              + " stream's defaults, with the season of the data.")
  private @Nullable Path config;

  @Mixin private SettingsOption setting = new SettingsOption();

  @Option(
      names = "--budget",
      paramLabel = "TIME",
      converter = BudgetConverter.class,
      defaultValue = "10m",
      description =
          "How long to search: 90s, 10m, 2h. It ends with the candidate that is being tried then."
              + " Default: ${DEFAULT-VALUE}.")
  private Duration budget = Duration.ofMinutes(10);

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Seed of the draw: the same one gives the same candidates and scores. Default:"
              + " ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--metric",
      paramLabel = "NAME",
      description =
          "What is to become least: smape, mase, msis, pinball, mse, mae or rmse. Default: the"
              + " measure that \"eddy backtest\" prints first.")
  private @Nullable Metric metric;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      defaultValue = "tuned.properties",
      description = "The file to write. Default: ${DEFAULT-VALUE}.")
  private Path output = Path.of("tuned.properties");

  @Option(names = "--force", description = "Write over the file that --output names.")
  private boolean force;

  @Option(
      names = "--json",
      description =
          "Print progress to standard error, and as the last line of standard output one JSON"
              + " object.")
  private boolean json;

  TuneCommand(StopSignal stop) {
    this.stop = stop;
  }

  @Override
  public Integer call() {
    checkUsage();
    ModelFile.checkFree(output, force);
    stop.catchSignals();
    PrintWriter words = words();
    Map<String, String> settings =
        Settings.of(
            config == null ? Map.of() : Settings.file(config), System.getenv(), setting.settings());
    DataSet data = input.read(spec, words, settings);
    boolean live = Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    TuningResult result;
    try (var bar = new ProgressBar(spec.commandLine().getErr(), live)) {
      result = search(data, settings, bar, words);
    }
    result.lines().forEach(words::println);
    ModelFile.write(output, properties(result).getBytes(StandardCharsets.UTF_8));
    words.println("the settings are in " + output);
    words.flush();
    if (json) {
      PrintWriter out = spec.commandLine().getOut();
      out.println(result.json(output.toString()));
      out.flush();
    }
    return ExitCode.OK;
  }

  private TuningResult search(
      DataSet data, Map<String, String> settings, ProgressBar bar, PrintWriter words) {
    Tuning tuning;
    try {
      tuning =
          new Tuning(
              data,
              input.complete(spec, settings),
              Optional.ofNullable(metric),
              seed,
              stop,
              new BarProgress(bar),
              (trial, first) -> print(trial, first, bar, words));
    } catch (ConfigException e) {
      throw new UserException(
          ExitCode.USAGE, "the settings to begin with do not fit: " + e.getMessage(), e);
    }
    words.println(
        "%s: %s series, %s origins to choose by, %d steps ahead; seed %d, %s"
            .formatted(
                data.name(),
                Numbers.count(tuning.validation().series().size()),
                Numbers.count(tuning.validation().origins()),
                data.horizon(),
                seed,
                Numbers.seconds(budget.toMillis() / 1e3)));
    words.println(TuningResult.head(tuning.measure()));
    words.flush();
    return tuning.run(budget);
  }

  private static void print(Trial trial, Candidate first, ProgressBar bar, PrintWriter words) {
    bar.clear();
    words.println(TuningResult.row(trial, first));
    words.flush();
  }

  private static String properties(TuningResult result) {
    var text = new StringBuilder();
    result.comments().forEach(line -> text.append("# ").append(line).append('\n'));
    result
        .settings()
        .forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
    return text.toString();
  }

  private void checkUsage() {
    input.check(spec);
    require(
        metric != Metric.ACCURACY,
        "--metric: more accuracy is better, expected what is to become less, such as rmse");
    require(!budget.isZero(), "--budget must be more than 0");
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
