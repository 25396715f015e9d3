package io.eddy.processors.training;

import io.eddy.processors.config.StoreType;
import io.eddy.processors.state.SeriesStores;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What one task's training has on disk and in its changelogs: windows by slot, and the open job.
///
/// **A job's data stay as they were.** A job names its data by the offset of the newest history
/// record that belongs to it. While it is open, the first record that would replace or delete such
/// a window moves it aside instead, to a *held* entry of the same slot. So at any time the job's
/// windows are: for each slot, of the current and the held entry, the newest with an offset within
/// the limit. A task that starts again with the job open finds exactly what the job began with.
/// When the job closes, the held entries go.
///
/// Keys of the window store are one byte, current or held, and then the history key.
final class TrainingStore {
  /// By current or held, slot and series: windows.
  static final String WINDOWS = "training-windows";

  /// The open job, if there is one, and the trigger.
  static final String JOBS = "training-jobs";

  private static final Logger LOGGER = LoggerFactory.getLogger(TrainingStore.class);
  private static final byte CURRENT = 'c';
  private static final byte HELD = 'h';
  private static final byte[] OPEN_JOB = "open".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] TRIGGER = "trigger".getBytes(StandardCharsets.US_ASCII);

  private final KeyValueStore<byte[], byte[]> windows;
  private final KeyValueStore<byte[], byte[]> jobs;

  TrainingStore(ProcessorContext<?, ?> context) {
    windows = context.getStateStore(WINDOWS);
    jobs = context.getStateStore(JOBS);
  }

  static Set<StoreBuilder<?>> builders(StoreType type) {
    return Set.of(
        SeriesStores.store(type.keyValueStore(WINDOWS)),
        SeriesStores.store(type.keyValueStore(JOBS)));
  }

  // ---- windows ----------------------------------------------------------------------------------

  /// Puts a window into its slot.
  ///
  /// @param open the open job, whose windows must stay
  void put(StoredWindow window, @Nullable TrainingJob open) {
    byte[] key = prefixed(CURRENT, window.historyKey());
    hold(window.historyKey(), key, open);
    windows.put(key, window.encode());
  }

  /// The window of a slot, or `null` where there is none that this release can read.
  @Nullable StoredWindow window(byte[] historyKey) {
    byte[] bytes = windows.get(prefixed(CURRENT, historyKey));
    return bytes == null ? null : StoredWindow.decode(historyKey, bytes);
  }

  /// Deletes the window of a slot.
  ///
  /// @param open the open job, whose windows must stay
  void delete(byte[] historyKey, @Nullable TrainingJob open) {
    byte[] key = prefixed(CURRENT, historyKey);
    hold(historyKey, key, open);
    windows.delete(key);
  }

  private void hold(byte[] historyKey, byte[] currentKey, @Nullable TrainingJob open) {
    if (open == null) {
      return;
    }
    byte[] current = windows.get(currentKey);
    if (current == null) {
      return;
    }
    StoredWindow window = StoredWindow.decode(historyKey, current);
    if (window != null && belongs(window, open)) {
      windows.put(prefixed(HELD, historyKey), current);
    }
  }

  private static boolean belongs(StoredWindow window, TrainingJob job) {
    return window.offset() <= job.historyLimit()
        && RetainedWindows.isSampled(window.series(), job.sampling());
  }

  /// Calls back with the current window of every slot that this release can read.
  void forEachCurrent(Consumer<StoredWindow> consumer) {
    forEach(
        CURRENT,
        entry -> {
          StoredWindow window = decode(entry);
          if (window != null) {
            consumer.accept(window);
          }
        });
  }

  /// The windows that a job began with.
  List<StoredWindow> windowsOf(TrainingJob job) {
    Map<Bytes, StoredWindow> newest = new HashMap<>();
    for (byte prefix : new byte[] {CURRENT, HELD}) {
      forEach(
          prefix,
          entry -> {
            StoredWindow window = decode(entry);
            if (window != null && belongs(window, job)) {
              newest.merge(Bytes.wrap(window.historyKey()), window, TrainingStore::newerArrival);
            }
          });
    }
    return new ArrayList<>(newest.values());
  }

  private static StoredWindow newerArrival(StoredWindow one, StoredWindow other) {
    return one.offset() >= other.offset() ? one : other;
  }

  /// Lets go of what was held for a job that is closed.
  void releaseHeld() {
    List<byte[]> held = new ArrayList<>();
    forEach(HELD, entry -> held.add(entry.key));
    held.forEach(windows::delete);
  }

  private static @Nullable StoredWindow decode(KeyValue<byte[], byte[]> entry) {
    byte[] historyKey = new byte[entry.key.length - 1];
    System.arraycopy(entry.key, 1, historyKey, 0, historyKey.length);
    return StoredWindow.decode(historyKey, entry.value);
  }

  private void forEach(byte prefix, Consumer<KeyValue<byte[], byte[]>> consumer) {
    byte[] from = {prefix};
    byte[] to = {(byte) (prefix + 1)};
    try (KeyValueIterator<byte[], byte[]> entries = windows.range(from, to)) {
      entries.forEachRemaining(consumer);
    }
  }

  private static byte[] prefixed(byte prefix, byte[] historyKey) {
    byte[] key = new byte[1 + historyKey.length];
    key[0] = prefix;
    System.arraycopy(historyKey, 0, key, 1, historyKey.length);
    return key;
  }

  // ---- jobs -------------------------------------------------------------------------------------

  /// The open job, or `null`. One that this release cannot read is closed: its history will open
  /// another.
  @Nullable TrainingJob openJob() {
    byte[] bytes = jobs.get(OPEN_JOB);
    if (bytes == null) {
      return null;
    }
    try {
      return TrainingJob.decode(bytes);
    } catch (IllegalArgumentException e) {
      LOGGER.atWarn().log("open training is given up: {}", e.getMessage());
      close();
      return null;
    }
  }

  void open(TrainingJob job) {
    jobs.put(OPEN_JOB, job.encode());
  }

  /// Closes the open job and lets go of what was held for it.
  void close() {
    jobs.delete(OPEN_JOB);
    releaseHeld();
  }

  /// The trigger as it was last put, or a new one.
  TrainingTrigger trigger() {
    byte[] bytes = jobs.get(TRIGGER);
    if (bytes == null) {
      return TrainingTrigger.NEW;
    }
    try {
      return TrainingTrigger.decode(bytes);
    } catch (IllegalArgumentException e) {
      LOGGER.atWarn().log("counts of windows start anew: {}", e.getMessage());
      return TrainingTrigger.NEW;
    }
  }

  void put(TrainingTrigger trigger) {
    jobs.put(TRIGGER, trigger.encode());
  }
}
