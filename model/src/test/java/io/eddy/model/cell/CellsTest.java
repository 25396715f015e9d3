package io.eddy.model.cell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.data.Offset.offset;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Stepper;
import io.eddy.model.program.Unroller;
import io.eddy.model.program.Value;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// One contract for all cells: right values, right gradients, and the same bits however they are
/// run.
class CellsTest {

  private static final int STEPS = CellExample.STEPS;
  private static final double SHIFT = 1e-5;

  static List<Cell> cells() {
    List<Cell> cells = new ArrayList<>();
    for (Transfer transfer : Transfer.values()) {
      cells.add(new Elman(transfer));
    }
    cells.add(new Jordan(5, Transfer.TANH, Transfer.IDENTITY));
    cells.add(new Jordan(3, Transfer.LOGISTIC, Transfer.SOFTSIGN));
    cells.add(new Lstm());
    for (PeepholeLstm.Peepholes peepholes : PeepholeLstm.Peepholes.values()) {
      cells.add(new PeepholeLstm(peepholes));
    }
    cells.add(new CoupledLstm());
    for (Gru.Reset reset : Gru.Reset.values()) {
      for (Gru.Update update : Gru.Update.values()) {
        cells.add(new Gru(reset, update));
      }
    }
    cells.add(new Mut1());
    cells.add(new Scrn(1, 0.75f));
    cells.add(new Scrn(2, 0.95f));
    cells.add(new Sru());
    cells.add(new Tdnn(1, 1, Transfer.TANH));
    cells.add(new Tdnn(3, 2, Transfer.RELU));
    cells.add(new UnitaryRnn(5));
    cells.add(new DeepElman(0, 0, 0, false, Transfer.TANH));
    cells.add(new DeepElman(2, 0, 0, false, Transfer.TANH));
    cells.add(new DeepElman(0, 1, 0, false, Transfer.TANH));
    cells.add(new DeepElman(0, 2, 0, true, Transfer.SOFTSIGN));
    cells.add(new DeepElman(0, 0, 2, false, Transfer.TANH));
    cells.add(new DeepElman(1, 1, 1, true, Transfer.LOGISTIC));
    return cells;
  }

  private static boolean hasOwnState(Cell cell) {
    return !(cell instanceof Tdnn);
  }

  /// Every cell as one layer, as two, with shortcuts, and with a mask and learned initial states.
  static Stream<Arguments> examples() {
    List<Arguments> examples = new ArrayList<>();
    for (Cell cell : cells()) {
      examples.add(example(Stack.of(cell, 4, 1), false));
      examples.add(example(Stack.of(cell, 4, 2), false));
      examples.add(example(Stack.of(cell, 8, 3).withShortcuts(), false));
      if (hasOwnState(cell)) {
        examples.add(example(Stack.of(cell, 4, 2).withLearnedInitialState(), true));
      }
    }
    examples.add(example(Stack.of(new Lstm(), 33, 1), false));
    examples.add(example(Stack.of(Gru.pyTorch(), 37, 1), true));
    examples.add(example(Stack.of(new UnitaryRnn(9), 64, 1), false));
    examples.add(example(Stack.of(new UnitaryRnn(9), 2, 1), false));
    return examples.stream();
  }

  private static Arguments example(Stack stack, boolean masked) {
    String name = stack + (masked ? ", masked" : "");
    return Arguments.of(Named.of(name.replace("Stack", ""), stack), masked);
  }

  @ParameterizedTest
  @MethodSource("examples")
  void shouldAgreeWithItsEquationsInValuesAndGradients(Stack stack, boolean masked) {
    long seed = 11;
    var example = new CellExample(stack, masked, 2, seed);
    Unroller unroller = example.unroller(STEPS, Kernels.best(), new Team(1));

    example.forward(unroller, 0, STEPS);
    unroller.backward(example.loss, 1);

    double sum = 0;
    Rows loss = unroller.rows(example.loss);
    for (int row = 0; row < STEPS * example.rowCount; row++) {
      sum += loss.values()[loss.at(row)];
    }
    Map<String, double[][]> weights = example.weights();
    assertThat(sum).isCloseTo(example.referenceLoss(weights), offset(2e-5));
    var random = new SplittableRandom(seed);
    for (ParameterSpec spec : example.program.parameters()) {
      float[] gradient = unroller.gradients().values(spec.name());
      double[][] weight = ReferenceCells.weight(weights, spec.name());
      int stride = 1 + gradient.length / 200; // of a large matrix, some
      for (int i = random.nextInt(stride); i < gradient.length; i += stride) {
        double[] line = weight[i % weight.length];
        int column = i / weight.length;
        double kept = line[column];
        line[column] = kept + SHIFT;
        double above = example.referenceLoss(weights);
        line[column] = kept - SHIFT;
        double below = example.referenceLoss(weights);
        line[column] = kept;
        double numeric = (above - below) / (2 * SHIFT);
        assertThat((double) gradient[i])
            .as("%s[%d], seed %d", spec.name(), i, seed)
            .isCloseTo(numeric, offset(3e-5 + 2e-4 * Math.abs(numeric)));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void shouldGiveTheSameBitsStepByStepUnrolledAndBatched(Stack stack, boolean masked) {
    var example = new CellExample(stack, masked, 2, 3);
    Unroller batched = example.unroller(STEPS, Kernels.best(), new Team(1));
    example.forward(batched, 0, STEPS);

    Unroller chunked = example.unroller(3, Kernels.best(), new Team(1));
    var one = new Stepper(example.program, example.parameters, 1, Kernels.best());
    var scalar =
        new Stepper(example.program, example.parameters, example.rowCount, Kernels.scalar());
    float[][] states = new float[example.rowCount][example.program.stateSize()];
    for (int b = 0; b < example.rowCount; b++) {
      one.initialState(states[b], 0);
      scalar.load(b, states[b], 0);
    }
    for (int t = 0; t < STEPS; t++) {
      if (t % 3 == 0) {
        if (t > 0) {
          chunked.carry();
        }
        example.forward(chunked, t, Math.min(3, STEPS - t));
      }
      for (int b = 0; b < example.rowCount; b++) {
        example.write(b, t, scalar.rows(example.x), scalar.rows(example.mask), b);
      }
      scalar.step();
      for (int b = 0; b < example.rowCount; b++) {
        int row = t * example.rowCount + b;
        float[] expected = example.hidden(batched.rows(example.hidden), row);
        int rowOfChunk = (t % 3) * example.rowCount + b;
        assertThat(example.hidden(chunked.rows(example.hidden), rowOfChunk)).isEqualTo(expected);
        example.write(b, t, one.rows(example.x), one.rows(example.mask), 0);
        one.load(0, states[b], 0);
        one.step();
        one.store(0, states[b], 0);
        assertThat(example.hidden(one.rows(example.hidden), 0)).isEqualTo(expected);
        assertThat(example.hidden(scalar.rows(example.hidden), b)).isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void shouldGiveTheSameBitsOnTwoThreadsAndOnPlainLoops(Stack stack, boolean masked) {
    var example = new CellExample(stack, masked, 5, 4);
    Unroller alone = example.unroller(STEPS, Kernels.best(), new Team(1));
    example.forward(alone, 0, STEPS);
    alone.backward(example.loss, 1);

    try (var team = new Team(2)) {
      for (Unroller other :
          List.of(
              example.unroller(STEPS, Kernels.best(), team),
              example.unroller(STEPS, Kernels.scalar(), team))) {
        example.forward(other, 0, STEPS);
        other.backward(example.loss, 1);

        for (int row = 0; row < STEPS * example.rowCount; row++) {
          assertThat(example.hidden(other.rows(example.hidden), row))
              .isEqualTo(example.hidden(alone.rows(example.hidden), row));
        }
        for (ParameterSpec spec : example.program.parameters()) {
          assertThat(other.gradients().values(spec.name()))
              .as(spec.name())
              .isEqualTo(alone.gradients().values(spec.name()))
              .isNotEqualTo(new float[spec.size()]);
        }
      }
    }
  }

  static Stream<Cell> cellsWithAnOutputThatIsTheirState() {
    return cells().stream().filter(CellsTest::hasOwnState).filter(cell -> !(cell instanceof Sru));
  }

  @ParameterizedTest
  @MethodSource("cellsWithAnOutputThatIsTheirState")
  void shouldHoldItsStateWhereAStepDoesNotCount(Cell cell) {
    var example = new CellExample(Stack.of(cell, 4, 1), true, 1, 5);
    var stepper = new Stepper(example.program, example.parameters, 1, Kernels.best());
    float[] state = new float[example.program.stateSize()];
    for (int t = 0; t < STEPS; t++) {
      float[] before = new float[state.length];
      stepper.store(0, before, 0);
      float[] answer = example.hidden(stepper.rows(example.hidden), 0);
      example.write(0, t, stepper.rows(example.x), stepper.rows(example.mask), 0);

      stepper.step();

      stepper.store(0, state, 0);
      if (example.counts[0][t]) {
        assertThat(state).isNotEqualTo(before);
      } else {
        assertThat(state).isEqualTo(before);
        if (t > 0) {
          assertThat(example.hidden(stepper.rows(example.hidden), 0)).isEqualTo(answer);
        }
      }
    }
    assertThat(example.counts[0]).contains(true, false);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 8, 64, 512})
  void shouldKeepTheNormOfAUnitaryNetworksState(int hiddenSize) {
    var cell = new UnitaryRnn(3);
    var builder = new ProgramBuilder();
    Value h = builder.input("h", hiddenSize);
    Value product = cell.multiply(builder, Layer.of("", hiddenSize), h);
    var program = builder.build();
    for (long seed = 0; seed < 20; seed++) {
      Parameters parameters = Parameters.initial(program.parameters(), seed);
      var stepper = new Stepper(program, parameters, 1, Kernels.best());
      var random = new SplittableRandom(seed);
      Rows in = stepper.rows(h);
      for (int i = 0; i < hiddenSize; i++) {
        in.values()[in.at(0) + i] = (float) (2 * random.nextDouble() - 1);
      }

      stepper.step();

      Rows out = stepper.rows(product);
      double before = norm(in, hiddenSize);
      assertThat(norm(out, hiddenSize))
          .as("seed %d", seed)
          .isCloseTo(before, offset(1e-6 * before));
      assertThat(Arrays.copyOfRange(out.values(), out.at(0), out.at(0) + hiddenSize))
          .isNotEqualTo(Arrays.copyOfRange(in.values(), in.at(0), in.at(0) + hiddenSize));
    }
  }

  private static double norm(Rows rows, int width) {
    double squares = 0;
    for (int i = 0; i < width; i++) {
      double element = rows.values()[rows.at(0) + i];
      squares += element * element;
    }
    return Math.sqrt(squares);
  }

  /// Rows of every product of a forward pass over all steps.
  private static List<Integer> productRows(Stack stack) {
    var example = new CellExample(stack, false, 2, 1);
    List<Integer> rows = new ArrayList<>();
    Kernels counting =
        (Kernels)
            Proxy.newProxyInstance(
                Kernels.class.getClassLoader(),
                new Class<?>[] {Kernels.class},
                (proxy, method, arguments) -> {
                  if (method.getName().startsWith("multiplyAdd")) {
                    rows.add((Integer) Objects.requireNonNull(arguments[0]));
                  }
                  try {
                    return method.invoke(Kernels.scalar(), arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    example.forward(example.unroller(STEPS, counting, new Team(1)), 0, STEPS);
    return rows;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void shouldNotStepForTheProductsOfTheSimpleRecurrentUnit(int layers) {
    List<Integer> unstepped = productRows(Stack.of(new Sru(), 4, layers));
    List<Integer> convolved = productRows(Stack.of(new Tdnn(3, 2, Transfer.TANH), 4, layers));
    List<Integer> stepped = productRows(Stack.of(new Lstm(), 4, layers));

    assertThat(unstepped).containsOnly(STEPS * 2);
    assertThat(convolved).containsOnly(STEPS * 2).hasSize(layers + 1);
    assertThat(stepped).contains(STEPS * 2, 2);
  }

  private static float[] allHidden(CellExample example, Unroller unroller) {
    float[] all = new float[0];
    for (int row = 0; row < STEPS * example.rowCount; row++) {
      float[] hidden = example.hidden(unroller.rows(example.hidden), row);
      int size = all.length;
      all = Arrays.copyOf(all, size + hidden.length);
      System.arraycopy(hidden, 0, all, size, hidden.length);
    }
    return all;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void shouldDropBetweenLayersInTrainingAlone(int layers) {
    Stack stack = Stack.of(new Lstm(), 8, layers);
    var plain = new CellExample(stack, false, 2, 6);
    var dropping = new CellExample(stack.withDropout(0.5f), false, 2, 6);
    Unroller plainUnroller = plain.unroller(STEPS, Kernels.best(), new Team(1));
    Unroller unroller = dropping.unroller(STEPS, Kernels.best(), new Team(1));
    plain.forward(plainUnroller, 0, STEPS);
    dropping.forward(unroller, 0, STEPS);
    float[] expected = allHidden(plain, plainUnroller);
    float[] asTheStream = allHidden(dropping, unroller);

    unroller.forward(STEPS, 1);
    float[] inTraining = allHidden(dropping, unroller);
    unroller.forward(STEPS, 2);
    float[] otherSeed = allHidden(dropping, unroller);

    assertThat(asTheStream).isEqualTo(expected);
    if (layers == 1) {
      assertThat(inTraining).as("nothing is dropped after the last").isEqualTo(expected);
    } else {
      assertThat(inTraining).isNotEqualTo(expected).isNotEqualTo(otherSeed);
    }
  }

  @Test
  void shouldBeElmansNetworkWithoutDeepFunctions() {
    var plain = new CellExample(Stack.of(new Elman(Transfer.TANH), 5, 2), false, 2, 8);
    var deep =
        new CellExample(Stack.of(new DeepElman(0, 0, 0, false, Transfer.TANH), 5, 2), false, 2, 8);
    Unroller first = plain.unroller(STEPS, Kernels.best(), new Team(1));
    Unroller second = deep.unroller(STEPS, Kernels.best(), new Team(1));

    plain.forward(first, 0, STEPS);
    deep.forward(second, 0, STEPS);

    for (int row = 0; row < 2 * STEPS; row++) {
      assertThat(deep.hidden(second.rows(deep.hidden), row))
          .isEqualTo(plain.hidden(first.rows(plain.hidden), row));
    }
  }

  @ParameterizedTest
  @MethodSource("cells")
  void shouldCarryAsMuchStateAsItsTypeSays(Cell cell) {
    for (CellType type : CellType.values()) {
      if (type.cell().equals(cell)) {
        var example = new CellExample(Stack.of(cell, 6, 2), false, 1, 1);
        assertThat(example.program.stateSize()).isEqualTo(2 * 6 * type.statesPerUnit());
      }
    }
    assertThat(cells()).containsAll(Stream.of(CellType.values()).map(CellType::cell).toList());
  }

  @Test
  void shouldNeverGiveACodeToAnotherCell() {
    assertThat(Stream.of(CellType.values()).map(type -> type + " " + type.code()))
        .startsWith("ELMAN 1", "LSTM 2", "GRU 3");
    assertThat(Stream.of(CellType.values()).map(CellType::code)).doesNotHaveDuplicates();
  }

  @Test
  void shouldRefuseSizesThatMakeNoCell() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CellExample(Stack.of(new UnitaryRnn(1), 6, 1), false, 1, 1))
        .withMessageContaining("6 outputs of complex units, expected a power of two");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CellExample(Stack.of(new Scrn(4, 0.9f), 4, 1), false, 1, 1))
        .withMessageContaining("4 context units of 4, expected fewer");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new CellExample(Stack.of(new Tdnn(2, 1, Transfer.TANH), 4, 1), true, 1, 1))
        .withMessageContaining("neither a mask nor an initial state fits");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DeepElman(0, 0, 0, true, Transfer.TANH))
        .withMessageContaining("expected at least one further layer");
  }
}
