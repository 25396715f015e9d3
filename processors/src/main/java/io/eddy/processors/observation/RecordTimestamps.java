package io.eddy.processors.observation;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.TimestampExtractor;

/// The record's own timestamp, but never a negative one: Streams drops such records without a word,
/// and its stock extractors stop the application. Event time comes from the value, so nothing is
/// lost by 0 here. To be set on every source of observations.
public final class RecordTimestamps implements TimestampExtractor {
  /// The timestamp of a record that comes after one of this timestamp, or -1 for none.
  public static long of(ConsumerRecord<?, ?> record, long before) {
    return record.timestamp() >= 0 ? record.timestamp() : Math.max(0, before);
  }

  @Override
  public long extract(ConsumerRecord<Object, Object> record, long partitionTime) {
    return of(record, partitionTime);
  }
}
