package io.eddy.processors.training;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The one thread of this JVM that trains, whatever the number of tasks: the stream threads must
/// find the processors free.
///
/// A daemon of the lowest priority; it ends when there has been nothing to do for a while, so
/// nobody has to close it. At most [#CAPACITY] trainings wait; a task whose training is refused
/// asks again later, its job stays open meanwhile.
public class TrainingExecutor {
  /// Trainings that may wait for the thread.
  static final int CAPACITY = 256;

  private static final long IDLE_SECONDS = 10;
  private static final TrainingExecutor SHARED = new TrainingExecutor(CAPACITY);

  private final ThreadPoolExecutor executor;

  TrainingExecutor(int capacity) {
    executor =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(capacity),
            TrainingExecutor::thread);
    executor.allowCoreThreadTimeOut(true);
  }

  /// The executor of this JVM.
  public static TrainingExecutor shared() {
    return SHARED;
  }

  @SuppressWarnings("ThreadPriorityCheck") // A hint to the scheduler; nothing relies on it.
  private static Thread thread(Runnable work) {
    var thread = new Thread(work, "eddy-training");
    thread.setDaemon(true);
    thread.setPriority(Thread.MIN_PRIORITY);
    return thread;
  }

  /// Starts a training, or queues it.
  ///
  /// @param training polls its argument and throws [CancellationException] once that is true
  /// @return the running training, or `null` when too many wait already
  @Nullable Run start(Function<BooleanSupplier, TrainingOutcome> training) {
    var run = new Run(training);
    try {
      executor.execute(run.task);
    } catch (RejectedExecutionException e) {
      return null;
    }
    return run;
  }

  /// A training that waits, runs or has ended. Threads: the stream thread asks and cancels.
  static final class Run {
    private final AtomicBoolean cancelled = new AtomicBoolean();
    private final FutureTask<TrainingOutcome> task;
    private volatile long nanos;

    private Run(Function<BooleanSupplier, TrainingOutcome> training) {
      this.task = new FutureTask<>(() -> outcome(training));
    }

    private TrainingOutcome outcome(Function<BooleanSupplier, TrainingOutcome> training) {
      if (cancelled.get()) {
        return new TrainingOutcome.Cancelled();
      }
      long started = System.nanoTime();
      try {
        return training.apply(cancelled::get);
      } catch (CancellationException e) {
        return new TrainingOutcome.Cancelled();
      } finally {
        nanos = System.nanoTime() - started;
      }
    }

    /// How it ended, or `null` while it has not.
    @Nullable TrainingOutcome outcome() {
      return switch (task.state()) {
        case RUNNING -> null;
        case SUCCESS -> task.resultNow();
        case FAILED -> new TrainingOutcome.Failed(task.exceptionNow());
        case CANCELLED -> new TrainingOutcome.Cancelled();
      };
    }

    /// Nanoseconds that it took, once it has ended.
    long nanos() {
      return nanos;
    }

    /// Asks it to end at its next update; does not wait.
    void cancel() {
      cancelled.set(true);
    }
  }
}
