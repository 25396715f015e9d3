package io.eddy.processors.topic;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/// One topic as Eddy needs it.
///
/// @param purpose what it holds, in a few words
/// @param partitions how many; can never be changed later
/// @param replicationFactor copies; -1 for the broker's default
/// @param configs topic settings by name, sorted
public record PlannedTopic(
    String name,
    String purpose,
    int partitions,
    short replicationFactor,
    Map<String, String> configs) {

  public PlannedTopic {
    configs = Collections.unmodifiableMap(new TreeMap<>(configs));
  }
}
