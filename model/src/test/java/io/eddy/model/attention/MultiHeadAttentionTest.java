package io.eddy.model.attention;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eddy.model.op.Attend;
import io.eddy.model.op.OpGradients;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Values and gradients against the formula in double; the same bits on any number of threads, with
/// the plain loops, and step by step in a stream whose ring goes round.
class MultiHeadAttentionTest {

  private static final MultiHeadAttention ATTENTION = MultiHeadAttention.of("a.", 6, 2);

  @ParameterizedTest
  @CsvSource({"3, 5", "9, 3", "6, 1"})
  void shouldAttendOverTheOwnPast(int steps, int window) {
    OpGradients.of((builder, x) -> ATTENTION.causal(builder, x.get(0), window).context())
        .input(6)
        .rows(steps, 2)
        .formula(
            given -> {
              var reference = new ReferenceTransformer(given::parameter);
              double[][] out = new double[given.rowCount()][];
              for (int row = 0; row < out.length; row++) {
                out[row] =
                    reference.multiHead("a.", given.input(0, row), past(given, row, window), 2);
              }
              return out;
            })
        .check();
  }

  static double[][] past(OpGradients.Given given, int row, int window) {
    double[][] past = new double[Math.min(window, row / given.batch() + 1)][];
    for (int i = 0; i < past.length; i++) {
      past[i] = given.input(0, row - (past.length - 1 - i) * given.batch());
    }
    return past;
  }

  /// As wide as the query, whose parameters are packed in one, and of another width.
  @ParameterizedTest
  @ValueSource(ints = {6, 4})
  void shouldAttendOverAMemory(int memoryWidth) {
    OpGradients.of((builder, x) -> ATTENTION.over(builder, x.get(0), x.get(1)).context())
        .input(6)
        .memory(memoryWidth, 5)
        .rows(6, 2)
        .rowFormula(
            row ->
                new ReferenceTransformer(row::parameter)
                    .multiHead("a.", row.input(0), row.memory(1), 2))
        .check();
  }

  @Test
  void shouldAttendFromAWholeMessageOverItself() {
    OpGradients.of(
            (builder, x) -> {
              Value entries = ATTENTION.whole(builder, x.get(1)).context();
              return Attend.of(builder, x.get(0), entries, entries, 1, 1).context();
            })
        .input(6)
        .memory(6, 5)
        .rows(3, 2)
        .rowFormula(
            row -> {
              var reference = new ReferenceTransformer(row::parameter);
              double[][] entries = new double[row.memory(1).length][];
              for (int e = 0; e < entries.length; e++) {
                entries[e] = reference.multiHead("a.", row.memory(1)[e], row.memory(1), 2);
              }
              return pooled(row.input(0), entries);
            })
        .check();
  }

  static double[] pooled(double[] query, double[][] entries) {
    double[] scores = new double[entries.length];
    for (int e = 0; e < entries.length; e++) {
      for (int d = 0; d < query.length; d++) {
        scores[e] += query[d] * entries[e][d];
      }
    }
    double[] p = ReferenceTransformer.softmax(scores);
    double[] out = new double[query.length];
    for (int e = 0; e < entries.length; e++) {
      for (int d = 0; d < query.length; d++) {
        out[d] += p[e] * entries[e][d];
      }
    }
    return out;
  }

  @Test
  void shouldSayWhatDoesNotFit() {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 6);

    assertThatThrownBy(() -> MultiHeadAttention.of("", 6, 4))
        .hasMessageContaining("4 heads do not share 6 elements evenly");
    assertThatThrownBy(() -> ATTENTION.whole(builder, x)).hasMessageContaining("is no memory");
    assertThatThrownBy(() -> ATTENTION.causal(builder, builder.input("y", 5), 3))
        .hasMessageContaining("must be 6 wide");
  }
}
