package io.eddy.model.cell;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.model.loss.CrossEntropyLoss;
import io.eddy.model.loss.SquaredLoss;
import io.eddy.model.op.Linear;
import io.eddy.model.optimizer.OptimizerSettings;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Program;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Unroller;
import io.eddy.model.program.Value;
import io.eddy.model.training.Trainer;
import io.eddy.model.training.UpdateSettings;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Tasks of the literature, learned within the test: every figure that is asserted was measured on
/// sequences that training did not see.
class KnownTasksTest {

  /// A stack with a linear output, its loss and its trainer.
  static final class Network {
    final int steps;
    final int rowCount;
    final Value x;
    final Value target;
    final Value weight;
    final Value loss;
    final Trainer trainer;

    /// @param classes that the output tells apart; 0 for one number, judged by its squared error
    Network(
        Stack stack,
        int inputs,
        int classes,
        int steps,
        int rowCount,
        OptimizerSettings optimizer,
        long seed) {
      this.steps = steps;
      this.rowCount = rowCount;
      int outputs = Math.max(1, classes);
      var builder = new ProgramBuilder();
      x = builder.input("x", inputs);
      target = builder.input("target", 1);
      weight = builder.input("weight", 1);
      Value out =
          Linear.of(
              builder,
              stack.trace(builder, "rnn.", x),
              ParameterSpec.matrix(
                  "out.weight", outputs, stack.outputSize(), new Initializer.Xavier(1)),
              ParameterSpec.vector("out.bias", outputs, new Initializer.Zero()));
      loss =
          classes > 0
              ? CrossEntropyLoss.of(builder, out, target, weight, 0)
              : SquaredLoss.of(builder, out, target, weight);
      Program program = builder.build();
      trainer =
          new Trainer(
              program,
              Parameters.initial(program.parameters(), seed),
              loss,
              steps,
              rowCount,
              UpdateSettings.of(optimizer).withClipNorm(1));
    }

    Unroller unroller() {
      return trainer.unroller();
    }

    float[] input(int t, int b, float... values) {
      Rows rows = unroller().rows(x);
      System.arraycopy(values, 0, rows.values(), rows.at(t * rowCount + b), values.length);
      return values;
    }

    void expect(int t, int b, float expected, float weightOfStep) {
      Rows targets = unroller().rows(target);
      Rows weights = unroller().rows(weight);
      targets.values()[targets.at(t * rowCount + b)] = expected;
      weights.values()[weights.at(t * rowCount + b)] = weightOfStep;
    }

    void resetAll() {
      for (int b = 0; b < rowCount; b++) {
        unroller().reset(b);
      }
    }

    double loss(int t, int b) {
      Rows rows = unroller().rows(loss);
      return rows.values()[rows.at(t * rowCount + b)];
    }
  }

  /// Writes the sequences of one batch.
  @FunctionalInterface
  interface Task {
    /// Writes inputs and targets of all rows and steps.
    ///
    /// @return how many losses count
    int write(Network network, SplittableRandom random);
  }

  /// Trains on batch after batch, each from the initial state, until the running mean of the loss
  /// reaches the goal.
  ///
  /// @return steps that it took
  private static int learn(
      Network network, Task task, double learningRate, double goal, int mostSteps, long seed) {
    var random = new SplittableRandom(seed);
    double mean = Double.NaN;
    for (int step = 1; step <= mostSteps; step++) {
      int count = task.write(network, random);
      network.resetAll();
      double loss = network.trainer.update(network.steps, 1f / count, learningRate) / count;
      mean = step == 1 ? loss : mean + 0.05 * (loss - mean);
      if (mean < goal) {
        return step;
      }
    }
    return mostSteps;
  }

  /// The mean loss of batches that training did not see.
  private static double test(Network network, Task task, int batches, long seed) {
    var random = new SplittableRandom(~seed);
    double sum = 0;
    int count = 0;
    for (int batch = 0; batch < batches; batch++) {
      count += task.write(network, random);
      network.resetAll();
      sum += network.trainer.evaluate(network.steps);
    }
    return sum / count;
  }

  /// Two of many numbers are marked; at the end comes their sum (Hochreiter and Schmidhuber 1997).
  private static int writeAdding(Network network, SplittableRandom random) {
    int steps = network.steps;
    for (int b = 0; b < network.rowCount; b++) {
      int first = random.nextInt(steps / 2);
      int second = steps / 2 + random.nextInt(steps - steps / 2);
      float sum = 0;
      for (int t = 0; t < steps; t++) {
        boolean marked = t == first || t == second;
        float number = (float) random.nextDouble();
        network.input(t, b, number, marked ? 1 : 0);
        sum += marked ? number : 0;
        network.expect(t, b, sum, t == steps - 1 ? 1 : 0);
      }
    }
    return network.rowCount;
  }

  static Stream<Arguments> adders() {
    return Stream.of(new Lstm(), Gru.pyTorch())
        .flatMap(cell -> Stream.of(1L, 2L).map(seed -> Arguments.of(cell, seed)));
  }

  @ParameterizedTest
  @MethodSource("adders")
  void shouldAddNumbersThatLieUpToAHundredStepsApart(Cell cell, long seed, TestReporter reporter) {
    var network =
        new Network(Stack.of(cell, 32, 1), 2, 0, 100, 32, OptimizerSettings.Adam.defaults(), seed);

    int steps = learn(network, KnownTasksTest::writeAdding, 0.01, 0.006, 6000, seed);

    double error = test(network, KnownTasksTest::writeAdding, 30, seed);
    reporter.publishEntry(cell + ", seed " + seed, steps + " steps, error " + error);
    assertThat(error).as("guessing the mean gives 0.167; seed %d", seed).isLessThan(0.01);
  }

  private static final int SYMBOLS = 8;
  private static final int COPIED = 10;

  /// Ten symbols, many blanks, a marker, ten blanks: with those the symbols are to be said again
  /// (Hochreiter and Schmidhuber 1997; Arjovsky et al. 2016, section 5.1).
  private static int writeCopy(Network network, SplittableRandom random) {
    for (int b = 0; b < network.rowCount; b++) {
      int[] symbols = new int[COPIED];
      for (int i = 0; i < COPIED; i++) {
        symbols[i] = random.nextInt(SYMBOLS);
      }
      int repeat = network.steps - COPIED;
      for (int t = 0; t < network.steps; t++) {
        float[] input = new float[SYMBOLS + 2];
        int blankOrMarker = t == repeat - 1 ? SYMBOLS + 1 : SYMBOLS;
        input[t < COPIED ? symbols[t] : blankOrMarker] = 1;
        network.input(t, b, input);
        network.expect(t, b, t < repeat ? SYMBOLS : symbols[t - repeat], 1);
      }
    }
    return network.rowCount * network.steps;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void shouldCopyAcrossAHundredBlanksByAUnitaryRecurrence(long seed, TestReporter reporter) {
    int steps = 100 + 2 * COPIED;
    var network =
        new Network(
            Stack.of(new UnitaryRnn(seed), 128, 1),
            SYMBOLS + 2,
            SYMBOLS + 1,
            steps,
            20,
            new OptimizerSettings.RmsProp(0.9, 1e-8, 0, false, 0),
            seed);
    // Who remembers nothing knows the blanks and guesses the ten symbols.
    double memoryless = COPIED * StrictMath.log(SYMBOLS) / steps;

    int updates = learn(network, KnownTasksTest::writeCopy, 0.001, 0.05 * memoryless, 2000, seed);

    double loss = test(network, KnownTasksTest::writeCopy, 5, seed);
    reporter.publishEntry(
        "seed " + seed, updates + " steps, loss " + loss + ", without memory " + memoryless);
    assertThat(loss).isLessThan(0.1 * memoryless);
  }

  private static final int CHUNK = 8;
  private static final int DELAY = 5;

  /// A stream of signs for each row; the answer is the sign five steps ago.
  private static final class Echo {
    final Network network;
    final boolean carries;
    private final SplittableRandom random;
    private final float[][] past;

    Echo(long seed, boolean carries) {
      network =
          new Network(
              Stack.of(Gru.pyTorch(), 24, 1),
              1,
              0,
              CHUNK,
              32,
              OptimizerSettings.Adam.defaults(),
              seed);
      this.carries = carries;
      random = new SplittableRandom(seed);
      past = new float[network.rowCount][DELAY];
    }

    /// Writes the next chunk; the state before it is carried or reset.
    void next(boolean first) {
      if (carries && !first) {
        network.unroller().carry();
      } else {
        network.resetAll();
      }
      for (int b = 0; b < network.rowCount; b++) {
        for (int t = 0; t < CHUNK; t++) {
          float sign = random.nextBoolean() ? 1 : -1;
          network.expect(t, b, past[b][0], 1);
          System.arraycopy(past[b], 1, past[b], 0, DELAY - 1);
          past[b][DELAY - 1] = sign;
          network.input(t, b, sign);
        }
      }
    }

    /// Trains, then measures the mean squared error at each step of a chunk.
    double[] errors(int updates, int measured) {
      double[] errors = new double[CHUNK];
      for (int chunk = 0; chunk < updates + measured; chunk++) {
        next(chunk == 0);
        if (chunk < updates) {
          network.trainer.update(CHUNK, 1f / (network.rowCount * CHUNK), 0.01);
          continue;
        }
        network.trainer.evaluate(CHUNK);
        for (int t = 0; t < CHUNK; t++) {
          for (int b = 0; b < network.rowCount; b++) {
            errors[t] += network.loss(t, b) / (network.rowCount * measured);
          }
        }
      }
      return errors;
    }
  }

  /// The first five answers of a chunk lie before its border. From a state that is reset there they
  /// are independent of all that the network has seen, so whatever it answers, its expected squared
  /// error is at least the signs' variance, 1; carried over the border, the state tells them.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldHearAnEchoAcrossTheBordersOfTruncationOnlyWhereItsStateIsCarried(long seed) {
    double[] carried = new Echo(seed, true).errors(800, 100);
    double[] reset = new Echo(seed, false).errors(800, 100);

    for (int t = 0; t < CHUNK; t++) {
      assertThat(carried[t]).as("carried, step %d, seed %d", t, seed).isLessThan(0.02);
      if (t < DELAY) {
        assertThat(reset[t]).as("reset, step %d, seed %d", t, seed).isGreaterThan(0.95);
      } else {
        assertThat(reset[t]).as("reset, step %d, seed %d", t, seed).isLessThan(0.05);
      }
    }
  }

  private static float sign(SplittableRandom random) {
    return random.nextBoolean() ? 1 : -1;
  }

  /// The product of three signs that came together three steps ago.
  private static int writeProductOfInputs(Network network, SplittableRandom random) {
    for (int b = 0; b < network.rowCount; b++) {
      float[] products = new float[network.steps];
      for (int t = 0; t < network.steps; t++) {
        float[] signs = network.input(t, b, sign(random), sign(random), sign(random));
        products[t] = signs[0] * signs[1] * signs[2];
        network.expect(t, b, t < 3 ? 0 : products[t - 3], t < 3 ? 0 : 1);
      }
    }
    return network.rowCount * (network.steps - 3);
  }

  /// The product of all signs so far: parity.
  private static int writeParity(Network network, SplittableRandom random) {
    for (int b = 0; b < network.rowCount; b++) {
      float product = 1;
      for (int t = 0; t < network.steps; t++) {
        float[] signs = network.input(t, b, sign(random), 0, 0);
        product *= signs[0];
        network.expect(t, b, product, 1);
      }
    }
    return network.rowCount * network.steps;
  }

  /// The product of the signs of the last three steps but this one.
  private static int writeProductOfThePast(Network network, SplittableRandom random) {
    for (int b = 0; b < network.rowCount; b++) {
      float[] signs = new float[network.steps];
      for (int t = 0; t < network.steps; t++) {
        signs[t] = network.input(t, b, sign(random), 0, 0)[0];
        network.expect(t, b, t < 3 ? 0 : signs[t - 1] * signs[t - 2] * signs[t - 3], t < 3 ? 0 : 1);
      }
    }
    return network.rowCount * (network.steps - 3);
  }

  static Stream<Arguments> deepFunctions() {
    Task inputs = KnownTasksTest::writeProductOfInputs;
    Task parity = KnownTasksTest::writeParity;
    Task past = KnownTasksTest::writeProductOfThePast;
    return Stream.of(
        Arguments.of("input", new DeepElman(1, 0, 0, false, Transfer.TANH), inputs),
        Arguments.of("transition", new DeepElman(0, 1, 0, false, Transfer.TANH), parity),
        Arguments.of("shortcut", new DeepElman(0, 1, 0, true, Transfer.TANH), parity),
        Arguments.of("output", new DeepElman(0, 0, 1, false, Transfer.TANH), past));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("deepFunctions")
  void shouldLearnBooleanFunctionsOfInputStateAndOutput(
      String where, Cell cell, Task task, TestReporter reporter) {
    for (long seed = 1; seed <= 3; seed++) {
      var network =
          new Network(Stack.of(cell, 12, 1), 3, 0, 12, 32, OptimizerSettings.Adam.defaults(), seed);

      int steps = learn(network, task, 0.005, 0.01, 6000, seed);

      double error = test(network, task, 20, seed);
      reporter.publishEntry(where + ", seed " + seed, steps + " steps, error " + error);
      assertThat(error).as("guessing gives 1; seed %d", seed).isLessThan(0.05);
    }
  }

  /// The sign three steps ago.
  private static int writeEcho(Network network, SplittableRandom random) {
    for (int b = 0; b < network.rowCount; b++) {
      float[] signs = new float[network.steps];
      for (int t = 0; t < network.steps; t++) {
        signs[t] = network.input(t, b, sign(random))[0];
        network.expect(t, b, t < 3 ? 0 : signs[t - 3], t < 3 ? 0 : 1);
      }
    }
    return network.rowCount * (network.steps - 3);
  }

  static List<Cell> cells() {
    return CellsTest.cells().stream()
        // A kernel of one step has no memory.
        .filter(cell -> !cell.equals(new Tdnn(1, 1, Transfer.TANH)))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("cells")
  void shouldLearnAnEchoWithEveryCell(Cell cell, TestReporter reporter) {
    long seed = 3;
    var network =
        new Network(Stack.of(cell, 32, 2), 1, 0, 10, 32, OptimizerSettings.Adam.defaults(), seed);

    int steps = learn(network, KnownTasksTest::writeEcho, 0.005, 0.02, 4000, seed);

    double error = test(network, KnownTasksTest::writeEcho, 20, seed);
    reporter.publishEntry(cell.toString(), steps + " steps, error " + error);
    assertThat(error).as("guessing gives 1").isLessThan(0.05);
  }
}
