package io.eddy.processors.forecast;

import io.eddy.model.SeriesState;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.config.StoreType;
import io.eddy.processors.metrics.EddyMetrics;
import io.eddy.processors.state.SeriesStateCodec;
import io.eddy.processors.state.SeriesStores;
import io.eddy.processors.state.UnreadableStateException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/// Gives up the state of series that no event has reached for longer than `eddy.state.ttl`. One per
/// task. Their windows of history stay: what a series was is still worth training on.
///
/// **Which clock.** There are three, and each is wrong for one of two questions.
///
/// - *Does this event find the series still there?* That is asked of the series' own event times
///   alone: the event's, and that of the newest before it. Stream time cannot answer it, since one
///   event from tomorrow, of any series, would move it for all of them; nor can the wall clock, by
///   which every replay of last year's data finds only dead series. So the answer depends on the
///   series' own events, and any two runs agree on it.
/// - *May the bytes go, though no event has come?* The series itself cannot say, and the wall clock
///   is wrong as before. What is left is the highest event time that this task has accepted. It
///   cannot be trusted alone: an event may be ahead of its record by
///   `eddy.input.time.ahead.max.ms`, a day by default. So that much is taken off it, and then a
///   wrong event alone can delete nothing too early; what it costs is that bytes stay for that much
///   longer. A record whose own timestamp is wrong, too, is not caught by it.
///
/// Deleting early is no disaster, either: such a series starts afresh, as it would have been about
/// to. A task that moves starts with no highest time, and deletes nothing before it has seen
/// events. Where no events come at all, nothing is deleted.
///
/// **Bounded steps.** Each second of wall-clock time at most [#SWEEP_KEYS] keys are looked at. In
/// RocksDB the scan goes on by a new cursor behind the last key, since an open one would keep old
/// files. In memory one iterator stays open for a whole pass, since opening one copies all keys
/// (measured 111 ms at a million).
final class IdleSeries {
  /// How often keys are looked at.
  static final Duration SWEEP_INTERVAL = Duration.ofSeconds(1);

  /// Keys that are looked at in one go.
  static final int SWEEP_KEYS = 500;

  private static final long NEVER = Long.MIN_VALUE;

  /// More than there is between any two event times, and no danger to a difference of them.
  private static final long ALWAYS_MS = 1_000_000_000_000_000L;

  private final boolean isOn;
  private final boolean keepsIterator;
  private final long ttlMs;
  private final long aheadMaxMs;
  private final SeriesStateCodec codec;

  private List<KeyValueStore<byte[], byte[]>> stores = List.of();
  private EddyMetrics.Forecasts metrics;
  private long highest = NEVER;

  // Where the pass stands: an open iterator, or the key to go on with.
  private @Nullable KeyValueIterator<byte[], byte[]> entries;
  private byte @Nullable [] resume;
  private boolean isPassOpen;
  private long highestOfPass = NEVER;

  @SuppressWarnings("NullAway.Init") // start sets what is used after it
  IdleSeries(ProcessorsConfig config, SeriesStateCodec codec) {
    this.isOn = config.stateTtl().isPresent();
    this.ttlMs = config.stateTtl().map(Duration::toMillis).orElse(ALWAYS_MS);
    this.aheadMaxMs = Math.min(config.timeAheadMax().toMillis(), ALWAYS_MS);
    this.keepsIterator = config.storeType() == StoreType.IN_MEMORY;
    this.codec = codec;
  }

  /// Begins to look for idle series, if they are to be given up at all.
  void start(ProcessorContext<?, ?> context, EddyMetrics.Forecasts counted) {
    metrics = counted;
    if (isOn) {
      stores =
          SeriesStores.NAMES.stream()
              .<KeyValueStore<byte[], byte[]>>map(context::getStateStore)
              .toList();
      context.schedule(SWEEP_INTERVAL, PunctuationType.WALL_CLOCK_TIME, now -> sweep());
    }
  }

  /// The state that an event of this time finds: the stored one, or a fresh one if that has
  /// expired.
  SeriesState atEvent(byte[] key, SeriesState stored, long timeMillis) {
    if (!isOn) {
      return stored;
    }
    highest = Math.max(highest, timeMillis);
    if (stored.series().steps() == 0 || timeMillis - stored.series().time(0) <= ttlMs) {
      return stored;
    }
    giveUp(key);
    return codec.fresh();
  }

  private void giveUp(byte[] key) {
    stores.forEach(store -> store.delete(key));
    metrics.expired();
  }

  private void sweep() {
    if (!isPassOpen && highest == highestOfPass) {
      return; // Nothing can have become idle since the last pass.
    }
    if (!isPassOpen) {
      isPassOpen = true;
      highestOfPass = highest;
    }
    KeyValueIterator<byte[], byte[]> open = entries != null ? entries : open();
    List<byte[]> idle = new ArrayList<>();
    byte[] last = {};
    for (int seen = 0; seen < SWEEP_KEYS && open.hasNext(); seen++) {
      KeyValue<byte[], byte[]> entry = open.next();
      last = entry.key;
      if (isIdle(entry.value)) {
        idle.add(entry.key);
      }
    }
    isPassOpen = open.hasNext();
    entries = isPassOpen && keepsIterator ? open : null;
    resume = isPassOpen ? following(last) : null;
    if (entries == null) {
      open.close();
    }
    // After the cursor is closed: the store is not changed under it.
    idle.forEach(this::giveUp);
  }

  private KeyValueIterator<byte[], byte[]> open() {
    KeyValueStore<byte[], byte[]> states = stores.getFirst();
    return keepsIterator || resume == null ? states.all() : states.range(resume, noEnd());
  }

  @SuppressWarnings("NullAway") // Kafka Streams takes null for an open end, and does not say so.
  private static byte[] noEnd() {
    return null;
  }

  /// The key that sorts right behind another.
  private static byte[] following(byte[] key) {
    return Arrays.copyOf(key, key.length + 1);
  }

  /// @param state encoded, or `null` where it was deleted since an iterator was opened
  private boolean isIdle(byte @Nullable [] state) {
    if (state == null) {
      return false;
    }
    try {
      SeriesState decoded = codec.decode(state);
      return decoded.series().steps() > 0
          && highestOfPass - aheadMaxMs - decoded.series().time(0) > ttlMs;
    } catch (UnreadableStateException e) {
      return false; // Its next event starts it afresh anyway.
    }
  }

  /// Lets go of what is open. The same instance may be started again.
  void close() {
    if (entries != null) {
      entries.close();
    }
    entries = null;
    resume = null;
    isPassOpen = false;
    highest = NEVER;
    highestOfPass = NEVER;
  }
}
