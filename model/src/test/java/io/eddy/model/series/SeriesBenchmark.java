package io.eddy.model.series;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// What one event costs before any network: [Series#append] by horizon and seasons, and the way
/// from and to bytes. Run by hand, not by the build:
///
/// ```
/// mvn -q -pl model test-compile
/// java --add-modules jdk.incubator.vector -cp model/target/classes:model/target/test-classes io.eddy.model.series.SeriesBenchmark
/// ```
///
/// Prints the median and the fastest of samples of 8 ms of the thread's processor time, what an
/// event allocates, and how many bytes the base forecast takes of a key's state.
final class SeriesBenchmark {

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final long WARM_UP_NANOS = 1_000_000_000;
  private static final long SAMPLE_NANOS = 8_000_000;
  private static final int SAMPLES = 31;
  private static final int CALLS = 64;

  private SeriesBenchmark() {}

  public static void main(String[] arguments) {
    System.out.printf(
        "%-34s %10s %10s %8s %12s %8s%n", "", "ns", "least ns", "B/event", "mix bytes", "bytes");
    for (List<Integer> seasons : List.of(List.<Integer>of(), List.of(24), List.of(24, 168))) {
      for (int horizon : new int[] {1, 24, 48}) {
        append(seasons, horizon, ScaleUnit.DIFFERENCE);
      }
    }
    append(List.of(24), 48, ScaleUnit.ERROR);
    fromAndToBytes(List.of(24), 48);
  }

  private static Series series(List<Integer> seasons, int horizon, ScaleUnit unit) {
    SeriesSpec spec = SeriesSpec.of(seasons, BaseForecast.MIX).withScale(unit);
    return new Series(spec, 192 + 49, horizon);
  }

  private static final class Wave {
    private final SplittableRandom random = new SplittableRandom(1);
    private int t;

    double next() {
      t++;
      return 20 * StrictMath.sin(t * (Math.PI / 12)) + random.nextDouble();
    }
  }

  private static void append(List<Integer> seasons, int horizon, ScaleUnit unit) {
    Series series = series(seasons, horizon, unit);
    double[] values = new double[4096];
    var wave = new Wave();
    Arrays.setAll(values, t -> wave.next());
    int[] t = new int[1];
    Runnable call =
        () -> {
          series.append(1000L * t[0], values[t[0] & 4095]);
          t[0]++;
        };
    print(
        "append, seasons %s, horizon %d%s"
            .formatted(seasons, horizon, unit == ScaleUnit.ERROR ? ", error" : ""),
        call,
        series);
  }

  private static void fromAndToBytes(List<Integer> seasons, int horizon) {
    Series series = series(seasons, horizon, ScaleUnit.DIFFERENCE);
    var wave = new Wave();
    for (int t = 0; t < 1000; t++) {
      series.append(t, wave.next());
    }
    ByteBuffer bytes = ByteBuffer.allocate(series.byteSize());
    Series read = series(seasons, horizon, ScaleUnit.DIFFERENCE);
    print("write", () -> series.write(bytes.clear()), series);
    print("read", () -> read.read(bytes.clear()), series);
  }

  private static void print(String name, Runnable call, Series series) {
    long warm = System.nanoTime() + WARM_UP_NANOS;
    while (System.nanoTime() < warm) {
      call.run();
    }
    double[] nanos = new double[SAMPLES];
    long allocatedBefore = THREADS.getCurrentThreadAllocatedBytes();
    long allCalls = 0;
    for (int sample = 0; sample < SAMPLES; sample++) {
      long start = THREADS.getCurrentThreadCpuTime();
      long spent = 0;
      long calls = 0;
      while (spent < SAMPLE_NANOS) {
        for (int i = 0; i < CALLS; i++) {
          call.run();
        }
        calls += CALLS;
        spent = THREADS.getCurrentThreadCpuTime() - start;
      }
      nanos[sample] = spent / (double) calls;
      allCalls += calls;
    }
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - allocatedBefore;
    Arrays.sort(nanos);
    int rest = Long.BYTES + Double.BYTES + RunningScale.byteSize();
    int ring = series.size() * (3 * Double.BYTES + Long.BYTES);
    System.out.printf(
        "%-34s %10.0f %10.0f %8d %12d %8d%n",
        name,
        nanos[SAMPLES / 2],
        nanos[0],
        allocated / allCalls,
        series.byteSize() - rest - ring,
        series.byteSize());
  }
}
