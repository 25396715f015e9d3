package io.eddy.deploy.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.javalin.Javalin;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Listeners on real connections.
@Timeout(120)
class EventStreamsTest {
  private final EventStreams events = new EventStreams(() -> Map.of("well", true));
  private final Javalin server =
      Javalin.create(
              config -> {
                config.startup.showJavalinBanner = false;
                config.concurrency.useVirtualThreads = true;
                config.routes.get("/", request -> events.serve(request, Set.of("followed")));
              })
          .start("127.0.0.1", 0);

  @AfterEach
  void stop() {
    events.close();
    server.stop();
  }

  private Socket listen() throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    socket
        .getOutputStream()
        .write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    await().atMost(Duration.ofSeconds(60)).until(() -> events.size() == 1);
    return socket;
  }

  /// Whoever tells is the reader of all answers: a browser that sleeps must not hold it up.
  @Test
  void shouldNeverWaitForAListenerThatDoesNotRead() throws IOException {
    try (Socket sleeping = listen()) {
      String text = "x".repeat(1_000);
      long began = System.nanoTime();
      for (int i = 0; i < 100_000; i++) {
        events.tell("followed", "answer", () -> text);
      }
      Duration took = Duration.ofNanos(System.nanoTime() - began);

      // Its connection takes a few of these 100 MB, and would take the others never.
      assertThat(took).isLessThan(Duration.ofSeconds(30));
      var reader =
          new BufferedReader(
              new InputStreamReader(sleeping.getInputStream(), StandardCharsets.UTF_8));
      String line;
      do {
        line = reader.readLine();
      } while (line != null && !line.equals("event: dropped"));
      assertThat(line).as("it is told that it missed events").isEqualTo("event: dropped");
    }
  }

  @Test
  void shouldForgetAListenerThatIsGone() throws IOException {
    listen().close();

    await().atMost(Duration.ofSeconds(60)).until(() -> events.size() == 0);
  }

  @Test
  void shouldMakeNothingOfAnEventThatNobodyFollows() throws IOException {
    try (Socket listening = listen()) {
      events.tell(
          "another",
          "answer",
          () -> {
            throw new AssertionError("nobody follows it");
          });
      assertThat(listening.isConnected()).isTrue();
    }
  }
}
