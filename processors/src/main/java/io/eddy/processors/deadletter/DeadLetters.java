package io.eddy.processors.deadletter;

import io.eddy.processors.observation.Decoded;
import io.eddy.processors.observation.ObservationLimits;
import io.eddy.schemas.avro.DeadLetter;
import io.eddy.schemas.avro.Reason;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/// Makes the record that says what could not be processed, where it came from, and why.
///
/// Dead letters are an output of the topology like any other, in the same transaction as everything
/// else, and not the work of an exception handler: the stock handler loses forecasts whose send
/// failed, and builds dead letters of dead letters until the stack overflows.
///
/// To be called *before* the first forward of a record: afterwards Streams frees its raw bytes.
public final class DeadLetters {
  /// Bytes of key, value and message together, at most. With Avro's framing a dead letter stays
  /// below the producer's default `max.request.size`, whatever came in.
  public static final int BYTES_MAX = 900_000;

  private static final int MESSAGE_LENGTH_MAX = 4_000;

  private DeadLetters() {}

  /// The dead letter of an input record, ready to be forwarded. It keeps the input's key, so that
  /// it is found on the same partition, unless that is missing or too long; headers are left out,
  /// since the input's may name a schema that this value does not have.
  public static Record<byte @Nullable [], DeadLetter> of(
      Record<byte[], byte[]> input, RecordMetadata origin, Decoded.Rejected why) {
    byte @Nullable [] key = input.key();
    DeadLetter letter =
        of(
            key,
            input.value(),
            input.timestamp(),
            origin.topic(),
            origin.partition(),
            origin.offset(),
            why.reason(),
            why.message());
    byte @Nullable [] kept =
        key != null && key.length <= ObservationLimits.KEY_BYTES_MAX ? key : null;
    return new Record<>(kept, letter, Math.max(0, input.timestamp()));
  }

  /// The dead letter of any record.
  ///
  /// @param timestamp the record's Kafka timestamp, epoch milliseconds
  public static DeadLetter of(
      byte @Nullable [] key,
      byte @Nullable [] value,
      long timestamp,
      String topic,
      int partition,
      long offset,
      Reason reason,
      String message) {
    String shortened =
        message.length() <= MESSAGE_LENGTH_MAX ? message : message.substring(0, MESSAGE_LENGTH_MAX);
    // A key that is kept stands in the dead letter twice: as its key and in its value. Longer ones
    // stand only in the value, cut to the same length, so that the value's beginning has room.
    int keyBytes = key == null ? 0 : Math.min(key.length, ObservationLimits.KEY_BYTES_MAX);
    int left = BYTES_MAX - 2 * keyBytes - 4 * MESSAGE_LENGTH_MAX;
    int valueBytes = value == null ? 0 : Math.min(value.length, left);
    boolean truncated =
        (key != null && keyBytes < key.length) || (value != null && valueBytes < value.length);
    return new DeadLetter(
        topic,
        partition,
        offset,
        Instant.ofEpochMilli(timestamp),
        reason,
        shortened,
        key == null ? null : ByteBuffer.wrap(key, 0, keyBytes).slice(),
        value == null ? null : ByteBuffer.wrap(value, 0, valueBytes).slice(),
        truncated);
  }
}
