package io.eddy.model.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Program;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Unroller;
import io.eddy.model.program.Value;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogProductTest {

  private static ParameterSpec table(int outputs, int inputs) {
    return ParameterSpec.table("t", outputs, inputs, new Initializer.Zero());
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 5", "33, 2", "17, 17"})
  void shouldFollowItsFormulaForwardAndBackward(int outputs, int inputs) {
    OpGradients.of((builder, x) -> LogProduct.of(builder, x.get(0), table(outputs, inputs)))
        .input(inputs, -3, 3)
        .rowFormula(
            row -> {
              double[] out = new double[outputs];
              for (int j = 0; j < outputs; j++) {
                for (int i = 0; i < inputs; i++) {
                  out[j] += StrictMath.exp(row.input(0)[i] + row.parameter("t")[j * inputs + i]);
                }
                out[j] = StrictMath.log(out[j]);
              }
              return out;
            })
        .check();
  }

  @Test
  void shouldNotOverflow() {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 2);
    Value y = LogProduct.of(builder, x, table(1, 2));
    Program program = builder.build();
    var unroller =
        new Unroller(program, Parameters.zeros(program.parameters()), 2, 1, Kernels.best());
    float[] values = unroller.rows(x).values();
    values[0] = 1000;
    values[1] = 1000;
    values[2] = -1000;
    values[3] = -2000;

    unroller.forward(2);

    Rows out = unroller.rows(y);
    assertThat((double) out.values()[out.at(0)]).isCloseTo(1000 + StrictMath.log(2), offset(1e-4));
    assertThat(out.values()[out.at(1)]).isEqualTo(-1000);
  }
}
