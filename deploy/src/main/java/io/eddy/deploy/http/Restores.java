package io.eddy.deploy.http;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateRestoreListener;

/// How far stores are that are being read back from their changelogs.
final class Restores implements StateRestoreListener {
  private final Map<Restoring, Restore> running = new ConcurrentHashMap<>();

  private record Restoring(TopicPartition changelog, String store) {}

  private record Restore(long all, long done) {}

  /// Offsets that are still to be read, of all stores.
  long remaining() {
    return sum(restore -> Math.max(0, restore.all - restore.done));
  }

  /// Offsets of all stores that are being read back now.
  long total() {
    return sum(Restore::all);
  }

  private long sum(ToLongFunction<Restore> of) {
    return running.values().stream().mapToLong(of).sum();
  }

  @Override
  public void onRestoreStart(
      TopicPartition changelog, String store, long startingOffset, long endingOffset) {
    running.put(
        new Restoring(changelog, store),
        new Restore(Math.max(0, endingOffset - startingOffset), 0));
  }

  @Override
  public void onBatchRestored(
      TopicPartition changelog, String store, long batchEndOffset, long restored) {
    running.computeIfPresent(
        new Restoring(changelog, store),
        (key, before) -> new Restore(before.all, before.done + restored));
  }

  @Override
  public void onRestoreEnd(TopicPartition changelog, String store, long totalRestored) {
    running.remove(new Restoring(changelog, store));
  }

  @Override
  public void onRestoreSuspended(TopicPartition changelog, String store, long totalRestored) {
    running.remove(new Restoring(changelog, store));
  }
}
