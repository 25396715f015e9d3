package io.eddy.processors;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.progress.Progress;
import io.eddy.processors.text.TextProcessor;
import io.eddy.schemas.avro.Completion;
import io.eddy.schemas.avro.ControlCommand;
import io.eddy.schemas.avro.ControlKind;
import io.eddy.schemas.avro.DeadLetter;
import io.eddy.schemas.avro.MessageScore;
import io.eddy.schemas.avro.Reason;
import io.eddy.schemas.serde.SchemaRegistry;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TextStreamTest {

  private static final int WINDOW = 64;

  private final Map<String, Object> properties = new HashMap<>();
  private final List<TopologyTestDriver> drivers = new ArrayList<>();

  TextStreamTest() {
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "text");
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:9092");
    properties.put(SchemaRegistry.URL_CONFIG, "mock://text");
    properties.put(ProcessorsConfig.JOB, "language-model");
    properties.put(ProcessorsConfig.INPUT_TOPIC, "lines");
    properties.put(ProcessorsConfig.INPUT_FORMAT, "text");
    properties.put(ProcessorsConfig.STORE_TYPE, "in-memory");
    properties.put(ProcessorsConfig.WINDOW_SIZE, Integer.toString(WINDOW));
    properties.put(ProcessorsConfig.TRAINING_LEARNING_RATE, "0.01");
    properties.put(ProcessorsConfig.TRAINING_UPDATES_MAX, "200");
    properties.put(ProcessorsConfig.TRAINING_WINDOWS_MIN, "16");
  }

  @AfterEach
  void closeDrivers() {
    drivers.forEach(TopologyTestDriver::close);
  }

  @Test
  void shouldLearnTheStreamAndBeSurprisedByAForeignLine() {
    var application = new Application();

    application.sendLines("web", 0, 100);
    application.settle();
    application.sendLines("web", 100, 160);
    application.send("web", "Segmentation fault (core dumped)");
    application.sendLines("web", 160, 170);

    List<MessageScore> answers = application.answers();
    assertThat(answers).hasSize(171);
    assertThat(answers.getFirst().getModelVersion()).isZero();
    assertThat(answers.getFirst().getSurprise()).isNull();
    MessageScore usual = answers.get(159);
    MessageScore foreign = answers.get(160);
    assertThat(usual.getModelVersion()).isPositive();
    // What is left to say of a line is which of seven numbers it has, and a little more.
    assertThat(usual.getSurprise()).isLessThan(1.0);
    assertThat(foreign.getSurprise()).isGreaterThan(3 * usual.getSurprise());
    assertThat(foreign.getIsAnomaly()).isTrue();
    assertThat(foreign.getPeaks()).isNotEmpty();
    assertThat(answers.stream().filter(MessageScore::getIsAnomaly)).containsExactly(foreign);
  }

  @Test
  void shouldBuildAMemoryAnewThatIsThatOfAKeyWhichAlwaysReadByTheNewVersion() {
    properties.put(ProcessorsConfig.REWARM_SHARE, "1");
    var application = new Application();
    application.sendLines("web", 0, 100);
    application.send("swapped", "first words");
    application.settle();

    application.send("new", "first words");
    application.send("swapped", "and then these");
    application.send("new", "and then these");

    List<MessageScore> answers = application.answers();
    MessageScore swapped = answers.get(answers.size() - 2);
    MessageScore never = answers.getLast();
    assertThat(swapped.getModelVersion()).isEqualTo(never.getModelVersion()).isPositive();
    assertThat(swapped.getSurprise()).isEqualTo(never.getSurprise());
  }

  @Test
  void shouldAnswerEveryMessageWhateverItHolds() {
    var application = new Application();
    application.sendLines("web", 0, 100);
    application.settle();
    byte[] huge = "x".repeat(1 << 20).getBytes(UTF_8);
    List<byte[]> odd =
        List.of(
            new byte[0],
            " \t\r\n ".getBytes(UTF_8),
            "שלום عالم \u202e".getBytes(UTF_8),
            "👩‍👩‍👧‍👦🏳️‍🌈".getBytes(UTF_8),
            new byte[] {(byte) 0xff, (byte) 0xfe, 0, (byte) 0xc3, (byte) 0x28, (byte) 0xed},
            "\0\1\2".getBytes(UTF_8),
            huge);

    odd.forEach(value -> application.send("odd", value));

    List<MessageScore> answers = application.answers();
    List<MessageScore> of = answers.subList(100, 100 + odd.size());
    assertThat(of)
        .allSatisfy(
            answer -> {
              assertThat(answer.getSurprise()).isPositive();
              assertThat(answer.getPeaks())
                  .allMatch(peak -> peak.getStart() < peak.getEnd() && peak.getBits() >= 0);
            });
    assertThat(of.get(3).getCharacters()).isEqualTo(11);
    assertThat(of.getLast().getTruncated()).isTrue();
    assertThat(of.getLast().getCharacters()).isEqualTo(4096);
    assertThat(of.get(2).getTruncated()).isFalse();
  }

  @Test
  void shouldTellWhereTheSurprisingPiecesLie() {
    var application = new Application();
    application.sendLines("web", 0, 100);
    application.settle();
    String line = "GET /page/3 Überraschung 😀 200";

    application.send("web", line);

    MessageScore answer = application.answers().getLast();
    assertThat(answer.getPeaks())
        .extracting(peak -> line.substring(peak.getStart(), peak.getEnd()))
        .contains("Überraschung", "😀");
    assertThat(answer.getPeaks().stream().mapToDouble(peak -> peak.getBits()).sum())
        .isLessThanOrEqualTo(answer.getSurprise() * (answer.getCharacters() + 1) + 1e-6);
  }

  @Test
  void shouldReadAFieldOfAJsonObjectAndSendOthersToTheDeadLetters() {
    properties.put(ProcessorsConfig.INPUT_FORMAT, "json");
    properties.put(ProcessorsConfig.INPUT_VALUE_FIELD, "log.line");
    var application = new Application();

    application.send("web", "{\"log\": {\"line\": \"GET /\"}}");
    application.send("web", "{\"log\": {}}");
    application.send("web", "{\"log\": {\"line\": 3}}");
    application.send("web", "GET /");
    application.sendWithoutKey("{\"log\": {\"line\": \"GET /\"}}");

    assertThat(application.answers()).hasSize(1);
    assertThat(application.answersBefore.getFirst().getCharacters()).isEqualTo(5);
    assertThat(application.deadLetters())
        .extracting(DeadLetter::getReason)
        .containsExactly(
            Reason.MISSING_FIELD, Reason.WRONG_TYPE, Reason.MALFORMED, Reason.NULL_KEY);
  }

  @Test
  void shouldGoOnWithAMessageAndRememberNoPrompt() {
    properties.put(ProcessorsConfig.JOB, "complete");
    properties.put(ProcessorsConfig.COMPLETE_TEMPERATURE, "0.2");
    properties.put(ProcessorsConfig.COMPLETE_COUNT, "2");
    var application = new Application();
    application.sendLines("web", 0, 100);
    application.settle();
    application.sendLines("web", 100, 110);

    application.ask("web", "GET /pa");
    application.ask("web", "GET /pa");
    application.send("web", "GET /page/1 200");

    List<MessageScore> answers = application.answers();
    assertThat(answers.getFirst().getCompletions()).isEmpty();
    MessageScore asked = answers.get(110);
    assertThat(asked.getCompletions())
        .hasSize(2)
        .allSatisfy(
            completion -> {
              assertThat(completion.getText()).matches("ge/[0-6] 200");
              assertThat(completion.getEnded()).isTrue();
              assertThat(completion.getLogProbability()).isBetween(-12.0, -0.1);
            });
    assertThat(answers.get(111).getMessages()).isEqualTo(110);
    assertThat(answers.get(111).getSurprise()).isEqualTo(asked.getSurprise());
    assertThat(answers.get(112).getMessages()).as("prompts are not remembered").isEqualTo(110);
    assertThat(answers.get(112).getCompletions().getFirst().getText())
        .as("after a whole message comes its end")
        .isEmpty();
  }

  @Test
  void shouldSearchForTheLikeliestWordsAndEndBeforeAStop() {
    properties.put(ProcessorsConfig.JOB, "complete");
    properties.put(ProcessorsConfig.COMPLETE_BEAMS, "3");
    properties.put(ProcessorsConfig.COMPLETE_COUNT, "3");
    properties.put(ProcessorsConfig.COMPLETE_STOP, "200");
    properties.put(ProcessorsConfig.COMPLETE_BYTES_MAX, "30");
    var application = new Application();
    application.sendLines("web", 0, 100);
    application.settle();

    application.ask("web", "GET /page");

    MessageScore answer = application.answers().getLast();
    assertThat(answer.getCompletions())
        .hasSize(3)
        .allSatisfy(completion -> assertThat(completion.getText()).matches("/[0-6] "))
        .extracting(Completion::getLogProbability)
        .isSortedAccordingTo(Comparator.reverseOrder());
  }

  @Test
  void shouldDrawTheSameAgain() {
    properties.put(ProcessorsConfig.JOB, "complete");
    properties.put(ProcessorsConfig.COMPLETE_TEMPERATURE, "1.5");

    assertThat(completions()).isEqualTo(completions());
  }

  private List<String> completions() {
    var application = new Application();
    application.sendLines("web", 0, 100);
    application.settle();
    for (int i = 0; i < 10; i++) {
      application.ask("web", "GET ");
    }
    List<String> texts =
        application.answers().stream()
            .flatMap(answer -> answer.getCompletions().stream())
            .map(Completion::getText)
            .toList();
    assertThat(texts.subList(texts.size() - 10, texts.size()).stream().distinct())
        .as("drawn anew for every message")
        .hasSizeGreaterThan(3);
    return texts;
  }

  @Test
  void shouldForgetAKey() {
    var application = new Application();
    application.send("web", "GET /");
    application.send("kept", "GET /");

    application.tell(
        new ControlCommand("1", ControlKind.FORGET, ByteBuffer.wrap("web".getBytes(UTF_8))));
    application.send("web", "GET /");
    application.send("kept", "GET /");

    List<MessageScore> answers = application.answers();
    assertThat(answers).hasSize(5);
    assertThat(answers.get(2)).as("a tombstone for who compacts the answers").isNull();
    assertThat(answers.get(3).getMessages()).isZero();
    assertThat(answers.get(4).getMessages()).isEqualTo(1);
  }

  @Test
  void shouldTrainToTheSameBitsAgain() {
    assertThat(surprises()).isEqualTo(surprises());
  }

  private List<Double> surprises() {
    var application = new Application();
    application.sendLines("web", 0, 100);
    application.settle();
    application.sendLines("web", 100, 110);
    return application.answers().stream().map(MessageScore::getSurprise).toList();
  }

  @Test
  void shouldNameEverything() {
    properties.put(ProcessorsConfig.INPUT_NULL, "forget");
    ProcessorsConfig config = ProcessorsConfig.of(properties);

    String description =
        TextStream.application(
                config, SchemaRegistry.from(config.kafkaProperties()), new Progress(), () -> true)
            .describe()
            .toString();

    // Kafka's generated names end with a number of ten digits.
    assertThat(description).doesNotContainPattern("-\\d{10}");
  }

  /// The whole application in one task, with everything synchronous but the training.
  private final class Application {
    private final ProcessorsConfig config = ProcessorsConfig.of(properties);
    private final SchemaRegistry schemas = SchemaRegistry.from(config.kafkaProperties());
    private final Progress progress = new Progress();
    private final TopologyTestDriver driver;
    private final TestInputTopic<byte[], byte[]> input;
    private final TestInputTopic<byte[], byte[]> control;
    private final List<MessageScore> answersBefore = new ArrayList<>();
    private int sent;

    Application() {
      var kafka = new Properties();
      kafka.putAll(config.kafkaProperties());
      driver =
          new TopologyTestDriver(
              TextStream.application(config, schemas, progress, () -> true),
              kafka,
              Instant.ofEpochMilli(0));
      drivers.add(driver);
      input =
          driver.createInputTopic("lines", new ByteArraySerializer(), new ByteArraySerializer());
      control =
          driver.createInputTopic(
              "text-control", new ByteArraySerializer(), new ByteArraySerializer());
    }

    void tell(ControlCommand command) {
      byte[] value =
          schemas
              .serde(ControlCommand.class, "text-control")
              .serializer()
              .serialize("text-control", command);
      control.pipeInput(command.getId().getBytes(UTF_8), value);
    }

    /// Lines of a server's log.
    void sendLines(String key, int from, int to) {
      for (int line = from; line < to; line++) {
        send(key, "GET /page/" + line * 5 % 7 + " 200");
      }
    }

    void send(String key, String text) {
      send(key, text.getBytes(UTF_8));
    }

    void send(String key, byte[] value) {
      input.pipeInput(key.getBytes(UTF_8), value, 1000L * (sent + 1));
      sent++;
    }

    /// Sends what is not to be remembered.
    void ask(String key, String prompt) {
      var headers = new RecordHeaders().add(TextProcessor.PROMPT_HEADER, new byte[0]);
      input.pipeInput(
          new TestRecord<>(
              key.getBytes(UTF_8),
              prompt.getBytes(UTF_8),
              headers,
              Instant.ofEpochMilli(1000L * (sent + 1))));
      sent++;
    }

    @SuppressWarnings("NullAway") // Kafka says nothing of nulls.
    void sendWithoutKey(String text) {
      input.pipeInput(null, text.getBytes(UTF_8), 1000L * (sent + 1));
      sent++;
    }

    void settle() {
      await()
          .atMost(Duration.ofMinutes(1))
          .until(
              () -> {
                driver.advanceWallClockTime(Duration.ofMillis(50));
                return progress.settled(sent);
              });
    }

    List<MessageScore> answers() {
      answersBefore.addAll(
          driver
              .createOutputTopic(
                  "text-answers",
                  new ByteArrayDeserializer(),
                  schemas.serde(MessageScore.class, "text-answers").deserializer())
              .readValuesToList());
      return answersBefore;
    }

    List<DeadLetter> deadLetters() {
      return driver
          .createOutputTopic(
              "text-dead-letters",
              new ByteArrayDeserializer(),
              schemas.serde(DeadLetter.class, "text-dead-letters").deserializer())
          .readValuesToList();
    }
  }
}
