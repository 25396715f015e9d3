package io.eddy.model.op;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;
import java.util.List;
import org.junit.jupiter.api.Test;

class AttendProjectionTest {

  private static final ParameterSpec WEIGHT =
      ParameterSpec.matrix("weight", 7, 3, new Initializer.Uniform(1));
  private static final ParameterSpec BIAS =
      ParameterSpec.vector("bias", 9, new Initializer.Uniform(1));

  /// Two parts that overlap, so that a gradient written instead of added would show.
  @Test
  void shouldUsePartsOfItsParameters() {
    OpGradients.ofAll(
            (builder, x) ->
                List.of(
                    AttendProjection.of(builder, x.get(0), WEIGHT, 1, BIAS, 3, 4),
                    AttendProjection.of(builder, x.get(0), WEIGHT, 4, BIAS, 0, 3)))
        .input(3)
        .rows(5, 2)
        .rowFormula(
            row -> {
              double[] out = new double[7];
              for (int i = 0; i < 7; i++) {
                int output = i < 4 ? 1 + i : i;
                out[i] = row.parameter("bias")[i < 4 ? 3 + i : i - 4];
                for (int k = 0; k < 3; k++) {
                  out[i] += row.input(0)[k] * row.parameter("weight")[k * 7 + output];
                }
              }
              return out;
            })
        .check();
  }

  @Test
  void shouldSayWhatDoesNotFit() {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 3);

    assertThatThrownBy(() -> AttendProjection.of(builder, x, WEIGHT, 4, BIAS, 0, 4))
        .hasMessageContaining("outputs 4 to 8 are not in");
    assertThatThrownBy(() -> AttendProjection.of(builder, x, WEIGHT, 0, BIAS, 6, 4))
        .hasMessageContaining("elements 6 to 10 are not in");
    assertThatThrownBy(
            () -> AttendProjection.of(builder, builder.input("y", 4), WEIGHT, 0, BIAS, 0, 1))
        .hasMessageContaining("must be a matrix of 4 inputs");
  }
}
