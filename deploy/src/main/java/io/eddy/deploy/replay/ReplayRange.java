package io.eddy.deploy.replay;

import java.util.OptionalInt;

/// Which events are replayed.
///
/// @param partition of the input; empty for all
/// @param from first offset
/// @param to the offset behind the last
public record ReplayRange(OptionalInt partition, long from, long to) {
  /// All that is there.
  public static final ReplayRange ALL = new ReplayRange(OptionalInt.empty(), 0, Long.MAX_VALUE);

  public ReplayRange {
    if (from < 0 || to <= from) {
      throw new IllegalArgumentException(
          "the range goes from offset " + from + " to " + to + ", expected at least one event");
    }
  }

  boolean includes(int one) {
    return partition.isEmpty() || partition.getAsInt() == one;
  }
}
