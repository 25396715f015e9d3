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
import io.eddy.schemas.avro.MessageCaption;
import io.eddy.schemas.avro.MessageLabel;
import io.eddy.schemas.avro.MessageTags;
import io.eddy.schemas.avro.MessageTranslation;
import io.eddy.schemas.avro.Reason;
import io.eddy.schemas.avro.SourceWeight;
import io.eddy.schemas.avro.TokenWeight;
import io.eddy.schemas.serde.SchemaRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
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
  void shouldLearnToTranslateFromTheStream() {
    translate();
    var application = new Application();
    application.sendPairs(200);
    application.settle();

    String text = "das  haus ist\tgrün.";
    application.send("web", Map.of("text", text));
    application.send("web", Map.of("text", "", "translation", "nothing"));

    List<MessageTranslation> answers = application.answers(MessageTranslation.class);
    assertThat(answers).hasSize(202);
    assertThat(answers.getFirst().getTranslation()).isNull();
    assertThat(answers.getFirst().getLogProbability()).isNull();
    assertThat(answers.getFirst().getKnownTranslation()).startsWith("the ");
    MessageTranslation answer = answers.get(200);
    assertThat(answer.getModelVersion()).isPositive();
    assertThat(answer.getTranslation()).isEqualTo("the house is green.");
    assertThat(answer.getLogProbability()).isNegative();
    assertThat(answer.getKnownTranslation()).isNull();
    assertThat(answer.getMessages()).isEqualTo(200);
    assertThat(answer.getAlignment())
        .extracting(word -> answer.getTranslation().substring(word.getStart(), word.getEnd()))
        .containsExactly("the", "house", "is", "green.");
    assertThat(answer.getAlignment())
        .allSatisfy(
            word -> {
              assertThat(word.getSources())
                  .extracting(source -> text.substring(source.getStart(), source.getEnd()))
                  .isNotEmpty()
                  .isSubsetOf("das", "haus", "ist", "grün.");
              assertThat(word.getSources().stream().mapToDouble(SourceWeight::getWeight).sum())
                  .isBetween(0.9, 1.001);
            });
    assertThat(answers.get(201).getTranslation()).isEmpty();
    assertThat(answers.get(201).getKnownTranslation()).isEqualTo("nothing");
    assertThat(application.deadLetters()).isEmpty();
  }

  @Test
  void shouldTranslateEveryMessageWhateverItHolds() {
    translate();
    properties.put(ProcessorsConfig.TRANSLATE_MERGES, "30");
    var application = new Application();
    application.sendPairs(200);
    application.settle();
    List<String> odd =
        List.of(
            "",
            " \t\r\n \u00a0",
            "!!! ???",
            "שלום عالم \u202e haus",
            "👩‍👩‍👧‍👦 haus 🏳️‍🌈",
            "\0\1\2 haus",
            "\ud800 haus",
            "<s> </s> <unk> @@ x@@",
            "x".repeat(1 << 20),
            "haus ".repeat(250_000));

    odd.forEach(text -> application.send("odd", Map.of("text", text)));
    application.send("odd", Map.of("text", "haus", "translation", "\udc00".repeat(1 << 19)));

    List<MessageTranslation> answers = application.answers(MessageTranslation.class);
    List<MessageTranslation> of = answers.subList(200, 200 + odd.size());
    assertThat(of)
        .allSatisfy(
            answer -> {
              assertThat(answer.getTranslation()).isNotNull();
              assertThat(answer.getAlignment()).hasSizeLessThanOrEqualTo(12);
            });
    assertThat(of.subList(0, 2)).extracting(MessageTranslation::getTranslation).containsOnly("");
    assertThat(of.subList(8, 10)).allMatch(MessageTranslation::getTruncated);
    assertThat(of.get(2).getTruncated()).isFalse();
    assertThat(answers.getLast().getKnownTranslation()).hasSizeLessThanOrEqualTo(4096);
    assertThat(application.deadLetters()).isEmpty();
  }

  @Test
  void shouldSendATranslationThatIsNoTextToTheDeadLetters() {
    properties.put(ProcessorsConfig.JOB, "translate");
    var application = new Application();

    application.send("web", Map.of("text", "haus", "translation", List.of("house")));
    application.send("web", Map.of("text", 3, "translation", "house"));
    application.send("web", Map.of("translation", "house"));

    assertThat(application.answers(MessageTranslation.class)).isEmpty();
    assertThat(application.deadLetters())
        .extracting(DeadLetter::getMessage)
        .containsExactly(
            "translation is an array of 1, expected a text",
            "text is Integer, expected a text",
            "there is no field text, see eddy.input.value.field");
  }

  @Test
  void shouldTrainATranslatorToTheSameBitsAgain() {
    translate();

    assertThat(translations()).isEqualTo(translations());
  }

  private List<MessageTranslation> translations() {
    var application = new Application();
    application.sendPairs(200);
    application.settle();
    application.sendPairs(5);
    return application.answers(MessageTranslation.class);
  }

  private void translate() {
    properties.put(ProcessorsConfig.JOB, "translate");
    properties.put(ProcessorsConfig.TRAINING_UPDATES_MAX, "150");
    properties.put(ProcessorsConfig.TRAINING_LEARNING_RATE, "0.02");
    properties.put(ProcessorsConfig.HIDDEN_SIZE, "24");
    properties.put(ProcessorsConfig.TEXT_DROPOUT, "0");
    properties.put(ProcessorsConfig.TRANSLATE_MERGES, "0");
    properties.put(ProcessorsConfig.TRANSLATE_LENGTH_MAX, "12");
  }

  @Test
  void shouldLearnToTellWhatAGridHoldsFromTheStream() {
    caption();
    var application = new Application();
    application.sendScenes(200);
    application.settle();

    application.send("web", Map.of("grid", scene(1, 2)));
    application.send("web", Map.of("grid", flat(scene(3, 0))));

    List<MessageCaption> answers = application.answers(MessageCaption.class);
    assertThat(answers).hasSize(202);
    assertThat(answers.getFirst().getCaption()).isNull();
    assertThat(answers.getFirst().getKnownCaption()).startsWith("a ");
    MessageCaption answer = answers.get(200);
    assertThat(answer.getModelVersion()).isPositive();
    assertThat(answer.getCaption()).isEqualTo("a bird here");
    assertThat(answer.getLogProbability()).isNegative();
    assertThat(answer.getKnownCaption()).isNull();
    assertThat(answer.getWords())
        .extracting(word -> answer.getCaption().substring(word.getStart(), word.getEnd()))
        .containsExactly("a", "bird", "here");
    assertThat(answer.getWords())
        .allSatisfy(
            word ->
                assertThat(word.getAttention().stream().mapToDouble(Float::doubleValue).sum())
                    .isBetween(0.999, 1.001));
    assertThat(answer.getWords().get(1).getAttention()).hasSize(4);
    assertThat(answers.get(201).getCaption()).isEqualTo("a dog here");
    assertThat(application.deadLetters()).isEmpty();
  }

  @Test
  void shouldSendVectorsOfAnotherShapeToTheDeadLetters() {
    caption();
    var application = new Application();

    List<Object> withNull = new ArrayList<>(List.of(1, 2, 3, 4, 5, 6));
    withNull.add(null);
    for (Object grid :
        List.of(
            List.of(List.of(1, 2, 3, 4, 5, 6, 7), List.of(1, 2)),
            List.of(List.of(1, 2, 3)),
            List.of(1, 2, 3),
            List.of(),
            List.of(List.of()),
            Collections.nCopies(5, Collections.nCopies(7, 1)),
            List.of(withNull),
            List.of(Collections.nCopies(7, "NaN")),
            List.of(Collections.nCopies(7, 1e300)),
            List.of(List.of(1, 2, 3, 4, 5, 6, List.of(7))),
            "a text",
            Map.of("a", 1))) {
      application.send("web", Map.of("grid", grid, "caption", "a dog here"));
    }
    application.send("web", Map.of("caption", "a dog here"));
    application.send("web", Map.of("grid", scene(0, 0), "caption", 7));

    assertThat(application.answers(MessageCaption.class)).isEmpty();
    assertThat(application.deadLetters())
        .extracting(letter -> letter.getReason() + " " + letter.getMessage())
        .containsExactly(
            "WRONG_TYPE grid: vector 1 has 2 numbers, expected 7, see eddy.caption.features",
            "WRONG_TYPE grid: vector 0 has 3 numbers, expected 7, see eddy.caption.features",
            "WRONG_TYPE grid: there are 3 numbers, expected 7 for each vector, see"
                + " eddy.caption.features",
            "WRONG_TYPE grid: there are 0 vectors, expected 1 to 4, see eddy.caption.cells.max",
            "WRONG_TYPE grid: vector 0 has 0 numbers, expected 7, see eddy.caption.features",
            "WRONG_TYPE grid: there are 5 vectors, expected 1 to 4, see eddy.caption.cells.max",
            "WRONG_TYPE grid: number 6 of vector 0 is null, expected a number",
            "WRONG_TYPE grid: number 0 of vector 0 is a text, expected a number",
            "NOT_FINITE grid: number 0 of vector 0 is 1.0E300, expected a finite number of at most"
                + " 3.4e38",
            "WRONG_TYPE grid: number 6 of vector 0 is an array of 1, expected a number",
            "WRONG_TYPE grid is a text, expected an array of vectors, each an array of numbers",
            "WRONG_TYPE grid is OBJECT, expected an array of vectors, each an array of numbers",
            "MISSING_FIELD there is no field grid, see eddy.input.value.field",
            "WRONG_TYPE caption is Integer, expected a text");
  }

  @Test
  void shouldReadVectorsFromAvro() throws IOException {
    caption();
    properties.put(ProcessorsConfig.INPUT_FORMAT, "avro");
    var application = new Application();
    Schema schema =
        SchemaBuilder.record("Picture")
            .fields()
            .name("grid")
            .type(Schema.createArray(Schema.createArray(Schema.create(Schema.Type.FLOAT))))
            .noDefault()
            .optionalString("caption")
            .endRecord();
    var picture = new GenericData.Record(schema);
    picture.put("grid", List.of(Collections.nCopies(7, 0.5f)));
    picture.put("caption", "grey");
    var broken = new GenericData.Record(schema);
    broken.put("grid", List.of(Collections.nCopies(7, Float.NaN)));

    application.sendAvro("web", picture);
    application.sendAvro("web", broken);

    assertThat(application.answers(MessageCaption.class))
        .extracting(MessageCaption::getKnownCaption)
        .containsExactly("grey");
    assertThat(application.deadLetters())
        .extracting(letter -> letter.getReason() + " " + letter.getMessage())
        .containsExactly(
            "NOT_FINITE grid: number 0 of vector 0 is NaN, expected a finite number of at most"
                + " 3.4e38");
  }

  private void caption() {
    properties.put(ProcessorsConfig.JOB, "caption");
    properties.put(ProcessorsConfig.INPUT_VALUE_FIELD, "grid");
    properties.put(ProcessorsConfig.CAPTION_FEATURES, "7");
    properties.put(ProcessorsConfig.CAPTION_CELLS_MAX, "4");
    properties.put(ProcessorsConfig.TRAINING_UPDATES_MAX, "200");
    properties.put(ProcessorsConfig.TEXT_DROPOUT, "0");
    properties.put(ProcessorsConfig.HIDDEN_SIZE, "24");
  }

  /// Four cells, in one of which one of three things lies.
  private static List<List<Integer>> scene(int cell, int thing) {
    List<List<Integer>> scene = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      List<Integer> features = new ArrayList<>(Collections.nCopies(7, 0));
      features.set(3 + i, 1);
      if (i == cell) {
        features.set(thing, 1);
      }
      scene.add(features);
    }
    return scene;
  }

  private static List<Integer> flat(List<List<Integer>> scene) {
    return scene.stream().flatMap(List::stream).toList();
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

    void sendPairs(int count) {
      Map<String, String> things = Map.of("haus", "house", "auto", "car", "boot", "boat");
      Map<String, String> colours = Map.of("rot", "red", "blau", "blue", "grün", "green");
      for (int i = 0; i < count; i++) {
        String thing = List.of("haus", "auto", "boot").get(i % 3);
        String colour = List.of("rot", "blau", "grün").get(i / 3 % 3);
        send(
            "web",
            Map.of(
                "text",
                "das %s ist %s.".formatted(thing, colour),
                "translation",
                "the %s is %s.".formatted(things.get(thing), colours.get(colour))));
      }
    }

    void sendScenes(int count) {
      for (int i = 0; i < count; i++) {
        int thing = i % 3;
        String caption = "a " + List.of("dog", "cat", "bird").get(thing) + " here";
        send("web", Map.of("grid", scene(i / 3 % 4, thing), "caption", caption));
      }
    }

    void sendAvro(String key, GenericRecord value) throws IOException {
      var bytes = new ByteArrayOutputStream();
      int id = schemas.idFor(SchemaRegistry.subject("messages"), value.getSchema());
      bytes.writeBytes(ByteBuffer.allocate(5).put((byte) 0).putInt(id).array());
      BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
      new GenericDatumWriter<GenericRecord>(value.getSchema()).write(value, encoder);
      encoder.flush();
      input.pipeInput(key.getBytes(UTF_8), bytes.toByteArray(), 1000L * (sent + 1));
      sent++;
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
