package io.eddy.model.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.op.Add;
import io.eddy.model.op.Affine;
import io.eddy.model.op.Attend;
import io.eddy.model.op.Concatenation;
import io.eddy.model.op.MeanPool;
import io.eddy.model.op.Reverse;
import io.eddy.model.op.Tanh;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Where programs broke an unroller or a stepper, each in the smallest program that did.
class UnrollerEdgesTest {

  private static final ParameterSpec INITIAL =
      ParameterSpec.vector("initial", 1, new Initializer.Constant(8));
  private static final ParameterSpec OTHER_INITIAL =
      ParameterSpec.vector("other", 1, new Initializer.Constant(3));

  private static Unroller unroller(ProgramBuilder builder, int maxSteps, int rowCount) {
    Program program = builder.build();
    Parameters parameters = Parameters.initial(program.parameters(), 1);
    return new Unroller(program, parameters, maxSteps, rowCount, Kernels.best());
  }

  private static float[] read(Rows rows, int count) {
    float[] values = new float[count];
    for (int row = 0; row < count; row++) {
      values[row] = rows.values()[rows.at(row)];
    }
    return values;
  }

  private static void write(Rows rows, float... values) {
    for (int row = 0; row < values.length; row++) {
      rows.values()[rows.at(row)] = values[row];
    }
  }

  @Test
  void shouldStartFromTheInitialStateAsItWasLearnedSince() {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 1);
    ProgramBuilder.Feedback before = builder.feedback("s", INITIAL, 1);
    Value sum = Add.of(builder, x, before.value());
    before.close(sum);
    Program program = builder.build();
    Parameters parameters = Parameters.initial(program.parameters(), 1);
    var unroller = new Unroller(program, parameters, 2, 1, Kernels.best());
    unroller.forward(2);
    assertThat(read(unroller.rows(sum), 2)).containsExactly(8, 8);

    parameters.values("initial")[0] = 5;
    unroller.forward(2);

    assertThat(read(unroller.rows(sum), 2)).containsExactly(5, 5);
    unroller.carry();
    parameters.values("initial")[0] = 2;
    unroller.forward(2);
    assertThat(read(unroller.rows(sum), 2)).containsExactly(5, 5);
  }

  @Test
  void shouldStartAStepperFromTheInitialState() {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 1);
    ProgramBuilder.Feedback before = builder.feedback("s", INITIAL, 2);
    Value sum = Add.of(builder, x, before.value());
    before.close(sum);
    Program program = builder.build();
    Parameters parameters = Parameters.initial(program.parameters(), 1);
    var stepper = new Stepper(program, parameters, 2, Kernels.best());

    stepper.step();

    assertThat(read(stepper.rows(sum), 2)).containsExactly(8, 8);
  }

  @Test
  void shouldRefuseTwoInitialStatesOfOneValue() {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 1);
    ProgramBuilder.Feedback before = builder.feedback("s", INITIAL, 1);
    Value sum = Add.of(builder, x, before.value());
    before.close(sum);
    builder.delay(sum, 2);
    assertThatIllegalStateException()
        .isThrownBy(builder::build)
        .withMessageContaining("two initial states")
        .withMessageContaining("sum.delayed");

    var others = new ProgramBuilder();
    Value y = others.input("y", 1);
    others.feedback("first", INITIAL, 1).close(y);
    others.feedback("second", OTHER_INITIAL, 3).close(y);
    assertThatIllegalStateException()
        .isThrownBy(others::build)
        .withMessageContaining("first")
        .withMessageContaining("second");
  }

  @Test
  void shouldAllowTwoInitialStatesOfDifferentColumns() {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 2);
    ProgramBuilder.Feedback first = builder.feedback("first", INITIAL, 1);
    first.close(builder.columns(x, 0, 1));
    ProgramBuilder.Feedback second = builder.feedback("second", OTHER_INITIAL, 2);
    second.close(builder.columns(x, 1, 1));
    Value sum = Add.of(builder, first.value(), second.value());
    Unroller unroller = unroller(builder, 3, 1);

    unroller.forward(3);

    assertThat(read(unroller.rows(sum), 3)).containsExactly(11, 3, 0);
  }

  @Test
  void shouldCountTheGradientOfAnInitialStateOnce() {
    // The state before the first step is read by two delays; the one row has one gradient.
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 1);
    ProgramBuilder.Feedback first = builder.feedback("first", INITIAL, 1);
    ProgramBuilder.Feedback second = builder.feedback("second", INITIAL, 2);
    first.close(x);
    second.close(x);
    Value sum =
        Add.of(
            builder,
            Affine.of(builder, 10, first.value(), 0),
            Affine.of(builder, 1, second.value(), 0));
    Unroller unroller = unroller(builder, 3, 1);

    unroller.forward(3);
    unroller.backward(sum, 1);

    assertThat(read(unroller.rows(sum), 3)).containsExactly(88, 8, 0);
    assertThat(unroller.gradients().values("initial")).containsExactly(10 + 1 + 1);
  }

  /// As the vectors; but whoever is called by the test's thread first adds only when the other
  /// threads have long been through.
  private static Kernels slowOnTheCallersThread() {
    Thread caller = Thread.currentThread();
    return (Kernels)
        Proxy.newProxyInstance(
            Kernels.class.getClassLoader(),
            new Class<?>[] {Kernels.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("add") && Thread.currentThread().equals(caller)) {
                LockSupport.parkNanos(1_000_000);
              }
              try {
                return method.invoke(Kernels.best(), arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void shouldGiveTheSameGradientsOnThreadsWhereAnOpReadsAValueAtSeveralSteps(int rowCount) {
    // Each row gets a gradient from itself and from two rows behind it, which another thread may
    // have: (1 + 2^25) - 2^25 is 0, in another order 1.
    var builder = new ProgramBuilder();
    Value x = builder.differentiableInput("x", 1);
    Value seen = Concatenation.of(builder, x, builder.delay(x, 1), builder.delay(x, 2));
    Program program = builder.build();
    Parameters parameters = Parameters.zeros(program.parameters());
    int steps = 12;
    List<float[]> gradients = new ArrayList<>();
    for (int size : new int[] {1, 2, 3}) {
      try (var team = new Team(size)) {
        var unroller =
            new Unroller(program, parameters, steps, rowCount, slowOnTheCallersThread(), team);
        unroller.forward(steps);
        unroller.clearRowGradients();
        for (int row = 0; row < steps * rowCount; row++) {
          System.arraycopy(
              new float[] {1, 0x1p25f, -0x1p25f},
              0,
              unroller.rows(seen).gradients(),
              unroller.rows(seen).at(row),
              3);
        }
        unroller.backward();
        gradients.add(unroller.rows(x).gradients().clone());
      }
    }
    assertThat(gradients.get(1)).isEqualTo(gradients.get(0));
    assertThat(gradients.get(2)).isEqualTo(gradients.get(0));
  }

  @Test
  void shouldGiveTheWholeSequenceToAnOpThatReadsAValueAtSeveralSteps() {
    var builder = new ProgramBuilder();
    Value x = builder.differentiableInput("x", 1);
    Value reversed = Reverse.of(builder, builder.delay(x, 1), x);
    Unroller unroller = unroller(builder, 4, 1);
    write(unroller.rows(x), 1, 2, 3, 4);
    unroller.forward(4);
    assertThat(read(unroller.rows(reversed), 4)).containsExactly(3, 2, 1, 0);

    unroller.clearRowGradients();
    System.arraycopy(new float[] {10, 20, 30, 40}, 0, unroller.rows(reversed).gradients(), 0, 4);
    unroller.backward();

    Rows rows = unroller.rows(x);
    assertThat(Arrays.copyOfRange(rows.gradients(), rows.at(0), rows.at(4)))
        .containsExactly(30, 20, 10, 0);
  }

  @Test
  void shouldRefuseACycleThroughWhatComesLater() {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 1);
    ProgramBuilder.Feedback before = builder.feedback("s", 1, 1);
    Value first = Add.of(builder, x, before.value());
    Value second = Tanh.of(builder, builder.lookahead(first, 2));
    before.close(second);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> unroller(builder, 4, 1))
        .withMessageContaining("sum.ahead")
        .withMessageContaining("lies on a cycle");
  }

  @Test
  void shouldRefuseALookaheadThatUndoesTheDelayOfItsCycle() {
    for (int steps = 1; steps < 3; steps++) {
      var builder = new ProgramBuilder();
      Value x = builder.input("x", 1);
      ProgramBuilder.Feedback before = builder.feedback("s", 1, 1);
      Value sum = Add.of(builder, x, builder.lookahead(before.value(), steps));
      before.close(sum);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> unroller(builder, 4, 1))
          .withMessageContaining("lies on a cycle");
    }
  }

  @Test
  void shouldRefuseColumnsOfAPast() {
    var builder = new ProgramBuilder();
    Value past = builder.past(builder.input("x", 2), 3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.columns(past, 0, 1))
        .withMessageContaining("is a past")
        .withMessageContaining("past of the columns");
  }

  @Test
  void shouldRefuseTheLengthOfWhatIsNoMemoryInput() {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 1);
    Value computed = Tanh.of(builder, builder.memory("memory", 1, 3));
    Value past = builder.past(x, 3);
    Value mean = MeanPool.of(builder, computed);
    Unroller unroller = unroller(builder, 1, 1);
    for (Value value : List.of(x, computed, past, mean)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> unroller.memoryLength(value, 0, 0))
          .withMessageContaining("no memory that the caller writes");
    }
    var stepper = new Stepper(builder.build(), Parameters.zeros(List.of()), 1, Kernels.best());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> stepper.memoryLength(computed, 0, 0))
        .withMessageContaining("no memory that the caller writes");
  }

  @Test
  void shouldRefusePastsOfDifferentDelaysInOneAttention() {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 1);
    Value keys = builder.pastKeys(builder.delay(x, 3), 4);
    Value values = builder.past(x, 4);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Attend.of(builder, x, keys, values, 1, 1))
        .withMessageContaining("delay");
  }

  /// A copy in the place of a value: in place, but without parameters.
  private static final class Halve implements Op {
    @Override
    public void forward(Frame frame, int from, int to) {
      Rows out = frame.output(0);
      for (int row = from; row < to; row++) {
        out.values()[out.at(row)] *= 0.5f;
      }
    }

    @Override
    public void backward(Frame frame, int from, int to) {
      Rows out = frame.output(0);
      if (out.hasGradient()) {
        for (int row = from; row < to; row++) {
          out.gradients()[out.at(row)] *= 0.5f;
        }
      }
    }
  }

  @Test
  void shouldPassGradientsThroughWhatIsComputedInPlaceWithoutParameters() {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 1);
    Value copy = Affine.of(builder, 1, x, 0);
    Value half = builder.node(new Halve()).writesOnto("half", copy);
    ProgramBuilder.Feedback before = builder.feedback("before", INITIAL, 1);
    before.close(half);
    Value out = Add.of(builder, Affine.of(builder, 1, half, 0), before.value());
    Unroller unroller = unroller(builder, 2, 1);
    write(unroller.rows(x), 2, 4);

    unroller.forward(2);
    unroller.backward(out, 1);

    assertThat(read(unroller.rows(out), 2)).containsExactly(1 + 8, 2 + 1);
    assertThat(unroller.gradients().values("initial")).containsExactly(1);
  }

  @Test
  void shouldRefuseToGoBackWhereItHasNotGoneForward() {
    var builder = new ProgramBuilder();
    Value x = builder.differentiableInput("x", 1);
    Value out = Tanh.of(builder, x);
    Unroller unroller = unroller(builder, 2, 1);
    assertThatIllegalStateException()
        .isThrownBy(() -> unroller.backward(out, 1))
        .withMessageContaining("forward");
    unroller.forward(2);
    unroller.backward(out, 1);
    unroller.carry();
    assertThatIllegalStateException()
        .isThrownBy(() -> unroller.backward(out, 1))
        .withMessageContaining("forward");
    assertThatIllegalStateException().isThrownBy(unroller::carry).withMessageContaining("forward");
  }

  @Test
  void shouldRefuseValuesOfAnotherProgram() {
    var other = new ProgramBuilder();
    other.input("x", 1);
    Value stranger = Tanh.of(other, other.input("y", 2));
    var builder = new ProgramBuilder();
    builder.input("x", 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tanh.of(builder, stranger))
        .withMessageContaining("another program");
  }

  @Test
  void shouldRefuseSizesOfNothing() {
    var builder = new ProgramBuilder();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.input("x", 0))
        .withMessageContaining("expected at least 1");
    Program program = builder.build();
    Parameters none = Parameters.zeros(List.of());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Unroller(program, none, 0, 1, Kernels.best()))
        .withMessageContaining("expected at least 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Unroller(program, none, 1, 0, Kernels.best()))
        .withMessageContaining("expected at least 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Stepper(program, none, 0, Kernels.best()))
        .withMessageContaining("expected at least 1");
  }

  @Test
  void shouldRefuseChunksAndBordersThatDoNotExist() {
    var builder = new ProgramBuilder();
    Tanh.of(builder, builder.input("x", 1));
    Unroller unroller = unroller(builder, 2, 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> unroller.forward(0))
        .withMessageContaining("expected 1 to 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> unroller.forward(3))
        .withMessageContaining("expected 1 to 2");
    unroller.forward(1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> unroller.carry(2))
        .withMessageContaining("expected 1 to 1");
  }

  @Test
  void shouldCarryDelaysAndPastsOverChunksShorterThanThey() {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 1);
    Value delayed = Affine.of(builder, 1, builder.delay(x, 3), 0);
    Value mean = MeanPool.of(builder, builder.past(x, 4));
    Value delayedMean = MeanPool.of(builder, builder.past(builder.delay(x, 2), 3));
    Unroller unroller = unroller(builder, 1, 1);
    float[] delays = new float[8];
    float[] means = new float[8];
    float[] delayedMeans = new float[8];
    for (int t = 0; t < 8; t++) {
      write(unroller.rows(x), 12 * (t + 1));
      unroller.forward(1);
      delays[t] = read(unroller.rows(delayed), 1)[0];
      means[t] = read(unroller.rows(mean), 1)[0];
      delayedMeans[t] = read(unroller.rows(delayedMean), 1)[0];
      unroller.carry();
    }
    assertThat(delays).containsExactly(0, 0, 0, 12, 24, 36, 48, 60);
    assertThat(means).containsExactly(12, 18, 24, 30, 42, 54, 66, 78);
    assertThat(delayedMeans).containsExactly(0, 0, 12, 18, 24, 36, 48, 60);
  }

  @Test
  void shouldKeepNaNOutOfOtherRowsAndOfKeysThatStartAnew() {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 1);
    Value context =
        Attend.of(builder, x, builder.pastKeys(x, 3), builder.past(x, 3), 1, 1).context();
    Value all = Add.of(builder, context, builder.delay(x, 2));
    Unroller unroller = unroller(builder, 5, 2);
    for (int t = 0; t < 5; t++) {
      write(unroller.rows(x).shifted(2 * t), Float.NaN, 1);
    }
    unroller.forward(5);
    assertThat(read(unroller.rows(all), 4)).containsExactly(Float.NaN, 1, Float.NaN, 1);
    unroller.carry();
    unroller.reset(0);
    for (int t = 0; t < 5; t++) {
      write(unroller.rows(x).shifted(2 * t), 1, 1);
    }
    unroller.forward(5);
    assertThat(read(unroller.rows(all), 6)).containsExactly(1, 2, 1, 2, 2, 2);
  }
}
