package io.eddy.model.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Program;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Unroller;
import io.eddy.model.program.Value;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AttendTest {

  /// From three queries to a block that is turned round, and more than one block of it.
  @ParameterizedTest
  @CsvSource({"1, 1", "3, 2", "4, 1", "9, 2", "70, 2"})
  void shouldAttendOverAMemory(int steps, int headCount) {
    OpGradients.ofAll(
            (builder, x) -> {
              Attended out = Attend.of(builder, x.get(0), x.get(1), x.get(2), headCount, 0.7f);
              return List.of(out.context(), out.probabilities());
            })
        .input(2 * headCount)
        .memory(2 * headCount, 5)
        .memory(3 * headCount, 5)
        .rows(steps, 2)
        .rowFormula(x -> attention(x.input(0), x.memory(1), x.memory(2), headCount, 0.7, 5))
        .check();
  }

  /// Windows that the steps do not fill, fill, and go round in.
  @ParameterizedTest
  @CsvSource({"3, 5, 1", "7, 3, 2", "7, 1, 2", "9, 9, 1", "23, 16, 2"})
  void shouldAttendOverTheOwnPast(int steps, int window, int headCount) {
    OpGradients.ofAll(
            (builder, x) -> {
              Attended out =
                  Attend.of(
                      builder,
                      x.get(0),
                      builder.pastKeys(x.get(1), window),
                      builder.past(x.get(2), window),
                      headCount,
                      0.7f);
              return List.of(out.context(), out.probabilities());
            })
        .input(2 * headCount)
        .input(2 * headCount)
        .input(3 * headCount)
        .rows(steps, 2)
        .formula(given -> overThePast(given, window, 0, headCount))
        .check();
  }

  @ParameterizedTest
  @CsvSource({"true, false", "false, false", "false, true", "true, true"})
  void shouldReadAPastHoweverItIsKept(boolean turnedKeys, boolean turnedValues) {
    OpGradients.ofAll(
            (builder, x) -> {
              Value keys = turnedKeys ? builder.pastKeys(x.get(1), 3) : builder.past(x.get(1), 3);
              Value values =
                  turnedValues ? builder.pastKeys(x.get(2), 3) : builder.past(x.get(2), 3);
              Attended out = Attend.of(builder, x.get(0), keys, values, 2, 0.7f);
              return List.of(out.context(), out.probabilities());
            })
        .input(4)
        .input(4)
        .input(6)
        .rows(8, 3)
        .formula(given -> overThePast(given, 3, 0, 2))
        .check();
  }

  /// A past without the step's own row: the first step has nothing to look at.
  @ParameterizedTest
  @ValueSource(ints = {2, 7})
  void shouldGiveZeroWhereThereAreNoEntries(int steps) {
    OpGradients.ofAll(
            (builder, x) -> {
              Attended out =
                  Attend.of(
                      builder,
                      x.get(0),
                      builder.pastKeys(builder.delay(x.get(1), 2), 3),
                      builder.past(builder.delay(x.get(2), 2), 3),
                      1,
                      0.7f);
              return List.of(out.context(), out.probabilities());
            })
        .input(2)
        .input(2)
        .input(3)
        .rows(steps, 2)
        .formula(given -> overThePast(given, 3, 2, 1))
        .check();
  }

  /// Queries that are a memory's own entries, then a step's query over what came of them.
  @Test
  void shouldAttendFromAMemoryOverItself() {
    OpGradients.of(
            (builder, x) -> {
              Value inner = Attend.of(builder, x.get(1), x.get(1), x.get(2), 2, 0.5f).context();
              return Attend.of(builder, x.get(0), x.get(1), inner, 1, 1).context();
            })
        .input(4)
        .memory(4, 6)
        .memory(6, 6)
        .rows(3, 3)
        .rowFormula(
            x -> {
              double[][] keys = x.memory(1);
              double[][] inner = new double[keys.length][];
              for (int slot = 0; slot < keys.length; slot++) {
                inner[slot] = Arrays.copyOf(attention(keys[slot], keys, x.memory(2), 2, 0.5, 0), 6);
              }
              return Arrays.copyOf(attention(x.input(0), keys, inner, 1, 1, 0), 6);
            })
        .check();
  }

  /// Where the query follows from the step before, the unroller goes step by step.
  @Test
  void shouldAttendInsideARecurrence() {
    OpGradients.of(
            (builder, x) -> {
              ProgramBuilder.Feedback before = builder.feedback("before", 4, 1);
              Value overMemory =
                  Attend.of(builder, before.value(), x.get(1), x.get(1), 2, 1).context();
              Value overPast =
                  Attend.of(
                          builder,
                          x.get(0),
                          builder.pastKeys(before.value(), 3),
                          builder.past(before.value(), 3),
                          1,
                          1)
                      .context();
              Value next =
                  Tanh.of(
                      builder, Add.of(builder, x.get(0), Add.of(builder, overMemory, overPast)));
              before.close(next);
              return next;
            })
        .input(4)
        .memory(4, 3)
        .rows(6, 2)
        .formula(AttendTest::recurrence)
        .check();
  }

  private static double[][] recurrence(OpGradients.Given given) {
    double[][] out = new double[given.rowCount()][];
    for (int row = 0; row < out.length; row++) {
      int entry = row % given.batch();
      int step = row / given.batch();
      double[] before = step == 0 ? new double[4] : out[row - given.batch()];
      double[][] memory = given.memory(1, entry);
      double[] overMemory = attention(before, memory, memory, 2, 1, 0);
      double[][] past = new double[Math.min(3, step)][];
      for (int i = 0; i < past.length; i++) {
        past[i] = out[row - (past.length - i) * given.batch()];
      }
      double[] overPast =
          past.length == 0 ? new double[4] : attention(given.input(0, row), past, past, 1, 1, 0);
      out[row] = new double[4];
      for (int i = 0; i < 4; i++) {
        out[row][i] = StrictMath.tanh(given.input(0, row)[i] + (overMemory[i] + overPast[i]));
      }
    }
    return out;
  }

  private static double[][] overThePast(
      OpGradients.Given given, int window, int delay, int headCount) {
    double[][] out = new double[given.rowCount()][];
    for (int row = 0; row < out.length; row++) {
      int newest = row / given.batch() - delay;
      int count = Math.min(window, Math.max(0, newest + 1));
      double[][] keys = new double[count][];
      double[][] values = new double[count][];
      for (int i = 0; i < count; i++) {
        int entry = (newest - count + 1 + i) * given.batch() + row % given.batch();
        keys[i] = given.input(1, entry);
        values[i] = given.input(2, entry);
      }
      out[row] =
          count == 0
              ? new double[3 * headCount + headCount * window]
              : attention(given.input(0, row), keys, values, headCount, 0.7, window);
    }
    return out;
  }

  /// The context of all heads, then the probabilities of all heads, `window` each.
  static double[] attention(
      double[] query, double[][] keys, double[][] values, int headCount, double scale, int window) {
    int keyWidth = query.length / headCount;
    int valueWidth = values[0].length / headCount;
    double[] out = new double[values[0].length + headCount * window];
    for (int head = 0; head < headCount; head++) {
      double[] p = new double[keys.length];
      double sum = 0;
      for (int e = 0; e < keys.length; e++) {
        double score = 0;
        for (int d = 0; d < keyWidth; d++) {
          score += query[head * keyWidth + d] * keys[e][head * keyWidth + d];
        }
        p[e] = StrictMath.exp(scale * score);
        sum += p[e];
      }
      for (int e = 0; e < keys.length; e++) {
        p[e] /= sum;
        for (int d = 0; d < valueWidth; d++) {
          out[head * valueWidth + d] += p[e] * values[e][head * valueWidth + d];
        }
        if (window > 0) {
          out[values[0].length + head * window + e] = p[e];
        }
      }
    }
    return out;
  }

  /// Three queries, or many at once, over one memory; what goes out and the gradients that come
  /// back for a loss that sums the context's elements, each times a number of its own.
  private static final class Example {
    final int steps;
    final ParameterSpec output = ParameterSpec.matrix("output", 1, 4, new Initializer.Xavier(1));
    final Value query;
    final Value memory;
    final Attended attended;
    final Value loss;
    final Unroller unroller;
    final Parameters parameters;

    Example(int steps, boolean hard, float dropout, long seed) {
      this.steps = steps;
      var builder = new ProgramBuilder();
      query = builder.differentiableInput("query", 4);
      memory = builder.memory("memory", 4, 5);
      attended =
          hard
              ? Attend.hard(builder, query, memory, memory, 2, 1)
              : Attend.of(builder, query, memory, memory, 2, 1, dropout);
      loss = Linear.of(builder, attended.context(), output);
      Program program = builder.build();
      parameters = Parameters.initial(program.parameters(), seed);
      unroller = new Unroller(program, parameters, steps, 1, Kernels.best());
      var random = new SplittableRandom(seed);
      fill(unroller.rows(query), steps * 4, random);
      fill(unroller.rows(memory), 5 * 4, random);
    }

    static void fill(Rows rows, int elements, SplittableRandom random) {
      for (int i = 0; i < elements; i++) {
        rows.values()[rows.at(0) + i] = (float) (4 * random.nextDouble() - 2);
      }
    }

    float[] row(Value value, int row) {
      Rows rows = unroller.rows(value);
      return Arrays.copyOfRange(rows.values(), rows.at(row), rows.at(row) + value.width());
    }

    float[] gradient(Value value, int row) {
      Rows rows = unroller.rows(value);
      return Arrays.copyOfRange(rows.gradients(), rows.at(row), rows.at(row) + value.width());
    }

    /// Gradients of query rows and memory rows, weights and probabilities taken as they came out.
    void assertGradients(double[][] factor) {
      double[][] dMemory = new double[5][4];
      for (int row = 0; row < steps; row++) {
        double[] dQuery = new double[4];
        for (int head = 0; head < 2; head++) {
          double mean = 0;
          double[] dWeight = new double[5];
          for (int e = 0; e < 5; e++) {
            for (int d = 0; d < 2; d++) {
              double dContext = parameters.values(0)[2 * head + d];
              dWeight[e] += dContext * row(memory, e)[2 * head + d];
              dMemory[e][2 * head + d] += row(attended.weights(), row)[5 * head + e] * dContext;
            }
            dWeight[e] *= factor[row][5 * head + e];
            mean += dWeight[e] * row(attended.probabilities(), row)[5 * head + e];
          }
          for (int e = 0; e < 5; e++) {
            double dScore = row(attended.probabilities(), row)[5 * head + e] * (dWeight[e] - mean);
            for (int d = 0; d < 2; d++) {
              dQuery[2 * head + d] += dScore * row(memory, e)[2 * head + d];
              dMemory[e][2 * head + d] += dScore * row(query, row)[2 * head + d];
            }
          }
        }
        assertClose(gradient(query, row), dQuery);
      }
      for (int e = 0; e < 5; e++) {
        assertClose(gradient(memory, e), dMemory[e]);
      }
    }

    static void assertClose(float[] actual, double[] expected) {
      for (int i = 0; i < actual.length; i++) {
        assertThat((double) actual[i]).isCloseTo(expected[i], within(2e-5));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 8})
  void shouldDropWeightsInTrainingAlone(int steps) {
    var example = new Example(steps, false, 0.4f, 5);
    double[][] factor = new double[steps][10];
    int dropped = 0;

    example.unroller.forward(steps);
    float[] served = example.row(example.attended.weights(), 0);
    example.unroller.forward(steps, 17);
    example.unroller.backward(example.loss, 1);

    assertThat(served).isEqualTo(example.row(example.attended.probabilities(), 0));
    for (int row = 0; row < steps; row++) {
      for (int i = 0; i < 10; i++) {
        float p = example.row(example.attended.probabilities(), row)[i];
        float w = example.row(example.attended.weights(), row)[i];
        factor[row][i] = w == 0 ? 0 : 1 / 0.6;
        dropped += w == 0 ? 1 : 0;
        assertThat((double) w).isCloseTo(p * factor[row][i], within(1e-6));
      }
    }
    assertThat(dropped).isBetween(steps * 10 / 10, steps * 10 * 7 / 10);
    example.assertGradients(factor);
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 8})
  void shouldPassGradientsStraightThroughAHardChoice(int steps) {
    var example = new Example(steps, true, 0, 5);
    double[][] factor = new double[steps][10];

    example.unroller.forward(steps, 17);
    example.unroller.backward(example.loss, 1);

    for (int row = 0; row < steps; row++) {
      Arrays.fill(factor[row], 1);
      float[] weights = example.row(example.attended.weights(), row);
      for (int head = 0; head < 2; head++) {
        float[] one = Arrays.copyOfRange(weights, head * 5, head * 5 + 5);
        assertThat(one).containsOnly(0, 1).hasSize(5);
        for (int e = 0; e < 5; e++) {
          if (one[e] == 1) {
            float[] entry = example.row(example.memory, e);
            float[] context = example.row(example.attended.context(), row);
            assertThat(Arrays.copyOfRange(context, 2 * head, 2 * head + 2))
                .isEqualTo(Arrays.copyOfRange(entry, 2 * head, 2 * head + 2));
          }
        }
      }
    }
    example.assertGradients(factor);
  }

  @Test
  void shouldChooseByProbabilityInTrainingAndTheLikeliestElsewhere() {
    int draws = 4000;
    long seed = 23;
    var example = new Example(1, true, 0, seed);
    example.unroller.forward(1);
    float[] p = example.row(example.attended.probabilities(), 0);
    float[] served = example.row(example.attended.weights(), 0);
    double[] frequency = new double[10];

    for (int draw = 0; draw < draws; draw++) {
      example.unroller.forward(1, draw);
      float[] weights = example.row(example.attended.weights(), 0);
      for (int i = 0; i < 10; i++) {
        frequency[i] += weights[i] / draws;
      }
    }

    for (int head = 0; head < 2; head++) {
      int best = 5 * head;
      for (int i = 5 * head; i < 5 * head + 5; i++) {
        best = p[i] > p[best] ? i : best;
        // Four standard deviations.
        double deviation = Math.sqrt(p[i] * (1 - p[i]) / draws);
        assertThat(frequency[i])
            .as("share of entry %d, seed %d", i, seed)
            .isCloseTo(p[i], within(4 * deviation + 1e-9));
      }
      assertThat(served[best]).isEqualTo(1);
    }
  }

  @Test
  void shouldSayWhatDoesNotFit() {
    var builder = new ProgramBuilder();
    Value query = builder.input("query", 6);
    Value keys = builder.memory("keys", 6, 4);
    Value values = builder.memory("values", 6, 5);

    assertThatThrownBy(() -> Attend.of(builder, query, keys, values, 1, 1))
        .hasMessageContaining("differ in their entries");
    assertThatThrownBy(() -> Attend.of(builder, query, keys, keys, 4, 1))
        .hasMessageContaining("4 heads do not share");
    assertThatThrownBy(() -> Attend.of(builder, query, query, query, 1, 1))
        .hasMessageContaining("must be memories");
    assertThatThrownBy(() -> Attend.of(builder, query, keys, builder.past(query, 4), 1, 1))
        .hasMessageContaining("either both or neither");
    assertThatThrownBy(
            () ->
                Attend.of(builder, keys, builder.pastKeys(query, 4), builder.past(query, 4), 1, 1))
        .hasMessageContaining("knows no step");
    assertThatThrownBy(() -> Attend.of(builder, query, keys, keys, 1, 1, 1))
        .hasMessageContaining("a dropout of 1.0");
  }
}
