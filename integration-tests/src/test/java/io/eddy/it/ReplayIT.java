package io.eddy.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eddy.deploy.command.EddyCommand;
import io.eddy.deploy.process.StopSignal;
import io.eddy.it.cluster.Answers;
import io.eddy.it.cluster.ClusterExtension;
import io.eddy.it.cluster.Instance;
import io.eddy.it.cluster.KafkaCluster;
import io.eddy.it.cluster.StateDirectory;
import io.eddy.it.cluster.TestApplication;
import io.eddy.it.cluster.TopicReader;
import io.eddy.it.scenario.Event;
import io.eddy.it.scenario.SmallModel;
import io.eddy.it.scenario.Waves;
import io.eddy.model.network.Forecaster;
import io.eddy.processors.config.ProcessorsConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// `eddy replay` on what an application with swaps, restarts and late events has left.
@ExtendWith(ClusterExtension.class)
class ReplayIT {
  private static final Waves WAVES = new Waves(6, 2);
  private static final int STEPS = 60;

  @TempDir private Path folder;

  private record Printed(int code, JsonNode report, String err) {}

  private Printed replay(TestApplication application, String... arguments) throws IOException {
    Path file = folder.resolve("eddy.properties");
    var properties = new Properties();
    properties.putAll(application.settings());
    try (Writer writer = Files.newBufferedWriter(file)) {
      properties.store(writer, "an application");
    }
    var out = new StringWriter();
    var err = new StringWriter();
    CommandLine eddy = EddyCommand.commandLine(new StopSignal());
    eddy.setOut(new PrintWriter(out, true));
    eddy.setErr(new PrintWriter(err, true));
    List<String> all = new ArrayList<>(List.of("replay", "--json", "--config", file.toString()));
    all.addAll(List.of(arguments));
    int code = eddy.execute(all.toArray(String[]::new));
    return new Printed(code, new ObjectMapper().readTree(out.toString()), err.toString());
  }

  /// Runs with a swap in the middle, a restart after it, and a late event before it.
  private static TestApplication run(KafkaCluster cluster) {
    TestApplication application =
        TestApplication.create(
            cluster,
            "replay",
            WAVES.partitions(),
            Map.of(
                StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
                StreamsConfig.EXACTLY_ONCE_V2,
                ProcessorsConfig.TRAINING_ENABLED,
                "false"));
    Forecaster model = SmallModel.train(application.config().forecasterSpec());
    try (StateDirectory state = StateDirectory.create()) {
      int sent = 0;
      try (Instance instance = application.start(state)) {
        application.send(WAVES.steps(0, STEPS / 2));
        sent += STEPS / 2 * WAVES.keys();
        Event late = WAVES.steps(STEPS / 2 - 6, STEPS / 2 - 5).getFirst();
        application.send(
            List.of(new Event(late.key(), late.partition(), late.time() + 5, late.value() + 1)));
        sent++;
        instance.awaitProcessed(sent);
        application.importModel(model);
        instance.awaitDecision(1);
        application.send(WAVES.steps(STEPS / 2, STEPS - 10));
        sent += (STEPS / 2 - 10) * WAVES.keys();
        instance.awaitCommitted(sent);
      }
      try (Instance instance = application.start(state)) {
        application.send(WAVES.steps(STEPS - 10, STEPS));
        instance.awaitCommitted(application.sent().size());
      }
    }
    return application;
  }

  @Test
  void shouldFindTheSameBytesAndTheOneThatWasAltered(KafkaCluster cluster) throws IOException {
    TestApplication application = run(cluster);
    int answers = Answers.await(application).all().size();

    Printed all = replay(application);

    assertThat(all.report().path("first_difference").toString()).isEqualTo("null");
    assertThat(all.code()).as(all.err()).isZero();
    assertThat(all.report().path("events").asInt()).isEqualTo(answers);
    assertThat(all.report().path("equal").asInt()).isEqualTo(answers);
    assertThat(all.report().path("keys").asInt()).isEqualTo(WAVES.keys());
    assertThat(all.report().path("swaps").asInt()).isEqualTo(WAVES.keys());

    Printed part = replay(application, "--partition", "1", "--from", "60", "--to", "150");
    assertThat(part.code()).as(part.err()).isZero();
    assertThat(part.report().path("keys").asInt()).isEqualTo(WAVES.keys() / 2);
    assertThat(part.report().path("events").asInt()).isBetween(30, 90);

    assertThatAlteredBytesAreFound(application);
  }

  /// Writes the answers of one partition to the topic of another application, with one bit changed.
  private void assertThatAlteredBytesAreFound(TestApplication application) throws IOException {
    var altered = TestApplication.configure(application.cluster(), "altered", Map.of());
    String forecasts = altered.topics().forecasts();
    application.cluster().createTopic(forecasts, WAVES.partitions());
    List<ProducerRecord<byte[], byte[]>> copies = new ArrayList<>();
    int number = 0;
    for (ConsumerRecord<byte[], byte[]> record :
        TopicReader.readAll(application.cluster(), application.topics().forecasts())) {
      byte[] value = record.value().clone();
      if (number++ == 200) {
        value[40] ^= 1;
      }
      copies.add(new ProducerRecord<>(forecasts, record.partition(), record.key(), value));
    }
    application.cluster().send(copies);

    Printed found = replayWith(application, ProcessorsConfig.TOPIC_FORECASTS, forecasts);

    assertThat(found.code()).isEqualTo(1);
    assertThat(found.report().path("different").asInt()).isEqualTo(1);
    JsonNode difference = found.report().path("first_difference");
    assertThat(difference.path("key").asText()).startsWith("series-");
    assertThat(difference.path("what").isEmpty()).isFalse();
  }

  private Printed replayWith(TestApplication application, String key, String value)
      throws IOException {
    return replay(application, "--set", key + "=" + value);
  }
}
