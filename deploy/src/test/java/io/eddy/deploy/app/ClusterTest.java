package io.eddy.deploy.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClusterTest {
  private static final Duration SHORT = Duration.ofMillis(500);

  @Test
  void shouldSayThatNoBrokerAnswers() throws IOException {
    int port;
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    assertUnreachable("127.0.0.1:" + port);
  }

  @Test
  void shouldSayThatSomethingElseAnswers() throws IOException {
    try (var mute = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertUnreachable("127.0.0.1:" + mute.getLocalPort());
    }
  }

  @Test
  void shouldTreatANameThatDoesNotExistAsABrokerThatIsOff() {
    assertUnreachable("no-such-host.invalid:9092");
  }

  @Test
  void shouldAskForACluster() {
    assertThatThrownBy(() -> Cluster.connect(Map.of()))
        .isInstanceOfSatisfying(
            UserException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
        .hasMessageContaining("--bootstrap-server");
  }

  private static void assertUnreachable(String servers) {
    assertThatThrownBy(() -> Cluster.connect(Map.of("bootstrap.servers", servers), SHORT))
        .isInstanceOfSatisfying(
            UserException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.UNREACHABLE))
        .hasMessageContaining("no Kafka broker answers at " + servers)
        .hasMessageContaining("--bootstrap-server");
  }
}
