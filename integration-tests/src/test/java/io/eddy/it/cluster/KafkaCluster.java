package io.eddy.it.cluster;

import io.eddy.deploy.app.Cluster;
import io.eddy.deploy.broker.EmbeddedBroker;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/// The Kafka cluster that all tests of a JVM share: a genuine broker in this process, or the one
/// that `-Deddy.it.bootstrap.servers=host:port` names. Tests keep apart by their topics and
/// application ids, never by a broker of their own.
public final class KafkaCluster implements AutoCloseable {
  private static final String SERVERS = "eddy.it.bootstrap.servers";
  private static final long ANSWER_SECONDS = 60;

  private final @Nullable EmbeddedBroker broker;
  private final String bootstrapServers;
  private final Admin admin;

  private KafkaCluster(@Nullable EmbeddedBroker broker, String bootstrapServers) {
    this.broker = broker;
    this.bootstrapServers = bootstrapServers;
    this.admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers));
  }

  static KafkaCluster open() {
    String named = System.getProperty(SERVERS);
    if (named != null) {
      return new KafkaCluster(null, named);
    }
    var broker = EmbeddedBroker.start(0);
    return new KafkaCluster(broker, broker.bootstrapServers());
  }

  /// One that runs elsewhere, for the test that started it; closing it closes its client alone.
  public static KafkaCluster at(String bootstrapServers) {
    return new KafkaCluster(null, bootstrapServers);
  }

  /// What clients take as `bootstrap.servers`.
  public String bootstrapServers() {
    return bootstrapServers;
  }

  /// A client to administer it with, shared.
  public Admin admin() {
    return admin;
  }

  /// Makes a topic as a user would, with the broker's defaults, and waits until the broker knows
  /// it: the controller confirms it before. Records stay whatever their age.
  public void createTopic(String name, int partitions) {
    var topic =
        new NewTopic(name, partitions, (short) -1 /* the broker's default */)
            .configs(Map.of(TopicConfig.RETENTION_MS_CONFIG, "-1"));
    await(admin.createTopics(List.of(topic)).all());
    Cluster.awaitTopics(admin, List.of(name));
  }

  /// Sends records, in their order; returns when the cluster has all of them.
  ///
  /// @return where each of them stands
  public List<RecordMetadata> send(List<ProducerRecord<byte[], byte[]>> records) {
    try (var producer = producer()) {
      List<Future<RecordMetadata>> sent = records.stream().map(producer::send).toList();
      producer.flush();
      return sent.stream().map(KafkaCluster::await).toList();
    }
  }

  /// One for each call, with one request at a time. One that all tests shared got no answer for two
  /// minutes from a partition just made, twice in the same place of the whole suite; a first batch
  /// that fails while the broker learns of the partition, and a second that does not, may be why.
  private KafkaProducer<byte[], byte[]> producer() {
    return new KafkaProducer<>(
        Map.of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrapServers,
            ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION,
            1,
            ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
            2 << 20),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  /// What the cluster answers.
  public static <T> T await(Future<T> future) {
    try {
      return future.get(ANSWER_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the cluster did not do as told: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  @Override
  public void close() {
    admin.close();
    if (broker != null) {
      broker.close();
    }
  }
}
