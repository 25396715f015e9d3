package io.eddy.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.it.cluster.ClusterExtension;
import io.eddy.it.cluster.Instance;
import io.eddy.it.cluster.KafkaCluster;
import io.eddy.it.cluster.StateDirectory;
import io.eddy.it.cluster.TestApplication;
import io.eddy.it.cluster.TopicReader;
import io.eddy.it.scenario.SmallClassifier;
import io.eddy.model.checkpoint.CaptionerCheckpoint;
import io.eddy.model.checkpoint.ClassifierCheckpoint;
import io.eddy.model.checkpoint.LanguageModelCheckpoint;
import io.eddy.model.checkpoint.TranslatorCheckpoint;
import io.eddy.model.parallel.Team;
import io.eddy.model.sequence.CaptionedVectors;
import io.eddy.model.sequence.CaptionerTraining;
import io.eddy.model.sequence.LearningListener;
import io.eddy.model.sequence.TextPair;
import io.eddy.model.sequence.TrainedClassifier;
import io.eddy.model.sequence.TrainedLanguageModel;
import io.eddy.model.sequence.TranslatorTraining;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.rollout.ModelArtifacts;
import io.eddy.schemas.avro.MessageCaption;
import io.eddy.schemas.avro.MessageLabel;
import io.eddy.schemas.avro.MessageScore;
import io.eddy.schemas.avro.MessageTranslation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Messages on a real broker.
@ExtendWith(ClusterExtension.class)
class TextIT {
  private static final Map<String, String> TEXT =
      Map.of(
          ProcessorsConfig.JOB, "language-model",
          ProcessorsConfig.INPUT_FORMAT, "text",
          ProcessorsConfig.INPUT_TIME_FIELD, "",
          ProcessorsConfig.WINDOW_SIZE, "64",
          StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);

  private static final String FOREIGN = "kernel: Out of memory: Killed process 4242 (java)";

  @Test
  void shouldLearnALogAndFindTheForeignLine(KafkaCluster cluster) {
    Map<String, String> settings = new HashMap<>(TEXT);
    settings.put(ProcessorsConfig.HIDDEN_SIZE, "32");
    settings.put(ProcessorsConfig.TRAINING_UPDATES_MAX, "200");
    settings.put(ProcessorsConfig.TRAINING_WINDOWS_MIN, "16");
    TestApplication application = TestApplication.create(cluster, "log", 1, settings);
    List<String> lines = lines(160, 1);
    try (Instance instance = application.start()) {
      send(application, lines.subList(0, 100), 0);
      instance.awaitSettled(100);
      send(application, lines.subList(100, 160), 100);
      send(application, List.of(FOREIGN), 160);
      instance.awaitCommitted(161);
    }

    List<MessageScore> answers = answers(application);
    assertThat(answers).hasSize(161);
    assertThat(answers.getLast().getModelVersion()).isPositive();
    assertThat(answers.getLast().getIsAnomaly()).isTrue();
    assertThat(answers.stream().filter(MessageScore::getIsAnomaly)).hasSize(1);
  }

  /// In the middle of what a key says, under a version that is promoted on the way.
  @ParameterizedTest
  @CsvSource({
    "language-model, KEPT",
    "language-model, LOST",
    "complete, KEPT",
    "complete, LOST",
  })
  void shouldGoOnWithAConversationToTheSameBitsAfterARestart(
      String job, Disk disk, KafkaCluster cluster) {
    List<String> lines = lines(90, 2);
    TestApplication undisturbed = untrained(cluster, job);
    try (Instance instance = undisturbed.start()) {
      converse(undisturbed, instance, lines, 0, 20);
      swap(undisturbed, instance);
      converse(undisturbed, instance, lines, 20, 90);
    }
    TestApplication restarted = untrained(cluster, job);
    try (StateDirectory state = StateDirectory.create()) {
      try (Instance first = restarted.start(state)) {
        converse(restarted, first, lines, 0, 20);
        swap(restarted, first);
        converse(restarted, first, lines, 20, 51);
      }
      disk.afterStop(state);
      try (Instance second = restarted.start(state)) {
        converse(restarted, second, lines, 51, 90);
      }
    }

    assertThat(bytes(restarted)).hasSize(90).containsExactlyElementsOf(bytes(undisturbed));
    MessageScore last = answers(restarted).getLast();
    assertThat(last.getModelVersion()).isEqualTo(1);
    assertThat(last.getCompletions()).hasSize(job.equals("complete") ? 1 : 0);
  }

  /// In the middle of a window of labelled messages.
  @ParameterizedTest
  @EnumSource
  void shouldClassifyAndKeepWhatIsToBeLearnedAfterARestart(Disk disk, KafkaCluster cluster) {
    TestApplication undisturbed = classifying(cluster);
    try (Instance instance = undisturbed.start()) {
      review(undisturbed, instance, 0, 20);
      swapClassifier(undisturbed, instance);
      review(undisturbed, instance, 20, 60);
    }
    TestApplication restarted = classifying(cluster);
    try (StateDirectory state = StateDirectory.create()) {
      try (Instance first = restarted.start(state)) {
        review(restarted, first, 0, 20);
        swapClassifier(restarted, first);
        review(restarted, first, 20, 37);
      }
      disk.afterStop(state);
      try (Instance second = restarted.start(state)) {
        review(restarted, second, 37, 60);
      }
    }

    assertThat(bytes(restarted)).hasSize(60).containsExactlyElementsOf(bytes(undisturbed));
    assertThat(bytes(restarted, restarted.topics().history()))
        .hasSizeGreaterThan(3)
        .containsExactlyElementsOf(bytes(undisturbed, undisturbed.topics().history()));
    MessageLabel last = last(restarted, MessageLabel.class);
    assertThat(last.getModelVersion()).isEqualTo(1);
    assertThat(last.getLabel()).isEqualTo("good").isEqualTo(last.getKnownLabel());
  }

  /// In the middle of a window of messages with translations, and of records with captions.
  @ParameterizedTest
  @CsvSource({"translate, KEPT", "translate, LOST", "caption, KEPT", "caption, LOST"})
  void shouldWriteAndKeepWhatIsToBeLearnedAfterARestart(
      String job, Disk disk, KafkaCluster cluster) {
    TestApplication undisturbed = writing(cluster, job);
    try (Instance instance = undisturbed.start()) {
      describe(undisturbed, instance, 0, 20);
      swapWriter(undisturbed, instance, job);
      describe(undisturbed, instance, 20, 60);
    }
    TestApplication restarted = writing(cluster, job);
    try (StateDirectory state = StateDirectory.create()) {
      try (Instance first = restarted.start(state)) {
        describe(restarted, first, 0, 20);
        swapWriter(restarted, first, job);
        describe(restarted, first, 20, 37);
      }
      disk.afterStop(state);
      try (Instance second = restarted.start(state)) {
        describe(restarted, second, 37, 60);
      }
    }

    assertThat(bytes(restarted)).hasSize(60).containsExactlyElementsOf(bytes(undisturbed));
    assertThat(bytes(restarted, restarted.topics().history()))
        .hasSizeGreaterThan(3)
        .containsExactlyElementsOf(bytes(undisturbed, undisturbed.topics().history()));
    if (job.equals("translate")) {
      MessageTranslation last = last(restarted, MessageTranslation.class);
      assertThat(last.getModelVersion()).isEqualTo(1);
      assertThat(last.getTranslation()).isEqualTo("it is old");
      assertThat(last.getKnownTranslation()).isEqualTo("it is old");
    } else {
      MessageCaption last = last(restarted, MessageCaption.class);
      assertThat(last.getModelVersion()).isEqualTo(1);
      assertThat(last.getCaption()).isEqualTo("it is old");
      assertThat(last.getKnownCaption()).isEqualTo("it is old");
    }
  }

  private static TestApplication writing(KafkaCluster cluster, String job) {
    Map<String, String> settings = new HashMap<>(TEXT);
    settings.put(ProcessorsConfig.JOB, job);
    settings.put(ProcessorsConfig.INPUT_FORMAT, "json");
    settings.put(ProcessorsConfig.INPUT_VALUE_FIELD, job.equals("translate") ? "text" : "vectors");
    settings.put(ProcessorsConfig.INPUT_TRANSLATION_FIELD, "english");
    settings.put(ProcessorsConfig.INPUT_CAPTION_FIELD, "english");
    settings.put(ProcessorsConfig.CAPTION_FEATURES, "2");
    settings.put(ProcessorsConfig.TEXT_DROPOUT, "0");
    settings.put(ProcessorsConfig.TRAINING_LEARNING_RATE, "0.01");
    settings.put(ProcessorsConfig.TRAINING_BATCH_SIZE, "8");
    settings.put(ProcessorsConfig.WINDOW_SIZE, "8");
    settings.put(ProcessorsConfig.TRAINING_ENABLED, "false");
    return TestApplication.create(cluster, "writing", 1, settings);
  }

  private static void describe(TestApplication application, Instance instance, int from, int to) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = from; i < to; i++) {
      byte[] key = (i % 3 == 0 ? "mail" : "web").getBytes(UTF_8);
      String value =
          i % 2 == 0
              ? "{\"text\": \"es ist neu\", \"vectors\": [[1, 0], [0, 0]], \"english\": \"it is"
                  + " new\"}"
              : "{\"text\": \"es ist alt\", \"vectors\": [0, 1, 0, 0], \"english\": \"it is old\"}";
      records.add(
          new ProducerRecord<>(application.input(), 0, 1000L * i, key, value.getBytes(UTF_8)));
    }
    application.cluster().send(records);
    instance.awaitCommitted(to);
  }

  private static void swapWriter(TestApplication application, Instance instance, String job) {
    ProcessorsConfig config = application.config();
    byte[] file;
    try (var team = new Team(1)) {
      file = job.equals("translate") ? translator(config, team) : captioner(config, team);
    }
    application.sendCandidate(ModelArtifacts.candidate(file, Map.of(), 0, Instant.EPOCH));
    instance.awaitDecision(1);
  }

  private static byte[] translator(ProcessorsConfig config, Team team) {
    List<TextPair> pairs = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      pairs.add(new TextPair("es ist neu", "it is new"));
      pairs.add(new TextPair("es ist alt", "it is old"));
    }
    return TranslatorCheckpoint.write(
        new TranslatorTraining(config.translatorSettings(pairs.size(), 1), team)
            .train(pairs, List.of(), new LearningListener() {}));
  }

  private static byte[] captioner(ProcessorsConfig config, Team team) {
    List<CaptionedVectors> examples = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      examples.add(new CaptionedVectors(new float[][] {{1, 0}, {0, 0}}, "it is new"));
      examples.add(new CaptionedVectors(new float[][] {{0, 1}, {0, 0}}, "it is old"));
    }
    return CaptionerCheckpoint.write(
        new CaptionerTraining(config.captionerSettings(examples.size(), 1), team)
            .train(examples, List.of(), new LearningListener() {}));
  }

  private static <A extends SpecificRecord> A last(TestApplication application, Class<A> type) {
    String topic = application.topics().forecasts();
    return application
        .registry()
        .serde(type, topic)
        .deserializer()
        .deserialize(topic, TopicReader.readAll(application.cluster(), topic).getLast().value());
  }

  private static TestApplication classifying(KafkaCluster cluster) {
    Map<String, String> settings = new HashMap<>(TEXT);
    settings.put(ProcessorsConfig.JOB, "classify");
    settings.put(ProcessorsConfig.INPUT_FORMAT, "json");
    settings.put(ProcessorsConfig.INPUT_VALUE_FIELD, "text");
    settings.put(ProcessorsConfig.WINDOW_SIZE, "8");
    settings.put(ProcessorsConfig.TRAINING_ENABLED, "false");
    return TestApplication.create(cluster, "reviews", 1, settings);
  }

  private static void review(TestApplication application, Instance instance, int from, int to) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = from; i < to; i++) {
      byte[] key = (i % 3 == 0 ? "mail" : "web").getBytes(UTF_8);
      String value =
          i % 2 == 0
              ? "{\"text\": \"film %d was poor\", \"label\": \"bad\"}".formatted(i)
              : "{\"text\": \"film %d was great\", \"label\": \"good\"}".formatted(i);
      records.add(
          new ProducerRecord<>(application.input(), 0, 1000L * i, key, value.getBytes(UTF_8)));
    }
    application.cluster().send(records);
    instance.awaitCommitted(to);
  }

  private static void swapClassifier(TestApplication application, Instance instance) {
    TrainedClassifier model = SmallClassifier.train(application.config());
    application.sendCandidate(
        ModelArtifacts.candidate(
            ClassifierCheckpoint.write(model), model.provenance(), 0, Instant.EPOCH));
    instance.awaitDecision(1);
  }

  private static TestApplication untrained(KafkaCluster cluster, String job) {
    Map<String, String> settings = new HashMap<>(TEXT);
    settings.put(ProcessorsConfig.JOB, job);
    settings.put(ProcessorsConfig.COMPLETE_BYTES_MAX, "20");
    settings.put(ProcessorsConfig.TRAINING_ENABLED, "false");
    return TestApplication.create(cluster, "talk", 1, settings);
  }

  private static void converse(
      TestApplication application, Instance instance, List<String> lines, int from, int to) {
    send(application, lines.subList(from, to), from);
    instance.awaitCommitted(to);
  }

  private static void swap(TestApplication application, Instance instance) {
    var model = TrainedLanguageModel.initial(application.config().languageModelSpec(), 7);
    application.sendCandidate(
        ModelArtifacts.candidate(
            LanguageModelCheckpoint.write(model), model.provenance(), 0, Instant.EPOCH));
    instance.awaitDecision(1);
  }

  private static void send(TestApplication application, List<String> lines, int first) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      byte[] key = ((first + i) % 3 == 0 ? "mail" : "web").getBytes(UTF_8);
      records.add(
          new ProducerRecord<>(
              application.input(), 0, 1000L * (first + i), key, lines.get(i).getBytes(UTF_8)));
    }
    application.cluster().send(records);
  }

  private static List<String> lines(int count, long seed) {
    var random = new SplittableRandom(seed);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      lines.add("GET /page/" + random.nextInt(5) + (random.nextInt(9) == 0 ? " 304" : " 200"));
    }
    return lines;
  }

  private static List<MessageScore> answers(TestApplication application) {
    String topic = application.topics().forecasts();
    var deserializer = application.registry().serde(MessageScore.class, topic).deserializer();
    return TopicReader.readAll(application.cluster(), topic).stream()
        .map(record -> deserializer.deserialize(topic, record.value()))
        .toList();
  }

  private static List<String> bytes(TestApplication application) {
    return bytes(application, application.topics().forecasts());
  }

  private static List<String> bytes(TestApplication application, String topic) {
    return TopicReader.readAll(application.cluster(), topic).stream()
        .map(record -> HexFormat.of().formatHex(record.value()))
        .toList();
  }
}
