package io.eddy.processors.control;

import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.metrics.EddyMetrics;
import io.eddy.processors.progress.Progress;
import io.eddy.processors.training.HistoryKey;
import io.eddy.processors.training.WindowSlots;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/// Forgets series in one task: their entries in the stores of the series, and by tombstones their
/// windows in the history topic and, for whoever compacts it, their forecasts.
///
/// The tombstones leave whether the task knows the key or not. Where a state has expired or was
/// reset, there is history still.
final class Forgetting {
  private final ProcessorContext<byte[], Update<? extends SpecificRecord>> context;
  private final List<KeyValueStore<byte[], byte[]>> stores;
  private final WindowSlots slots;
  private final Progress progress;
  private final EddyMetrics.Controls metrics;

  Forgetting(
      ProcessorContext<byte[], Update<? extends SpecificRecord>> context,
      ProcessorsConfig config,
      List<String> names,
      Progress progress) {
    this.context = context;
    this.stores =
        names.stream().<KeyValueStore<byte[], byte[]>>map(context::getStateStore).toList();
    this.slots = new WindowSlots(config.historySlots(), config.historyReservoirSlots());
    this.progress = progress;
    this.metrics = new EddyMetrics.Controls(context);
  }

  /// Forgets a key.
  ///
  /// @param timestamp of the record that says so
  /// @return whether there was a state of it here
  boolean forget(byte[] key, long timestamp) {
    boolean known = false;
    for (KeyValueStore<byte[], byte[]> store : stores) {
      // Asked first: a key that this task never had needs no tombstone in a changelog.
      byte @Nullable [] had = store.get(key);
      if (had != null) {
        store.delete(key);
        known = true;
      }
    }
    int partition = context.taskId().partition();
    for (int slot = 0; slot < slots.newest() + slots.reservoir(); slot++) {
      eraseHistory(slot, key, partition, timestamp);
    }
    eraseHistory(HistoryKey.CORRECTION, key, partition, timestamp);
    context.forward(
        new Record<>(key, Update.nothing(partition), timestamp), ControlProcessor.ANSWERS);
    if (known) {
      metrics.forgotten();
    }
    return known;
  }

  private void eraseHistory(int slot, byte[] key, int partition, long timestamp) {
    context.forward(
        new Record<>(HistoryKey.of(slot, key), Update.nothing(partition), timestamp),
        ControlProcessor.HISTORY);
    progress.recordWindowSent();
  }

  void close() {
    metrics.close();
  }
}
