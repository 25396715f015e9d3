package io.eddy.deploy.bench.stream;

import io.eddy.deploy.app.Cluster;
import io.eddy.deploy.broker.EmbeddedBroker;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.jspecify.annotations.Nullable;

/// The cluster that a bench runs on: one that is given, or a broker inside this process.
final class Broker implements AutoCloseable {
  private final @Nullable EmbeddedBroker embedded;
  private final Map<String, String> settings;
  private final Admin admin;

  private Broker(@Nullable EmbeddedBroker embedded, Map<String, String> settings) {
    this.embedded = embedded;
    this.settings = settings;
    this.admin = Cluster.connect(settings);
  }

  /// @param settings of clients; without `bootstrap.servers` a broker is started here
  static Broker open(Map<String, String> settings) {
    if (settings.containsKey(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG)) {
      return new Broker(null, settings);
    }
    // Compaction would take the processor from whoever's turn it is when it begins.
    var broker = EmbeddedBroker.start(0, Map.of("log.cleaner.min.compaction.lag.ms", "86400000"));
    try {
      return new Broker(
          broker, Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers()));
    } catch (RuntimeException e) {
      broker.close();
      throw e;
    }
  }

  /// Of clients.
  Map<String, String> settings() {
    return settings;
  }

  void createTopics(List<String> names, int partitions) {
    // As many copies as the broker makes by itself.
    List<NewTopic> topics =
        names.stream()
            .map(name -> new NewTopic(name, Optional.of(partitions), Optional.empty()))
            .toList();
    get(admin.createTopics(topics).all(), "topics cannot be made");
    Cluster.awaitTopics(admin, names);
  }

  /// Deletes all topics with such names.
  void deleteTopics(String prefix) {
    List<String> names =
        get(admin.listTopics().names(), "topics cannot be listed").stream()
            .filter(name -> name.startsWith(prefix))
            .toList();
    get(admin.deleteTopics(names).all(), "topics cannot be deleted");
  }

  /// Offsets that a group has committed, by partition of a topic.
  Map<Integer, Long> committed(String group, String topic) {
    return get(
            admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata(),
            "committed offsets cannot be read")
        .entrySet()
        .stream()
        .filter(entry -> entry.getKey().topic().equals(topic) && entry.getValue() != null)
        .collect(
            Collectors.toMap(
                entry -> entry.getKey().partition(), entry -> entry.getValue().offset()));
  }

  /// Bytes that topics have in all logs.
  long bytes(Predicate<String> topics) {
    List<Integer> brokers =
        get(admin.describeCluster().nodes(), "brokers cannot be listed").stream()
            .map(Node::id)
            .toList();
    return get(admin.describeLogDirs(brokers).allDescriptions(), "sizes of topics cannot be read")
        .values()
        .stream()
        .flatMap(broker -> broker.values().stream())
        .flatMap(directory -> directory.replicaInfos().entrySet().stream())
        .filter(replica -> topics.test(replica.getKey().topic()))
        .mapToLong(replica -> replica.getValue().size())
        .sum();
  }

  @Override
  public void close() {
    admin.close();
    if (embedded != null) {
      embedded.close();
    }
  }

  private static <T> T get(KafkaFuture<T> future, String failure) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new UserException(ExitCode.FAILED, "the bench's " + failure + ": " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserException(ExitCode.FAILED, "interrupted", e);
    }
  }
}
