package io.eddy.model.op;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Program;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Stepper;
import io.eddy.model.program.Value;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/// What one step of attention over a full past costs, append included: the median of samples of
/// some 8 ms. Run it by hand, from the class path of the tests.
public final class AttendBenchmark {

  private static final int SAMPLES = 31;
  private static final long SAMPLE_NANOS = 8_000_000;
  private static final long WARM_UP_NANOS = 2_000_000_000L;

  private AttendBenchmark() {}

  /// Prints heads, entries, and microseconds per step.
  public static void main(String[] arguments) {
    for (int[] shape : new int[][] {{8, 8}, {4, 64}}) {
      for (int window : new int[] {64, 256, 1024}) {
        System.out.printf(
            Locale.ROOT,
            "%d heads of %d, %4d entries: past %s us, memory %s us%n",
            shape[0],
            shape[1],
            window,
            micros(past(shape[0], shape[1], window)),
            micros(memory(shape[0], shape[1], window)));
      }
    }
  }

  private static Stepper past(int headCount, int headWidth, int window) {
    int width = headCount * headWidth;
    var builder = new ProgramBuilder();
    Value query = builder.input("query", width);
    Value key = builder.input("key", width);
    Value value = builder.input("value", width);
    Attend.of(
        builder,
        query,
        builder.pastKeys(key, window),
        builder.past(value, window),
        headCount,
        (float) (1 / Math.sqrt(headWidth)));
    Program program = builder.build();
    var stepper = new Stepper(program, Parameters.zeros(program.parameters()), 1, Kernels.best());
    var random = new SplittableRandom(1);
    for (int step = 0; step < window + 37; step++) {
      for (Value input : new Value[] {query, key, value}) {
        fill(stepper.rows(input), width, random);
      }
      stepper.step();
    }
    return stepper;
  }

  private static Stepper memory(int headCount, int headWidth, int slots) {
    int width = headCount * headWidth;
    var builder = new ProgramBuilder();
    Value query = builder.input("query", width);
    Value key = builder.memory("key", width, slots);
    Value value = builder.memory("value", width, slots);
    Attend.of(builder, query, key, value, headCount, (float) (1 / Math.sqrt(headWidth)));
    Program program = builder.build();
    var stepper = new Stepper(program, Parameters.zeros(program.parameters()), 1, Kernels.best());
    var random = new SplittableRandom(1);
    fill(stepper.rows(query), width, random);
    fill(stepper.rows(key), width * slots, random);
    fill(stepper.rows(value), width * slots, random);
    stepper.remember();
    return stepper;
  }

  private static void fill(Rows rows, int elements, SplittableRandom random) {
    for (int i = 0; i < elements; i++) {
      rows.values()[rows.at(0) + i] = (float) (2 * random.nextDouble() - 1);
    }
  }

  private static String micros(Stepper stepper) {
    long end = System.nanoTime() + WARM_UP_NANOS;
    int calls = 0;
    while (System.nanoTime() < end) {
      stepper.step();
      calls++;
    }
    int perSample = (int) Math.max(1, SAMPLE_NANOS * calls / WARM_UP_NANOS);
    double[] samples = new double[SAMPLES];
    for (int sample = 0; sample < SAMPLES; sample++) {
      long start = System.nanoTime();
      for (int call = 0; call < perSample; call++) {
        stepper.step();
      }
      samples[sample] = (System.nanoTime() - start) / 1e3 / perSample;
    }
    Arrays.sort(samples);
    return String.format(Locale.ROOT, "%6.2f (median %6.2f)", samples[0], samples[SAMPLES / 2]);
  }
}
