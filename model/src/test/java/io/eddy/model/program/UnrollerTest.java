package io.eddy.model.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.eddy.model.cell.CellType;
import io.eddy.model.cell.Cells;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnrollerTest {

  private static final Initializer ZERO = new Initializer.Zero();

  @Test
  void shouldLoopOverStepsOnlyWhereADelayClosesACycle() {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 2);
    Value h = Cells.stack(builder, CellType.LSTM, "", x, 3, 2);
    builder.linear(h, ParameterSpec.matrix("head", 1, 3, ZERO));
    Program program = builder.build();

    List<Schedule.Component> schedule = Schedule.of(program);

    // Input product, loop, input product of the second layer, loop, head.
    assertThat(schedule)
        .extracting(Schedule.Component::recurrent)
        .containsExactly(false, true, false, true, false);
    assertThat(schedule.get(1).nodes()).hasSize(2);
  }

  @Test
  void shouldNotStepADelayThatLiesOnNoCycle() {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 1);
    Value sum =
        builder.accumulate(
            builder.linear(x, ParameterSpec.matrix("now", 1, 1, ZERO)),
            builder.delay(x, 2),
            ParameterSpec.matrix("before", 1, 1, ZERO));
    Program program = builder.build();
    Parameters parameters = Parameters.zeros(program.parameters());
    parameters.values("now")[0] = 1;
    parameters.values("before")[0] = 10;
    var unroller = new Unroller(program, parameters, 4, 1, Kernels.best());
    write(unroller.rows(x), 1, 2, 3, 4);

    unroller.forward(4);

    assertThat(Schedule.of(program)).noneMatch(Schedule.Component::recurrent);
    assertThat(read(unroller.rows(sum), 4)).containsExactly(1, 2, 13, 24);
    unroller.carry();
    write(unroller.rows(x), 5, 6);
    unroller.forward(2);
    assertThat(read(unroller.rows(sum), 2)).containsExactly(35, 46);
    var stepper = new Stepper(program, parameters, 1, Kernels.best());
    for (int t = 0; t < 6; t++) {
      write(stepper.rows(x), t + 1);
      stepper.step();
    }
    assertThat(read(stepper.rows(sum), 1)).containsExactly(46);
  }

  @Test
  void shouldStopGradientsAtTheBorderButCarryTheState() {
    // s = decay * s' + x: the derivative of the last s by decay reaches back through the chunk
    // only.
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 1);
    ProgramBuilder.Feedback before = builder.feedback("s", 1, 1);
    Value s =
        builder.accumulate(
            builder.linear(x, ParameterSpec.matrix("one", 1, 1, ZERO)),
            before.value(),
            ParameterSpec.matrix("decay", 1, 1, ZERO));
    before.close(s);
    Program program = builder.build();
    Parameters parameters = Parameters.zeros(program.parameters());
    parameters.values("one")[0] = 1;
    parameters.values("decay")[0] = 0.5f;
    var unroller = new Unroller(program, parameters, 2, 1, Kernels.best());
    write(unroller.rows(x), 1, 1);
    unroller.forward(2);
    assertThat(read(unroller.rows(s), 2)).containsExactly(1, 1.5f);
    unroller.carry();
    write(unroller.rows(x), 1, 1);

    unroller.forward(2);
    unroller.backward(s, 1);

    assertThat(read(unroller.rows(s), 2)).containsExactly(1.75f, 1.875f);
    // d s1 = s0 = 1.5; d s2 = s1 + decay * d s1 = 1.75 + 0.75. Beyond the border it would be more.
    assertThat(unroller.gradients().values("decay")).containsExactly(1.5f + 1.75f + 0.75f);
  }

  @Test
  void shouldLearnTheInitialStateOfFreshRowsOnly() {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 1);
    ProgramBuilder.Feedback before =
        builder.feedback("s", ParameterSpec.vector("initial", 1, ZERO), 1);
    Value s =
        builder.accumulate(
            builder.linear(x, ParameterSpec.matrix("one", 1, 1, ZERO)),
            before.value(),
            ParameterSpec.matrix("decay", 1, 1, ZERO));
    before.close(s);
    Program program = builder.build();
    Parameters parameters = Parameters.zeros(program.parameters());
    parameters.values("decay")[0] = 0.5f;
    parameters.values("initial")[0] = 8;
    var unroller = new Unroller(program, parameters, 1, 2, Kernels.best());

    unroller.forward(1);
    unroller.backward(s, 1);

    assertThat(read(unroller.rows(s), 2)).containsExactly(4, 4);
    assertThat(unroller.gradients().values("initial")).containsExactly(1);
    unroller.carry();
    unroller.reset(1);
    unroller.gradients().values("initial")[0] = 0;
    unroller.forward(1);
    unroller.backward(s, 1);
    assertThat(read(unroller.rows(s), 2)).containsExactly(2, 4);
    assertThat(unroller.gradients().values("initial")).containsExactly(0.5f);
  }

  @Test
  void shouldRefuseToReadWhatAnotherOperationConsumed() {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 1);
    Value product = builder.linear(x, ParameterSpec.matrix("a", 1, 1, ZERO));
    builder.accumulate(product, x, ParameterSpec.matrix("b", 1, 1, ZERO));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.tanh(product))
        .withMessageContaining("consumed");
  }

  @Test
  void shouldRefuseToConsumeWhatAnotherOperationReads() {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 1);
    Value product = builder.linear(x, ParameterSpec.matrix("a", 1, 1, ZERO));
    builder.tanh(product);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.accumulate(product, x, ParameterSpec.matrix("b", 1, 1, ZERO)))
        .withMessageContaining("another operation reads it");
  }

  @Test
  void shouldRefuseWeightsOfAnotherProgram() {
    var builder = new ProgramBuilder();
    builder.linear(builder.input("x", 1), ParameterSpec.matrix("a", 1, 1, ZERO));
    Program program = builder.build();
    Parameters others = Parameters.zeros(List.of(ParameterSpec.vector("b", 1, ZERO)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Stepper(program, others, 1, Kernels.best()))
        .withMessageContaining("the weights are for");
  }

  private static void write(Rows rows, float... values) {
    for (int row = 0; row < values.length; row++) {
      rows.values()[rows.at(row)] = values[row];
    }
  }

  private static float[] read(Rows rows, int count) {
    float[] values = new float[count];
    for (int row = 0; row < count; row++) {
      values[row] = rows.values()[rows.at(row)];
    }
    return values;
  }
}
