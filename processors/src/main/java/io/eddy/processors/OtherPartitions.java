package io.eddy.processors;

import io.eddy.schemas.avro.HistoryWindow;
import io.eddy.schemas.avro.TrainingRound;
import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.streams.processor.StreamPartitioner;

/// Sends what asks to join a round to all partitions that have not entered it.
final class OtherPartitions implements StreamPartitioner<byte[], HistoryWindow> {
  @Override
  public Optional<Set<Integer>> partitions(
      String topic, byte[] key, HistoryWindow value, int count) {
    TrainingRound round = Objects.requireNonNull(value.getRound(), "asks to join a round");
    Set<Integer> others = new HashSet<>();
    for (int partition = 0; partition < count; partition++) {
      others.add(partition);
    }
    others.removeAll(Set.copyOf(round.getEntered()));
    return Optional.of(others);
  }
}
