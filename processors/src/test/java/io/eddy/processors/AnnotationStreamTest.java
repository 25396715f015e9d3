package io.eddy.processors;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.progress.Progress;
import io.eddy.schemas.avro.ControlCommand;
import io.eddy.schemas.avro.ControlKind;
import io.eddy.schemas.avro.DeadLetter;
import io.eddy.schemas.avro.MessageLabel;
import io.eddy.schemas.avro.MessageTags;
import io.eddy.schemas.avro.Reason;
import io.eddy.schemas.avro.TokenWeight;
import io.eddy.schemas.serde.SchemaRegistry;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AnnotationStreamTest {

  private static final List<String> GOOD = List.of("good", "fine", "great", "lovely");
  private static final List<String> BAD = List.of("bad", "poor", "awful", "boring");

  private final Map<String, Object> properties = new HashMap<>();
  private final List<TopologyTestDriver> drivers = new ArrayList<>();
  private final SplittableRandom random = new SplittableRandom(1);

  AnnotationStreamTest() {
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "text");
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:9092");
    properties.put(SchemaRegistry.URL_CONFIG, "mock://annotations");
    properties.put(ProcessorsConfig.JOB, "classify");
    properties.put(ProcessorsConfig.INPUT_TOPIC, "messages");
    properties.put(ProcessorsConfig.INPUT_FORMAT, "json");
    properties.put(ProcessorsConfig.INPUT_VALUE_FIELD, "text");
    properties.put(ProcessorsConfig.STORE_TYPE, "in-memory");
    properties.put(ProcessorsConfig.WINDOW_SIZE, "16");
    properties.put(ProcessorsConfig.TRAINING_WINDOWS_MIN, "8");
    properties.put(ProcessorsConfig.TRAINING_UPDATES_MAX, "60");
    properties.put(ProcessorsConfig.TRAINING_BATCH_SIZE, "16");
    properties.put(ProcessorsConfig.TRAINING_LEARNING_RATE, "0.01");
    properties.put(ProcessorsConfig.HIDDEN_SIZE, "12");
  }

  @AfterEach
  void closeDrivers() {
    drivers.forEach(TopologyTestDriver::close);
  }

  @Test
  void shouldLearnLabelsFromTheStreamAndGiveThemToMessagesWithout() {
    var application = new Application();
    application.sendReviews(130);
    application.settle();

    application.send("web", Map.of("text", "What a GREAT film!"));
    application.send("web", Map.of("text", "it was boring, I think"));

    List<MessageLabel> answers = application.answers(MessageLabel.class);
    assertThat(answers).hasSize(132);
    assertThat(answers.getFirst().getLabel()).isNull();
    assertThat(answers.getFirst().getKnownLabel()).isEqualTo("good");
    assertThat(answers.getFirst().getModelVersion()).isZero();
    MessageLabel good = answers.get(130);
    assertThat(good.getModelVersion()).isPositive();
    assertThat(good.getLabel()).isEqualTo("good");
    assertThat(good.getKnownLabel()).isNull();
    assertThat(good.getProbability()).isGreaterThan(0.8);
    assertThat(good.getProbabilities()).containsOnlyKeys("bad", "good");
    assertThat(good.getMessages()).isEqualTo(130);
    assertThat(answers.get(131).getLabel()).isEqualTo("bad");
    String text = "What a GREAT film!";
    assertThat(good.getWeights())
        .extracting(weight -> text.substring(weight.getStart(), weight.getEnd()))
        .containsExactly("What", "a", "GREAT", "film");
    assertThat(good.getWeights().stream().mapToDouble(TokenWeight::getWeight).sum())
        .isBetween(0.999, 1.001);
  }

  @Test
  void shouldAnswerEveryMessageWhateverItHolds() {
    var application = new Application();
    application.sendReviews(130);
    application.settle();
    List<String> odd =
        List.of(
            "",
            " \t\r\n ",
            "!!! ???",
            "שלום عالم \u202e good",
            "👩‍👩‍👧‍👦 fine 🏳️‍🌈",
            "\0\1\2 bad",
            "\ud800 half",
            "word ".repeat(250_000));

    odd.forEach(text -> application.send("odd", Map.of("text", text)));

    List<MessageLabel> answers = application.answers(MessageLabel.class);
    List<MessageLabel> of = answers.subList(130, 130 + odd.size());
    assertThat(of)
        .allSatisfy(
            answer -> {
              assertThat(answer.getLabel()).isIn("good", "bad");
              assertThat(answer.getWeights())
                  .allMatch(weight -> weight.getStart() < weight.getEnd());
            });
    assertThat(of.get(3).getLabel()).isEqualTo("good");
    assertThat(of.get(5).getLabel()).isEqualTo("bad");
    assertThat(of.getLast().getTruncated()).isTrue();
    assertThat(of.get(3).getTruncated()).isFalse();
  }

  @Test
  void shouldLearnTagsAndIntentsFromTheStream() {
    properties.put(ProcessorsConfig.JOB, "tag");
    properties.put(ProcessorsConfig.INPUT_LABEL_FIELD, "intent");
    properties.put(ProcessorsConfig.TRAINING_UPDATES_MAX, "200");
    var application = new Application();
    application.sendOrders(260);
    application.settle();

    application.send("web", Map.of("text", "sell  4 green plums"));

    MessageTags answer = application.answers(MessageTags.class).getLast();
    String text = "sell  4 green plums";
    assertThat(answer.getModelVersion()).isPositive();
    assertThat(answer.getLabel()).isEqualTo("sell");
    assertThat(answer.getTags())
        .extracting(tag -> text.substring(tag.getStart(), tag.getEnd()) + " " + tag.getTag())
        .containsExactly("sell O", "4 B-count", "green B-fruit", "plums I-fruit");
    assertThat(answer.getSpans())
        .extracting(span -> text.substring(span.getStart(), span.getEnd()) + " " + span.getKind())
        .containsExactly("4 count", "green plums fruit");
    assertThat(application.deadLetters()).isEmpty();
  }

  @Test
  void shouldSendTagsThatNoWordHasToTheDeadLetters() {
    properties.put(ProcessorsConfig.JOB, "tag");
    var application = new Application();

    application.send("web", Map.of("text", "buy three apples", "tags", List.of("O", "B-count")));
    application.send("web", Map.of("text", "buy", "tags", List.of(1)));
    application.send("web", Map.of("text", "buy", "tags", Map.of()));
    application.send("web", Map.of("text", "buy", "tags", "O"));
    application.send("web", Map.of("text", "buy", "label", 3, "tags", "O"));
    application.send("web", Map.of("words", "buy"));

    assertThat(application.answers(MessageTags.class)).hasSize(1);
    List<DeadLetter> deadLetters = application.deadLetters();
    assertThat(deadLetters)
        .extracting(DeadLetter::getReason)
        .containsExactly(
            Reason.WRONG_TYPE,
            Reason.WRONG_TYPE,
            Reason.WRONG_TYPE,
            Reason.WRONG_TYPE,
            Reason.MISSING_FIELD);
    assertThat(deadLetters.getFirst().getMessage())
        .contains("2 tags for 3 words", "[buy, three, apples]");
  }

  @Test
  void shouldKeepAVersionThatMakesNoMistakes() {
    properties.put(ProcessorsConfig.JOB, "tag");
    properties.put(ProcessorsConfig.INPUT_LABEL_FIELD, "intent");
    properties.put(ProcessorsConfig.TRAINING_UPDATES_MAX, "200");
    var application = new Application();
    application.sendOrders(260);
    application.settle();
    List<Progress.Epoch> later = new CopyOnWriteArrayList<>();
    application.progress.onEpoch(later::add);
    application.sendOrders(400);
    application.settle();

    application.send("web", Map.of("text", "sell 4 green plums"));

    assertThat(later).as("a second training").isNotEmpty();
    assertThat(application.progress.candidatesSent()).isOne();
    assertThat(application.answers(MessageTags.class).getLast().getModelVersion()).isOne();
  }

  @Test
  void shouldForgetWhatAKeyWasLearnedFrom() {
    var application = new Application();
    application.sendReviews(20);

    application.tell(
        new ControlCommand("1", ControlKind.FORGET, ByteBuffer.wrap("web".getBytes(UTF_8))));
    application.send("web", Map.of("text", "good"));

    List<MessageLabel> answers = application.answers(MessageLabel.class);
    assertThat(answers.get(20)).as("a tombstone for who compacts the answers").isNull();
    assertThat(answers.get(21).getMessages()).isZero();
    List<byte[]> windows = new ArrayList<>();
    application
        .driver
        .createOutputTopic("text-history", new ByteArrayDeserializer(), new ByteArrayDeserializer())
        .readValuesToList()
        .forEach(windows::add);
    assertThat(windows.getLast()).as("a tombstone for the window").isNull();
  }

  @Test
  void shouldTrainToTheSameBitsAgain() {
    assertThat(probabilities()).isEqualTo(probabilities());
  }

  private List<Map<String, Double>> probabilities() {
    var words = new SplittableRandom(7);
    var application = new Application();
    for (int i = 0; i < 130; i++) {
      boolean good = i % 2 == 0;
      String word = (good ? GOOD : BAD).get(words.nextInt(GOOD.size()));
      application.send("web", Map.of("text", "it is " + word, "label", good ? "good" : "bad"));
    }
    application.settle();
    application.send("web", Map.of("text", "it is good"));
    application.send("web", Map.of("text", "it is not bad"));
    return application.answers(MessageLabel.class).stream()
        .map(MessageLabel::getProbabilities)
        .toList();
  }

  /// The whole application in one task, with everything synchronous but the training.
  private final class Application {
    private final ObjectMapper json = new ObjectMapper();
    private final ProcessorsConfig config = ProcessorsConfig.of(properties);
    private final SchemaRegistry schemas = SchemaRegistry.from(config.kafkaProperties());
    private final Progress progress = new Progress();
    private final TopologyTestDriver driver;
    private final TestInputTopic<byte[], byte[]> input;
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
          driver.createInputTopic("messages", new ByteArraySerializer(), new ByteArraySerializer());
    }

    void sendReviews(int count) {
      for (int i = 0; i < count; i++) {
        boolean good = i % 2 == 0;
        String word = (good ? GOOD : BAD).get(random.nextInt(GOOD.size()));
        String text = i % 3 == 0 ? "this film is " + word : "a " + word + " film, I think.";
        send("web", Map.of("text", text, "label", good ? "good" : "bad"));
      }
    }

    void sendOrders(int count) {
      for (int i = 0; i < count; i++) {
        String verb = i % 2 == 0 ? "buy" : "sell";
        boolean coloured = random.nextInt(2) == 0;
        String fruit = List.of("apples", "pears", "plums").get(random.nextInt(3));
        String colour = coloured ? List.of("red ", "green ").get(random.nextInt(2)) : "";
        Map<String, Object> order = new LinkedHashMap<>();
        order.put("text", verb + " " + random.nextInt(1, 10) + " " + colour + fruit);
        order.put("tags", coloured ? "O B-count B-fruit I-fruit" : "O B-count B-fruit");
        order.put("intent", verb);
        send("web", order);
      }
    }

    void send(String key, Map<String, ?> message) {
      try {
        input.pipeInput(key.getBytes(UTF_8), json.writeValueAsBytes(message), 1000L * (sent + 1));
      } catch (JsonProcessingException e) {
        throw new UncheckedIOException(e);
      }
      sent++;
    }

    void tell(ControlCommand command) {
      byte[] value =
          schemas
              .serde(ControlCommand.class, "text-control")
              .serializer()
              .serialize("text-control", command);
      driver
          .createInputTopic("text-control", new ByteArraySerializer(), new ByteArraySerializer())
          .pipeInput(command.getId().getBytes(UTF_8), value);
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

    <A extends SpecificRecord> List<A> answers(Class<A> type) {
      return driver
          .createOutputTopic(
              "text-answers",
              new ByteArrayDeserializer(),
              schemas.serde(type, "text-answers").deserializer())
          .readValuesToList();
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
