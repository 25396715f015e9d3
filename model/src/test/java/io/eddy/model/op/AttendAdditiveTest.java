package io.eddy.model.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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

class AttendAdditiveTest {

  private static ParameterSpec v(int width) {
    return ParameterSpec.vector("v", width, new Initializer.Uniform(1));
  }

  @ParameterizedTest
  @CsvSource({"1, 3", "5, 3", "3, 37"})
  void shouldAttendOverAMemory(int steps, int width) {
    OpGradients.ofAll(
            (builder, x) -> {
              Attended out = AttendAdditive.of(builder, x.get(0), x.get(1), x.get(2), v(width));
              return List.of(out.context(), out.probabilities());
            })
        .input(width)
        .memory(width, 4)
        .memory(2, 4)
        .rows(steps, 3)
        .rowFormula(x -> attention(x.input(0), x.memory(1), x.memory(2), x.parameter("v"), 4))
        .check();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldAttendOverTheOwnPast(boolean turned) {
    OpGradients.ofAll(
            (builder, x) -> {
              Value keys = turned ? builder.pastKeys(x.get(1), 3) : builder.past(x.get(1), 3);
              Attended out =
                  AttendAdditive.of(
                      builder,
                      x.get(0),
                      keys,
                      builder.past(x.get(2), 3),
                      ParameterSpec.matrix("v", 1, 5, new Initializer.Uniform(1)));
              return List.of(out.context(), out.probabilities());
            })
        .input(5)
        .input(5)
        .input(2)
        .rows(8, 2)
        .formula(AttendAdditiveTest::overThePast)
        .check();
  }

  private static double[][] overThePast(OpGradients.Given given) {
    double[][] out = new double[given.rowCount()][];
    for (int row = 0; row < out.length; row++) {
      int count = Math.min(3, row / given.batch() + 1);
      double[][] keys = new double[count][];
      double[][] values = new double[count][];
      for (int i = 0; i < count; i++) {
        keys[i] = given.input(1, row - (count - 1 - i) * given.batch());
        values[i] = given.input(2, row - (count - 1 - i) * given.batch());
      }
      out[row] = attention(given.input(0, row), keys, values, given.parameter("v"), 3);
    }
    return out;
  }

  @Test
  void shouldAttendFromAMemoryOverItself() {
    OpGradients.of(
            (builder, x) -> {
              Value inner =
                  AttendAdditive.of(builder, x.get(1), x.get(1), x.get(1), v(3)).context();
              return Attend.of(builder, x.get(0), x.get(1), inner, 1, 1).context();
            })
        .input(3)
        .memory(3, 5)
        .rows(2, 3)
        .rowFormula(
            x -> {
              double[][] keys = x.memory(1);
              double[][] inner = new double[keys.length][];
              for (int slot = 0; slot < keys.length; slot++) {
                inner[slot] =
                    Arrays.copyOf(attention(keys[slot], keys, keys, x.parameter("v"), 0), 3);
              }
              return AttendTest.attention(x.input(0), keys, inner, 1, 1, 0);
            })
        .check();
  }

  private static double[] attention(
      double[] query, double[][] keys, double[][] values, double[] v, int window) {
    double[] p = new double[keys.length];
    double sum = 0;
    for (int e = 0; e < keys.length; e++) {
      double score = 0;
      for (int a = 0; a < query.length; a++) {
        score += v[a] * StrictMath.tanh(query[a] + keys[e][a]);
      }
      p[e] = StrictMath.exp(score);
      sum += p[e];
    }
    double[] out = new double[values[0].length + window];
    for (int e = 0; e < keys.length; e++) {
      p[e] /= sum;
      for (int d = 0; d < values[0].length; d++) {
        out[d] += p[e] * values[e][d];
      }
      if (window > 0) {
        out[values[0].length + e] = p[e];
      }
    }
    return out;
  }

  @Test
  void shouldReadTheLikeliestEntryWhereTheChoiceIsHard() {
    var builder = new ProgramBuilder();
    Value query = builder.input("query", 3);
    Value memory = builder.memory("memory", 3, 6);
    Attended attended = AttendAdditive.hard(builder, query, memory, memory, v(3));
    Program program = builder.build();
    var unroller =
        new Unroller(program, Parameters.initial(program.parameters(), 4), 1, 1, Kernels.best());
    var random = new SplittableRandom(4);
    Rows entries = unroller.rows(memory);
    for (int i = 0; i < 18; i++) {
      entries.values()[entries.at(0) + i] = (float) (4 * random.nextDouble() - 2);
    }

    unroller.forward(1);

    Rows probabilities = unroller.rows(attended.probabilities());
    Rows context = unroller.rows(attended.context());
    int best = 0;
    for (int e = 1; e < 6; e++) {
      best =
          probabilities.values()[probabilities.at(0) + e]
                  > probabilities.values()[probabilities.at(0) + best]
              ? e
              : best;
    }
    assertThat(Arrays.copyOfRange(context.values(), context.at(0), context.at(0) + 3))
        .isEqualTo(Arrays.copyOfRange(entries.values(), entries.at(best), entries.at(best) + 3));
  }

  @Test
  void shouldSayWhatDoesNotFit() {
    var builder = new ProgramBuilder();
    Value query = builder.input("query", 3);
    Value keys = builder.memory("keys", 3, 4);

    assertThatThrownBy(() -> AttendAdditive.of(builder, query, keys, keys, v(4)))
        .hasMessageContaining("v must be a vector of 3");
    assertThatThrownBy(() -> AttendAdditive.of(builder, builder.input("wide", 5), keys, keys, v(3)))
        .hasMessageContaining("must be as wide as");
  }
}
