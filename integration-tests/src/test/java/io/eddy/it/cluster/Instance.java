package io.eddy.it.cluster;

import io.eddy.deploy.app.RunningApplication;
import io.eddy.processors.Progress;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// One instance of an application in this process, as `eddy run` starts it.
public final class Instance implements AutoCloseable {
  private final RunningApplication running;
  private final Progress progress;
  private final AtomicLong decision;
  private final @Nullable StateDirectory ownState;

  private Instance(
      RunningApplication running,
      Progress progress,
      AtomicLong decision,
      @Nullable StateDirectory ownState) {
    this.running = running;
    this.progress = progress;
    this.decision = decision;
    this.ownState = ownState;
  }

  static Instance start(
      TestApplication application,
      @Nullable StateDirectory givenState,
      Progress progress,
      BooleanSupplier publishing) {
    var decision = new AtomicLong();
    progress.onSwap(swap -> decision.accumulateAndGet(swap.sequence(), Math::max));
    StateDirectory own = givenState == null ? StateDirectory.create() : null;
    StateDirectory state = givenState == null ? Objects.requireNonNull(own) : givenState;
    try {
      var running = application.withState(state).start(progress, publishing);
      return new Instance(running, progress, decision, own);
    } catch (RuntimeException e) {
      if (own != null) {
        own.close();
      }
      throw e;
    }
  }

  /// What happens inside of it.
  public Progress progress() {
    return progress;
  }

  /// Waits until it has answered or refused so many records.
  public Instance awaitProcessed(long records) {
    return await("records processed", records, () -> progress.answered() + progress.deadLettered());
  }

  /// Waits until its registry has adopted a decision at least so new.
  public Instance awaitDecision(long sequence) {
    return await("decision adopted", sequence, decision::get);
  }

  /// Waits until everything that follows from so many records has happened.
  public Instance awaitSettled(long records) {
    return await("records settled", records, () -> progress.settled(records) ? records : -1);
  }

  private Instance await(String what, long wanted, LongSupplier is) {
    Patience.await(what)
        .until(
            () -> {
              running.requireAlive();
              return is.getAsLong();
            },
            value -> value >= wanted);
    return this;
  }

  /// Stops it as SIGTERM would.
  @Override
  public void close() {
    running.close();
    if (ownState != null) {
      ownState.close();
    }
  }
}
