package io.eddy.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.it.cluster.ClusterExtension;
import io.eddy.it.cluster.Instance;
import io.eddy.it.cluster.KafkaCluster;
import io.eddy.it.cluster.StateDirectory;
import io.eddy.it.cluster.TestApplication;
import io.eddy.it.cluster.TopicReader;
import io.eddy.model.checkpoint.LanguageModelCheckpoint;
import io.eddy.model.sequence.TrainedLanguageModel;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.rollout.ModelArtifacts;
import io.eddy.schemas.avro.MessageScore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
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
  @EnumSource
  void shouldGoOnWithAConversationToTheSameBitsAfterARestart(Disk disk, KafkaCluster cluster) {
    List<String> lines = lines(90, 2);
    TestApplication undisturbed = untrained(cluster);
    try (Instance instance = undisturbed.start()) {
      converse(undisturbed, instance, lines, 0, 20);
      swap(undisturbed, instance);
      converse(undisturbed, instance, lines, 20, 90);
    }
    TestApplication restarted = untrained(cluster);
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
    assertThat(answers(restarted).getLast().getModelVersion()).isEqualTo(1);
  }

  private static TestApplication untrained(KafkaCluster cluster) {
    Map<String, String> settings = new HashMap<>(TEXT);
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
    return TopicReader.readAll(application.cluster(), application.topics().forecasts()).stream()
        .map(record -> HexFormat.of().formatHex(record.value()))
        .toList();
  }
}
