package io.eddy.model.kernel;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;

/// Warms an LSTM up in a fresh JVM, then prints what its first 10,000 steps cost.
///
/// ```
/// java --add-modules jdk.incubator.vector -cp model/target/classes:model/target/test-classes io.eddy.model.kernel.WarmUpRun
/// ```
///
/// `-Dinputs=16 -Dhidden=128` gives other sizes, `-Dlimit=3000` more milliseconds to warm up.
final class WarmUpRun {

  private static final int STEPS = 10_000;

  private final Kernels kernels = Kernels.best();
  private final int inputs;
  private final int hidden;
  private final float[] x;
  private final float[] bias;
  private final float[] input;
  private final int[] recurrent;
  private final float[] gates;
  private final float[] state;
  private final float[] cell;
  private final float[] tanhCell;

  private WarmUpRun(int inputs, int hidden) {
    this.inputs = inputs;
    this.hidden = hidden;
    int columns = 4 * hidden;
    x = values(inputs);
    bias = values(columns);
    input = PackedWeights.pack(values(inputs * columns), 0, columns, inputs, columns);
    recurrent = PackedWeights.packBfloat16(values(hidden * columns), 0, columns, hidden, columns);
    gates = new float[columns];
    state = new float[hidden];
    cell = new float[hidden];
    tanhCell = new float[hidden];
  }

  public static void main(String[] arguments) {
    int inputs = Integer.getInteger("inputs", 8);
    int hidden = Integer.getInteger("hidden", 64);
    long limit = Long.getLong("limit", 1_500);
    WarmUpRun invented = new WarmUpRun(inputs, hidden);
    WarmUp.Result result = WarmUp.run(invented::step, Duration.ofMillis(limit));

    WarmUpRun real = new WarmUpRun(inputs, hidden);
    long[] nanos = new long[STEPS];
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    threads.getCurrentThreadAllocatedBytes();
    System.nanoTime();
    long bytes = threads.getCurrentThreadAllocatedBytes();
    for (int step = 0; step < STEPS; step++) {
      long start = System.nanoTime();
      real.step();
      nanos[step] = System.nanoTime() - start;
    }
    bytes = threads.getCurrentThreadAllocatedBytes() - bytes;

    Arrays.sort(nanos);
    System.out.printf(
        "%d steps in %d ms, steady %b, %.0f ns per step; then %d steps allocated %d bytes,"
            + " median %d ns, 99.9 %% %d ns, worst %d ns%n",
        result.steps(),
        result.took().toMillis(),
        result.steady(),
        result.nanosPerStep(),
        STEPS,
        bytes,
        nanos[STEPS / 2],
        nanos[STEPS - STEPS / 1000],
        nanos[STEPS - 1]);
  }

  private void step() {
    int columns = 4 * hidden;
    System.arraycopy(bias, 0, gates, 0, columns);
    kernels.multiplyAddPacked(1, columns, inputs, x, 0, inputs, input, gates, 0, columns);
    kernels.multiplyAddBfloat16(1, columns, hidden, state, 0, hidden, recurrent, gates, 0, columns);
    kernels.lstmGates(hidden, gates, 0, cell, 0, cell, 0, tanhCell, 0, state, 0);
  }

  private static float[] values(int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (i * 31 % 101 - 50) / 200f;
    }
    return values;
  }
}
