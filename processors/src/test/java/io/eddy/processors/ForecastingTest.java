package io.eddy.processors;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.control.ControlCommands;
import io.eddy.processors.progress.Progress;
import io.eddy.processors.state.BoundedRocksDb;
import io.eddy.processors.training.HistoryKey;
import io.eddy.schemas.avro.ControlCommand;
import io.eddy.schemas.avro.ControlKind;
import io.eddy.schemas.avro.DeadLetter;
import io.eddy.schemas.avro.Forecast;
import io.eddy.schemas.avro.ForecastStep;
import io.eddy.schemas.avro.HistoryWindow;
import io.eddy.schemas.avro.ModelDecision;
import io.eddy.schemas.avro.ModelManifest;
import io.eddy.schemas.avro.ModelRecord;
import io.eddy.schemas.avro.Observation;
import io.eddy.schemas.avro.Reason;
import io.eddy.schemas.avro.WindowScore;
import io.eddy.schemas.serde.AvroSerde;
import io.eddy.schemas.serde.SchemaRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForecastingTest {
  private static final int WINDOW = SmallForecasting.WINDOW;

  private final Map<String, Object> properties = SmallForecasting.properties();
  private final List<TopologyTestDriver> drivers = new ArrayList<>();

  @AfterEach
  void closeDrivers() {
    drivers.forEach(TopologyTestDriver::close);
  }

  @Test
  void shouldAnswerWithAModelThatItTrainedItself() {
    var application = new Application();

    application.send(0, 2 * WINDOW);
    application.settle();
    application.send(2 * WINDOW, 3 * WINDOW);

    List<Forecast> forecasts = application.forecasts();
    assertThat(forecasts).hasSize(3 * WINDOW);
    assertThat(forecasts.subList(0, 2 * WINDOW))
        .allMatch(forecast -> forecast.getModelVersion() == 0 && forecast.getDecision() == 0);
    assertThat(forecasts.subList(2 * WINDOW, 3 * WINDOW))
        .allMatch(forecast -> forecast.getModelVersion() == 1 && forecast.getDecision() == 1);
    assertThat(forecasts.getLast().getSteps()).isEqualTo(3 * WINDOW);
  }

  @Test
  void shouldDecideOnceForEachTraining() {
    var application = new Application();

    application.send(0, 2 * WINDOW);
    application.settle();
    application.send(2 * WINDOW, 4 * WINDOW);
    application.settle();

    assertThat(application.decisions())
        .extracting(ModelDecision::getSequence)
        .containsExactly(1L, 2L);
    assertThat(application.progress.trainings()).isEqualTo(2);
    assertThat(application.progress.settled(4 * WINDOW)).isTrue();
  }

  @Test
  void shouldReWarmAKeyAtItsFirstEventAfterTheSwap() {
    properties.put(ProcessorsConfig.TRAINING_WINDOWS_MIN, "1");
    var application = new Application();
    application.send("swapped", 0, WINDOW);
    application.settle();
    application.send("swapped", WINDOW, WINDOW + 1);
    Forecast swapped = application.forecasts().getLast();

    application.send("new", 0, WINDOW + 1);

    // The ring still holds all events, so the key must be where one is that saw them all under the
    // new version. Only the interval remembers that the key was answered naively before.
    Forecast never = application.forecasts().getLast();
    assertThat(never.getModelVersion()).isEqualTo(swapped.getModelVersion()).isEqualTo(1);
    assertThat(values(swapped)).isEqualTo(values(never));
    assertThat(application.metric("rewarmed-keys-total")).isEqualTo(1);
  }

  @Test
  void shouldScoreAWindowsPartBeforeTheSwapForTheVersionThatAnsweredIt() {
    var application = new Application();
    application.send(0, 2 * WINDOW + 3);
    application.settle();

    application.send(2 * WINDOW + 3, 3 * WINDOW);

    assertThat(application.scores().stream().filter(score -> score.getWindow() > 0))
        .extracting(WindowScore::getVersion, WindowScore::getWindow, WindowScore::getEvents)
        .containsExactly(tuple(0, 1L, (long) WINDOW), tuple(0, 2L, 3L), tuple(1, 2L, WINDOW - 3L));
  }

  @Test
  void shouldGiveTheSameBytesInAnyTwoRunsInBatches() {
    List<TestRecord<byte[], byte[]>> first = runInBatches();
    List<TestRecord<byte[], byte[]>> second = runInBatches();

    assertThat(second).hasSize(6 * WINDOW);
    for (int answer = 0; answer < first.size(); answer++) {
      assertThat(second.get(answer).value())
          .as("answer %d", answer)
          .isEqualTo(first.get(answer).value());
    }
  }

  @Test
  void shouldKeepItsStateInRocksDb(@TempDir Path folder) {
    properties.put(ProcessorsConfig.STORE_TYPE, "rocksdb");
    properties.put("state.dir", folder.toString());
    properties.put("rocksdb.config.setter", BoundedRocksDb.class.getName());
    var application = new Application();

    application.send(0, 2 * WINDOW);
    application.settle();
    application.send(2 * WINDOW, 2 * WINDOW + 1);

    assertThat(application.forecasts().getLast().getModelVersion()).isEqualTo(1);
  }

  @Test
  void shouldGiveUpIdleSeriesInRocksDbStepByStep(@TempDir Path folder) {
    properties.put(ProcessorsConfig.STORE_TYPE, "rocksdb");
    properties.put(ProcessorsConfig.STATE_TTL, "PT1H");
    properties.put(ProcessorsConfig.INPUT_TIME_AHEAD_MAX_MS, "0");
    properties.put("state.dir", folder.toString());
    var application = new Application();
    for (int key = 0; key < 1_001; key++) {
      application.send("idle %04d".formatted(key), 0, 1);
    }
    application.send("later", 1_000, 1_001);

    List<Integer> left = new ArrayList<>();
    for (int sweep = 0; sweep < 3; sweep++) {
      application.driver.advanceWallClockTime(Duration.ofSeconds(1));
      left.add(application.keys("series-state").size());
    }

    assertThat(left).containsExactly(502, 2, 1);
    assertThat(application.keys("series-state")).containsExactly("later");
    assertThat(application.metric("expired-keys-total")).isEqualTo(1_001);
  }

  @Test
  void shouldSendDeadLettersWithTheirOrigin() {
    var application = new Application();

    application.input.pipeInput("pressure".getBytes(UTF_8), "?".getBytes(UTF_8), 1_000);
    application.input.pipeInput("pressure".getBytes(UTF_8), "1".getBytes(UTF_8), 2_000);

    DeadLetter deadLetter = application.deadLetters().getFirst();
    assertThat(deadLetter.getReason()).isEqualTo(Reason.MALFORMED);
    assertThat(deadLetter.getTopic()).isEqualTo("measurements");
    assertThat(deadLetter.getOffset()).isZero();
    assertThat(application.forecasts()).hasSize(1);
    assertThat(application.progress.settled(2)).isTrue();
  }

  @Test
  void shouldAnswerRecordsFromBeforeTheEpoch() {
    properties.put(ProcessorsConfig.INPUT_FORMAT, "json");
    properties.put(ProcessorsConfig.INPUT_TIME_FIELD, "time");
    var application = new Application();

    application.input.pipeInput(
        "pressure".getBytes(UTF_8),
        "{\"time\": \"1949-01\", \"value\": 112}".getBytes(UTF_8),
        1_000);

    assertThat(application.forecasts().getFirst().getEventTime())
        .isEqualTo(Instant.parse("1949-01-01T00:00:00Z"));
  }

  @Test
  void shouldPlugIntoAUsersOwnTopology() {
    ProcessorsConfig config = ProcessorsConfig.of(properties);
    var builder = new StreamsBuilder();
    SchemaRegistry schemas = SchemaRegistry.from(config.kafkaProperties());
    AvroSerde<Observation> observations = schemas.serde(Observation.class, "mine");
    AvroSerde<Forecast> forecasts = schemas.serde(Forecast.class, "answers");
    Forecasting.on(builder, config)
        .apply(
            builder.stream("mine", Consumed.with(Serdes.String(), observations)), Serdes.String())
        .to("answers", Produced.with(Serdes.String(), forecasts));
    TopologyTestDriver driver = driver(builder.build(), config);
    TestInputTopic<String, Observation> mine =
        driver.createInputTopic("mine", new StringSerializer(), observations.serializer());
    TestOutputTopic<String, Forecast> answers =
        driver.createOutputTopic("answers", new StringDeserializer(), forecasts.deserializer());

    mine.pipeInput("pump 7", observation(Instant.ofEpochMilli(5), 3.5), Instant.EPOCH);

    assertThat(answers.readKeyValue())
        .satisfies(
            answer -> {
              assertThat(answer.key).isEqualTo("pump 7");
              assertThat(answer.value.getForecastValue()).isEqualTo(3.5);
            });
  }

  @Test
  void shouldTakeOneStreamOnly() {
    ProcessorsConfig config = ProcessorsConfig.of(properties);
    var builder = new StreamsBuilder();
    var forecasting = Forecasting.on(builder, config);
    forecasting.apply(builder.stream("one", Consumed.with(Serdes.ByteArray(), Serdes.ByteArray())));

    assertThatThrownBy(
            () ->
                forecasting.apply(
                    builder.stream("two", Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldForgetAKeyOnCommand() {
    var application = new Application();
    application.send("kept", 0, 3 * WINDOW);
    application.send("told", 0, 3 * WINDOW);
    application.settle();
    application.forecasts();

    application.tell(ControlCommands.forget("1", "told".getBytes(UTF_8)));

    assertThat(application.keys("series-state")).containsExactly("kept");
    assertThat(application.keys("series-anchor")).containsExactly("kept");
    assertThat(application.windowsOf("told")).isEmpty();
    assertThat(application.windowsOf("kept")).isNotEmpty();
    assertThat(application.forecasts()).hasSize(1).containsOnlyNulls();
    assertThat(application.metric("forgotten-keys-total")).isEqualTo(1);
  }

  @Test
  void shouldEraseEverySlotOfAForgottenKey() {
    var application = new Application();
    application.send("told", 0, 12 * WINDOW);
    application.settle();

    application.tell(ControlCommands.forget("1", "told".getBytes(UTF_8)));

    Map<Integer, Boolean> hasValue = new TreeMap<>();
    for (TestRecord<byte[], byte[]> record : application.history()) {
      hasValue.put(HistoryKey.slot(record.key()), record.value() != null);
    }
    assertThat(hasValue)
        .containsOnlyKeys(HistoryKey.CORRECTION, 0, 1, 2, 3, 4, 5)
        .containsValue(false)
        .doesNotContainValue(true);
  }

  @Test
  void shouldStartAForgottenKeyCold() {
    var application = new Application();
    application.send("told", 0, WINDOW + 1);
    application.tell(ControlCommands.forget("1", "told".getBytes(UTF_8)));
    application.forecasts();

    application.send("told", WINDOW + 1, WINDOW + 2);

    Forecast first = application.forecasts().getFirst();
    assertThat(first.getSteps()).isEqualTo(1);
    assertThat(first.getExpectedValue()).isNull();
  }

  @Test
  void shouldLeaveAForgottenKeyOutOfTheNextTraining() {
    properties.put(ProcessorsConfig.TRAINING_GROWTH, "1000");
    var application = new Application();
    application.send("kept", 0, 2 * WINDOW);
    application.settle();
    application.send("told", 0, 2 * WINDOW);
    application.tell(ControlCommands.train("1"));
    application.settle();

    application.tell(ControlCommands.forget("2", "told".getBytes(UTF_8)));
    application.tell(ControlCommands.train("3"));
    application.settle();

    assertThat(application.manifests())
        .extracting(ModelManifest::getProvenance)
        .extracting(provenance -> provenance.get("training.cause"), p -> p.get("data.keys"))
        .containsExactly(tuple("windows", "1"), tuple("command", "2"), tuple("command", "1"));
  }

  @Test
  void shouldTakeARecordWithoutAValueForADeadLetter() {
    var application = new Application();
    application.send("told", 0, 1);

    application.input.pipeInput("told".getBytes(UTF_8), (byte[]) null, 200_000);

    assertThat(application.deadLetters())
        .extracting(DeadLetter::getReason)
        .containsExactly(Reason.NULL_VALUE);
    assertThat(application.keys("series-state")).containsExactly("told");
  }

  @Test
  void shouldForgetAKeyWhoseRecordHasNoValueWhereThatMeansSo() {
    properties.put(ProcessorsConfig.INPUT_NULL, "forget");
    var application = new Application();
    application.send("kept", 0, WINDOW);
    application.send("told", 0, WINDOW);
    application.settle();

    application.input.pipeInput("told".getBytes(UTF_8), (byte[]) null, 2_000_000);
    application.input.pipeInput((byte[]) null, (byte[]) null, 2_000_000);

    assertThat(application.keys("series-state")).containsExactly("kept");
    assertThat(application.windowsOf("told")).isEmpty();
    assertThat(application.deadLetters())
        .extracting(DeadLetter::getReason)
        .containsExactly(Reason.NULL_KEY);
    assertThat(application.progress.settled(2 * WINDOW + 2)).isTrue();
  }

  @Test
  void shouldLeaveOutCommandsThatItCannotObey() {
    var application = new Application();
    application.send("kept", 0, 1);

    application.control.pipeInput("1".getBytes(UTF_8), "?".getBytes(UTF_8));
    application.control.pipeInput("kept".getBytes(UTF_8), (byte[]) null);
    application.tell(new ControlCommand("2", ControlKind.UNKNOWN, null));
    application.tell(new ControlCommand("3", ControlKind.FORGET, null));

    assertThat(application.keys("series-state")).containsExactly("kept");
  }

  @Test
  void shouldNameEverything() {
    properties.put(ProcessorsConfig.INPUT_NULL, "forget");
    ProcessorsConfig config = ProcessorsConfig.of(properties);

    String description =
        Forecasting.application(
                config, SchemaRegistry.from(config.kafkaProperties()), new Progress())
            .describe()
            .toString();

    // Kafka's generated names end with a number of ten digits.
    assertThat(description).doesNotContainPattern("-\\d{10}");
  }

  @Test
  void shouldRegisterSchemasInAFixedOrder() {
    ProcessorsConfig config = ProcessorsConfig.of(properties);
    SchemaRegistry schemas = SchemaRegistry.from(config.kafkaProperties());

    Forecasting.registerSchemas(config, schemas);

    assertThat(schemas.idFor("small-forecasts-value", Forecast.getClassSchema())).isEqualTo(1);
    assertThat(schemas.idFor("small-history-value", HistoryWindow.getClassSchema())).isEqualTo(2);
  }

  private static List<Double> values(Forecast forecast) {
    return forecast.getHorizon().stream().map(ForecastStep::getForecastValue).toList();
  }

  private List<TestRecord<byte[], byte[]>> runInBatches() {
    var application = new Application();
    for (int batch = 0; batch < 3; batch++) {
      application.send(2 * WINDOW * batch, 2 * WINDOW * (batch + 1));
      application.settle();
    }
    return application
        .driver
        .createOutputTopic(
            "small-forecasts", new ByteArrayDeserializer(), new ByteArrayDeserializer())
        .readRecordsToList();
  }

  private TopologyTestDriver driver(Topology topology, ProcessorsConfig config) {
    var kafka = new Properties();
    kafka.putAll(config.kafkaProperties());
    var driver = new TopologyTestDriver(topology, kafka, Instant.ofEpochMilli(0));
    drivers.add(driver);
    return driver;
  }

  /// The whole application in one task, with everything synchronous but the training.
  private final class Application {
    private final ProcessorsConfig config = ProcessorsConfig.of(properties);
    private final SchemaRegistry schemas = SchemaRegistry.from(config.kafkaProperties());
    private final Progress progress = new Progress();
    private final TopologyTestDriver driver =
        driver(Forecasting.application(config, schemas, progress), config);
    private final TestInputTopic<byte[], byte[]> input =
        driver.createInputTopic(
            "measurements", new ByteArraySerializer(), new ByteArraySerializer());
    private final TestInputTopic<byte[], byte[]> control =
        driver.createInputTopic(
            "small-control", new ByteArraySerializer(), new ByteArraySerializer());
    private int sent;

    void tell(ControlCommand command) {
      byte[] value =
          schemas
              .serde(ControlCommand.class, "small-control")
              .serializer()
              .serialize("small-control", command);
      control.pipeInput(command.getId().getBytes(UTF_8), value);
    }

    void send(int from, int to) {
      send("pressure", from, to);
    }

    void send(String series, int from, int to) {
      for (int event = from; event < to; event++) {
        byte[] value = Double.toString(20 + 5 * Math.sin(event * 0.7)).getBytes(UTF_8);
        input.pipeInput(series.getBytes(UTF_8), value, 60_000L * (event + 1));
        sent++;
      }
    }

    void settle() {
      await()
          .until(
              () -> {
                driver.advanceWallClockTime(Duration.ofMillis(50));
                return progress.settled(sent);
              });
    }

    List<Forecast> forecasts() {
      return driver
          .createOutputTopic(
              "small-forecasts",
              new ByteArrayDeserializer(),
              schemas.serde(Forecast.class, "small-forecasts").deserializer())
          .readValuesToList();
    }

    List<TestRecord<byte[], byte[]>> history() {
      return driver
          .createOutputTopic(
              "small-history", new ByteArrayDeserializer(), new ByteArrayDeserializer())
          .readRecordsToList();
    }

    /// Keys that a store has an entry for.
    List<String> keys(String store) {
      List<String> keys = new ArrayList<>();
      KeyValueStore<byte[], byte[]> entries = driver.getKeyValueStore(store);
      try (var all = entries.all()) {
        all.forEachRemaining(entry -> keys.add(new String(entry.key, UTF_8)));
      }
      return keys;
    }

    /// The trainer's entries of a series: one byte, the slot, and the series.
    List<String> windowsOf(String series) {
      return keys("training-windows").stream().filter(key -> key.endsWith(series)).toList();
    }

    List<WindowScore> scores() {
      return driver
          .createOutputTopic(
              "small-scores",
              new ByteArrayDeserializer(),
              schemas.serde(WindowScore.class, "small-scores").deserializer())
          .readValuesToList();
    }

    double metric(String name) {
      return driver.metrics().values().stream()
          .filter(metric -> metric.metricName().name().equals(name))
          .mapToDouble(metric -> (double) metric.metricValue())
          .sum();
    }

    List<DeadLetter> deadLetters() {
      return driver
          .createOutputTopic(
              "small-dead-letters",
              new ByteArrayDeserializer(),
              schemas.serde(DeadLetter.class, "small-dead-letters").deserializer())
          .readValuesToList();
    }

    List<ModelDecision> decisions() {
      return models(ModelDecision.class);
    }

    List<ModelManifest> manifests() {
      return models(ModelManifest.class);
    }

    private <T> List<T> models(Class<T> type) {
      return driver
          .createOutputTopic(
              "small-models",
              new StringDeserializer(),
              AvroSerde.builtIn(ModelRecord.class).deserializer())
          .readValuesToList()
          .stream()
          .map(ModelRecord::getContent)
          .filter(type::isInstance)
          .map(type::cast)
          .toList();
    }
  }

  private static Observation observation(Instant time, double value) {
    return Observation.newBuilder().setTime(time).setValue(value).build();
  }
}
