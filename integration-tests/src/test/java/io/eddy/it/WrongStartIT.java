package io.eddy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eddy.it.cluster.ClusterExtension;
import io.eddy.it.cluster.ForkedInstance;
import io.eddy.it.cluster.KafkaCluster;
import io.eddy.it.cluster.Patience;
import io.eddy.it.cluster.StateDirectory;
import io.eddy.it.cluster.TestApplication;
import io.eddy.it.scenario.Readings;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.schemas.serde.SchemaRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// A start that cannot go well is refused before anything runs, with a message that says what is
/// wrong and what to do, and an exit code of its own.
@ExtendWith(ClusterExtension.class)
class WrongStartIT {
  private static final int UNREACHABLE = 3;
  private static final int UNFIT = 4;

  @Test
  void shouldNameTheCommandThatMakesMissingTopicsAndStartAfterIt(KafkaCluster cluster) {
    TestApplication application = TestApplication.configure(cluster, "topicless", Map.of());
    cluster.createTopic(application.input(), 2);
    try (StateDirectory state = StateDirectory.create()) {
      try (ForkedInstance refused = application.fork(state, Map.of())) {
        assertThat(refused.awaitEnd()).as(refused.said()).isEqualTo(UNFIT);
        assertThat(refused.said())
            .contains("eddy topics create", "does not exist")
            .contains(application.topics().all());
      }
      try (ForkedInstance repair = application.fork(state, List.of("topics", "create"))) {
        assertThat(repair.awaitEnd()).as(repair.said()).isZero();
      }
      try (ForkedInstance running = application.fork(state, Map.of())) {
        Patience.await("a running instance")
            .until(
                () -> {
                  running.requireAlive();
                  return running.said().contains("RUNNING");
                });
      }
    }
  }

  @Test
  void shouldRefuseTopicsWithOtherPartitionsThanTheInput(KafkaCluster cluster) {
    TestApplication application = TestApplication.configure(cluster, "partitions", Map.of());
    cluster.createTopic(application.input(), 3);
    application.createTopics(2);

    assertThatThrownBy(application::start)
        .hasMessageContaining("topic \"" + application.topics().forecasts() + "\" has 2 partitions")
        .hasMessageContaining("expected 3")
        .hasMessageContaining(application.topics().history())
        .hasMessageContaining("choose a new eddy.topic.prefix");
  }

  @Test
  void shouldRefuseAnInputTopicThatDoesNotExist(KafkaCluster cluster) {
    TestApplication application = TestApplication.configure(cluster, "inputless", Map.of());

    assertThatThrownBy(application::start)
        .hasMessageContaining("the input topic \"" + application.input() + "\" does not exist")
        .hasMessageContaining("correct eddy.input.topic");
  }

  @Test
  void shouldSayWhichRegistryDoesNotAnswer(KafkaCluster cluster) {
    String url = "http://localhost:" + closedPort();
    TestApplication application =
        TestApplication.configure(cluster, "registryless", Map.of(SchemaRegistry.URL_CONFIG, url));
    cluster.createTopic(application.input(), 1);
    application.createTopics(1);

    assertThatThrownBy(application::start)
        .hasMessageContaining("the registry at " + url + " does not answer")
        .hasMessageContaining("start it, or correct " + SchemaRegistry.URL_CONFIG);
  }

  @Test
  void shouldGiveUpABrokerThatDoesNotAnswerWithinSeconds(KafkaCluster cluster) {
    String broker = "localhost:" + closedPort();
    TestApplication application = TestApplication.configure(cluster, "brokerless", Map.of());
    Instant started = Instant.now();

    try (StateDirectory state = StateDirectory.create();
        ForkedInstance refused =
            application.fork(state, Map.of(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, broker))) {
      assertThat(refused.awaitEnd()).as(refused.said()).isEqualTo(UNREACHABLE);
      assertThat(refused.said())
          .contains("no Kafka broker answers at " + broker)
          .contains("start it, or correct --bootstrap-server");
    }
    // It waits for ten; the rest is for a busy machine.
    assertThat(Duration.between(started, Instant.now())).isLessThan(Duration.ofSeconds(45));
  }

  @Test
  void shouldNameTheFieldsThatTheInputHas(KafkaCluster cluster) {
    TestApplication application =
        TestApplication.configure(
            cluster,
            "fieldless",
            Map.of(
                ProcessorsConfig.INPUT_FORMAT, "avro",
                ProcessorsConfig.INPUT_VALUE_FIELD, "measured.strength",
                ProcessorsConfig.INPUT_TIME_FIELD, Readings.TIME_FIELD));
    cluster.createTopic(application.input(), 1);
    application.createTopics(1);
    application.registry().idFor(SchemaRegistry.subject(application.input()), Readings.SCHEMA);

    assertThatThrownBy(application::start)
        .hasMessageContaining("has no field \"measured.strength\"")
        .hasMessageContaining("voltage, power");
  }

  /// A port that nothing listens at.
  private static int closedPort() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
