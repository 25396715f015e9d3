package io.eddy.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.deploy.backtest.Backtest;
import io.eddy.deploy.backtest.Contender;
import io.eddy.deploy.backtest.DataSet;
import io.eddy.deploy.backtest.EngineForecaster;
import io.eddy.deploy.backtest.NaiveContender;
import io.eddy.deploy.backtest.NetworkContender;
import io.eddy.deploy.backtest.Progress;
import io.eddy.deploy.backtest.RecordedData;
import io.eddy.deploy.backtest.SeriesForecaster;
import io.eddy.deploy.backtest.TrainingData;
import io.eddy.deploy.backtest.TrainingSeries;
import io.eddy.deploy.csv.Columns;
import io.eddy.deploy.csv.CsvReader;
import io.eddy.it.cluster.Answers;
import io.eddy.it.cluster.ClusterExtension;
import io.eddy.it.cluster.Instance;
import io.eddy.it.cluster.KafkaCluster;
import io.eddy.it.cluster.PublishedModels;
import io.eddy.it.cluster.TestApplication;
import io.eddy.it.scenario.Event;
import io.eddy.it.scenario.ExpectedForecast;
import io.eddy.it.scenario.Waves;
import io.eddy.model.Answer;
import io.eddy.model.checkpoint.ForecasterCheckpoint;
import io.eddy.model.evaluation.Confidence;
import io.eddy.model.evaluation.Fan;
import io.eddy.model.network.Forecaster;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.rollout.ModelArtifacts;
import io.eddy.schemas.avro.Forecast;
import io.eddy.schemas.avro.ModelManifest;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What `eddy backtest` says of a recording is what the topology would have said of it: the same
/// weights from the same windows, and under one version the same bytes for every event.
@ExtendWith(ClusterExtension.class)
class BacktestIT {
  private static final int SERIES = 4;
  private static final int WINDOWS = 4;
  private static final int TRAINED_STEPS = WINDOWS * TestApplication.WINDOW;
  private static final int HORIZON = 3;
  private static final int ORIGINS = 40;
  private static final int STEPS = TRAINED_STEPS + ORIGINS * HORIZON;

  /// One series jumps here, long after the detector has begun to judge.
  private static final int JUMP = 150;

  private static final Pattern SEED = Pattern.compile("seed=(-?\\d+)");

  /// The confidences of reports; one training, as soon as all of the training part is history.
  private static final Map<String, String> SETTINGS =
      Map.of(
          ProcessorsConfig.CONFIDENCE,
          Arrays.stream(Confidence.values())
              .map(confidence -> Double.toString(confidence.share()))
              .collect(Collectors.joining(",")),
          ProcessorsConfig.HORIZON,
          Integer.toString(HORIZON),
          ProcessorsConfig.TRAINING_WINDOWS_MIN,
          Integer.toString(SERIES * WINDOWS));

  private final DataSet data =
      new RecordedData(HORIZON, List.of(), ORIGINS)
          .of(
              "waves.csv",
              CsvReader.read(
                  "waves.csv",
                  new ByteArrayInputStream(csv().getBytes(StandardCharsets.UTF_8)),
                  new Columns(
                      Optional.of("series"),
                      Optional.of("t"),
                      Optional.of("value"),
                      Optional.empty())));

  @Test
  void shouldTrainTheSameWeightsAndAnswerWithTheSameBytes(KafkaCluster cluster) {
    TestApplication trained = TestApplication.create(cluster, "trains", 1, SETTINGS);
    try (Instance instance = trained.start()) {
      trained.send(events().subList(0, TRAINED_STEPS * SERIES));
      instance.awaitDecision(1);
    }
    PublishedModels published = PublishedModels.versions(trained);
    ModelManifest manifest = published.manifests().getFirst();

    ProcessorsConfig config = trained.config();
    var contender =
        new NetworkContender(
            Forecaster.initial(config.forecasterSpec(), config.seed()),
            config.trainingSettings().withSeed(seed(manifest)),
            2,
            () -> false);
    var witness = new Witness(contender);
    new Backtest(data, Progress.NONE).run(witness);

    Forecaster learned = contender.trained();
    assertThat(learned.parameters().isZero("path.weight")).as("it has learned").isFalse();
    assertThat(digest(learned, manifest)).isEqualTo(manifest.getDigest());

    TestApplication answering = application(cluster, "answers");
    try (Instance instance = answering.start()) {
      answering.importModel(learned);
      instance.awaitDecision(1);
      answering.send(events());
      instance.awaitProcessed(events().size());
    }
    assertSameBytes(answering, witness, 1);
  }

  @Test
  void shouldAnswerWithTheSameBytesWithoutAVersion(KafkaCluster cluster) {
    TestApplication answering = application(cluster, "naive");
    var witness = new Witness(new NaiveContender(answering.config().forecasterSpec()));
    new Backtest(data, Progress.NONE).run(witness);

    try (Instance instance = answering.start()) {
      answering.send(events());
      instance.awaitProcessed(events().size());
    }
    assertSameBytes(answering, witness, 0);
  }

  private static TestApplication application(KafkaCluster cluster, String name) {
    Map<String, String> settings = new HashMap<>(SETTINGS);
    settings.put(ProcessorsConfig.TRAINING_ENABLED, "false");
    return TestApplication.create(cluster, name, 1, settings);
  }

  /// A backtest reads all values but those that are only forecast: the last ones of each series.
  private static void assertSameBytes(TestApplication application, Witness witness, int version) {
    String topic = application.topics().forecasts();
    var serializer = application.registry().serde(Forecast.class, topic).serializer();
    Map<String, Integer> seen = new HashMap<>();
    int anomalies = 0;
    for (Answers.Answer committed : Answers.await(application).byOrigin().values()) {
      Event event = Objects.requireNonNull(application.sent().get(committed.origin()));
      int step = seen.getOrDefault(event.key(), 0);
      seen.put(event.key(), step + 1);
      List<Answer> said = Objects.requireNonNull(witness.answers.get(event.key()));
      if (step < said.size()) {
        Forecast expected =
            ExpectedForecast.of(
                event,
                committed.origin(),
                said.get(step),
                application.config().forecasterSpec().confidences(),
                version,
                version);
        assertThat(committed.forecast()).isEqualTo(expected);
        assertThat(committed.bytes().get()).isEqualTo(serializer.serialize(topic, expected));
        anomalies += expected.getIsAnomaly() ? 1 : 0;
      }
    }
    assertThat(witness.answers.values())
        .hasSize(SERIES)
        .allSatisfy(said -> assertThat(said).hasSize(STEPS - HORIZON));
    assertThat(anomalies).as("anomalies, so that verdicts are compared, too").isPositive();
  }

  /// The seed that the stream hashed for its training job.
  private static long seed(ModelManifest manifest) {
    String settings = Objects.requireNonNull(manifest.getProvenance().get("training.settings"));
    Matcher seed = SEED.matcher(settings);
    assertThat(seed.find()).as("a seed in %s", settings).isTrue();
    return Long.parseLong(seed.group(1));
  }

  /// Of the file that the stream would have made of these weights: what it knows of jobs and
  /// partitions, a backtest does not.
  private static String digest(Forecaster forecaster, ModelManifest manifest) {
    return ModelArtifacts.digest(
        ForecasterCheckpoint.write(
            new Forecaster(
                forecaster.spec(),
                forecaster.parameters(),
                forecaster.calibration(),
                manifest.getProvenance())));
  }

  private static List<Event> events() {
    List<Event> events = new ArrayList<>(new Waves(SERIES, 1).steps(0, STEPS));
    events.replaceAll(
        event -> {
          boolean jumps =
              event.key().equals("series-1") && event.time() == events.get(JUMP * SERIES).time();
          return jumps
              ? new Event(event.key(), event.partition(), event.time(), event.value() + 80)
              : event;
        });
    return events;
  }

  private static String csv() {
    return events().stream()
        .map(
            event ->
                "%s,%s,%s%n"
                    .formatted(event.key(), Instant.ofEpochMilli(event.time()), event.value()))
        .collect(Collectors.joining("", "series,t,value\n", ""));
  }

  /// Takes part for another, and writes down the engine's answer to every event.
  private static final class Witness implements Contender {
    private final Contender contender;
    private final Map<String, List<Answer>> answers = new HashMap<>();

    Witness(Contender contender) {
      this.contender = contender;
    }

    @Override
    public String name() {
      return contender.name();
    }

    @Override
    public void train(TrainingData training) {
      contender.train(training);
    }

    @Override
    public SeriesForecaster begin(TrainingSeries series) {
      List<Answer> said = answers.computeIfAbsent(series.key(), key -> new ArrayList<>());
      var engine = (EngineForecaster) contender.begin(series);
      return new SeriesForecaster() {
        @Override
        public void observe(long timeMillis, double value) {
          engine.observe(timeMillis, value);
          said.add(engine.answer().orElseThrow());
        }

        @Override
        public Fan forecast(int horizon) {
          return engine.forecast(horizon);
        }
      };
    }

    @Override
    public long parameters() {
      return contender.parameters();
    }
  }
}
