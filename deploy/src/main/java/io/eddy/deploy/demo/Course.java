package io.eddy.deploy.demo;

import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.StopSignal;
import io.eddy.deploy.process.UserException;
import io.eddy.processors.progress.Progress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// How a run passes: when it is over, and the waits between its batches.
///
/// **Lockstep**: after each batch the driver waits until all of it is answered and its windows have
/// reached the trainer, and then until everything that follows has happened: trainings done, the
/// newest decision in the registry. Only during this second wait may trained models leave
/// ([#isPublishing]), so that none is swapped in within the batch that triggered it. What a model
/// knows when an event comes then depends on the data, not on how fast this machine trains.
///
/// The second wait is timed apart: a live stream does not wait for its trainer.
final class Course {
  private static final Duration STALL = Duration.ofMinutes(5);
  private static final long GLANCE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Progress progress;
  private final StopSignal stop;
  private final long limitNanos;
  private volatile Runnable health = () -> {};
  private volatile long startNanos = System.nanoTime();
  private final boolean lockstep;
  private volatile boolean publishing;
  private long waitingNanos;
  private long trainings;

  /// @param lockstep whether trained models wait for the ends of batches
  /// @param limit how long the run may take; none: until it is through or stopped
  Course(Progress progress, StopSignal stop, boolean lockstep, Optional<Duration> limit) {
    this.progress = progress;
    this.stop = stop;
    this.lockstep = lockstep;
    this.publishing = !lockstep;
    this.limitNanos = limit.map(Duration::toNanos).orElse(Long.MAX_VALUE);
  }

  /// The run begins now.
  ///
  /// @param healthCheck throws if a part of the run has failed
  void begin(Runnable healthCheck) {
    health = healthCheck;
    startNanos = System.nanoTime();
  }

  /// Whether trained models may leave at this moment.
  boolean isPublishing() {
    return publishing;
  }

  /// Trainings that belong to the account: those whose models could have answered.
  long trainings() {
    return lockstep ? trainings : progress.trainings();
  }

  /// Whether no more events shall be sent.
  boolean isOver() {
    return stop.isRequested() || elapsedNanos() >= limitNanos;
  }

  /// Seconds since the start.
  double seconds() {
    return elapsedNanos() / 1e9;
  }

  /// Seconds spent in the second wait of [#settle] so far.
  double waitingSeconds() {
    return waitingNanos / 1e9;
  }

  /// Sleeps until this many seconds after the start, or until the run is over.
  void sleepUntil(double seconds) {
    double until = Math.min(seconds, limitNanos / 1e9);
    stop.await(Duration.ofNanos((long) (until * 1e9) - elapsedNanos()));
    health.run();
  }

  /// Waits until all that was sent is answered.
  void awaitAnswers(long sent) {
    long stalledNanos = System.nanoTime();
    long seen = -1;
    while (progress.answered() + progress.deadLettered() < sent && !stop.isRequested()) {
      long now = progress.answered() + progress.deadLettered();
      if (now != seen) {
        seen = now;
        stalledNanos = System.nanoTime();
      }
      glance(stalledNanos, sent);
    }
  }

  /// Waits until all that was sent is answered and all that follows from it has happened.
  void settle(long sent) {
    awaitAnswers(sent);
    long began = System.nanoTime();
    while (progress.windowsConsumed() < progress.windowsSent() && !isOver()) {
      glance(began, sent);
    }
    publishing = true;
    while (!progress.settled(sent) && !isOver()) {
      // A training may take long and says so itself; everything else is a matter of seconds.
      glance(progress.jobsOpen() > 0 ? System.nanoTime() : began, sent);
    }
    publishing = false;
    trainings = progress.trainings();
    waitingNanos += System.nanoTime() - began;
  }

  private void glance(long stalledNanos, long sent) {
    health.run();
    if (System.nanoTime() - stalledNanos > STALL.toNanos()) {
      throw new UserException(
          ExitCode.FAILED,
          ("nothing has moved for %d minutes: %d events sent, %d answered, %d dead letters, %d of"
                  + " %d windows consumed, %d trainings open, %d of %d candidates decided; see the"
                  + " log")
              .formatted(
                  STALL.toMinutes(),
                  sent,
                  progress.answered(),
                  progress.deadLettered(),
                  progress.windowsConsumed(),
                  progress.windowsSent(),
                  progress.jobsOpen(),
                  progress.candidatesDecided(),
                  progress.candidatesSent()));
    }
    LockSupport.parkNanos(GLANCE_NANOS);
  }

  private long elapsedNanos() {
    return System.nanoTime() - startNanos;
  }
}
