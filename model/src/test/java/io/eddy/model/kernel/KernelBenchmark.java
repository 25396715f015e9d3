package io.eddy.model.kernel;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.SplittableRandom;

/// What the kernels of one event and of training cost, scalar against vector. Run by hand, not by
/// the build:
///
/// ```
/// mvn -q -pl model test-compile
/// java --add-modules jdk.incubator.vector -cp model/target/classes:model/target/test-classes io.eddy.model.kernel.KernelBenchmark
/// ```
///
/// `-Deddy.vector.bits=256` gives another width. The contenders of a line run in turns, in samples
/// of 8 ms of the thread's processor time, which neighbours on a shared machine disturb less than
/// the clock on the wall. The median is printed, then the fastest sample.
final class KernelBenchmark {

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final long WARM_UP_NANOS = 600_000_000;
  private static final long SAMPLE_NANOS = 8_000_000;
  private static final int SAMPLES = 21;

  private final Kernels[] contenders = {Kernels.scalar(), Kernels.best()};
  private final SplittableRandom random = new SplittableRandom(1);

  private KernelBenchmark() {}

  public static void main(String[] arguments) {
    KernelBenchmark benchmark = new KernelBenchmark();
    for (int[] size : new int[][] {{8, 32}, {8, 64}, {16, 128}, {32, 256}}) {
      benchmark.lstmStep(size[0], size[1]);
    }
    benchmark.gruStep(8, 32);
    for (int hidden : new int[] {32, 64, 128}) {
      benchmark.gates(hidden);
    }
    benchmark.product(512, 512, 512, false);
    benchmark.product(32, 128, 32, false);
    benchmark.product(32, 256, 64, false);
    benchmark.product(32, 1024, 256, false);
    benchmark.product(2048, 512, 136, false);
    benchmark.product(40, 128, 2048, true);
    benchmark.product(136, 512, 2048, true);
    benchmark.functions(128);
    benchmark.reductions(1024);
    benchmark.optimizer(10_000);
  }

  /// The work of one event: two products added to the bias, then the gates.
  private void lstmStep(int inputs, int hidden) {
    float[] x = values(inputs);
    float[] state = values(hidden);
    float[] weightsInput = values(inputs * 4 * hidden);
    float[] weightsHidden = values(hidden * 4 * hidden);
    float[] bias = values(4 * hidden);
    float[] gates = new float[4 * hidden];
    float[] cell = values(hidden);
    float[] tanhCell = new float[hidden];
    float[] out = new float[hidden];
    double operations = 2.0 * (inputs + hidden) * 4 * hidden;
    race(
        "LSTM products " + inputs + "," + hidden,
        operations,
        kernels -> {
          System.arraycopy(bias, 0, gates, 0, 4 * hidden);
          multiplyRow(kernels, x, weightsInput, gates);
          multiplyRow(kernels, state, weightsHidden, gates);
        });
    race(
        "LSTM step " + inputs + "," + hidden,
        operations,
        kernels -> {
          System.arraycopy(bias, 0, gates, 0, 4 * hidden);
          multiplyRow(kernels, x, weightsInput, gates);
          multiplyRow(kernels, state, weightsHidden, gates);
          kernels.lstmGates(hidden, gates, 0, cell, 0, cell, 0, tanhCell, 0, out, 0);
        });
  }

  private void gruStep(int inputs, int hidden) {
    float[] x = values(inputs);
    float[] state = values(hidden);
    float[] weightsInput = values(inputs * 3 * hidden);
    float[] weightsHidden = values(hidden * 3 * hidden);
    float[] bias = values(3 * hidden);
    float[] xPart = new float[3 * hidden];
    float[] hPart = new float[3 * hidden];
    float[] out = new float[hidden];
    race(
        "GRU step " + inputs + "," + hidden,
        2.0 * (inputs + hidden) * 3 * hidden,
        kernels -> {
          System.arraycopy(bias, 0, xPart, 0, 3 * hidden);
          System.arraycopy(bias, 0, hPart, 0, 3 * hidden);
          multiplyRow(kernels, x, weightsInput, xPart);
          multiplyRow(kernels, state, weightsHidden, hPart);
          kernels.gruGates(hidden, xPart, 0, hPart, 0, state, 0, out, 0);
        });
  }

  private static void multiplyRow(Kernels kernels, float[] x, float[] weights, float[] out) {
    kernels.multiplyAdd(
        1, out.length, x.length, x, 0, x.length, 1, weights, 0, out.length, out, 0, out.length);
  }

  private void gates(int hidden) {
    float[] preActivations = values(4 * hidden);
    float[] gates = new float[4 * hidden];
    float[] cell = values(hidden);
    float[] after = new float[hidden];
    float[] tanhCell = new float[hidden];
    float[] out = new float[hidden];
    race(
        "LSTM gates " + hidden,
        0,
        kernels -> {
          System.arraycopy(preActivations, 0, gates, 0, 4 * hidden);
          kernels.lstmGates(hidden, gates, 0, cell, 0, after, 0, tanhCell, 0, out, 0);
        });
    float[] dOut = values(hidden);
    float[] dCell = values(hidden);
    float[] dGates = new float[4 * hidden];
    float[] dBefore = new float[hidden];
    race(
        "LSTM gates backward " + hidden,
        0,
        kernels ->
            kernels.lstmGatesBackward(
                hidden, gates, 0, cell, 0, tanhCell, 0, dOut, 0, dCell, 0, dGates, 0, dBefore, 0));
  }

  private void product(int rows, int columns, int inner, boolean transposed) {
    float[] a = values(rows * inner);
    float[] b = values(inner * columns);
    float[] out = new float[rows * columns];
    race(
        String.format("%d x %d x %d%s", rows, columns, inner, transposed ? ", transposed" : ""),
        2.0 * rows * columns * inner,
        kernels ->
            kernels.multiplyAdd(
                rows,
                columns,
                inner,
                a,
                0,
                transposed ? 1 : inner,
                transposed ? rows : 1,
                b,
                0,
                columns,
                out,
                0,
                columns));
  }

  private void functions(int n) {
    float[] x = values(n);
    float[] out = new float[n];
    race("exp " + n, 0, kernels -> kernels.exp(x, 0, out, 0, n));
    race("log " + n, 0, kernels -> kernels.log(x, 0, out, 0, n));
    race("tanh " + n, 0, kernels -> kernels.tanh(x, 0, out, 0, n));
    race("sigmoid " + n, 0, kernels -> kernels.sigmoid(x, 0, out, 0, n));
    race("sigmoid " + (n - 3), 0, kernels -> kernels.sigmoid(x, 0, out, 0, n - 3));
    race("softplus " + n, 0, kernels -> kernels.softplus(x, 0, out, 0, n));
  }

  private void reductions(int n) {
    float[] x = values(n);
    float[] y = values(n);
    float[] out = new float[1];
    race("sum " + n, 0, kernels -> out[0] = kernels.sum(x, 0, n));
    race("dot " + n, 2.0 * n, kernels -> out[0] = kernels.dot(x, 0, y, 0, n));
    race("dot " + (n - 3), 2.0 * n, kernels -> out[0] = kernels.dot(x, 0, y, 0, n - 3));
  }

  private void optimizer(int n) {
    float[] w = values(n);
    float[] gradient = values(n);
    float[] m = new float[n];
    float[] v = new float[n];
    race(
        "adam " + n,
        0,
        kernels ->
            kernels.adam(w, 0, gradient, 0, m, 0, v, 0, n, 1e-3f, 0.9f, 0.999f, 1.1f, 1e-8f, 0f));
  }

  private void race(String title, double operations, KernelCase.Call call) {
    double[][] nanos = new double[contenders.length][SAMPLES];
    for (Kernels kernels : contenders) {
      nanosPerCall(call, kernels, WARM_UP_NANOS);
    }
    for (int sample = 0; sample < SAMPLES; sample++) {
      for (int c = 0; c < contenders.length; c++) {
        nanos[c][sample] = nanosPerCall(call, contenders[c], SAMPLE_NANOS);
      }
    }
    StringBuilder line = new StringBuilder(String.format("%-30s", title));
    for (int c = 0; c < contenders.length; c++) {
      Arrays.sort(nanos[c]);
      line.append(
          String.format(
              "  %s %.1f ns (%.1f)",
              contenders[c].getClass().getSimpleName(), nanos[c][SAMPLES / 2], nanos[c][0]));
      if (operations > 0) {
        line.append(String.format(" %.1f GFLOP/s", operations / nanos[c][SAMPLES / 2]));
      }
    }
    System.out.println(line);
  }

  private static double nanosPerCall(KernelCase.Call call, Kernels kernels, long atLeast) {
    long start = THREADS.getCurrentThreadCpuTime();
    long nanos = 0;
    long calls = 0;
    // Twice as many calls between looks at the clock, while those are short.
    for (long turn = 1; nanos < atLeast; turn = nanos < atLeast / 64 ? 2 * turn : turn) {
      for (long i = 0; i < turn; i++) {
        call.on(kernels);
      }
      calls += turn;
      nanos = THREADS.getCurrentThreadCpuTime() - start;
    }
    return (double) nanos / calls;
  }

  private float[] values(int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextDouble(-0.5, 0.5);
    }
    return values;
  }
}
