package io.eddy.model.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Program;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Stepper;
import io.eddy.model.program.Unroller;
import io.eddy.model.program.Value;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What formulas do not say: what is drawn, what is kept, what is refused.
class LibraryTest {

  private static final int STEPS = 50;
  private static final int WIDTH = 40;

  /// An input, whatever is made of it, and a run over it.
  private static final class Run {
    final Unroller unroller;
    final Parameters parameters;
    final Value x;
    final Value out;

    Run(
        int width,
        Team team,
        int batch,
        java.util.function.BiFunction<ProgramBuilder, Value, Value> op) {
      var builder = new ProgramBuilder();
      x = builder.differentiableInput("x", width);
      out = op.apply(builder, x);
      Program program = builder.build();
      parameters = Parameters.initial(program.parameters(), 1);
      unroller = new Unroller(program, parameters, STEPS, batch, Kernels.best(), team);
    }

    void fill(float... row) {
      Rows rows = unroller.rows(x);
      for (int at = rows.at(0); at < rows.values().length; at += row.length) {
        System.arraycopy(row, 0, rows.values(), at, row.length);
      }
    }

    float[] values() {
      return unroller.rows(out).values().clone();
    }

    void backward() {
      unroller.clearRowGradients();
      Arrays.fill(unroller.rows(out).gradients(), 1);
      unroller.backward();
    }
  }

  private static float[] ones(int width) {
    float[] ones = new float[width];
    Arrays.fill(ones, 1);
    return ones;
  }

  @Test
  void shouldDropTheShareAskedForAndScaleTheRest() {
    var run = new Run(WIDTH, new Team(1), 1, (builder, x) -> Dropout.of(builder, x, 0.25));
    run.fill(ones(WIDTH));

    run.unroller.forward(STEPS, 42);
    run.backward();

    float[] values = run.values();
    assertThat(values).containsOnly(0, 1 / 0.75f);
    // 2,000 draws: five standard deviations are 0.048.
    double dropped = 0;
    for (float value : values) {
      dropped += value == 0 ? 1.0 / values.length : 0;
    }
    assertThat(dropped).as("seed 42").isCloseTo(0.25, offset(0.048));
    // All that went in is 1, so the gradient is what came out.
    assertThat(run.unroller.rows(run.x).gradients()).isEqualTo(values);
  }

  @Test
  void shouldDropTheSameWithAnyNumberOfThreadsButOtherThingsWithAnotherSeed() {
    Set<Integer> dropped = new HashSet<>();
    for (int threads = 1; threads <= 3; threads++) {
      try (var team = new Team(threads)) {
        var run = new Run(WIDTH, team, 2, (builder, x) -> Dropout.of(builder, x, 0.5));
        run.fill(ones(WIDTH));
        run.unroller.forward(STEPS, 42);
        dropped.add(Arrays.hashCode(run.values()));
        assertThat(dropped).hasSize(1);
      }
    }
    var run = new Run(WIDTH, new Team(1), 2, (builder, x) -> Dropout.of(builder, x, 0.5));
    run.fill(ones(WIDTH));

    run.unroller.forward(STEPS, 43);

    dropped.add(Arrays.hashCode(run.values()));
    assertThat(dropped).hasSize(2);
  }

  @Test
  void shouldDropNothingInTheStream() {
    var run = new Run(WIDTH, new Team(1), 1, (builder, x) -> Dropout.of(builder, x, 0.5));
    run.fill(ones(WIDTH));

    run.unroller.forward(STEPS);

    assertThat(run.values()).containsOnly(1);
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1, Double.NaN})
  void shouldRefuseADropoutThatIsNoShare(double probability) {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 1);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Dropout.of(builder, x, probability))
        .withMessageContaining("expected at least 0, below 1");
  }

  @Test
  void shouldDrawEachColumnAsOftenAsItsProbability() {
    int batch = 40;
    var run = new Run(4, new Team(1), batch, Sample::of);
    run.fill(0.5f, 0, 0.3f, 0.2f);

    run.unroller.forward(STEPS, 7);

    int[] count = new int[4];
    for (float drawn : run.values()) {
      count[(int) drawn]++;
    }
    // 2,000 draws: five standard deviations of the widest are 112.
    assertThat(count[0]).as("seed 7").isCloseTo(1000, offset(112));
    assertThat(count[1]).isZero();
    assertThat(count[2]).isCloseTo(600, offset(103));
    assertThat(count[3]).isCloseTo(400, offset(90));
  }

  @Test
  void shouldPassGradientsThroughADrawOnlyWhereAsked() {
    var straight = new Run(3, new Team(1), 1, (builder, x) -> Sample.oneHot(builder, x, true));
    var none = new Run(3, new Team(1), 1, (builder, x) -> Sample.oneHot(builder, x, false));
    for (Run run : new Run[] {straight, none}) {
      run.fill(0.2f, 0.5f, 0.3f);
      run.unroller.forward(STEPS, 7);
      run.backward();
    }

    assertThat(straight.values()).containsOnly(0, 1);
    for (int row = 0; row < STEPS; row++) {
      float[] values = straight.values();
      assertThat(values[3 * row] + values[3 * row + 1] + values[3 * row + 2]).isEqualTo(1);
    }
    assertThat(straight.unroller.rows(straight.x).gradients()).containsOnly(1);
    assertThat(none.unroller.rows(none.x).gradients()).containsOnly(0);
  }

  @Test
  void shouldDrawAnewAtEveryStepOfAStream() {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 2);
    Value drawn = Sample.of(builder, x);
    Program program = builder.build();
    var stepper = new Stepper(program, Parameters.zeros(program.parameters()), 1, Kernels.best());
    Arrays.fill(stepper.rows(x).values(), 0.5f);
    stepper.seed(3);
    int sum = 0;
    for (int step = 0; step < 100; step++) {
      stepper.step();
      sum += (int) stepper.rows(drawn).values()[0];
    }

    assertThat(sum).as("seed 3, five standard deviations").isCloseTo(50, offset(25));
  }

  @Test
  void shouldFindTheFirstOfTheGreatest() {
    var run = new Run(4, new Team(1), 1, Argmax::of);
    run.fill(-3, -1, -2, -1);

    run.unroller.forward(1);

    assertThat(run.values()[0]).isEqualTo(1);
  }

  @Test
  void shouldNotLearnThePaddingRow() {
    ParameterSpec table = ParameterSpec.table("t", 3, 2, new Initializer.Normal(1));
    var run = new Run(2, new Team(1), 1, (builder, x) -> Lookup.of(builder, x, table, 1));
    run.fill(1, 2);

    run.unroller.forward(1);
    run.backward();

    float[] rows = run.parameters.values("t");
    assertThat(Arrays.copyOf(run.values(), 4)).containsExactly(rows[2], rows[3], rows[4], rows[5]);
    assertThat(run.unroller.gradients().values("t")).containsExactly(0, 0, 0, 0, 1, 1);
  }

  @ParameterizedTest
  @ValueSource(floats = {-1, 3, 0.5f, Float.NaN, 1e20f})
  void shouldRefuseANumberThatIsNoRowOfTheTable(float id) {
    ParameterSpec table = ParameterSpec.table("words", 3, 2, new Initializer.Zero());
    var run = new Run(1, new Team(1), 1, (builder, x) -> Lookup.of(builder, x, table));
    run.fill(id);

    assertThatThrownBy(() -> run.unroller.forward(1))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessageContaining("%s is no row of words, expected an integer from 0 to 2", id);
  }

  @Test
  void shouldNotReadWhatIsNotChosen() {
    var builder = new ProgramBuilder();
    Value flag = builder.input("flag", 1);
    Value x = builder.input("x", 1);
    Value chosen = Select.of(builder, flag, Affine.of(builder, Float.NaN, x, 0), x);
    Value kept = Select.orZero(builder, flag, Affine.of(builder, Float.NaN, x, 0));
    Program program = builder.build();
    var stepper = new Stepper(program, Parameters.zeros(program.parameters()), 1, Kernels.best());
    stepper.rows(x).values()[0] = 5;

    stepper.step();

    assertThat(stepper.rows(chosen).values()).containsExactly(5);
    assertThat(stepper.rows(kept).values()).containsExactly(0);
  }

  @Test
  void shouldSayThatABatchOfOneRowHasNoVariance() {
    var run =
        new Run(
            1,
            new Team(1),
            1,
            (builder, x) ->
                BatchNorm.of(
                    builder,
                    x,
                    new BatchNorm.Weights(
                        ParameterSpec.vector("w", 1, new Initializer.Constant(1)),
                        ParameterSpec.vector("b", 1, new Initializer.Zero()),
                        ParameterSpec.buffer("m", 1, new Initializer.Zero()),
                        ParameterSpec.buffer("v", 1, new Initializer.Constant(1))),
                    0.1,
                    1e-5));

    assertThatThrownBy(() -> run.unroller.forward(1, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("needs at least 2 rows");
  }

  @Test
  void shouldNeedAllStepsOfWhatIsReversed() {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 1);
    Reverse.of(builder, x);
    Program whole = builder.build();
    var looping = new ProgramBuilder();
    ProgramBuilder.Feedback state = looping.feedback("state", 1, 1);
    state.close(Reverse.of(looping, state.value()));
    Program cycle = looping.build();
    Parameters none = Parameters.zeros(whole.parameters());

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Stepper(whole, none, 1, Kernels.best()))
        .withMessageContaining("needs the whole message");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Unroller(cycle, none, 2, 1, Kernels.best()))
        .withMessageContaining("lies on a cycle");
  }

  @Test
  void shouldStartNormallyDistributed() {
    float[] values = new float[10_000];
    ParameterSpec spec = ParameterSpec.table("t", 100, 100, new Initializer.Normal(2));
    spec.initializer().fill(spec, values, new java.util.SplittableRandom(5));

    double mean = 0;
    double square = 0;
    int within = 0;
    for (float value : values) {
      mean += value / values.length;
      square += (double) value * value / values.length;
      within += Math.abs(value) < 2 ? 1 : 0;
    }
    assertThat(mean).as("seed 5").isCloseTo(0, offset(0.1));
    assertThat(Math.sqrt(square)).isCloseTo(2, offset(0.08));
    // 68.27 % lie within one deviation.
    assertThat(within).isCloseTo(6827, offset(240));
  }
}
