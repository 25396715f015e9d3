package io.eddy.processors;

import org.apache.kafka.common.serialization.Serde;
import org.jspecify.annotations.Nullable;

/// A user's keys as the bytes that name a series, and back.
final class SeriesKeys<K> {
  private final Serde<K> serde;
  private final String topic;

  /// @param topic that the bytes are keys of
  SeriesKeys(Serde<K> serde, String topic) {
    this.serde = serde;
    this.topic = topic;
  }

  byte @Nullable [] bytes(@Nullable K key) {
    return key == null ? null : serde.serializer().serialize(topic, key);
  }

  K key(byte[] bytes) {
    return serde.deserializer().deserialize(topic, bytes);
  }
}
