package io.eddy.model.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.eddy.model.cell.CellType;
import io.eddy.model.cell.Cells;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.op.Add;
import io.eddy.model.op.Linear;
import io.eddy.model.op.Tanh;
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
    Linear.of(builder, h, ParameterSpec.matrix("head", 1, 3, ZERO));
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
        Linear.onto(
            builder,
            Linear.of(builder, x, ParameterSpec.matrix("now", 1, 1, ZERO)),
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
        Linear.onto(
            builder,
            Linear.of(builder, x, ParameterSpec.matrix("one", 1, 1, ZERO)),
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
        Linear.onto(
            builder,
            Linear.of(builder, x, ParameterSpec.matrix("one", 1, 1, ZERO)),
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
  void shouldLookAheadToTheEndOfTheChunkAndNoFurther() {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 1);
    Value later =
        Linear.of(builder, builder.lookahead(x, 2), ParameterSpec.matrix("one", 1, 1, ZERO));
    Program program = builder.build();
    Parameters parameters = Parameters.zeros(program.parameters());
    parameters.values("one")[0] = 1;
    var unroller = new Unroller(program, parameters, 4, 1, Kernels.best());
    write(unroller.rows(x), 1, 2, 3, 4);
    unroller.forward(4);
    assertThat(read(unroller.rows(later), 4)).containsExactly(3, 4, 0, 0);

    // What the longer message left behind is not seen by a shorter one.
    unroller.forward(3);
    assertThat(read(unroller.rows(later), 3)).containsExactly(3, 0, 0);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Stepper(program, parameters, 1, Kernels.best()))
        .withMessageContaining("looks ahead");
  }

  @Test
  void shouldComputeAMemoryOncePerSequenceForSlotsOfItsOwn() {
    var builder = new ProgramBuilder();
    Value memory = builder.memory("memory", 1, 3);
    Value doubled = Linear.of(builder, memory, ParameterSpec.matrix("two", 1, 1, ZERO));
    Program program = builder.build();
    Parameters parameters = Parameters.zeros(program.parameters());
    parameters.values("two")[0] = 2;
    var unroller = new Unroller(program, parameters, 5, 2, Kernels.best());
    write(unroller.rows(memory), 1, 2, 3, 4, 5, 6);
    unroller.forward(1);
    assertThat(read(unroller.rows(doubled), 6)).containsExactly(2, 4, 6, 8, 10, 12);
    var stepper = new Stepper(program, parameters, 2, Kernels.best());
    write(stepper.rows(memory), 1, 2, 3, 4, 5, 6);
    stepper.remember();
    assertThat(read(stepper.rows(doubled), 6)).containsExactly(2, 4, 6, 8, 10, 12);
  }

  @Test
  void shouldRefuseToMixTheRowsOfStepsAndMemories() {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 1);
    Value memory = builder.memory("memory", 1, 3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Add.of(builder, x, memory))
        .withMessageContaining("lie in other rows");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Add.of(builder, builder.past(x, 3), memory))
        .withMessageContaining("only an attention can read");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.past(memory, 2))
        .withMessageContaining("has no past");
  }

  @Test
  void shouldPassGradientsOnToTheProgramThatFeedsAnother() {
    // y = 3 (2 x): the second program's input gradient is the first one's output gradient.
    var first = new ProgramBuilder();
    Value x = first.input("x", 1);
    Value twice = Linear.of(first, x, ParameterSpec.matrix("a", 1, 1, ZERO));
    var second = new ProgramBuilder();
    Value input = second.differentiableInput("input", 1);
    Value y = Linear.of(second, input, ParameterSpec.matrix("b", 1, 1, ZERO));
    Unroller feeding = unroller(first.build(), "a", 2);
    Unroller fed = unroller(second.build(), "b", 3);
    write(feeding.rows(x), 5, 7);
    feeding.forward(2);
    write(fed.rows(input), read(feeding.rows(twice), 2));
    fed.forward(2);

    fed.backward(y, 1);
    feeding.clearRowGradients();
    Rows from = fed.rows(input);
    Rows to = feeding.rows(twice);
    System.arraycopy(from.gradients(), from.at(0), to.gradients(), to.at(0), 2);
    feeding.backward();

    assertThat(read(fed.rows(y), 2)).containsExactly(30, 42);
    assertThat(fed.gradients().values("b")).containsExactly(10 + 14);
    assertThat(feeding.gradients().values("a")).containsExactly(3 * 5 + 3 * 7);
  }

  private static Unroller unroller(Program program, String parameter, float value) {
    Parameters parameters = Parameters.zeros(program.parameters());
    parameters.values(parameter)[0] = value;
    return new Unroller(program, parameters, 2, 1, Kernels.best());
  }

  @Test
  void shouldRefuseToReadWhatAnotherOperationConsumed() {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 1);
    Value product = Linear.of(builder, x, ParameterSpec.matrix("a", 1, 1, ZERO));
    Linear.onto(builder, product, x, ParameterSpec.matrix("b", 1, 1, ZERO));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tanh.of(builder, product))
        .withMessageContaining("consumed");
  }

  @Test
  void shouldRefuseToConsumeWhatAnotherOperationReads() {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 1);
    Value product = Linear.of(builder, x, ParameterSpec.matrix("a", 1, 1, ZERO));
    Tanh.of(builder, product);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Linear.onto(builder, product, x, ParameterSpec.matrix("b", 1, 1, ZERO)))
        .withMessageContaining("another operation reads it");
  }

  @Test
  void shouldRefuseWeightsOfAnotherProgram() {
    var builder = new ProgramBuilder();
    Linear.of(builder, builder.input("x", 1), ParameterSpec.matrix("a", 1, 1, ZERO));
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
