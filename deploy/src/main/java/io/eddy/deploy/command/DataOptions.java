package io.eddy.deploy.command;

import io.eddy.deploy.backtest.BenchmarkData;
import io.eddy.deploy.backtest.DataSet;
import io.eddy.deploy.backtest.LabelledStreams;
import io.eddy.deploy.backtest.RecordedData;
import io.eddy.deploy.backtest.RecordedSeasons;
import io.eddy.deploy.backtest.RecordedTopic;
import io.eddy.deploy.csv.Recording;
import io.eddy.model.series.EmbeddingSpec;
import io.eddy.processors.config.ProcessorsConfig;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/// Which series are forecast, the same in every command that judges forecasts.
final class DataOptions {
  private static final int USUAL_HORIZON = 12;
  private static final int USUAL_ORIGINS = 5;

  @ArgGroup(validate = false, heading = "%nA benchmark:%n")
  private Benchmark benchmark = new Benchmark();

  @ArgGroup(validate = false, heading = "%nA file:%n")
  private RecordingOptions file = new RecordingOptions();

  @ArgGroup(validate = false, heading = "%nA topic:%n")
  private TopicOptions topic = new TopicOptions();

  @ArgGroup(validate = false, heading = "%nOf a file or a topic:%n")
  private Split split = new Split();

  @Option(
      names = "--horizon",
      paramLabel = "STEPS",
      description = "Steps ahead. Default: the benchmark's own, 12 for a file or a topic.")
  private @Nullable Integer horizon;

  /// A data set that others have published figures on.
  static final class Benchmark {
    @Option(
        names = "--data",
        paramLabel = "NAME",
        description =
            "m4-hourly, m4-weekly, etth1, etth2, exchange-rate, traffic-los, web-traffic-1000,"
                + " air-passengers, shampoo; for \"eddy backtest\" also nab, which is about"
                + " anomalies.")
    private @Nullable String name;

    @Option(
        names = "--data-dir",
        paramLabel = "DIR",
        description = "The folder that holds the data sets, each in a folder of its own.")
    private @Nullable Path folder;
  }

  /// How series of the user's are split.
  static final class Split {
    @Option(
        names = "--season",
        paramLabel = "STEPS[,STEPS]",
        converter = SeasonOption.Converter.class,
        description =
            "Steps of one season, such as 24 for hourly values, of two, such as 24,168, 0 for none,"
                + " or auto: found in the values before the first forecast. Default: auto.")
    private @Nullable SeasonOption season;

    @Option(
        names = "--origins",
        paramLabel = "N",
        description =
            "How many forecasts of each series, a horizon apart, at its end; 1 for a single split."
                + " Default: 5.")
    private @Nullable Integer origins;
  }

  /// The benchmark's name, if it is one.
  Optional<String> benchmark() {
    return Optional.ofNullable(benchmark.name);
  }

  /// The folder of the benchmarks, if it is one.
  Optional<Path> folder() {
    return Optional.ofNullable(benchmark.folder);
  }

  /// Settings with those that follow from the data.
  Map<String, String> complete(CommandSpec spec, Map<String, String> settings) {
    for (String key :
        List.of(
            ProcessorsConfig.COVARIATES,
            ProcessorsConfig.COVARIATES_KNOWN,
            ProcessorsConfig.EMBEDDING)) {
      String fields = settings.getOrDefault(key, "");
      boolean keyOfBenchmark = benchmark.name != null && fields.equals(EmbeddingSpec.KEY);
      require(
          spec,
          fields.isEmpty() || topic.isGiven() || file.settings().containsKey(key) || keyOfBenchmark,
          "%s is \"%s\": name the columns with --covariates, --known and --embedding"
              .formatted(key, fields));
    }
    Map<String, String> complete = new TreeMap<>(settings);
    complete.putAll(file.settings());
    return complete;
  }

  /// Whether a horizon is given.
  boolean hasHorizon() {
    return horizon != null;
  }

  /// Reads the series and says what is in them.
  ///
  /// @param settings what the command knows of Kafka's and Eddy's, for a topic
  DataSet read(CommandSpec spec, PrintWriter words, Map<String, String> settings) {
    if (benchmark.name != null && benchmark.folder != null) {
      BenchmarkData known =
          BenchmarkData.named(benchmark.name)
              .orElseThrow(
                  () ->
                      new ParameterException(
                          spec.commandLine(),
                          "--data: there is no data set \"%s\" to forecast, expected one of: %s; or for \"eddy backtest\" %s"
                              .formatted(
                                  benchmark.name, BenchmarkData.names(), LabelledStreams.key())));
      return known.read(
          benchmark.folder, horizon == null ? OptionalInt.empty() : OptionalInt.of(horizon));
    }
    int steps = horizon == null ? USUAL_HORIZON : horizon;
    int origins = split.origins == null ? USUAL_ORIGINS : split.origins;
    IntUnaryOperator known = length -> length - steps * origins;
    if (topic.isGiven()) {
      Map<String, String> withHorizon = new TreeMap<>(settings);
      withHorizon.put(ProcessorsConfig.HORIZON, Integer.toString(steps));
      RecordedTopic recorded = topic.read(spec, words, withHorizon);
      List<Integer> seasons = seasons(() -> RecordedSeasons.find(recorded, known), words);
      return new RecordedData(steps, seasons, origins).of(topic.name(), recorded);
    }
    Path csv = file.csv().orElseThrow();
    Recording recording = file.read(csv, spec, words);
    List<Integer> seasons = seasons(() -> RecordedSeasons.find(recording, known), words);
    return new RecordedData(steps, seasons, origins).of(csv.getFileName().toString(), recording);
  }

  private List<Integer> seasons(Supplier<List<Integer>> detection, PrintWriter words) {
    return Optional.ofNullable(split.season)
        .flatMap(SeasonOption::named)
        .orElseGet(
            () -> {
              List<Integer> found = detection.get();
              words.println(RecordedSeasons.line(found, "the values before the first forecast"));
              return found;
            });
  }

  /// Complains about options that do not go together.
  void check(CommandSpec spec) {
    boolean recorded = file.csv().isPresent() || topic.isGiven();
    require(
        spec,
        Stream.of(benchmark.name != null, file.csv().isPresent(), topic.isGiven())
                .filter(given -> given)
                .count()
            == 1,
        "give either --data NAME with --data-dir, or --csv FILE, or --topic TOPIC with"
            + " --bootstrap-server");
    topic.check(spec);
    require(
        spec,
        (benchmark.name == null) == (benchmark.folder == null),
        "--data NAME and --data-dir DIR belong together: the folder that holds the data sets");
    require(
        spec,
        file.csv().isPresent() || !file.describesColumns(),
        "--key, --time, --value, --time-format, --covariates, --known and --embedding describe a"
            + " file: give it with --csv");
    require(
        spec,
        recorded || (split.season == null && split.origins == null),
        "--season and --origins are about a file or a topic: give it with --csv or --topic");
    require(spec, horizon == null || horizon > 0, "--horizon must be more than 0");
    require(spec, split.origins == null || split.origins > 0, "--origins must be more than 0");
  }

  private static void require(CommandSpec spec, boolean condition, String complaint) {
    if (!condition) {
      throw new ParameterException(spec.commandLine(), complaint);
    }
  }
}
