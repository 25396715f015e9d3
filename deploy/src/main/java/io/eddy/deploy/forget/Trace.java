package io.eddy.deploy.forget;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.utils.Bytes;

/// What one topic has been found to say about one series.
final class Trace {
  private final Map<Place, Boolean> newest = new HashMap<>();
  private long values;
  private long tombstones;
  private long newestTimestamp = Long.MIN_VALUE;

  /// What compaction keeps one record of.
  private record Place(int partition, Bytes key) {}

  /// Takes a record about the series; those of a partition in the order of their offsets.
  void add(ConsumerRecord<byte[], byte[]> record) {
    boolean hasValue = record.value() != null;
    newest.put(new Place(record.partition(), Bytes.wrap(record.key())), hasValue);
    if (hasValue) {
      values++;
    } else {
      tombstones++;
    }
    newestTimestamp = Math.max(newestTimestamp, record.timestamp());
  }

  /// Records with content that a reader of the topic still gets.
  long values() {
    return values;
  }

  /// Records that say nothing but that there is nothing any more.
  long tombstones() {
    return tombstones;
  }

  /// Keys whose newest record has content.
  long current() {
    return newest.values().stream().filter(hasValue -> hasValue).count();
  }

  /// Timestamp of the newest record, epoch milliseconds.
  long newestTimestamp() {
    return newestTimestamp;
  }
}
