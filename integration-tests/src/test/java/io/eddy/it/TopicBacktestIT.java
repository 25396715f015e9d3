package io.eddy.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.eddy.deploy.command.EddyCommand;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.StopSignal;
import io.eddy.it.cluster.ClusterExtension;
import io.eddy.it.cluster.KafkaCluster;
import io.eddy.it.scenario.Event;
import io.eddy.it.scenario.Readings;
import io.eddy.it.scenario.Waves;
import io.eddy.schemas.serde.SchemaRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// A backtest needs no file: the history stands in the topic, and is read as the stream reads it.
@ExtendWith(ClusterExtension.class)
class TopicBacktestIT {
  private static final int PARTITIONS = 2;
  private static final Waves WAVES = new Waves(3, PARTITIONS);
  private static final int STEPS = 120;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final String topic = "backtest-" + UUID.randomUUID();

  @TempDir private Path folder = Path.of("");

  @Test
  void shouldScoreATopicAsTheFileOfTheSameValues(KafkaCluster cluster) throws IOException {
    cluster.createTopic(topic, PARTITIONS);
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (Event event : WAVES.steps(0, STEPS)) {
      records.add(
          record(event, "{\"power\": %s, \"at\": %d}".formatted(event.value(), event.time())));
    }
    records.add(record(WAVES.steps(0, 1).getFirst(), "{\"power\": \"none\", \"at\": 0}"));
    records.add(record(WAVES.steps(0, 1).getLast(), "no JSON"));
    cluster.send(records);

    JsonNode ofTopic =
        backtest(
            "--bootstrap-server=" + cluster.bootstrapServers(),
            "--topic=" + topic,
            "--set=eddy.input.format=json",
            "--set=eddy.input.value.field=power",
            "--set=eddy.input.time.field=at");
    String said = err.toString();
    JsonNode ofFile =
        backtest("--csv=" + file(), "--key=series", "--time=time", "--time-format=millis");

    assertThat(said)
        .contains("360 measurements, 3 series")
        .contains("2 records would end in the dead letters {MALFORMED=1, WRONG_TYPE=1}")
        .contains("season: 12 steps");
    assertThat(ofTopic.get("series").asInt()).isEqualTo(3);
    assertThat(scores(ofTopic)).isEqualTo(scores(ofFile));
  }

  @Test
  void shouldReadAvroWithTheRegistryOfTheClient(KafkaCluster cluster) throws IOException {
    cluster.createTopic(topic, PARTITIONS);
    String url = "mock://" + topic;
    try (var registry = SchemaRegistry.from(Map.of(SchemaRegistry.URL_CONFIG, url))) {
      var readings = new Readings(registry, topic);
      cluster.send(
          WAVES.steps(0, STEPS).stream()
              .map(event -> record(event, readings.write(event)))
              .toList());
      Path client = folder.resolve("client.properties");
      Files.writeString(client, SchemaRegistry.URL_CONFIG + "=" + url + "\n");

      JsonNode json =
          backtest(
              "--bootstrap-server=" + cluster.bootstrapServers(),
              "--topic=" + topic,
              "--command-config=" + client,
              "--set=eddy.input.value.field=" + Readings.VALUE_FIELD,
              "--set=eddy.input.time.field=" + Readings.TIME_FIELD);

      assertThat(err.toString()).contains("360 measurements, 3 series").doesNotContain("dead");
      assertThat(json.get("series").asInt()).isEqualTo(3);
    }
  }

  @Test
  void shouldSayThatThereIsNoSuchTopic(KafkaCluster cluster) {
    int exit =
        execute(
            "--bootstrap-server=" + cluster.bootstrapServers(),
            "--topic=" + topic,
            "--set=eddy.input.format=number");

    assertThat(exit).isEqualTo(ExitCode.UNFIT);
    assertThat(err.toString()).contains("no topic \"" + topic + "\"");
  }

  /// Without what differs from run to run.
  private static JsonNode scores(JsonNode result) {
    ObjectNode scores = result.deepCopy();
    scores.remove("data");
    scores
        .get("baselines")
        .forEach(
            baseline ->
                ((ObjectNode) baseline).remove(List.of("train_seconds", "forecasts_per_second")));
    return scores;
  }

  private ProducerRecord<byte[], byte[]> record(Event event, String value) {
    return record(event, value.getBytes(StandardCharsets.UTF_8));
  }

  private ProducerRecord<byte[], byte[]> record(Event event, byte[] value) {
    return new ProducerRecord<>(
        topic,
        event.partition(),
        event.time(),
        event.key().getBytes(StandardCharsets.UTF_8),
        value);
  }

  private Path file() throws IOException {
    Path csv = folder.resolve("waves.csv");
    var rows = new StringBuilder("series,time,value\n");
    for (Event event : WAVES.steps(0, STEPS)) {
      rows.append("%s,%d,%s\n".formatted(event.key(), event.time(), event.value()));
    }
    Files.writeString(csv, rows);
    return csv;
  }

  private JsonNode backtest(String... arguments) throws IOException {
    int exit = execute(arguments);
    assertThat(exit).as(err.toString()).isEqualTo(ExitCode.OK);
    JsonNode json = new ObjectMapper().readTree(out.toString());
    out.getBuffer().setLength(0);
    return json;
  }

  private int execute(String... arguments) {
    var commandLine = EddyCommand.commandLine(new StopSignal());
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    List<String> all = new ArrayList<>(List.of("backtest", "--horizon=4", "--baselines-only"));
    all.addAll(List.of("--baselines=last_value,seasonal_naive", "--json"));
    all.addAll(List.of(arguments));
    return commandLine.execute(all.toArray(String[]::new));
  }
}
