package io.eddy.deploy.replay;

import io.eddy.schemas.avro.Forecast;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/// The answers of one partition, by the offset of the event that they answer.
final class CommittedAnswers {
  private final Serde<Forecast> serde;
  private final TreeMap<Long, Answer> byOffset = new TreeMap<>();
  private long redelivered;

  /// An answer as it was committed.
  ///
  /// @param key of its series
  /// @param value its bytes
  @SuppressWarnings("ArrayRecordComponent") // compared by hand
  record Answer(Bytes key, Forecast forecast, byte[] value) {}

  CommittedAnswers(Serde<Forecast> serde) {
    this.serde = serde;
  }

  /// Takes a record of the topic of answers; of two answers to one event the first counts.
  void add(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return; // Its series was forgotten.
    }
    Forecast forecast =
        serde.deserializer().deserialize(record.topic(), record.headers(), record.value());
    if (forecast.getRedelivered()) {
      redelivered++;
      return;
    }
    byOffset.putIfAbsent(
        forecast.getInputOffset(), new Answer(Bytes.wrap(record.key()), forecast, record.value()));
  }

  /// The answer to an event, null if there is none.
  @Nullable Answer to(long offset) {
    return byOffset.get(offset);
  }

  /// What a forecast is as bytes.
  byte[] bytes(String topic, Forecast forecast) {
    return serde.serializer().serialize(topic, forecast);
  }

  /// The offset of the event whose answer says that it was a series' step of that number and time.
  @Nullable Long offsetOf(Bytes key, long steps, long timeMillis) {
    for (var entry : byOffset.entrySet()) {
      Answer answer = entry.getValue();
      if (answer.forecast().getSteps() == steps
          && answer.forecast().getEventTime().toEpochMilli() == timeMillis
          && answer.key().equals(key)) {
        return entry.getKey();
      }
    }
    return null;
  }

  /// The first event whose answer is still there.
  long begin() {
    return byOffset.isEmpty() ? Long.MAX_VALUE : byOffset.firstKey();
  }

  /// Behind the last event that was answered.
  long end() {
    return byOffset.isEmpty() ? 0 : byOffset.lastKey() + 1;
  }

  long redelivered() {
    return redelivered;
  }

  /// The series that were answered in a range.
  Set<Bytes> keysIn(ReplayRange range) {
    Set<Bytes> keys = new HashSet<>();
    byOffset.subMap(range.from(), range.to()).values().forEach(answer -> keys.add(answer.key()));
    return keys;
  }
}
