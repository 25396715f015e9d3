package io.eddy.it.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/// Reads one topic from its beginning, as bytes, and keeps what it has read. One thread at a time.
public final class TopicReader implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final List<TopicPartition> partitions;
  private final List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();

  private TopicReader(KafkaCluster cluster, String topic, IsolationLevel isolation) {
    this.consumer =
        new KafkaConsumer<>(
            Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrapServers(),
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                    isolation.toString().toLowerCase(Locale.ROOT),
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    this.partitions =
        consumer.partitionsFor(topic).stream()
            .map(info -> new TopicPartition(topic, info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
  }

  /// Sees what a consumer of transactions sees: committed records only.
  public static TopicReader committed(KafkaCluster cluster, String topic) {
    return new TopicReader(cluster, topic, IsolationLevel.READ_COMMITTED);
  }

  /// Sees records of open and of aborted transactions, too.
  public static TopicReader uncommitted(KafkaCluster cluster, String topic) {
    return new TopicReader(cluster, topic, IsolationLevel.READ_UNCOMMITTED);
  }

  /// All records of a topic that are committed now.
  public static List<ConsumerRecord<byte[], byte[]>> readAll(KafkaCluster cluster, String topic) {
    try (TopicReader reader = committed(cluster, topic)) {
      return reader.read();
    }
  }

  /// Reads on to the topic's present end.
  ///
  /// @return everything read so far, in the order of each partition
  public List<ConsumerRecord<byte[], byte[]>> read() {
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    while (!reached(ends)) {
      consumer.poll(POLL).forEach(records::add);
    }
    return Collections.unmodifiableList(records);
  }

  /// Reads on to the topic's present end, and keeps nothing: for topics that are larger than
  /// memory.
  ///
  /// @return what was not handed out before, in the order of each partition
  public List<ConsumerRecord<byte[], byte[]>> drain() {
    List<ConsumerRecord<byte[], byte[]>> drained = List.copyOf(read());
    records.clear();
    return drained;
  }

  private boolean reached(Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
  }

  @Override
  public void close() {
    consumer.close();
  }
}
