package io.eddy.deploy.backtest;

import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import io.eddy.processors.observation.Decoded;
import io.eddy.processors.observation.ObservationDecoder;
import io.eddy.schemas.avro.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/// Series as they stand in a topic, up to where it reaches when the reading begins, decoded as the
/// stream decodes them.
public final class RecordedTopic {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final int COMPLAINTS = 3;

  private final LongFile series = new LongFile();
  private final Map<Reason, Long> rejected = new EnumMap<>(Reason.class);
  private final List<String> complaints = new ArrayList<>();
  private long observations;

  private RecordedTopic() {}

  /// Reads a topic from its beginning.
  ///
  /// @param consumer of bytes, without a group; not closed
  /// @param progress told of offsets
  /// @throws UserException if the cluster has no such topic
  public static RecordedTopic read(
      Consumer<byte[], byte[]> consumer,
      String topic,
      ObservationDecoder decoder,
      Progress progress) {
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream()
            .map(info -> new TopicPartition(topic, info.partition()))
            .toList();
    if (partitions.isEmpty()) {
      throw new UserException(
          ExitCode.UNFIT, "the cluster has no topic \"%s\": correct --topic".formatted(topic));
    }
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    long first = consumer.beginningOffsets(partitions).values().stream().mapToLong(o -> o).sum();
    progress.begin(
        "reads " + topic, ends.values().stream().mapToLong(offset -> offset).sum() - first);
    var recorded = new RecordedTopic();
    // By positions, not records: markers of transactions and gaps of compaction take offsets, too.
    while (partitions.stream()
        .anyMatch(one -> consumer.position(one) < ends.getOrDefault(one, 0L))) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        var partition = new TopicPartition(record.topic(), record.partition());
        if (record.offset() < ends.getOrDefault(partition, 0L)) {
          recorded.add(record, decoder);
          progress.advance(1);
        }
      }
    }
    recorded.series.sort();
    return recorded;
  }

  private void add(ConsumerRecord<byte[], byte[]> record, ObservationDecoder decoder) {
    switch (decoder.decode(record.key(), record.value(), record.headers(), record.timestamp())) {
      case Decoded.Observation observation -> {
        series.add(
            new String(record.key(), StandardCharsets.UTF_8),
            observation.timeMillis(),
            observation.value(),
            observation.covariates());
        observations++;
      }
      case Decoded.Rejected refused -> {
        rejected.merge(refused.reason(), 1L, Long::sum);
        if (complaints.size() < COMPLAINTS) {
          complaints.add(
              "partition %d, offset %d: %s"
                  .formatted(record.partition(), record.offset(), refused.message()));
        }
      }
    }
  }

  /// How many records are measurements.
  public long observations() {
    return observations;
  }

  /// How many series there are.
  public int keys() {
    return series.series().size();
  }

  /// How many records would end in the dead letters, by reason.
  public Map<Reason, Long> rejected() {
    return Collections.unmodifiableMap(rejected);
  }

  /// The first few of those, each in one line for people.
  public List<String> complaints() {
    return Collections.unmodifiableList(complaints);
  }

  LongFile series() {
    return series;
  }
}
