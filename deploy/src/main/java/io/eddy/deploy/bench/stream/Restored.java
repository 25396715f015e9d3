package io.eddy.deploy.bench.stream;

import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateRestoreListener;

/// Counts what an instance reads back from its changelogs.
final class Restored implements StateRestoreListener {
  private final AtomicLong records = new AtomicLong();
  private final AtomicLong firstNanos = new AtomicLong();
  private volatile long lastNanos;

  long records() {
    return records.get();
  }

  /// From the first store's begin to the last one's end.
  double seconds() {
    return (lastNanos - firstNanos.get()) / 1e9;
  }

  @Override
  public void onRestoreStart(TopicPartition partition, String store, long from, long to) {
    firstNanos.compareAndSet(0, System.nanoTime());
  }

  @Override
  public void onBatchRestored(TopicPartition partition, String store, long to, long count) {
    records.addAndGet(count);
  }

  @Override
  public void onRestoreEnd(TopicPartition partition, String store, long count) {
    lastNanos = System.nanoTime();
  }
}
