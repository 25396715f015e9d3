package io.eddy.deploy.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eddy.deploy.broker.EmbeddedBroker;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.StopSignal;
import io.eddy.deploy.process.UserException;
import io.eddy.processors.progress.Progress;
import io.eddy.processors.topic.TopicException;
import io.eddy.schemas.avro.Observation;
import io.eddy.schemas.serde.SchemaRegistry;
import io.eddy.schemas.serde.SerdeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EddyApplicationTest {
  private final EmbeddedBroker broker = EmbeddedBroker.start(0);
  private final String registry = "mock://" + UUID.randomUUID();

  @TempDir private Path folder = Path.of("");

  @BeforeAll
  void createTopics() throws Exception {
    try (Admin admin =
        Admin.create(Map.of("bootstrap.servers", (Object) broker.bootstrapServers()))) {
      admin
          .createTopics(List.of(new NewTopic("input", 1, (short) 1)))
          .all()
          .get(30, TimeUnit.SECONDS);
      Cluster.awaitTopics(admin, List.of("input"));
      EddyApplication.of(settings(Map.of())).topicPlan(admin).create(admin);
      Cluster.awaitTopics(admin, List.of("test-forecasts", "test-models"));
    }
  }

  @AfterAll
  void closeBroker() {
    broker.close();
  }

  @Test
  void shouldRunAndEndWhenAsked() {
    var stop = new StopSignal();
    try (RunningApplication running = start(Map.of())) {
      running.awaitRunning(Duration.ofSeconds(60), stop);
      running.requireAlive();
      stop.request();
      running.awaitEnd(stop);
    }
  }

  @Test
  void shouldNameTheTopicsThatAreMissing() {
    assertThatThrownBy(() -> start(Map.of("eddy.topic.prefix", "other")))
        .isInstanceOf(TopicException.class)
        .hasMessageContainingAll("other-forecasts", "other-models", "eddy topics create");
    assertThatThrownBy(() -> start(Map.of("eddy.input.topic", "none")))
        .isInstanceOf(TopicException.class)
        .hasMessageContainingAll("input topic \"none\"", "eddy.input.topic");
  }

  @Test
  void shouldSayThatTheRegistryCannotBeReached() {
    assertThatThrownBy(() -> start(Map.of("schema.registry.url", "http://127.0.0.1:1")))
        .isInstanceOf(SerdeException.RegistryUnavailable.class)
        .hasMessageContainingAll("http://127.0.0.1:1", "schema.registry.url");
    assertThatThrownBy(() -> start(Map.of("schema.registry.url", "localhost")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("schema.registry.url");
  }

  @Test
  void shouldSayThatATopicHoldsAnotherSchema() {
    String occupied = "mock://" + UUID.randomUUID();
    try (var other = SchemaRegistry.from(Map.of("schema.registry.url", occupied))) {
      other.idFor(SchemaRegistry.subject("test-forecasts"), Observation.getClassSchema());
    }

    assertThatThrownBy(
            () -> start(Map.of("schema.registry.url", occupied, "auto.register.schemas", "false")))
        .isInstanceOf(SerdeException.SchemaRefused.class)
        .hasMessageContainingAll("test-forecasts-value", "Observation", "Forecast");
  }

  @Test
  void shouldSayThatTheInputHasNoSuchField() {
    String described = "mock://" + UUID.randomUUID();
    try (var other = SchemaRegistry.from(Map.of("schema.registry.url", described))) {
      other.idFor(SchemaRegistry.subject("input"), Observation.getClassSchema());
    }

    assertThatThrownBy(
            () ->
                start(
                    Map.of("schema.registry.url", described, "eddy.input.value.field", "pressure")))
        .isInstanceOfSatisfying(
            UserException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.UNFIT))
        .hasMessageContainingAll("\"pressure\"", "time, value");
  }

  private RunningApplication start(Map<String, String> changes) {
    return EddyApplication.of(settings(changes)).start(new Progress());
  }

  private Map<String, String> settings(Map<String, String> changes) {
    Map<String, String> settings = new HashMap<>();
    settings.put("application.id", "test");
    settings.put("bootstrap.servers", broker.bootstrapServers());
    settings.put("schema.registry.url", registry);
    settings.put("state.dir", folder.toString());
    settings.put("eddy.input.topic", "input");
    settings.put("eddy.topic.replication.factor", "1");
    settings.putAll(changes);
    return settings;
  }
}
