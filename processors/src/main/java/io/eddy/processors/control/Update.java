package io.eddy.processors.control;

import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/// What a topic holds for a key from now on: a value, or nothing. A tombstone alone could not say
/// which partition it is for, and a key's hash cannot either.
///
/// @param partition to write to: the one of the task that wrote the key's other records
/// @param value `null` for a tombstone
/// @param <T> the topic's values
public record Update<T>(int partition, @Nullable T value) {
  /// A tombstone.
  static <T> Update<T> nothing(int partition) {
    return new Update<>(partition, null);
  }

  /// The same for a topic whose values are of a type.
  public <S> Update<S> as(Class<S> type) {
    return new Update<>(partition, value == null ? null : type.cast(value));
  }

  /// Writes the value alone, or nothing. It does not read.
  public static <T> Serde<Update<T>> serde(Serde<T> values) {
    Serializer<T> serializer = values.serializer();
    return Serdes.serdeFrom(
        (topic, update) -> {
          T value = update.value();
          return value == null ? null : serializer.serialize(topic, value);
        },
        unreadable());
  }

  private static <T> Deserializer<T> unreadable() {
    return (topic, bytes) -> {
      throw new UnsupportedOperationException("an update is only written");
    };
  }
}
