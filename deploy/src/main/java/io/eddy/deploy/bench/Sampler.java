package io.eddy.deploy.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/// Times a call by the median of samples, each of many calls, after a warm-up.
///
/// A median is little moved by neighbours on a shared machine that come and go; what slows a whole
/// run shows in the machine's peaks as well, which are measured in the same run.
final class Sampler {

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final int WARM_UP_SAMPLES = 10;

  /// A round that is not at least this much faster than those before it ends the warm-up.
  private static final double STEADY = 0.95;

  private static final long PATIENCE_NANOS = 20_000_000_000L;

  private static final CompilationMXBean COMPILER = ManagementFactory.getCompilationMXBean();

  private final long warmUpNanos; // at least
  private final long sampleNanos;
  private final int sampleCount;

  private Sampler(long warmUpNanos, long sampleNanos, int sampleCount) {
    this.warmUpNanos = warmUpNanos;
    this.sampleNanos = sampleNanos;
    this.sampleCount = sampleCount;
  }

  /// 0.6 s of warm-up or more, 21 samples of 8 ms or one call.
  static Sampler thorough() {
    return new Sampler(600_000_000, 8_000_000, 21);
  }

  /// A quick look: 0.3 s of warm-up or more, 9 samples of 4 ms or one call.
  static Sampler quick() {
    return new Sampler(300_000_000, 4_000_000, 9);
  }

  /// What one call costs.
  ///
  /// @param nanos median time
  /// @param bytes allocated on the Java heap by the calling thread
  record Cost(double nanos, double bytes) {}

  Cost measure(Runnable call) {
    long perSample = warmUp(call);
    double[] samples = new double[sampleCount];
    long allocated = THREADS.getCurrentThreadAllocatedBytes();
    for (int sample = 0; sample < sampleCount; sample++) {
      long start = System.nanoTime();
      for (long i = 0; i < perSample; i++) {
        call.run();
      }
      samples[sample] = (System.nanoTime() - start) / (double) perSample;
    }
    // Reading the counter costs some bytes of its own now and then: they are not the call's.
    double bytes =
        (THREADS.getCurrentThreadAllocatedBytes() - allocated) / ((double) perSample * sampleCount);
    Arrays.sort(samples);
    return new Cost(samples[sampleCount / 2], bytes < 0.5 ? 0 : bytes);
  }

  /// Calls until the compiler rests and samples get no faster: on a busy machine it comes late.
  ///
  /// @return calls that fill one sample
  private long warmUp(Runnable call) {
    long begin = System.nanoTime();
    double before = Double.MAX_VALUE; // nanoseconds per call, the fastest of earlier rounds
    while (true) {
      double fastest = Double.MAX_VALUE;
      long compiling = COMPILER.getTotalCompilationTime();
      for (int sample = 0; sample < WARM_UP_SAMPLES; sample++) {
        long start = System.nanoTime();
        long elapsed;
        long calls = 0;
        do {
          call.run();
          calls++;
          elapsed = System.nanoTime() - start;
        } while (elapsed < sampleNanos);
        fastest = Math.min(fastest, elapsed / (double) calls);
      }
      long spent = System.nanoTime() - begin;
      boolean compiled = COMPILER.getTotalCompilationTime() == compiling;
      boolean steady = compiled && fastest > STEADY * before;
      if ((spent >= warmUpNanos && steady) || spent >= PATIENCE_NANOS) {
        return Math.max(1, Math.round(sampleNanos / fastest));
      }
      before = Math.min(before, fastest);
    }
  }
}
