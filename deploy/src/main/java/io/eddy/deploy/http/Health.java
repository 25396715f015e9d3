package io.eddy.deploy.http;

import io.eddy.processors.progress.Progress;
import java.util.Locale;
import org.apache.kafka.streams.KafkaStreams;
import org.jspecify.annotations.Nullable;

/// Whether an application lives, and whether it answers.
///
/// It **lives** from before its streams are made until they have died: a rebalance or a restore may
/// take long and needs no restart, which would only begin it again. It is **ready** while all its
/// partitions are restored and read: each event is then answered, by a version or, before there is
/// one, naively.
final class Health {
  private final Restores restores;
  private volatile @Nullable KafkaStreams streams;
  private volatile int version;
  private volatile @Nullable Integer shadow;
  private volatile long decision;

  Health(Progress progress, Restores restores) {
    this.restores = restores;
    progress.onSwap(this::adopt);
  }

  private void adopt(Progress.Swap swap) {
    version = swap.version();
    shadow = swap.shadow();
    decision = swap.sequence();
  }

  /// For JSON.
  ///
  /// @param state of Kafka Streams, or `starting`
  /// @param modelVersion that this instance answers by; 0 for none, that is naively
  /// @param shadowVersion that runs beside it; null for none
  /// @param decision number of the one in force here
  record Report(
      boolean live,
      boolean ready,
      String state,
      int modelVersion,
      @Nullable Integer shadowVersion,
      long decision,
      long restoreRemaining,
      long restoreTotal) {}

  void attach(KafkaStreams attached) {
    streams = attached;
  }

  boolean isLive() {
    KafkaStreams watched = streams;
    // A failed start leaves PENDING_ERROR and ERROR; threads that are being replaced do not.
    return watched == null
        || switch (watched.state()) {
          case CREATED, REBALANCING, RUNNING, PENDING_SHUTDOWN -> true;
          case PENDING_ERROR, ERROR, NOT_RUNNING -> false;
        };
  }

  boolean isReady() {
    KafkaStreams watched = streams;
    return watched != null && watched.state() == KafkaStreams.State.RUNNING;
  }

  /// Number of the decision that this instance answers under.
  long decision() {
    return decision;
  }

  Report report() {
    KafkaStreams watched = streams;
    return new Report(
        isLive(),
        isReady(),
        watched == null ? "starting" : watched.state().name().toLowerCase(Locale.ROOT),
        version,
        shadow,
        decision,
        restores.remaining(),
        restores.total());
  }
}
