package io.eddy.it.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A broker in a process of its own, which can be killed as machines kill, and started again on the
/// disk that it had.
public final class ForkedBroker implements AutoCloseable {
  private final StateDirectory disk = StateDirectory.create();
  private final int port = freePort();
  private final Map<String, String> settings;
  private @Nullable Process process;

  private ForkedBroker(Map<String, String> settings) {
    this.settings = new TreeMap<>(settings);
  }

  /// Starts a broker that is a cluster of its own, and returns at once.
  public static ForkedBroker start() {
    int controller = freePort();
    var broker = new ForkedBroker(Map.of("controller.quorum.voters", voter(1, controller)));
    broker.listenAlsoOn(controller);
    broker.restart();
    return broker;
  }

  /// Starts brokers that are one cluster: each record on all of them, committed when all but one
  /// have it.
  public static List<ForkedBroker> startCluster(int count) {
    List<Integer> controllers = new ArrayList<>();
    List<String> voters = new ArrayList<>();
    for (int node = 1; node <= count; node++) {
      controllers.add(freePort());
      voters.add(voter(node, controllers.getLast()));
    }
    String replicas = Integer.toString(count);
    String inSync = Integer.toString(count - 1);
    List<ForkedBroker> brokers = new ArrayList<>();
    for (int node = 1; node <= count; node++) {
      var broker =
          new ForkedBroker(
              Map.ofEntries(
                  Map.entry("node.id", Integer.toString(node)),
                  Map.entry("controller.quorum.voters", String.join(",", voters)),
                  Map.entry("default.replication.factor", replicas),
                  Map.entry("min.insync.replicas", inSync),
                  Map.entry("offsets.topic.replication.factor", replicas),
                  Map.entry("transaction.state.log.replication.factor", replicas),
                  Map.entry("transaction.state.log.min.isr", inSync),
                  // Whoever is gone without a word is noticed soon.
                  Map.entry("broker.session.timeout.ms", "6000"),
                  Map.entry("broker.heartbeat.interval.ms", "1000")));
      broker.listenAlsoOn(controllers.get(node - 1));
      brokers.add(broker);
    }
    brokers.forEach(ForkedBroker::restart);
    return brokers;
  }

  private static String voter(int node, int controllerPort) {
    return "%d@127.0.0.1:%d".formatted(node, controllerPort);
  }

  private void listenAlsoOn(int controllerPort) {
    settings.put(
        "listeners",
        "LOCAL://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d".formatted(port, controllerPort));
  }

  /// What clients take as `bootstrap.servers`.
  public String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  /// SIGKILL: it has no chance to finish anything. Returns when it is gone.
  public void kill() {
    Process running = process;
    if (running != null) {
      running.destroyForcibly();
      try {
        running.waitFor();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", e);
      }
      process = null;
    }
  }

  /// Starts the process, again if it was killed, on the same port and disk; returns at once.
  public void restart() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(ForkedBrokerMain.class.getName());
    command.addAll(List.of(Integer.toString(port), data().toString()));
    settings.forEach((key, value) -> command.add(key + "=" + value));
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(disk.path().resolve("log").toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path data() {
    Path data = disk.path().resolve("data");
    try {
      return Files.createDirectories(data);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int freePort() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    kill();
    disk.close();
  }
}
