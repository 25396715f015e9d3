package io.eddy.deploy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eddy.deploy.process.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  @Test
  void shouldTellWhichLayerEachSettingComesFrom() {
    assertThat(
            Settings.sourced(
                Map.of("eddy.season", "1", "eddy.cell", "gru"),
                Map.of("EDDY_SEASON", "2", "EDDY_HORIZON", "2"),
                Map.of("eddy.season", "3")))
        .containsExactly(
            Map.entry("eddy.cell", new Settings.Sourced("gru", "a file")),
            Map.entry("eddy.horizon", new Settings.Sourced("2", "the environment")),
            Map.entry("eddy.season", new Settings.Sourced("3", "the command line")));
  }

  @Test
  void shouldTakeSettingsOfOneClientFromTheEnvironment() {
    assertThat(
            Settings.of(
                Map.of(),
                Map.of(
                    "KAFKA_PRODUCER_LINGER_MS", "7",
                    "KAFKA_MAIN_CONSUMER_FETCH_MIN_BYTES", "9",
                    "SCHEMA_REGISTRY_BASIC_AUTH_CREDENTIALS_SOURCE", "USER_INFO"),
                Map.of()))
        .containsOnly(
            Map.entry("producer.linger.ms", "7"),
            Map.entry("main.consumer.fetch.min.bytes", "9"),
            Map.entry("schema.registry.basic.auth.credentials.source", "USER_INFO"));
  }

  @Test
  void shouldFindKeysThatNobodyReads() {
    assertThat(
            Settings.unknownKeys(
                List.of(
                    "bootstrap.server",
                    "bootstrap.servers",
                    "producer.linger.ms",
                    "producer.lingr.ms",
                    "topic.retention.ms",
                    "basic.auth.user.info",
                    "eddy.season")))
        .containsOnly(
            Map.entry("bootstrap.server", Optional.of("bootstrap.servers")),
            Map.entry("producer.lingr.ms", Optional.of("producer.linger.ms")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ssl.keystore.password",
        "producer.ssl.key.password",
        "ssl.keystore.key",
        "sasl.jaas.config",
        "admin.sasl.jaas.config",
        "basic.auth.user.info",
        "schema.registry.basic.auth.user.info",
        "schema.registry.bearer.auth.token",
        "my.client.secret"
      })
  void shouldHideSecrets(String key) {
    assertThat(Settings.shown(key, "hunter2")).isEqualTo("[hidden]");
  }

  @Test
  void shouldHideCredentialsInAddressesAndNothingElse() {
    assertThat(Settings.shown("schema.registry.url", "https://me:hunter2@registry:8081"))
        .isEqualTo("https://[hidden]@registry:8081");
    assertThat(Settings.shown("ssl.keystore.location", "/etc/eddy.p12")).isEqualTo("/etc/eddy.p12");
    assertThat(Settings.shown("eddy.hidden.size", "8")).isEqualTo("8");
  }
}
