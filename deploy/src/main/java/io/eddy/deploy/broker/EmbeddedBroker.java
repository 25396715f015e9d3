package io.eddy.deploy.broker;

import io.eddy.deploy.process.TemporaryFolder;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.jspecify.annotations.Nullable;

/// One genuine Kafka broker, controller included, inside this process: loopback only, its data in a
/// temporary folder that is deleted when it closes, or in a given one that stays.
///
/// It is meant for the demo and for tests, on a machine that does other work beside it: few
/// threads, one replica, one partition for offsets and transactions, small preallocated files. A
/// broker starts in about 2.5 s.
public final class EmbeddedBroker implements AutoCloseable {
  private static final int NODE = 1;
  private static final String HOST = "127.0.0.1";

  /// The cluster of all brokers with folders that stay: some of them may be told to form one.
  private static final Uuid LASTING_CLUSTER = new Uuid(0x6564_6479L, 1);

  private final KafkaRaftServer server;
  private final Path folder;
  private final @Nullable TemporaryFolder temporary;
  private final int port;
  private boolean closed;

  private EmbeddedBroker(
      KafkaRaftServer server, Path folder, @Nullable TemporaryFolder temporary, int port) {
    this.server = server;
    this.folder = folder;
    this.temporary = temporary;
    this.port = port;
  }

  /// Starts a broker.
  ///
  /// @param wantedPort the port that clients connect to; 0 for a free one
  /// @throws BrokerStartException if the port is in use or the broker does not start
  public static EmbeddedBroker start(int wantedPort) {
    return start(wantedPort, Map.of());
  }

  /// Starts a broker with settings of its own, such as for authentication on the listener `LOCAL`.
  ///
  /// @param wantedPort the port that clients connect to; 0 for a free one
  /// @param further settings over those that are made here
  /// @throws BrokerStartException if the port is in use or the broker does not start
  public static EmbeddedBroker start(int wantedPort, Map<String, String> further) {
    int port = freePort(wantedPort);
    var temporary = TemporaryFolder.create("eddy-broker-");
    try {
      return start(port, temporary.path(), temporary, Uuid.randomUuid(), further);
    } catch (BrokerStartException e) {
      temporary.close();
      throw e;
    }
  }

  /// Starts a broker on a folder that outlives it: a broker that is started there again, whatever
  /// ended the one before, has the same data.
  ///
  /// @param folder empty, or what an earlier one has left
  /// @throws BrokerStartException if the port is in use or the broker does not start
  public static EmbeddedBroker open(Path folder, int wantedPort, Map<String, String> further) {
    return start(freePort(wantedPort), folder, null, LASTING_CLUSTER, further);
  }

  private static EmbeddedBroker start(
      int port,
      Path folder,
      @Nullable TemporaryFolder temporary,
      Uuid cluster,
      Map<String, String> further) {
    @Nullable KafkaRaftServer server = null;
    try {
      Map<String, String> settings = settings(port, freePort(0), folder);
      settings.putAll(further);
      var config = new KafkaConfig(settings);
      format(folder, cluster, config.nodeId());
      server = new KafkaRaftServer(config, Time.SYSTEM);
      server.startup();
      return new EmbeddedBroker(server, folder, temporary, port);
    } catch (Exception e) {
      if (server != null) {
        server.shutdown();
      }
      throw new BrokerStartException("the broker inside this process did not start: " + e, e);
    }
  }

  /// What clients take as `bootstrap.servers`.
  public String bootstrapServers() {
    return HOST + ":" + port;
  }

  /// Where the broker keeps its data while it runs.
  Path folder() {
    return folder;
  }

  /// Stops the broker and deletes its data if they were temporary. A second call does nothing.
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    server.shutdown();
    server.awaitShutdown();
    if (temporary != null) {
      temporary.close();
    }
  }

  private static Map<String, String> settings(int port, int controllerPort, Path folder) {
    Map<String, String> settings = new HashMap<>();
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", String.valueOf(NODE));
    settings.put("controller.quorum.voters", NODE + "@" + HOST + ":" + controllerPort);
    settings.put(
        "listeners",
        "LOCAL://" + HOST + ":" + port + ",CONTROLLER://" + HOST + ":" + controllerPort);
    settings.put("advertised.listeners", "LOCAL://" + HOST + ":" + port);
    settings.put("listener.security.protocol.map", "LOCAL:PLAINTEXT,CONTROLLER:PLAINTEXT");
    settings.put("inter.broker.listener.name", "LOCAL");
    settings.put("controller.listener.names", "CONTROLLER");
    settings.put("log.dirs", folder.toString());

    // As in production: a topic that nobody planned is an error, not a surprise.
    settings.put("auto.create.topics.enable", "false");
    settings.put("default.replication.factor", "1");
    settings.put("offsets.topic.replication.factor", "1");
    settings.put("offsets.topic.num.partitions", "1");
    settings.put("transaction.state.log.replication.factor", "1");
    settings.put("transaction.state.log.min.isr", "1");
    settings.put("transaction.state.log.num.partitions", "1");
    settings.put("share.coordinator.state.topic.replication.factor", "1");
    settings.put("share.coordinator.state.topic.min.isr", "1");
    settings.put("share.coordinator.state.topic.num.partitions", "1");
    settings.put("group.initial.rebalance.delay.ms", "0");

    settings.put("num.network.threads", "2");
    settings.put("num.io.threads", "2");
    settings.put("num.recovery.threads.per.data.dir", "1");
    settings.put("background.threads", "2");
    // The defaults would take 128 MiB of heap, and preallocate 20 MiB of index for each segment.
    settings.put("log.cleaner.dedupe.buffer.size", String.valueOf(4 << 20));
    settings.put("log.index.size.max.bytes", String.valueOf(1 << 20));
    return settings;
  }

  private static void format(Path folder, Uuid cluster, int node) throws Exception {
    try (var silent =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
      new Formatter()
          .setPrintStream(silent)
          .setClusterId(cluster.toString())
          .setNodeId(node)
          .setIgnoreFormatted(true)
          .setControllerListenerName("CONTROLLER")
          .addDirectory(folder.toString())
          .run();
    }
  }

  private static int freePort(int wanted) {
    try (var socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted));
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new BrokerStartException(
          "port "
              + wanted
              + " on "
              + HOST
              + " cannot be used ("
              + e.getMessage()
              + "): choose another with --port, or leave it out to get a free one",
          e);
    }
  }
}
