package io.eddy.deploy.replay;

import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import io.eddy.processors.config.ProcessorsConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.StreamsConfig;

/// Reads partitions from one place to another, committed records alone, in nobody's group.
final class RecordReader implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);

  private final KafkaConsumer<byte[], byte[]> consumer;

  RecordReader(ProcessorsConfig config) {
    Map<String, Object> client =
        new HashMap<>(
            new StreamsConfig(config.kafkaProperties()).getGlobalConsumerConfigs("eddy-replay"));
    client.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    client.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    client.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    consumer =
        new KafkaConsumer<>(client, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /// How many partitions a topic has.
  ///
  /// @throws UserException if there is no such topic
  int partitions(String topic) {
    int count = consumer.partitionsFor(topic).size();
    if (count == 0) {
      throw new UserException(
          ExitCode.UNFIT,
          "the cluster has no topic \"%s\": is this the application's configuration?"
              .formatted(topic));
    }
    return count;
  }

  /// Reads a partition from its beginning to where it ends now.
  void readAll(String topic, int partition, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
    read(topic, partition, 0, Long.MAX_VALUE, reader);
  }

  /// Reads a partition from an offset on, or its beginning if that is later, up to and without
  /// another, or where it ends now.
  void read(
      String topic,
      int partition,
      long from,
      long to,
      Consumer<ConsumerRecord<byte[], byte[]>> reader) {
    var place = new TopicPartition(topic, partition);
    consumer.assign(List.of(place));
    long beginning = consumer.beginningOffsets(List.of(place)).getOrDefault(place, 0L);
    long end = Math.min(to, consumer.endOffsets(List.of(place)).getOrDefault(place, 0L));
    consumer.seek(place, Math.max(from, beginning));
    // By positions, not records: markers of transactions and gaps of compaction take offsets, too.
    while (consumer.position(place) < end) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL).records(place)) {
        if (record.offset() < end) {
          reader.accept(record);
        }
      }
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
