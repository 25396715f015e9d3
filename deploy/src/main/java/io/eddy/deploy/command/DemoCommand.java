package io.eddy.deploy.command;

import io.eddy.deploy.backtest.RecordedSeasons;
import io.eddy.deploy.config.Seasons;
import io.eddy.deploy.config.Settings;
import io.eddy.deploy.csv.RecordedMessages;
import io.eddy.deploy.csv.Recording;
import io.eddy.deploy.demo.Demo;
import io.eddy.deploy.demo.DemoSettings;
import io.eddy.deploy.demo.Display;
import io.eddy.deploy.demo.LogDemo;
import io.eddy.deploy.demo.LogSummary;
import io.eddy.deploy.demo.Story;
import io.eddy.deploy.demo.Summary;
import io.eddy.deploy.demo.TextDemo;
import io.eddy.deploy.demo.TextSummary;
import io.eddy.deploy.http.HttpSettings;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.Logging;
import io.eddy.deploy.process.StopSignal;
import io.eddy.deploy.process.UserException;
import io.eddy.deploy.terminal.LiveScreen;
import io.eddy.deploy.terminal.Numbers;
import io.eddy.deploy.terminal.Style;
import io.eddy.model.cell.CellType;
import io.eddy.processors.config.ProcessorsConfig;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `eddy demo`: everything in one process, on real input.
@Command(
    name = "demo",
    description = {
      "Starts a Kafka broker, a schema registry and an application in this process, and shows how"
          + " each series is forecast while the network learns and its versions are swapped in.",
      "",
      "Without --csv the input is this machine's own metrics, live, and the classic series of"
          + " airline passengers. With --csv it is a file of yours, replayed in the order of time"
          + " across all its series. Rows whose value is no number are sent as they are and end in"
          + " the dead letters, as in production.",
      "",
      "Skill is 1 - MAE / MAE of the last-value forecast, one step ahead, over the last third of"
          + " the events, all series pooled after scaling; coverage is the share of values inside"
          + " their interval there."
    },
    footer = {
      "%nExamples:",
      "  eddy demo",
      "  eddy demo --seconds 90 --json",
      "  eddy demo --scenario drift",
      "  eddy demo --scenario logs",
      "  eddy demo --scenario text --csv reviews.tsv --value text",
      "  eddy demo --csv passengers.csv --time month --value passengers --season 12",
      "  eddy demo --csv sensors.csv.gz --key sensor --time ts --value temperature --rate 500"
    })
final class DemoCommand implements Callable<Integer> {
  private static final Duration PLAIN_INTERVAL = Duration.ofSeconds(5);
  private static final int FINAL_WIDTH = 120;

  /// Settings that the demo makes itself.
  private static final List<String> OWN = List.of("eddy.input.", "eddy.topic.", "eddy.store.");

  private final StopSignal stop;

  @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
  @Spec
  private CommandSpec spec;

  @ArgGroup(validate = false, heading = "%nInput:%n")
  private Input input = new Input();

  @ArgGroup(validate = false, heading = "%nNetwork:%n")
  private Network network = new Network();

  @Option(names = "--seconds", paramLabel = "N", description = "End after this time by itself.")
  private @Nullable Double seconds;

  @Option(
      names = "--scenario",
      paramLabel = "STORY",
      description = {
        "Play a story, the first two with made-up series, in lockstep:",
        "drift: the season of all series changes midway. Errors rise, that is noticed, a training"
            + " starts, and its version is tried and promoted.",
        "bad-challenger: weights with noise in them are offered; they are tried and never answer."
            + " Then they are promoted by hand, and rolled back.",
        "logs: the lines that the broker of the demo logs are read as messages. A language model"
            + " learns them while they come, and a line from elsewhere is put among them.",
        "text: a column of texts of --csv (--value names it) is read as messages, keyed by --key. A"
            + " language model learns them while they come, says how unexpected each is, and goes"
            + " on with the beginnings of some before it reads their ends."
      })
  private @Nullable Story story;

  @Option(
      names = "--json",
      description =
          "Print progress to standard error, and as the last line of standard output one JSON"
              + " object.")
  private boolean json;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "Port of the broker, for other clients on this machine. Default: a free one.")
  private int port;

  @Option(
      names = "--log",
      paramLabel = "FILE",
      description = "Where log lines go. Default: a file among the temporary ones.")
  private Path log =
      Path.of(
          System.getProperty("java.io.tmpdir", "."),
          "eddy-demo-%d.log".formatted(ProcessHandle.current().pid()));

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "A properties file with settings of the network and its training, such as one that \"eddy"
              + " tune\" wrote. Options win over it; Kafka's settings and Eddy's topics in it are"
              + " left out.")
  private @Nullable Path config;

  @Mixin private HttpOptions http = new HttpOptions();

  @Mixin private SettingsOption setting = new SettingsOption();

  /// What is replayed.
  static final class Input extends RecordingOptions {
    @Option(
        names = "--rate",
        paramLabel = "N",
        description = "Replay this many events a second. Default: as fast as they are answered.")
    private @Nullable Double rate;

    @Option(
        names = "--no-wait",
        description =
            "Do not wait for trainings. Without it a replay goes in lockstep: after each batch (a"
                + " fiftieth of the rows, at most 8192) it waits until what follows from it is"
                + " done, so that the result does not depend on this machine's speed.")
    private boolean noWait;
  }

  /// The settings that people change first; `--set` reaches all others.
  static final class Network {
    @Option(
        names = "--season",
        paramLabel = "STEPS[,STEPS]",
        converter = SeasonOption.Converter.class,
        description =
            "Steps of one season, such as 24 for hourly values, of two, such as 24,168, 0 for none,"
                + " or auto: found in the first two thirds of the file. Default for --csv: auto.")
    private @Nullable SeasonOption season;

    @Option(
        names = "--horizon",
        paramLabel = "STEPS",
        description = "Steps ahead that every answer covers.")
    private @Nullable Integer horizon;

    @Option(
        names = "--window",
        paramLabel = "EVENTS",
        description =
            "Events of one training window. Default for --csv: a twelfth of the usual series,"
                + " between 8 and 64, up to whole seasons.")
    private @Nullable Integer window;

    @Option(
        names = "--cell",
        paramLabel = "CELL",
        description = "Recurrent cell: ${COMPLETION-CANDIDATES}.")
    private @Nullable CellType cell;

    @Option(
        names = "--hidden",
        paramLabel = "UNITS",
        description = "Units of each recurrent layer.")
    private @Nullable Integer hidden;

    @Option(names = "--layers", paramLabel = "N", description = "Recurrent layers.")
    private @Nullable Integer layers;

    @Option(
        names = "--confidence",
        paramLabel = "SHARE",
        description = "Share of values that the intervals shall contain.")
    private @Nullable Double confidence;

    @Option(
        names = "--seed",
        paramLabel = "N",
        description = "Seed of the first weights and of every training.")
    private @Nullable Long seed;

    Map<String, String> settings() {
      Map<String, String> settings = new LinkedHashMap<>();
      Optional.ofNullable(season)
          .flatMap(SeasonOption::named)
          .ifPresent(named -> put(settings, ProcessorsConfig.SEASON, Seasons.text(named)));
      put(settings, ProcessorsConfig.HORIZON, horizon);
      put(settings, ProcessorsConfig.WINDOW_SIZE, window);
      put(
          settings,
          ProcessorsConfig.CELL,
          cell == null ? null : cell.name().toLowerCase(Locale.ROOT));
      put(settings, ProcessorsConfig.HIDDEN_SIZE, hidden);
      put(settings, ProcessorsConfig.LAYER_COUNT, layers);
      put(settings, ProcessorsConfig.CONFIDENCE, confidence);
      put(settings, ProcessorsConfig.SEED, seed);
      return settings;
    }

    private static void put(Map<String, String> settings, String key, @Nullable Object value) {
      if (value != null) {
        settings.put(key, value.toString());
      }
    }
  }

  DemoCommand(StopSignal stop) {
    this.stop = stop;
  }

  @Override
  public Integer call() throws IOException {
    checkUsage();
    Logging.toFile(log);
    if (story == Story.TEXT) {
      stop.catchSignals();
      words().println("log lines go to " + log);
      return tellText();
    }
    DemoSettings settings = settings();
    stop.catchSignals();
    words().println("log lines go to " + log);

    if (story == Story.LOGS) {
      return tellLogs();
    }
    boolean live =
        !json && Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    var demo =
        new Demo(
            settings,
            live ? Display.live(LiveScreen.open()) : Display.plain(words(), PLAIN_INTERVAL),
            stop);
    Summary summary = demo.run();

    PrintWriter out = spec.commandLine().getOut();
    if (live) {
      demo.finalTable(Style.PLAIN, FINAL_WIDTH).forEach(out::println);
      out.println();
    }
    if (json) {
      summary.lines().forEach(words()::println);
      out.println(summary.json());
    } else {
      summary.lines().forEach(out::println);
    }
    out.flush();
    requireComplete(summary);
    return ExitCode.OK;
  }

  private int tellText() {
    RecordedMessages recording = input.readMessages(input.csv().orElseThrow(), words());
    Optional<Duration> longest =
        Optional.ofNullable(seconds).map(limit -> Duration.ofNanos((long) (limit * 1e9)));
    TextSummary summary =
        new TextDemo(recording, changes(), port, where(), longest, words(), stop).run();
    tell(summary.text(), summary.json());
    return ExitCode.OK;
  }

  private Map<String, String> changes() {
    Map<String, String> changes = new LinkedHashMap<>(ofFile());
    changes.putAll(network.settings());
    changes.putAll(setting.settings());
    return changes;
  }

  private void tell(List<String> lines, String object) {
    PrintWriter out = spec.commandLine().getOut();
    lines.forEach((json ? words() : out)::println);
    if (json) {
      out.println(object);
    }
    out.flush();
  }

  private int tellLogs() {
    LogSummary summary = new LogDemo(changes(), port, where(), words(), stop).run();
    tell(summary.text(), summary.json());
    return ExitCode.OK;
  }

  private DemoSettings settings() {
    Map<String, String> settings = new LinkedHashMap<>(ofFile());
    settings.putAll(network.settings());
    settings.putAll(setting.settings());
    Optional<Recording> recording = input.csv().map(this::read);
    recording.ifPresent(found -> addSeasons(found, settings));
    String source =
        story != null
            ? "scenario " + story
            : input.csv().map(Path::toString).orElse("this machine's own metrics, live");
    return new DemoSettings(
        recording,
        Optional.ofNullable(story),
        "eddy demo   %s   log: %s   Ctrl-C ends".formatted(source, log),
        where(),
        Optional.ofNullable(seconds).map(limit -> Duration.ofNanos((long) (limit * 1e9))),
        input.rate == null ? OptionalDouble.empty() : OptionalDouble.of(input.rate),
        !input.noWait,
        port,
        settings);
  }

  private Optional<HttpSettings> where() {
    return http.settings(true, System.getenv());
  }

  /// What the file says of the network and its training; the demo's cluster and topics are its own.
  private Map<String, String> ofFile() {
    Map<String, String> settings = new LinkedHashMap<>();
    if (config != null) {
      Settings.file(config)
          .forEach(
              (key, value) -> {
                if (key.startsWith(ProcessorsConfig.PREFIX)
                    && OWN.stream().noneMatch(key::startsWith)) {
                  settings.put(key, value);
                }
              });
    }
    return settings;
  }

  /// The seasons that the recording shows, if none are named.
  private void addSeasons(Recording recording, Map<String, String> settings) {
    boolean asked =
        SeasonOption.AUTOMATIC.equals(network.season)
            && !setting.settings().containsKey(ProcessorsConfig.SEASON);
    if (asked || !settings.containsKey(ProcessorsConfig.SEASON)) {
      // The last third is what skill and coverage are measured on.
      List<Integer> seasons = RecordedSeasons.find(recording, length -> length * 2 / 3);
      settings.put(ProcessorsConfig.SEASON, Seasons.text(seasons));
      words().println(RecordedSeasons.line(seasons, "the first two thirds of each series"));
    }
  }

  private Recording read(Path csv) {
    Recording recording = input.read(csv, spec, words());
    if (recording.unreadableRows() > 0) {
      words()
          .println(
              "%s rows have no number and will end in the dead letters, such as:"
                  .formatted(Numbers.count(recording.unreadableRows())));
      recording.complaints().forEach(complaint -> words().println("  " + complaint));
    }
    return recording;
  }

  private void checkUsage() {
    require(seconds == null || seconds > 0, "--seconds must be more than 0");
    require(input.rate == null || input.rate > 0, "--rate must be more than 0");
    require(
        input.csv().isPresent() || !SeasonOption.AUTOMATIC.equals(network.season),
        "--season auto looks at a file: give it with --csv, or name the steps");
    require(
        story == null || story == Story.TEXT || input.csv().isEmpty(),
        "--scenario has series of its own: leave --csv out, or --scenario");
    require(
        story != Story.TEXT || input.csv().isPresent(),
        "--scenario text reads the messages of a file: give it with --csv");
    require(port >= 0 && port <= 65_535, "--port must be between 1 and 65535");
    require(
        input.csv().isPresent()
            || (!input.describesColumns() && input.rate == null && !input.noWait),
        "--key, --time, --value, --time-format, --covariates, --known, --embedding, --rate and"
            + " --no-wait describe a file: give it with --csv");
    for (String key :
        List.of(
            ProcessorsConfig.COVARIATES,
            ProcessorsConfig.COVARIATES_KNOWN,
            ProcessorsConfig.EMBEDDING)) {
      require(
          !setting.settings().containsKey(key),
          "--set " + key + " is not for the demo: use --covariates, --known and --embedding");
    }
  }

  private void require(boolean condition, String complaint) {
    if (!condition) {
      throw new ParameterException(spec.commandLine(), complaint);
    }
  }

  private static void requireComplete(Summary summary) {
    if (!summary.isComplete()) {
      throw new UserException(
          ExitCode.FAILED,
          "%d events were sent, but %d forecasts and %d dead letters were read: expected as many; see the log"
              .formatted(summary.events(), summary.forecasts(), summary.deadLetters()));
    }
  }

  /// Where progress goes: standard output is kept for the JSON object.
  private PrintWriter words() {
    return json ? spec.commandLine().getErr() : spec.commandLine().getOut();
  }
}
