package io.eddy.deploy.replay;

import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/// Counts what a replay meets.
final class Tally {
  private long events;
  private long equal;
  private long redelivered;
  private long swaps;
  private int keysWithoutBorder;
  private final Set<Bytes> keys = new HashSet<>();
  private final Set<Bytes> keysWithoutVersion = new HashSet<>();
  private @Nullable Difference first;

  void equal(Bytes key) {
    keys.add(key);
    events++;
    equal++;
  }

  void different(Bytes key, Difference difference) {
    keys.add(key);
    events++;
    if (first == null) {
      first = difference;
    }
  }

  void swap() {
    swaps++;
  }

  void redelivered(long more) {
    redelivered += more;
  }

  void withoutBorder(int more) {
    keysWithoutBorder += more;
  }

  void withoutVersion(Bytes key) {
    keysWithoutVersion.add(key);
  }

  ReplayReport report() {
    return new ReplayReport(
        events,
        equal,
        redelivered,
        keys.size(),
        keysWithoutBorder,
        keysWithoutVersion.size(),
        swaps,
        first);
  }
}
