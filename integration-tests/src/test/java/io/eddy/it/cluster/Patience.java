package io.eddy.it.cluster;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/// How tests wait: for a condition, never for a while. The limit is far beyond what anything takes,
/// so that a busy machine makes tests slow and not red.
public final class Patience {
  private static final Duration LONGEST = Duration.ofMinutes(2);
  private static final Duration INTERVAL = Duration.ofMillis(50);

  private Patience() {}

  /// To be completed with the condition.
  ///
  /// @param what is awaited, for the message when it does not come
  public static ConditionFactory await(String what) {
    return Awaitility.await(what)
        .atMost(LONGEST)
        .pollDelay(Duration.ZERO)
        .pollInterval(INTERVAL)
        .pollInSameThread();
  }
}
