package io.eddy.deploy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eddy.deploy.process.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void shouldLetLaterLayersWin() {
    Map<String, String> settings =
        Settings.of(
            Map.of("eddy.season", "1", "eddy.horizon", "1", "eddy.hidden.size", "1"),
            Map.of("EDDY_SEASON", "2", "EDDY_HORIZON", "2"),
            Map.of("eddy.season", "3"));

    assertThat(settings)
        .containsEntry("eddy.season", "3")
        .containsEntry("eddy.horizon", "2")
        .containsEntry("eddy.hidden.size", "1");
  }

  @Test
  void shouldTakeKnownVariablesOnly() {
    Map<String, String> settings =
        Settings.of(
            Map.of(),
            Map.of(
                "KAFKA_BOOTSTRAP_SERVERS", " kafka:9092 ",
                "KAFKA_NUM_STREAM_THREADS", "4",
                "SCHEMA_REGISTRY_URL", "http://registry:8081",
                "EDDY_TOPIC_DEAD_LETTERS", "graveyard",
                "KAFKA_SERVICE_HOST", "10.0.0.1",
                "EDDY_PORT", "tcp://10.0.0.2:80",
                "EDDY_JAVA_OPTS", "-Xmx1g"),
            Map.of());

    assertThat(settings)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "bootstrap.servers", "kafka:9092",
                "num.stream.threads", "4",
                "schema.registry.url", "http://registry:8081",
                "eddy.topic.dead.letters", "graveyard"));
  }

  @Test
  void shouldReadAFileInUtf8() throws IOException {
    Path file = folder.resolve("eddy.properties");
    Files.writeString(file, "# a comment\neddy.input.topic = mesures \neddy.season=24\n");

    assertThat(Settings.file(file))
        .containsEntry("eddy.input.topic", "mesures")
        .containsEntry("eddy.season", "24")
        .hasSize(2);
  }

  @Test
  void shouldSayWhatIsWrongWithAFile() throws IOException {
    Path broken = folder.resolve("broken.properties");
    Files.write(broken, new byte[] {'a', '=', (byte) 0xff, '\n'});

    assertThatThrownBy(() -> Settings.file(folder.resolve("none.properties")))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("there is no file");
    assertThatThrownBy(() -> Settings.file(broken))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("properties file");
  }
}
