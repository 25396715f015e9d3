package io.eddy.processors;

import java.util.Optional;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.apache.kafka.streams.processor.StreamPartitioner;

/// Sends a record to the partition that it names: the one of the task that made it.
///
/// A user's producer may place keys otherwise than Java's does, so that hashing the key again would
/// scatter one series' output over other partitions than its input, and one partition's history
/// over all trainers.
///
/// @param <V> the record
final class OwnPartition<V> implements StreamPartitioner<byte[], V> {
  private final ToIntFunction<V> partition;

  private OwnPartition(ToIntFunction<V> partition) {
    this.partition = partition;
  }

  static <V> OwnPartition<V> of(ToIntFunction<V> partition) {
    return new OwnPartition<>(partition);
  }

  @Override
  public Optional<Set<Integer>> partitions(String topic, byte[] key, V value, int count) {
    int own = partition.applyAsInt(value);
    if (own >= count) {
      throw new IllegalStateException(
          "topic "
              + topic
              + " has "
              + count
              + " partitions, but the input has a partition "
              + own
              + ": expected as many as the input has; run \"eddy topics plan\"");
    }
    return Optional.of(Set.of(own));
  }
}
