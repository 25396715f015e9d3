package io.eddy.model.kernel;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.function.LongSupplier;

/// Runs work with invented data until the JVM has compiled it, before events wait for it.
///
/// Until C2 has compiled them, vector operations run as Java objects: the first step of a small
/// LSTM takes 100 ms, the next thousand 0.3 to 4 ms each, and only then 1 µs. So whoever will step
/// in a stream warms up first, with a step of their own on arrays of their own: then all that a
/// step consists of is compiled, at the sizes it will have, and not just the kernels.
///
/// Steady is what has run some thousand times, and for 200 ms neither became a tenth faster nor
/// allocated more than 1 KiB a step. The latter tells best: vectors that C2 has not compiled are
/// objects, and on a busy machine it may keep a step waiting for long. The code is shared by the
/// whole JVM: a second warm-up of the same kind ends after those 200 ms.
public final class WarmUp {

  private static final long LEAST_STEPS = 10_000;
  private static final long QUIET_NANOS = 200_000_000;
  private static final long SAMPLE_NANOS = 500_000;
  private static final double FASTER = 0.9;
  private static final long BYTES_PER_STEP = 1024;

  /// How a warm-up went.
  ///
  /// @param steps how many steps it took
  /// @param took how long it took
  /// @param steady whether it ended by itself, not by the limit
  /// @param nanosPerStep in the fastest half millisecond
  public record Result(long steps, Duration took, boolean steady, double nanosPerStep) {}

  private WarmUp() {}

  /// Runs the step until it is steady, or the limit is over (a step is not interrupted). 1.5 s is
  /// enough for most networks where one core is free for the compiler.
  ///
  /// @param step what a step will be, on data that looks like what will come
  public static Result run(Runnable step, Duration limit) {
    return run(step, limit, System::nanoTime, allocatedBytes());
  }

  /// What this thread has allocated so far; always 0 in a JVM that does not count.
  private static LongSupplier allocatedBytes() {
    if (ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads
        && threads.isThreadAllocatedMemorySupported()
        && threads.isThreadAllocatedMemoryEnabled()) {
      return threads::getCurrentThreadAllocatedBytes;
    }
    return () -> 0;
  }

  static Result run(Runnable step, Duration limit, LongSupplier clock, LongSupplier allocated) {
    long start = clock.getAsLong();
    long now = start;
    long changedAt = start;
    long steps = 0;
    double fastest = Double.MAX_VALUE;
    while (now - start < limit.toNanos()) {
      long sampleStart = now;
      long bytes = allocated.getAsLong();
      long sampleSteps = 0;
      do {
        step.run();
        sampleSteps++;
        now = clock.getAsLong();
      } while (now - sampleStart < SAMPLE_NANOS);
      steps += sampleSteps;
      double nanosPerStep = (double) (now - sampleStart) / sampleSteps;
      bytes = allocated.getAsLong() - bytes;
      if (nanosPerStep < FASTER * fastest || bytes > BYTES_PER_STEP * sampleSteps) {
        changedAt = now;
      }
      fastest = Math.min(fastest, nanosPerStep);
      if (steps >= LEAST_STEPS && now - changedAt >= QUIET_NANOS) {
        return new Result(steps, Duration.ofNanos(now - start), true, fastest);
      }
    }
    return new Result(steps, Duration.ofNanos(now - start), false, fastest);
  }
}
