package io.eddy.model.attention;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eddy.model.attention.Attention.Score;
import io.eddy.model.op.OpGradients;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AttentionTest {

  private static Attention attention(Score score) {
    return new Attention("a.", score, 5, false);
  }

  @ParameterizedTest
  @EnumSource
  void shouldScoreTheEntriesOfAMemory(Score score) {
    OpGradients.of((builder, x) -> attention(score).over(builder, x.get(0), x.get(1)).context())
        .input(3)
        .memory(3, 4)
        .rows(5, 2)
        .rowFormula(row -> context(score, row::parameter, row.input(0), row.memory(1)))
        .check();
  }

  @ParameterizedTest
  @EnumSource
  void shouldScoreTheOwnPast(Score score) {
    OpGradients.of(
            (builder, x) -> attention(score).overPast(builder, x.get(0), x.get(0), 3).context())
        .input(3)
        .rows(7, 2)
        .formula(
            given -> {
              double[][] out = new double[given.rowCount()][];
              for (int row = 0; row < out.length; row++) {
                out[row] =
                    context(
                        score,
                        given::parameter,
                        given.input(0, row),
                        MultiHeadAttentionTest.past(given, row, 3));
              }
              return out;
            })
        .check();
  }

  private static double[] context(
      Score score, Function<String, double[]> parameters, double[] query, double[][] entries) {
    var reference = new ReferenceTransformer(parameters);
    double[] scores = new double[entries.length];
    for (int e = 0; e < entries.length; e++) {
      scores[e] =
          switch (score) {
            case DOT -> dot(query, entries[e]);
            case SCALED_DOT -> dot(query, entries[e]) / Math.sqrt(3);
            case GENERAL -> dot(reference.linear(query, "a.weight", 0, "", 0, 3), entries[e]);
            case ADDITIVE -> {
              double[] s = reference.linear(query, "a.query", 5);
              double[] h = reference.linear(entries[e], "a.memory.weight", 0, "", 0, 5);
              for (int i = 0; i < 5; i++) {
                s[i] = StrictMath.tanh(s[i] + h[i]);
              }
              yield dot(s, parameters.apply("a.v"));
            }
          };
    }
    double[] p = ReferenceTransformer.softmax(scores);
    double[] out = new double[3];
    for (int e = 0; e < entries.length; e++) {
      for (int d = 0; d < 3; d++) {
        out[d] += p[e] * entries[e][d];
      }
    }
    return out;
  }

  private static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }

  @Test
  void shouldSayWhatDoesNotFit() {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 3);

    assertThatThrownBy(() -> new Attention("", Score.ADDITIVE, 0, false))
        .hasMessageContaining("additive attention of 0 units");
    assertThatThrownBy(() -> attention(Score.ADDITIVE).overPast(builder, x, builder.delay(x, 1), 3))
        .hasMessageContaining("are pasts of different delays");
  }
}
