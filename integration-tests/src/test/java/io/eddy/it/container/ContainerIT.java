package io.eddy.it.container;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import io.eddy.it.cluster.Answers;
import io.eddy.it.cluster.KafkaCluster;
import io.eddy.it.cluster.Patience;
import io.eddy.it.cluster.TestApplication;
import io.eddy.it.scenario.Waves;
import io.eddy.schemas.serde.SchemaRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.MemberDescription;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/// Eddy's own image, beside a broker and a registry in containers, as an operator runs it: not as
/// root, on a read-only root, configured by its environment.
///
/// Public images unless system properties name others; see [ContainerImages].
class ContainerIT {
  private static final Logger LOGGER = LoggerFactory.getLogger(ContainerIT.class);
  private static final int PARTITIONS = 4;
  private static final Waves WAVES = new Waves(8, PARTITIONS);
  private static final Duration START_MAX = Duration.ofMinutes(3);
  private static final int BROKER_PORT = 9092;
  private static final int REGISTRY_PORT = 8080;
  private static final String REGISTRY_PATH = "/apis/ccompat/v7";

  @Test
  void shouldGoOnWhenOneOfTwoContainersIsKilled() {
    requireEngine();
    DockerImageName image = ContainerImages.eddy();
    try (Network network = Network.newNetwork();
        ContainerBroker broker = ContainerBroker.start(network, image);
        GenericContainer<?> registry = ContainerImages.registry(image)) {
      registry
          .withNetwork(network)
          .withNetworkAliases("registry")
          .withExposedPorts(REGISTRY_PORT)
          .waitingFor(Wait.forHttp(REGISTRY_PATH + "/subjects").withStartupTimeout(START_MAX))
          .start();
      try (KafkaCluster cluster = KafkaCluster.at(broker.outside())) {
        TestApplication application =
            TestApplication.create(
                cluster,
                "contained",
                PARTITIONS,
                Map.of(
                    SchemaRegistry.URL_CONFIG,
                    "http://"
                        + registry.getHost()
                        + ":"
                        + registry.getMappedPort(REGISTRY_PORT)
                        + REGISTRY_PATH));
        try (GenericContainer<?> killed = eddy(image, network, application);
            GenericContainer<?> staying = eddy(image, network, application)) {
          killed.start();
          staying.start();
          awaitMembers(application, 2);
          application.send(WAVES.steps(0, 60));
          awaitAnswered(application, staying);

          killed.getDockerClient().killContainerCmd(killed.getContainerId()).exec();
          application.send(WAVES.steps(60, 90));

          awaitAnswered(application, staying);
          assertThat(members(application)).hasSize(1);
          Answers answers = Answers.await(application);
          answers.assertAsReplayed();
          assertThat(uid(staying)).isEqualTo("10001");
        }
      }
    }
  }

  /// Said aloud, as a test that is skipped in silence looks like one that passes.
  private static void requireEngine() {
    boolean there =
        ContainerImages.isEnabled() && DockerClientFactory.instance().isDockerAvailable();
    if (!there) {
      LOGGER.warn(
          "SKIPPED: no container engine answers, or there are no images for it, so Eddy's image is"
              + " neither built nor run; .ci/container-engine makes both ready");
    }
    Assumptions.assumeTrue(there, "no container engine answers, or there are no images for it");
  }

  private static GenericContainer<?> eddy(
      DockerImageName image, Network network, TestApplication application) {
    Map<String, String> settings = new LinkedHashMap<>(application.settings());
    settings.put("bootstrap.servers", "kafka:" + BROKER_PORT);
    settings.put(SchemaRegistry.URL_CONFIG, "http://registry:" + REGISTRY_PORT + REGISTRY_PATH);
    GenericContainer<?> eddy =
        new GenericContainer<>(image)
            .withNetwork(network)
            // Small, and without the second compiler: they live for a minute beside others.
            .withEnv("EDDY_JAVA_OPTS", "-Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1")
            .withCommand("run")
            .withCreateContainerCmdModifier(
                create ->
                    Objects.requireNonNullElseGet(create.getHostConfig(), HostConfig::new)
                        .withReadonlyRootfs(true)
                        .withCapDrop(Capability.ALL))
            .waitingFor(
                Wait.forLogMessage(".*state changed.*\\n", 1).withStartupTimeout(START_MAX));
    settings.forEach((key, value) -> eddy.withEnv(variable(key), value));
    return eddy;
  }

  private static String variable(String key) {
    String variable = key.replace('.', '_').toUpperCase(Locale.ROOT);
    return key.startsWith("eddy.") || key.startsWith("schema.registry.")
        ? variable
        : "KAFKA_" + variable;
  }

  private static void awaitMembers(TestApplication application, int count) {
    Patience.await("both containers in the group")
        .atMost(START_MAX)
        .ignoreExceptions() // the group is not there yet
        .until(() -> members(application).size() == count);
  }

  /// The containers that have partitions, by their addresses.
  private static Set<String> members(TestApplication application) {
    return KafkaCluster.await(
            Objects.requireNonNull(
                application
                    .cluster()
                    .admin()
                    .describeConsumerGroups(List.of(application.id()))
                    .describedGroups()
                    .get(application.id())))
        .members()
        .stream()
        .filter(member -> !member.assignment().topicPartitions().isEmpty())
        .map(MemberDescription::host)
        .collect(Collectors.toSet());
  }

  private static void awaitAnswered(TestApplication application, GenericContainer<?> container) {
    Patience.await("all events answered")
        .atMost(START_MAX)
        .until(
            () -> {
              assertThat(container.isRunning()).as(container.getLogs()).isTrue();
              return application.committedInput() == application.sent().size();
            });
  }

  private static String uid(GenericContainer<?> container) {
    try {
      return container.execInContainer("id", "-u").getStdout().strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
