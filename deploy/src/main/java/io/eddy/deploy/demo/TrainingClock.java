package io.eddy.deploy.demo;

import io.eddy.processors.progress.Progress;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// How long at least one training was open, to about 20 ms.
final class TrainingClock implements AutoCloseable {
  private static final long GLANCE_MILLIS = 20;

  private final Progress progress;
  private final Runnable whenNone;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("eddy-demo-training-clock").daemon().factory());
  private long lastNanos = System.nanoTime();
  private final AtomicLong openNanos = new AtomicLong();

  /// @param whenNone called over and over while no training is open
  TrainingClock(Progress progress, Runnable whenNone) {
    this.progress = progress;
    this.whenNone = whenNone;
    var _ =
        thread.scheduleAtFixedRate(
            this::glance, GLANCE_MILLIS, GLANCE_MILLIS, TimeUnit.MILLISECONDS);
  }

  double seconds() {
    return openNanos.get() / 1e9;
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }

  private void glance() {
    long now = System.nanoTime();
    if (progress.jobsOpen() > 0) {
      openNanos.addAndGet(now - lastNanos);
    } else {
      whenNone.run();
    }
    lastNanos = now;
  }
}
