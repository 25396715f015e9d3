package io.eddy.benchmarks.race;

import com.sun.management.ThreadMXBean;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Lets contenders do the same work in turns and takes the median of each one's samples.
///
/// @param warmUpNanoseconds each contender runs that long without a change before anything counts
/// @param sampleNanoseconds least length of a sample
/// @param samples per contender
/// @param clock that samples are timed by
record Heat(long warmUpNanoseconds, long sampleNanoseconds, int samples, Clock clock) {

  /// What a sample is timed by.
  enum Clock {
    WALL {
      @Override
      long nanoseconds() {
        return System.nanoTime();
      }
    },
    /// The processor's time of the calling thread alone: other processes count less, a contender
    /// with several threads would get away with a part of its work.
    THREAD {
      @Override
      long nanoseconds() {
        return THREADS.getCurrentThreadCpuTime();
      }
    };

    abstract long nanoseconds();
  }

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final CompilationMXBean COMPILERS = ManagementFactory.getCompilationMXBean();

  /// Warm-ups that a contender gets at most.
  private static final int PATIENCE = 20;

  /// Less than this share of the best time so far counts as faster.
  private static final double GAIN = 0.93;

  /// @param nanoseconds median for one repetition
  /// @param allocatedBytes on the Java heap, for one repetition
  record Time(double nanoseconds, double allocatedBytes) {}

  /// Medians by contender's name.
  Map<String, Time> run(List<? extends Contender> contenders) {
    int[] repetitions = new int[contenders.size()];
    for (int i = 0; i < repetitions.length; i++) {
      repetitions[i] = warmUp(contenders.get(i));
    }
    double[][] times = new double[contenders.size()][samples];
    long[] allocated = new long[contenders.size()];
    for (int sample = 0; sample < samples; sample++) {
      for (int i = 0; i < repetitions.length; i++) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        long start = clock.nanoseconds();
        contenders.get(i).run(repetitions[i]);
        times[i][sample] = (clock.nanoseconds() - start) / (double) repetitions[i];
        allocated[i] += THREADS.getCurrentThreadAllocatedBytes() - before;
      }
    }
    Map<String, Time> results = new LinkedHashMap<>();
    for (int i = 0; i < repetitions.length; i++) {
      Arrays.sort(times[i]);
      results.put(
          contenders.get(i).name(),
          new Time(times[i][samples / 2], allocated[i] / ((double) samples * repetitions[i])));
    }
    return results;
  }

  /// Runs a contender until for the time of the warm-up it has not got faster and nothing was
  /// compiled: that takes a second on an idle machine, and many on a busy one.
  ///
  /// @return the repetitions that fill a sample
  private int warmUp(Contender contender) {
    long start = System.nanoTime();
    long lastChange = start;
    long compiled = COMPILERS.getTotalCompilationTime();
    double best = Double.POSITIVE_INFINITY;
    int repetitions = 1;
    long now = start;
    while (now - lastChange < warmUpNanoseconds && now - start < PATIENCE * warmUpNanoseconds) {
      long before = now;
      contender.run(repetitions);
      now = System.nanoTime();
      long duration = Math.max(1, now - before);
      double each = duration / (double) repetitions;
      long compiledNow = COMPILERS.getTotalCompilationTime();
      if (each < GAIN * best || compiledNow > compiled) {
        best = Math.min(best, each);
        compiled = compiledNow;
        lastChange = now;
      }
      if (duration < sampleNanoseconds) {
        // A little more than needed, since the contender may still get faster.
        double factor = Math.min(2, 1.2 * sampleNanoseconds / duration);
        repetitions = (int) Math.ceil(repetitions * factor);
      }
    }
    return repetitions;
  }
}
