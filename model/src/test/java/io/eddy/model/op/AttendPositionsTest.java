package io.eddy.model.op;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class AttendPositionsTest {

  private static final ParameterSpec TABLE =
      ParameterSpec.table("position.weight", 5, 3, new Initializer.Normal(1));

  /// Places that are kept, and places far behind them.
  @Test
  void shouldAddSinesAndCosines() {
    OpGradients.of((builder, x) -> AttendPositions.sinusoidal(builder, x.get(0), x.get(1)))
        .input(5)
        .constant(1, random -> random.nextInt(2) * 5000 + random.nextInt(10))
        .rows(6, 2)
        .rowFormula(row -> sinusoidal(row.input(0), row.input(1)[0]))
        .check();
  }

  @Test
  void shouldAddLearnedVectorsTheLastOneToAllBehindIt() {
    OpGradients.of((builder, x) -> AttendPositions.learned(builder, x.get(0), x.get(1), TABLE))
        .input(3)
        .constant(1, random -> random.nextInt(9))
        .rows(9, 2)
        .rowFormula(
            row -> learned(row.input(0), (int) row.input(1)[0], row.parameter("position.weight")))
        .check();
  }

  @Test
  void shouldTakeTheSlotOfAMemoryAsItsPlace() {
    OpGradients.of(
            (builder, x) -> {
              Value sines = AttendPositions.sinusoidal(builder, x.get(1));
              Value both = AttendPositions.learned(builder, sines, TABLE);
              return Attend.of(builder, x.get(0), both, both, 1, 1).context();
            })
        .input(3)
        .memory(3, 7)
        .rows(2, 2)
        .rowFormula(
            row -> {
              double[][] entries = row.memory(1);
              for (int slot = 0; slot < entries.length; slot++) {
                entries[slot] =
                    learned(
                        sinusoidal(entries[slot], slot), slot, row.parameter("position.weight"));
              }
              return AttendTest.attention(row.input(0), entries, entries, 1, 1, 0);
            })
        .check();
  }

  @Test
  void shouldSayWhatDoesNotFit() {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 3);

    assertThatThrownBy(() -> AttendPositions.sinusoidal(builder, x, x))
        .hasMessageContaining("expected a width of 1");
    assertThatThrownBy(() -> AttendPositions.sinusoidal(builder, x))
        .hasMessageContaining("is no memory");
    assertThatThrownBy(() -> AttendPositions.learned(builder, builder.memory("wide", 4, 2), TABLE))
        .hasMessageContaining("must be a table of rows as wide as");
  }

  private static double[] sinusoidal(double[] x, double place) {
    double[] out = x.clone();
    for (int i = 0; i < x.length; i++) {
      double angle = place / StrictMath.pow(10000, (double) (i / 2 * 2) / x.length);
      out[i] += i % 2 == 0 ? StrictMath.sin(angle) : StrictMath.cos(angle);
    }
    return out;
  }

  private static double[] learned(double[] x, int place, double[] table) {
    double[] out = x.clone();
    double[] row = Arrays.copyOfRange(table, 3 * Math.min(4, place), 3 * Math.min(4, place) + 3);
    for (int i = 0; i < 3; i++) {
      out[i] += row[i];
    }
    return out;
  }
}
