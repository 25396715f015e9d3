package io.eddy.model.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.op.Linear;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Program;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Unroller;
import io.eddy.model.program.Value;
import org.junit.jupiter.api.Test;

class PinballLossTest {

  @Test
  void shouldWeighErrorsByTheirQuantileAndLeaveOutUnknownTargets() {
    var builder = new ProgramBuilder();
    Value one = builder.input("one", 1);
    Value target = builder.input("target", 2);
    Value weight = builder.input("weight", 2);
    // Quantile 0.1 at 1 and 9 for the two steps, quantile 0.9 at 3 and 9.
    Value quantiles =
        Linear.of(builder, one, ParameterSpec.matrix("q", 4, 1, new Initializer.Zero()));
    Value loss = PinballLoss.of(builder, quantiles, target, weight, new float[] {0.1f, 0.9f});
    Program program = builder.build();
    Parameters parameters = Parameters.zeros(program.parameters());
    System.arraycopy(new float[] {1, 9, 3, 9}, 0, parameters.values("q"), 0, 4);
    var unroller = new Unroller(program, parameters, 1, 1, Kernels.best());
    write(unroller.rows(one), 1);
    write(unroller.rows(target), 2, 100);
    write(unroller.rows(weight), 1, 0);

    unroller.forward(1);
    unroller.backward(loss, 0.5f);

    // Step 1: target 2 lies 1 above the lower and 1 below the upper quantile; step 2 is unknown.
    assertThat(unroller.rows(loss).values()[unroller.rows(loss).at(0)])
        .isCloseTo(0.1f + 0.1f, offset(1e-6f));
    assertThat(unroller.gradients().values("q"))
        .usingComparatorWithPrecision(1e-6f)
        .containsExactly(-0.05f, 0, 0.05f, 0);
  }

  private static void write(Rows rows, float... values) {
    System.arraycopy(values, 0, rows.values(), rows.at(0), values.length);
  }
}
