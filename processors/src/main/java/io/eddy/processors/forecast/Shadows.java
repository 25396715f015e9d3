package io.eddy.processors.forecast;

import io.eddy.model.OnlineForecaster;
import io.eddy.model.SeriesState;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.observation.Decoded;
import io.eddy.processors.rollout.Decision;
import io.eddy.processors.rollout.RewarmBudget;
import io.eddy.processors.state.SeriesStateCodec;
import io.eddy.processors.state.UnreadableStateException;
import io.eddy.processors.training.SeriesHash;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/// The version that runs beside the one that answers, on a share of one task's keys: the same
/// events, its own state, no answer.
///
/// A key's shadow begins as a copy of its state, re-warmed, so it knows of the series all that the
/// champion knows. From then on it takes every step beside it. Whatever leaves it behind (a repair,
/// a restart, a key that was not in the sample for a while) makes it begin again, which shows by
/// its steps and time. So its store needs no changelog, and whether a key has a shadow never
/// changes an answer.
final class Shadows {
  private static final int NO_VERSION = -1;

  private final KeyValueStore<byte[], byte[]> store;
  private final SeriesStateCodec codec;
  private final ForecasterSpec spec;
  private final double share;
  private final int keysMin;
  private final int scoreSteps;
  private final RewarmBudget rewarming;

  private long decision = -1;
  private int version = NO_VERSION;
  private @Nullable OnlineForecaster engine;
  private double sampled;

  /// @param rewarming of the task's keys; a shadow that cannot begin within it waits
  Shadows(
      KeyValueStore<byte[], byte[]> store,
      SeriesStateCodec codec,
      ProcessorsConfig config,
      RewarmBudget rewarming) {
    this.store = store;
    this.codec = codec;
    this.spec = config.forecasterSpec();
    this.share = config.trialShare();
    this.keysMin = config.trialKeysMin();
    this.scoreSteps = config.scoreSteps();
    this.rewarming = rewarming;
  }

  /// Takes over a decision.
  ///
  /// @param keys of the task, roughly
  void follow(Decision<Forecaster> current, long keys) {
    if (current.sequence() == decision) {
      return;
    }
    decision = current.sequence();
    Decision.Shadow<Forecaster> shadow = current.shadow();
    if (shadow == null) {
      version = NO_VERSION;
      engine = null;
      return;
    }
    if (shadow.version() != version) {
      version = shadow.version();
      engine = new OnlineForecaster(spec, shadow.model());
    }
    sampled = Math.max(share, keysMin / (double) Math.max(1, keys));
  }

  /// The key's shadow as it stands before an event, or null if it has none.
  ///
  /// @param champion the key's state before the event
  @Nullable SeriesState of(byte[] key, SeriesState champion) {
    OnlineForecaster running = engine;
    if (running == null || champion.series().steps() == 0 || !isSampled(key)) {
      return null;
    }
    SeriesState kept = kept(key);
    if (kept != null && kept.version() == version && isAbreast(kept, champion)) {
      return kept;
    }
    long started = System.nanoTime();
    if (!rewarming.allows(started)) {
      return null;
    }
    SeriesState copy = codec.decode(codec.encode(champion));
    running.rewarm(copy);
    rewarming.spend(System.nanoTime() - started);
    copy.stamp(decision, version);
    var _ = copy.takeWindowScore(); // the champion's
    return copy;
  }

  /// Lets a shadow take the event that the champion has taken.
  void step(SeriesState shadow, SeriesState champion, Decoded.Observation observation) {
    if (engine != null) {
      engine.observeBeside(
          shadow,
          champion,
          observation.timeMillis(),
          observation.value(),
          observation.covariates());
    }
  }

  /// Whether the scores so far are to be sent: often enough for a verdict, seldom enough for the
  /// topic.
  boolean isScoreDue(SeriesState champion) {
    return champion.series().steps() % scoreSteps == 0;
  }

  /// Number of the decision under which the shadow runs.
  long decision() {
    return decision;
  }

  void put(byte[] key, SeriesState shadow) {
    store.put(key, codec.encode(shadow));
  }

  /// Forgets a key's shadow, if there is any: its champion's past has changed.
  void forget(byte[] key) {
    if (engine != null) {
      store.delete(key);
    }
  }

  private boolean isSampled(byte[] key) {
    // 53 bits, as many as a double holds.
    double place = (SeriesHash.of(key, 1) >>> 11) * 0x1.0p-53;
    return place < sampled;
  }

  private @Nullable SeriesState kept(byte[] key) {
    byte[] bytes = store.get(key);
    if (bytes == null) {
      return null;
    }
    try {
      return codec.decode(bytes);
    } catch (UnreadableStateException e) {
      return null;
    }
  }

  private static boolean isAbreast(SeriesState shadow, SeriesState champion) {
    return shadow.series().steps() == champion.series().steps()
        && shadow.series().time(0) == champion.series().time(0);
  }
}
