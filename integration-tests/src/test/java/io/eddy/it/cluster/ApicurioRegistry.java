package io.eddy.it.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/// A real schema registry: Apicurio's server with an empty in-memory database, in a process of its
/// own, on a free port of the loopback address. Maven unpacks it before the integration tests.
public final class ApicurioRegistry implements AutoCloseable {

  private static final Path HOME = Path.of("target", "apicurio");
  private static final Pattern LISTENING =
      Pattern.compile("Listening on: (http://127\\.0\\.0\\.1:\\d+)\\.");

  /// About 8 seconds on two idle cores.
  private static final Duration START_MAX = Duration.ofMinutes(2);

  private final Process process;
  private final String address;

  private ApicurioRegistry(Process process, String address) {
    this.process = process;
    this.address = address;
  }

  /// Starts a server and returns when it answers.
  public static ApicurioRegistry start() {
    if (!Files.exists(HOME.resolve("quarkus-run.jar"))) {
      throw new IllegalStateException(
          "no registry in %s: run the tests with \"mvn verify\", or once \"mvn -pl integration-tests pre-integration-test\""
              .formatted(HOME.toAbsolutePath()));
    }
    try {
      Path log = Files.createTempFile(Path.of("target"), "apicurio-", ".log");
      Process process =
          new ProcessBuilder(
                  ProcessHandle.current().info().command().orElse("java"),
                  "-Xmx512m",
                  "-Dquarkus.http.host=127.0.0.1",
                  "-Dquarkus.http.port=0",
                  "-Dquarkus.management.host=127.0.0.1",
                  "-Dquarkus.management.port=0",
                  "-jar",
                  "quarkus-run.jar")
              .directory(HOME.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      // Also when the test's JVM is ended in the middle of a test.
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
      return new ApicurioRegistry(process, awaitAddress(process, log));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String awaitAddress(Process process, Path log) {
    return Awaitility.await("registry starts, see " + log)
        .atMost(START_MAX)
        .failFast("registry ended, see " + log, () -> !process.isAlive())
        .until(
            () -> {
              Matcher listening = LISTENING.matcher(Files.readString(log));
              return listening.find() ? listening.group(1) : "";
            },
            found -> !found.isEmpty());
  }

  /// Where it listens, such as `http://127.0.0.1:40123`.
  public String address() {
    return address;
  }

  /// What to put into `schema.registry.url`.
  public String url() {
    return address + "/apis/ccompat/v7";
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
