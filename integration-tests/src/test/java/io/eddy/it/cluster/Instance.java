package io.eddy.it.cluster;

import io.eddy.deploy.app.Companion;
import io.eddy.deploy.app.RunningApplication;
import io.eddy.processors.progress.Progress;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// One instance of an application in this process, as `eddy run` starts it.
public final class Instance implements AutoCloseable {
  private final TestApplication application;
  private final RunningApplication running;
  private final Progress progress;
  private final AtomicLong decision;
  private final @Nullable StateDirectory ownState;

  private Instance(
      TestApplication application,
      RunningApplication running,
      Progress progress,
      AtomicLong decision,
      @Nullable StateDirectory ownState) {
    this.application = application;
    this.running = running;
    this.progress = progress;
    this.decision = decision;
    this.ownState = ownState;
  }

  static Instance start(
      TestApplication application,
      @Nullable StateDirectory givenState,
      Progress progress,
      BooleanSupplier publishing,
      Companion companion) {
    var decision = new AtomicLong();
    progress.onSwap(swap -> decision.accumulateAndGet(swap.sequence(), Math::max));
    StateDirectory own = givenState == null ? StateDirectory.create() : null;
    StateDirectory state = givenState == null ? Objects.requireNonNull(own) : givenState;
    try {
      var running = application.withState(state).start(progress, publishing, companion);
      return new Instance(application, running, progress, decision, own);
    } catch (RuntimeException e) {
      if (own != null) {
        own.close();
      }
      throw e;
    }
  }

  /// Fails if it has ended by itself.
  public void requireAlive() {
    running.requireAlive();
  }

  /// What happens inside of it.
  public Progress progress() {
    return progress;
  }

  /// Waits until it has answered or refused so many records. What is done again after a failure or
  /// a move counts again: then [#awaitCommitted] is the one to wait for.
  public Instance awaitProcessed(long records) {
    return await("records processed", records, () -> progress.answered() + progress.deadLettered());
  }

  /// Waits until the application has committed so many records of its input.
  public Instance awaitCommitted(long records) {
    return await("records committed", records, application::committedInput);
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
              requireAlive();
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
