package io.eddy.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eddy.deploy.command.EddyCommand;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.StopSignal;
import io.eddy.it.cluster.ClusterExtension;
import io.eddy.it.cluster.Instance;
import io.eddy.it.cluster.KafkaCluster;
import io.eddy.it.cluster.Patience;
import io.eddy.it.cluster.PublishedModels;
import io.eddy.it.cluster.TestApplication;
import io.eddy.it.cluster.TopicReader;
import io.eddy.it.scenario.Waves;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.training.HistoryKey;
import io.eddy.schemas.avro.Forecast;
import io.eddy.schemas.avro.ModelManifest;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Who asks for a series to be forgotten gets a proof, while the application runs: what it keeps is
/// erased, the next training does without it, and its next event finds nobody who knows it.
@ExtendWith(ClusterExtension.class)
class ForgetIT {
  private static final int PARTITIONS = 2;
  private static final Waves WAVES = new Waves(4, PARTITIONS);
  private static final int STEPS = 40;
  private static final String TOLD = "series-0";

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path folder = Path.of("");
  private TestApplication application;

  @BeforeEach
  void create(KafkaCluster cluster) {
    application =
        TestApplication.create(
            cluster,
            "forget",
            PARTITIONS,
            // One series of a partition must do for a training: the other will be forgotten.
            Map.of(
                ProcessorsConfig.TRAINING_WINDOWS_MIN,
                "2",
                ProcessorsConfig.TRAINING_GROWTH,
                "1000"));
  }

  @Test
  void shouldForgetAKeyEverywhere() throws IOException {
    try (Instance instance = application.start()) {
      application.send(WAVES.steps(0, STEPS));
      instance.awaitSettled((long) WAVES.keys() * STEPS);
      int first = candidates();
      train(instance, STEPS);
      int second = candidates();

      JsonNode proof = forget(TOLD, "--prove");

      assertThat(proof.at("/forgotten").asBoolean()).isTrue();
      assertThat(standings(proof))
          .containsEntry("series-state-changelog", "ERASED")
          .containsEntry("series-anchor-changelog", "ERASED")
          .containsEntry("history", "ERASED")
          .containsEntry("training-windows-changelog", "ERASED")
          .containsEntry("forecasts", "EXPIRING")
          .containsEntry("scores", "EXPIRING")
          .containsEntry("control", "EXPIRING")
          .containsEntry("dead-letters", "NOTHING")
          .containsEntry("input", "NOT_EDDYS");
      assertThat(proof.at("/versions_trained_before")).isNotEmpty();
      assertThat(entries("series-state"))
          .containsEntry(TOLD, false)
          .containsEntry("series-2", true);
      assertThat(windows()).containsEntry(TOLD, false).containsEntry("series-2", true);

      train(instance, STEPS);
      application.send(WAVES.steps(STEPS, STEPS + 1));
      instance.awaitSettled((long) WAVES.keys() * (STEPS + 1));
      assertThat(keysTrainedOn(first, second))
          .containsExactlyInAnyOrder("partition 0: 2", "partition 1: 2");
      assertThat(keysTrainedOn(second, candidates()))
          .containsExactlyInAnyOrder("partition 0: 1", "partition 1: 2");
    }
    assertThat(lastSteps()).containsEntry(TOLD, 1L).containsEntry("series-2", STEPS + 1L);
  }

  @Test
  void shouldSayThatAKeyIsStillThere() throws IOException {
    try (Instance instance = application.start()) {
      application.send(WAVES.steps(0, STEPS));
      instance.awaitSettled((long) WAVES.keys() * STEPS);
    }

    int exit = execute("forget", TOLD, "--prove-only", "--json", config());

    assertThat(exit).isEqualTo(ExitCode.FAILED);
    assertThat(standings(json())).containsEntry("history", "REMAINS");
  }

  @Test
  void shouldSayThatNobodyObeys() throws IOException {
    int exit = execute("forget", TOLD, "--prove", "--timeout=1", config());

    assertThat(exit).isEqualTo(ExitCode.FAILED);
    assertThat(err.toString()).contains("partitions [0, 1] have not forgotten \"series-0\"");
  }

  @Test
  void shouldProveThatItNeverKnewAKeyOfBytes() throws IOException {
    try (Instance instance = application.start()) {
      application.send(WAVES.steps(0, 1));
      instance.awaitSettled(WAVES.keys());

      int exit = execute("forget", "--key-hex", "00ff07", "--prove", "--json", config());

      assertThat(exit).as(err.toString()).isEqualTo(ExitCode.OK);
      assertThat(standings(json())).containsEntry("series-state-changelog", "NOTHING");
    }
  }

  /// How many keys the candidates from one number up to, and without, another were trained on.
  private List<String> keysTrainedOn(int from, int to) {
    return PublishedModels.candidates(application).manifests().subList(from, to).stream()
        .map(ModelManifest::getProvenance)
        .map(of -> "partition " + of.get("training.partition") + ": " + of.get("data.keys"))
        .toList();
  }

  /// Has every partition train, and waits until all that follows from it is done.
  ///
  /// @param steps of every series so far
  private void train(Instance instance, int steps) throws IOException {
    int before = candidates();
    assertThat(execute("train", config())).as(err.toString()).isEqualTo(ExitCode.OK);
    out.getBuffer().setLength(0);
    Patience.await("candidates").until(() -> candidates() >= before + PARTITIONS);
    instance.awaitSettled((long) WAVES.keys() * steps);
  }

  private int candidates() {
    return PublishedModels.candidates(application).manifests().size();
  }

  private JsonNode forget(String key, String how) throws IOException {
    assertThat(execute("forget", key, how, "--json", config()))
        .as(() -> out + "\n" + err)
        .isEqualTo(ExitCode.OK);
    return json();
  }

  private JsonNode json() throws JsonProcessingException {
    return new ObjectMapper().readTree(out.toString());
  }

  /// By topic, without the application's name.
  private Map<String, String> standings(JsonNode proof) {
    Map<String, String> standings = new TreeMap<>();
    for (JsonNode topic : proof.at("/topics")) {
      standings.put(
          topic.at("/topic").asText().substring(application.id().length() + 1),
          topic.at("/standing").asText());
    }
    return standings;
  }

  /// Whether a store has an entry for a key, of those that its changelog names.
  private Map<String, Boolean> entries(String store) {
    Map<String, Boolean> entries = new TreeMap<>();
    for (var record : read(application.id() + "-" + store + "-changelog")) {
      entries.put(text(record.key()), record.value() != null);
    }
    return entries;
  }

  /// Whether any slot of a series has a window.
  private Map<String, Boolean> windows() {
    Map<String, Boolean> slots = new TreeMap<>();
    for (var record : read(application.topics().history())) {
      if (HistoryKey.slot(record.key()) != HistoryKey.TRIGGER) {
        String series = text(HistoryKey.series(record.key()));
        slots.put(HistoryKey.slot(record.key()) + " " + series, record.value() != null);
      }
    }
    Map<String, Boolean> windows = new TreeMap<>();
    slots.forEach(
        (slot, filled) -> windows.merge(slot.split(" ", -1)[1], filled, Boolean::logicalOr));
    return windows;
  }

  /// How many steps each series had taken at its last forecast.
  private Map<String, Long> lastSteps() {
    String topic = application.topics().forecasts();
    var deserializer = application.registry().serde(Forecast.class, topic).deserializer();
    Map<String, Long> steps = new TreeMap<>();
    for (var record : read(topic)) {
      if (record.value() != null) {
        Forecast forecast = deserializer.deserialize(topic, record.value());
        steps.put(text(record.key()), Objects.requireNonNull(forecast).getSteps());
      }
    }
    return steps;
  }

  private List<ConsumerRecord<byte[], byte[]>> read(String topic) {
    return TopicReader.readAll(application.cluster(), topic);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private String config() throws IOException {
    Path file = folder.resolve("eddy.properties");
    var properties = new Properties();
    properties.putAll(application.settings());
    try (Writer writer = Files.newBufferedWriter(file)) {
      properties.store(writer, "of a test");
    }
    return "--config=" + file;
  }

  private int execute(String... arguments) {
    var commandLine = EddyCommand.commandLine(new StopSignal());
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    return commandLine.execute(arguments);
  }
}
