package io.eddy.it.container;

import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Objects;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/// A broker in a container, for other containers as `kafka:9092`, and for this process.
///
/// A broker tells its clients where to find it, so the port on this machine is chosen before it
/// starts.
final class ContainerBroker implements AutoCloseable {
  private static final Duration START_MAX = Duration.ofMinutes(3);

  private final GenericContainer<?> container;
  private final String outside;

  private ContainerBroker(GenericContainer<?> container, String outside) {
    this.container = container;
    this.outside = outside;
  }

  static ContainerBroker start(Network network, DockerImageName eddy) {
    // Where the engine's ports are for this process: within a container of its own they are not
    // on the loopback interface.
    String host = DockerClientFactory.instance().dockerHostIpAddress();
    int port = freePort();
    String outside = host + ":" + port;
    GenericContainer<?> container =
        ContainerImages.broker(eddy)
            .withNetwork(network)
            .withNetworkAliases("kafka")
            .withEnv("KAFKA_NODE_ID", "1")
            .withEnv("KAFKA_PROCESS_ROLES", "broker,controller")
            .withEnv("KAFKA_CONTROLLER_QUORUM_VOTERS", "1@localhost:9093")
            .withEnv(
                "KAFKA_LISTENERS",
                "INSIDE://0.0.0.0:9092,CONTROLLER://localhost:9093,OUTSIDE://0.0.0.0:" + port)
            .withEnv("KAFKA_ADVERTISED_LISTENERS", "INSIDE://kafka:9092,OUTSIDE://" + outside)
            .withEnv(
                "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP",
                "INSIDE:PLAINTEXT,OUTSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT")
            .withEnv("KAFKA_INTER_BROKER_LISTENER_NAME", "INSIDE")
            .withEnv("KAFKA_CONTROLLER_LISTENER_NAMES", "CONTROLLER")
            .withEnv("KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR", "1")
            .withEnv("KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR", "1")
            .withEnv("KAFKA_TRANSACTION_STATE_LOG_MIN_ISR", "1")
            .withEnv("KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0");
    // Modifiers add up: the image's own may name an entrypoint.
    container.withExposedPorts(port);
    container.withCreateContainerCmdModifier(
        create ->
            Objects.requireNonNullElseGet(create.getHostConfig(), HostConfig::new)
                .withPortBindings(
                    new PortBinding(
                        Ports.Binding.bindIpAndPort(interfaceOf(host), port),
                        new ExposedPort(port))));
    container.waitingFor(Wait.forListeningPort().withStartupTimeout(START_MAX)).start();
    return new ContainerBroker(container, outside);
  }

  /// The engine takes no names.
  private static String interfaceOf(String host) {
    return host.equals("localhost") ? "127.0.0.1" : host;
  }

  /// What clients of this process take as `bootstrap.servers`.
  String outside() {
    return outside;
  }

  @Override
  public void close() {
    container.close();
  }

  private static int freePort() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
