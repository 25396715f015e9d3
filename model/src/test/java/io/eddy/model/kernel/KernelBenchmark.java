package io.eddy.model.kernel;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/// What the kernels of one event and of training cost. Run by hand, not by the build:
///
/// ```
/// mvn -q -pl model test-compile
/// java --add-modules jdk.incubator.vector -cp model/target/classes:model/target/test-classes io.eddy.model.kernel.KernelBenchmark [section ...]
/// ```
///
/// Sections: `step`, `gates`, `batch`, `attention`, `product`, `function`, `optimizer`; all if none
/// is named. `-Deddy.vector.bits=256` gives another width, `-XX:UseAVX=2` a processor without
/// AVX-512 (16 registers). The contenders of a line run in turns, in samples of 8 ms of the
/// thread's processor time, which neighbours on a shared machine disturb less than the clock on the
/// wall. The median is printed, then the fastest sample.
final class KernelBenchmark {

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final long WARM_UP_NANOS = 600_000_000;
  private static final long SAMPLE_NANOS = 8_000_000;
  private static final int SAMPLES = 21;

  /// One way to do the work of a line.
  private record Contender(String name, Runnable call) {}

  private final Kernels scalarKernels = Kernels.scalar();
  private final Kernels kernels = Kernels.best();
  private final SplittableRandom random = new SplittableRandom(1);

  private KernelBenchmark() {}

  public static void main(String[] arguments) {
    KernelBenchmark benchmark = new KernelBenchmark();
    Map<String, Runnable> sections = new LinkedHashMap<>();
    sections.put("step", benchmark::steps);
    sections.put("gates", benchmark::gates);
    sections.put("batch", benchmark::batches);
    sections.put("attention", benchmark::attention);
    sections.put("product", benchmark::products);
    sections.put("function", benchmark::functions);
    sections.put("optimizer", () -> benchmark.optimizer(10_000));
    if (!sections.keySet().containsAll(List.of(arguments))) {
      throw new IllegalArgumentException(
          "sections are " + sections.keySet() + ", got " + List.of(arguments));
    }
    sections.forEach(
        (name, section) -> {
          if (arguments.length == 0 || List.of(arguments).contains(name)) {
            section.run();
          }
        });
  }

  private void steps() {
    for (int[] size : new int[][] {{8, 32}, {8, 64}, {16, 128}, {32, 256}, {64, 512}}) {
      lstmStep(size[0], size[1]);
    }
    for (int[] size : new int[][] {{8, 32}, {8, 64}, {16, 128}}) {
      gruStep(size[0], size[1]);
    }
  }

  private void gates() {
    for (int hidden : new int[] {32, 64, 128}) {
      gates(hidden);
    }
  }

  private void batches() {
    for (int rows : new int[] {2, 4, 8, 32, 256}) {
      batch(rows, 8, 64);
      batch(rows, 32, 256);
    }
  }

  private void attention() {
    for (int window : new int[] {64, 256, 1024}) {
      attention(window, 4, 64);
      attention(window, 8, 8);
    }
  }

  private void products() {
    product(512, 512, 512, false);
    product(1024, 1024, 1024, false);
    product(32, 128, 32, false);
    product(32, 256, 64, false);
    product(32, 1024, 256, false);
    product(2048, 512, 136, false);
    product(2048, 1024, 264, false);
    product(40, 128, 2048, true);
    product(136, 512, 2048, true);
    product(264, 1024, 2048, true);
  }

  private void functions() {
    functions(128);
    reductions(1024);
  }

  /// The work of one event: two products added to the bias, then the gates.
  private void lstmStep(int inputs, int hidden) {
    Layer layer = new Layer(1, inputs, hidden, 4);
    double operations = 2.0 * (inputs + hidden) * 4 * hidden;
    race(
        "LSTM products " + inputs + "," + hidden,
        operations,
        new Contender("in place", () -> layer.inPlace(kernels)),
        new Contender("packed", () -> layer.packed(kernels)),
        new Contender("bf16", () -> layer.bfloat16(kernels)));
    Runnable gates = () -> layer.lstmGates(kernels);
    race(
        "LSTM step " + inputs + "," + hidden,
        operations,
        new Contender("in place", both(() -> layer.inPlace(kernels), gates)),
        new Contender("packed", both(() -> layer.packed(kernels), gates)),
        new Contender("bf16", both(() -> layer.bfloat16(kernels), gates)),
        new Contender(
            "scalar",
            both(() -> layer.inPlace(scalarKernels), () -> layer.lstmGates(scalarKernels))));
  }

  private void gruStep(int inputs, int hidden) {
    Layer layer = new Layer(1, inputs, hidden, 3);
    Runnable gates = () -> layer.gruGates(kernels);
    race(
        "GRU step " + inputs + "," + hidden,
        2.0 * (inputs + hidden) * 3 * hidden,
        new Contender("in place", both(() -> layer.inPlace(kernels), gates)),
        new Contender("packed", both(() -> layer.packed(kernels), gates)),
        new Contender("bf16", both(() -> layer.bfloat16(kernels), gates)),
        new Contender(
            "scalar",
            both(() -> layer.inPlace(scalarKernels), () -> layer.gruGates(scalarKernels))));
  }

  private void batch(int rows, int inputs, int hidden) {
    Layer layer = new Layer(rows, inputs, hidden, 4);
    Runnable gates = () -> layer.lstmGates(kernels);
    race(
        String.format("LSTM %d,%d of %d keys", inputs, hidden, rows),
        2.0 * rows * (inputs + hidden) * 4 * hidden,
        new Contender("in place", both(() -> layer.inPlace(kernels), gates)),
        new Contender("packed", both(() -> layer.packed(kernels), gates)),
        new Contender("bf16", both(() -> layer.bfloat16(kernels), gates)));
  }

  private static Runnable both(Runnable first, Runnable second) {
    return () -> {
      first.run();
      second.run();
    };
  }

  /// The arrays of a recurrent layer and what a step does with them. The GRU's state has its part
  /// of the pre-activations apart, as the reset comes between.
  private final class Layer {
    private final int rows;
    private final int inputs;
    private final int hidden;
    private final int columns;
    private final float[] x;
    private final float[] state;
    private final float[] weightsInput;
    private final float[] weightsHidden;
    private final float[] packedInput;
    private final float[] packedHidden;
    private final int[] bfloat16Input;
    private final int[] bfloat16Hidden;
    private final float[] bias;
    private final float[] gates;
    private final boolean hasStateGates;
    private final float[] stateGates;
    private final float[] cell;
    private final float[] tanhCell;
    private final float[] out;

    Layer(int rows, int inputs, int hidden, int gateCount) {
      this.rows = rows;
      this.inputs = inputs;
      this.hidden = hidden;
      columns = gateCount * hidden;
      x = values(rows * inputs);
      state = values(rows * hidden);
      weightsInput = values(inputs * columns);
      weightsHidden = values(hidden * columns);
      packedInput = PackedWeights.pack(weightsInput, 0, columns, inputs, columns);
      packedHidden = PackedWeights.pack(weightsHidden, 0, columns, hidden, columns);
      bfloat16Input = PackedWeights.packBfloat16(weightsInput, 0, columns, inputs, columns);
      bfloat16Hidden = PackedWeights.packBfloat16(weightsHidden, 0, columns, hidden, columns);
      bias = values(columns);
      gates = new float[rows * columns];
      hasStateGates = gateCount == 3;
      stateGates = hasStateGates ? new float[rows * columns] : gates;
      cell = values(rows * hidden);
      tanhCell = new float[rows * hidden];
      out = new float[rows * hidden];
    }

    private void start() {
      for (int row = 0; row < rows; row++) {
        System.arraycopy(bias, 0, gates, row * columns, columns);
        if (hasStateGates) {
          System.arraycopy(bias, 0, stateGates, row * columns, columns);
        }
      }
    }

    void inPlace(Kernels by) {
      start();
      by.multiplyAdd(
          rows, columns, inputs, x, 0, inputs, 1, weightsInput, 0, columns, gates, 0, columns);
      by.multiplyAdd(
          rows,
          columns,
          hidden,
          state,
          0,
          hidden,
          1,
          weightsHidden,
          0,
          columns,
          stateGates,
          0,
          columns);
    }

    void packed(Kernels by) {
      start();
      by.multiplyAddPacked(rows, columns, inputs, x, 0, inputs, packedInput, gates, 0, columns);
      by.multiplyAddPacked(
          rows, columns, hidden, state, 0, hidden, packedHidden, stateGates, 0, columns);
    }

    void bfloat16(Kernels by) {
      start();
      by.multiplyAddBfloat16(rows, columns, inputs, x, 0, inputs, bfloat16Input, gates, 0, columns);
      by.multiplyAddBfloat16(
          rows, columns, hidden, state, 0, hidden, bfloat16Hidden, stateGates, 0, columns);
    }

    void lstmGates(Kernels by) {
      for (int row = 0; row < rows; row++) {
        int at = row * hidden;
        by.lstmGates(hidden, gates, row * columns, cell, at, cell, at, tanhCell, at, out, at);
      }
    }

    void gruGates(Kernels by) {
      for (int row = 0; row < rows; row++) {
        int at = row * hidden;
        by.gruGates(hidden, gates, row * columns, stateGates, row * columns, state, at, out, at);
      }
    }
  }

  /// One query over the keys of a window, head by head: scores, softmax, output. The memory lies
  /// either in rows: keys (width, slots) with some padding, values (slots, width); or each head's
  /// apart: keys in blocks of 64 slots, (head, block, head width, 64), values (head, slot, head
  /// width).
  private void attention(int window, int heads, int headWidth) {
    int width = heads * headWidth;
    int stride = window + 16;
    float[] query = values(width);
    float[] keys = values(width * stride);
    float[] entries = values(window * width);
    float[] scores = new float[window];
    float[] out = new float[width];
    race(
        String.format("attention %d x %d over %d", heads, headWidth, window),
        4.0 * window * width,
        new Contender(
            "in rows",
            () -> {
              Arrays.fill(out, 0f);
              for (int head = 0; head < heads; head++) {
                int at = head * headWidth;
                Arrays.fill(scores, 0f);
                kernels.multiplyAdd(
                    1,
                    window,
                    headWidth,
                    query,
                    at,
                    width,
                    1,
                    keys,
                    at * stride,
                    stride,
                    scores,
                    0,
                    window);
                kernels.softmax(scores, 0, scores, 0, window);
                kernels.multiplyAdd(
                    1, headWidth, window, scores, 0, window, 1, entries, at, width, out, at, width);
              }
            }),
        new Contender(
            "in blocks",
            () -> {
              Arrays.fill(out, 0f);
              for (int head = 0; head < heads; head++) {
                int at = head * headWidth;
                Arrays.fill(scores, 0f);
                for (int slot = 0; slot < window; slot += 64) {
                  kernels.multiplyAdd(
                      1,
                      64,
                      headWidth,
                      query,
                      at,
                      width,
                      1,
                      keys,
                      at * window + slot * headWidth,
                      64,
                      scores,
                      slot,
                      window);
                }
                kernels.softmax(scores, 0, scores, 0, window);
                kernels.multiplyAdd(
                    1,
                    headWidth,
                    window,
                    scores,
                    0,
                    window,
                    1,
                    entries,
                    at * window,
                    headWidth,
                    out,
                    at,
                    width);
              }
            }));
  }

  private void gates(int hidden) {
    Layer lstm = new Layer(1, 1, hidden, 4);
    float[] preActivations = values(4 * hidden);
    raceKernels(
        "LSTM gates " + hidden,
        by -> {
          System.arraycopy(preActivations, 0, lstm.gates, 0, 4 * hidden);
          lstm.lstmGates(by);
        });
    float[] dOut = values(hidden);
    float[] dCell = values(hidden);
    float[] dGates = new float[4 * hidden];
    float[] dBefore = new float[hidden];
    raceKernels(
        "LSTM gates backward " + hidden,
        by ->
            by.lstmGatesBackward(
                hidden,
                lstm.gates,
                0,
                lstm.cell,
                0,
                lstm.tanhCell,
                0,
                dOut,
                0,
                dCell,
                0,
                dGates,
                0,
                dBefore,
                0));
    Layer gru = new Layer(1, 1, hidden, 3);
    raceKernels(
        "GRU gates " + hidden,
        by -> {
          System.arraycopy(preActivations, 0, gru.gates, 0, 3 * hidden);
          gru.gruGates(by);
        });
  }

  private void product(int rows, int columns, int inner, boolean transposed) {
    float[] a = values(rows * inner);
    float[] b = values(inner * columns);
    float[] out = new float[rows * columns];
    race(
        String.format("%d x %d x %d%s", rows, columns, inner, transposed ? ", transposed" : ""),
        2.0 * rows * columns * inner,
        new Contender(
            "vector",
            () ->
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
                    columns)));
  }

  private void functions(int n) {
    float[] x = values(n);
    float[] out = new float[n];
    raceKernels("exp " + n, by -> by.exp(x, 0, out, 0, n));
    raceKernels("log " + n, by -> by.log(x, 0, out, 0, n));
    raceKernels("tanh " + n, by -> by.tanh(x, 0, out, 0, n));
    raceKernels("sigmoid " + n, by -> by.sigmoid(x, 0, out, 0, n));
    raceKernels("sigmoid " + (n - 3), by -> by.sigmoid(x, 0, out, 0, n - 3));
    raceKernels("softplus " + n, by -> by.softplus(x, 0, out, 0, n));
  }

  private void reductions(int n) {
    float[] x = values(n);
    float[] y = values(n);
    float[] out = new float[1];
    raceKernels("sum " + n, by -> out[0] = by.sum(x, 0, n));
    raceKernels("dot " + n, by -> out[0] = by.dot(x, 0, y, 0, n));
    raceKernels("dot " + (n - 3), by -> out[0] = by.dot(x, 0, y, 0, n - 3));
  }

  private void optimizer(int n) {
    float[] w = values(n);
    float[] gradient = values(n);
    float[] m = new float[n];
    float[] v = new float[n];
    raceKernels(
        "adam " + n,
        by -> by.adam(w, 0, gradient, 0, m, 0, v, 0, n, 1e-3f, 0.9f, 0.999f, 1.1f, 1e-8f, 0f));
  }

  private void raceKernels(String title, KernelCase.Call call) {
    race(
        title,
        0,
        new Contender("vector", () -> call.on(kernels)),
        new Contender("scalar", () -> call.on(scalarKernels)));
  }

  private static void race(String title, double operations, Contender... contenders) {
    double[][] nanos = new double[contenders.length][SAMPLES];
    for (Contender contender : contenders) {
      nanosPerCall(contender.call, WARM_UP_NANOS);
    }
    for (int sample = 0; sample < SAMPLES; sample++) {
      for (int c = 0; c < contenders.length; c++) {
        nanos[c][sample] = nanosPerCall(contenders[c].call, SAMPLE_NANOS);
      }
    }
    StringBuilder line = new StringBuilder(String.format("%-32s", title));
    for (int c = 0; c < contenders.length; c++) {
      Arrays.sort(nanos[c]);
      line.append(
          String.format(
              "  %s %.1f ns (%.1f)", contenders[c].name, nanos[c][SAMPLES / 2], nanos[c][0]));
      if (operations > 0) {
        line.append(String.format(" %.1f GFLOP/s", operations / nanos[c][SAMPLES / 2]));
      }
    }
    System.out.println(line);
  }

  private static double nanosPerCall(Runnable call, long atLeast) {
    long start = THREADS.getCurrentThreadCpuTime();
    long nanos = 0;
    long calls = 0;
    // Twice as many calls between looks at the clock, while those are short.
    for (long turn = 1; nanos < atLeast; turn = nanos < atLeast / 64 ? 2 * turn : turn) {
      for (long i = 0; i < turn; i++) {
        call.run();
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
