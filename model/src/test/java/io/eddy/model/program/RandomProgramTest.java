package io.eddy.model.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.Parameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What every program has to keep, tried on programs drawn from seeds: however it is cut into
/// steps, chunks, batches and threads, it gives the same bits, and its gradients are those of its
/// own forward. A failure names the seed and prints the program.
class RandomProgramTest {

  private static final int PROGRAMS = 300;
  private static final int PROGRAMS_PER_SHARED = 6; // threads that wait for a core take their time
  private static final int LONGEST = 12;
  private static final int MOST_ROWS = 4;
  private static final double SHIFT = 0.03;

  private static Team alone = new Team(1);
  private static Team two = new Team(1);
  private static Team three = new Team(1);

  @BeforeAll
  static void start() {
    alone = new Team(1);
    two = new Team(2);
    three = new Team(3);
  }

  @AfterAll
  static void end() {
    alone.close();
    two.close();
    three.close();
  }

  /// A program with a message for it.
  private static final class Message {
    final long seed;
    final RandomProgram random;
    final Program program;
    final int steps;
    final int rowCount;
    final SplittableRandom generator;
    final float[][] inputs; // by value
    final int[][] lengths; // by memory

    Message(long seed) {
      this.seed = seed;
      random = new RandomProgram(seed);
      program = random.program;
      generator = new SplittableRandom(~seed);
      steps = 1 + generator.nextInt(LONGEST);
      rowCount = 1 + generator.nextInt(MOST_ROWS);
      inputs = new float[program.values().size()][];
      lengths = new int[program.values().size()][];
      for (Value input : random.inputs) {
        inputs[input.index()] = drawn(steps * rowCount * input.width());
      }
      float[] flags = new float[steps * rowCount];
      for (int i = 0; i < flags.length; i++) {
        flags[i] = generator.nextInt(3) == 0 ? 0 : 1;
      }
      inputs[random.flag.index()] = flags;
      for (Value memory : random.memories) {
        inputs[memory.index()] = drawn(rowCount * memory.slots() * memory.width());
        int[] filled = new int[rowCount];
        for (int row = 0; row < rowCount; row++) {
          filled[row] = generator.nextInt(memory.slots() + 1);
        }
        lengths[memory.index()] = filled;
      }
    }

    private float[] drawn(int size) {
      float[] values = new float[size];
      for (int i = 0; i < size; i++) {
        values[i] = (float) (2 * generator.nextDouble() - 1);
      }
      return values;
    }

    Kernels kernels() {
      return generator.nextBoolean() ? Kernels.best() : Kernels.scalar();
    }

    /// Values of every step that the caller writes.
    List<Value> stepInputs() {
      List<Value> all = new ArrayList<>(random.inputs);
      all.add(random.flag);
      return all;
    }

    /// Values of every step that an operation writes, to the last.
    List<Value> written() {
      return program.values().stream()
          .filter(value -> !value.isMemory())
          .filter(
              value ->
                  program.origin(value) instanceof Program.Origin.Computed
                      || program.origin(value) instanceof Program.Origin.InPlace)
          .toList();
    }

    void writeInput(Value input, int fromRow, Rows to, int toRow) {
      System.arraycopy(
          inputs[input.index()], fromRow * input.width(), to.values(), to.at(toRow), input.width());
    }

    /// Writes steps `from` to `to` as the unroller's first.
    void write(Unroller unroller, int from, int to) {
      for (Value input : stepInputs()) {
        for (int row = from * rowCount; row < to * rowCount; row++) {
          writeInput(input, row, unroller.rows(input), row - from * rowCount);
        }
      }
    }

    Unroller unroller(int maxSteps, Kernels kernels, Team team) {
      var unroller = new Unroller(program, random.parameters, maxSteps, rowCount, kernels, team);
      for (Value memory : random.memories) {
        for (int row = 0; row < rowCount * memory.slots(); row++) {
          writeInput(memory, row, unroller.rows(memory), row);
        }
        for (int row = 0; row < rowCount; row++) {
          unroller.memoryLength(memory, row, lengths[memory.index()][row]);
        }
      }
      return unroller;
    }

    /// For some of the batch entries, as the stepper's first.
    Stepper stepper(int fromEntry, int entries, Kernels kernels) {
      var stepper = new Stepper(program, random.parameters, entries, kernels);
      for (Value memory : random.memories) {
        for (int row = 0; row < entries * memory.slots(); row++) {
          writeInput(memory, fromEntry * memory.slots() + row, stepper.rows(memory), row);
        }
        for (int row = 0; row < entries; row++) {
          stepper.memoryLength(memory, row, lengths[memory.index()][fromEntry + row]);
        }
      }
      stepper.remember();
      return stepper;
    }

    /// Asserts that some rows of all values have equal bits.
    void assertSame(String what, Answers expected, int expectedRow, Unroller actual, int row) {
      for (Value value : written()) {
        assertSame(
            what, value, expectedRow, expected.row(value, expectedRow), actual.rows(value), row);
      }
    }

    void assertSame(String what, Value value, int of, float[] expected, Rows rows, int row) {
      float[] actual =
          Arrays.copyOfRange(rows.values(), rows.at(row), rows.at(row) + value.width());
      if (!Arrays.equals(actual, expected)) {
        assertThat(actual).as("%s: %s at row %d of %s", what, value, of, this).isEqualTo(expected);
      }
    }

    @Override
    public String toString() {
      return "seed " + seed + ", " + steps + " steps of " + rowCount + " rows\n" + random;
    }
  }

  /// All rows of all written values, by value.
  private static final class Answers {
    final float[][] rows;

    Answers(Message message) {
      rows = new float[message.program.values().size()][];
      for (Value value : message.written()) {
        rows[value.index()] = new float[message.steps * message.rowCount * value.width()];
      }
    }

    float[] row(Value value, int row) {
      return Arrays.copyOfRange(
          rows[value.index()], row * value.width(), (row + 1) * value.width());
    }

    void take(Message message, Rows[] from, int fromRow, int row) {
      for (Value value : message.written()) {
        Rows source = from[value.index()];
        System.arraycopy(
            source.values(),
            source.at(fromRow),
            rows[value.index()],
            row * value.width(),
            value.width());
      }
    }
  }

  private static Rows[] rows(Message message, Stepper stepper) {
    return message.program.values().stream().map(stepper::rows).toArray(Rows[]::new);
  }

  /// Event by event, one key at a time, its state in a flat array, started anew where `resets`
  /// says; now and then the process is another.
  private static Answers eventByEvent(Message message, boolean[][] resets) {
    var answers = new Answers(message);
    float[] state = new float[message.program.stateSize()];
    for (int entry = 0; entry < message.rowCount; entry++) {
      Stepper stepper = message.stepper(entry, 1, message.kernels());
      for (int t = 0; t < message.steps; t++) {
        if (t == 0 || resets[t][entry]) {
          stepper.initialState(state, 0);
        }
        if (message.generator.nextInt(4) == 0) {
          stepper = message.stepper(entry, 1, message.kernels());
        }
        int row = t * message.rowCount + entry;
        for (Value input : message.stepInputs()) {
          message.writeInput(input, row, stepper.rows(input), 0);
        }
        stepper.load(0, state, 0);
        stepper.step();
        stepper.store(0, state, 0);
        answers.take(message, rows(message, stepper), 0, row);
      }
    }
    return answers;
  }

  @Test
  void shouldGiveTheSameBitsHoweverItIsCut() {
    for (long seed = 0; seed < PROGRAMS; seed++) {
      var message = new Message(seed);
      boolean[][] resets = new boolean[message.steps][message.rowCount];
      Unroller whole = message.unroller(message.steps, Kernels.best(), alone);
      message.write(whole, 0, message.steps);
      whole.forward(message.steps);
      Answers expected;
      if (message.random.looksAhead) {
        expected = new Answers(message);
        Rows[] all = message.program.values().stream().map(whole::rows).toArray(Rows[]::new);
        for (int row = 0; row < message.steps * message.rowCount; row++) {
          expected.take(message, all, row, row);
        }
      } else {
        expected = eventByEvent(message, resets);
        compareAll("the whole message", message, expected, whole);
        compareStepper(message, expected);
        compareChunks("chunks", message, expected, resets, false);
        compareChunks("overlapping chunks", message, expected, resets, true);
        for (int t = 1; t < message.steps; t++) {
          for (int row = 0; row < message.rowCount; row++) {
            resets[t][row] = message.generator.nextInt(5) == 0;
          }
        }
        Answers restarted = eventByEvent(message, resets);
        compareChunks("restarted rows", message, restarted, resets, false);
        compareChunks("restarted rows of overlapping chunks", message, restarted, resets, true);
      }
      compareAfterALongerMessage(message, expected);
      for (Team team : seed % PROGRAMS_PER_SHARED == 0 ? List.of(two, three) : List.<Team>of()) {
        Unroller shared = message.unroller(message.steps, message.kernels(), team);
        message.write(shared, 0, message.steps);
        shared.forward(message.steps);
        compareAll(team.size() + " threads", message, expected, shared);
      }
    }
  }

  private static void compareAll(
      String what, Message message, Answers expected, Unroller unroller) {
    for (int row = 0; row < message.steps * message.rowCount; row++) {
      message.assertSame(what, expected, row, unroller, row);
    }
  }

  /// What another message left behind must not be seen, not even by who looks ahead.
  private static void compareAfterALongerMessage(Message message, Answers expected) {
    int longer = message.steps + message.generator.nextInt(4);
    Unroller unroller = message.unroller(longer, message.kernels(), alone);
    for (Value input : message.stepInputs()) {
      Rows rows = unroller.rows(input);
      float[] others = message.drawn(longer * message.rowCount * input.width());
      System.arraycopy(others, 0, rows.values(), rows.at(0), others.length);
    }
    unroller.forward(longer);
    if (message.generator.nextBoolean()) {
      unroller.carry();
    }
    for (int row = 0; row < message.rowCount; row++) {
      unroller.reset(row);
    }
    message.write(unroller, 0, message.steps);
    unroller.forward(message.steps);
    compareAll("after a longer message", message, expected, unroller);
  }

  private static void compareStepper(Message message, Answers expected) {
    int rowCount = message.rowCount;
    Stepper stepper = message.stepper(0, rowCount, message.kernels());
    float[] state = new float[message.program.stateSize()];
    stepper.initialState(state, 0);
    for (int row = 0; row < rowCount; row++) {
      stepper.load(row, state, 0);
    }
    for (int t = 0; t < message.steps; t++) {
      for (Value input : message.stepInputs()) {
        for (int row = 0; row < rowCount; row++) {
          message.writeInput(input, t * rowCount + row, stepper.rows(input), row);
        }
      }
      stepper.step();
      for (Value value : message.written()) {
        for (int row = 0; row < rowCount; row++) {
          int of = t * rowCount + row;
          message.assertSame(
              "all rows", value, of, expected.row(value, of), stepper.rows(value), row);
        }
      }
    }
  }

  private static void compareChunks(
      String what, Message message, Answers expected, boolean[][] resets, boolean overlapping) {
    SplittableRandom generator = message.generator;
    int rowCount = message.rowCount;
    int longest = 1 + generator.nextInt(message.steps);
    Unroller unroller = message.unroller(longest, message.kernels(), alone);
    int from = 0;
    while (from < message.steps) {
      int to = Math.min(message.steps, from + 1 + generator.nextInt(longest));
      for (int t = from + 1; t < to; t++) {
        for (int row = 0; row < rowCount; row++) {
          to = resets[t][row] ? Math.min(to, t) : to;
        }
      }
      if (from > 0) {
        for (int row = 0; row < rowCount; row++) {
          if (resets[from][row]) {
            unroller.reset(row);
          }
        }
      }
      message.write(unroller, from, to);
      unroller.forward(to - from);
      for (int row = from * rowCount; row < to * rowCount; row++) {
        message.assertSame(what, expected, row, unroller, row - from * rowCount);
      }
      int passed = overlapping ? 1 + generator.nextInt(to - from) : to - from;
      unroller.carry(passed);
      from += passed;
    }
  }

  /// One chunk behind another, some rows started anew between, and everything that is derived by.
  private static final class Chunk {
    final Message message;
    final Unroller unroller;
    final int from;
    final float[][] seeds; // by value: derivatives of what is looked at

    Chunk(long seed, Team team, Kernels kernels) {
      message = new Message(seed);
      SplittableRandom generator = message.generator;
      int firstSteps = generator.nextInt(message.steps);
      unroller = message.unroller(message.steps, kernels, team);
      if (firstSteps > 0) {
        message.write(unroller, 0, firstSteps);
        unroller.forward(firstSteps);
        from = 1 + generator.nextInt(firstSteps);
        unroller.carry(from);
        for (int row = 0; row < message.rowCount; row++) {
          if (generator.nextInt(3) == 0) {
            unroller.reset(row);
          }
        }
      } else {
        from = 0;
      }
      message.write(unroller, from, message.steps);
      seeds = new float[message.program.values().size()][];
      List<Value> candidates =
          message.random.computed.stream()
              .filter(value -> unroller.rows(value).hasGradient())
              .toList();
      for (int i = 0; i < 3; i++) {
        Value value = candidates.get(generator.nextInt(candidates.size()));
        seeds[value.index()] = message.drawn(rowCount() * value.width());
      }
      seeds[candidates.getLast().index()] =
          message.drawn(rowCount() * candidates.getLast().width());
    }

    /// Rows of all steps.
    int rowCount() {
      return (message.steps - from) * message.rowCount;
    }

    double forward() {
      unroller.forward(message.steps - from);
      double sum = 0;
      for (Value value : message.program.values()) {
        float[] seed = seeds[value.index()];
        if (seed != null) {
          Rows rows = unroller.rows(value);
          for (int row = 0; row < rowCount(); row++) {
            for (int i = 0; i < value.width(); i++) {
              sum += (double) seed[row * value.width() + i] * rows.values()[rows.at(row) + i];
            }
          }
        }
      }
      return sum;
    }

    void backward() {
      unroller.clearRowGradients();
      for (Value value : message.program.values()) {
        float[] seed = seeds[value.index()];
        if (seed != null) {
          Rows rows = unroller.rows(value);
          for (int row = 0; row < rowCount(); row++) {
            System.arraycopy(
                seed, row * value.width(), rows.gradients(), rows.at(row), value.width());
          }
        }
      }
      unroller.backward();
    }

    /// What the caller writes and reads the gradient of.
    List<Value> differentiable() {
      return message.program.values().stream()
          .filter(value -> message.program.origin(value).equals(new Program.Origin.Input(true)))
          .toList();
    }

    int size(Value input) {
      return input.width() * (input.isMemory() ? input.slots() * message.rowCount : rowCount());
    }

    /// The derivative of [#forward] along a direction.
    double slope(float[] values, int at, float[] direction) {
      float[] kept = Arrays.copyOfRange(values, at, at + direction.length);
      double[] shifts = {SHIFT, -SHIFT, SHIFT / 2, -SHIFT / 2};
      double[] sums = new double[shifts.length];
      for (int s = 0; s < shifts.length; s++) {
        for (int i = 0; i < direction.length; i++) {
          values[at + i] = (float) (kept[i] + shifts[s] * direction[i]);
        }
        sums[s] = forward();
      }
      System.arraycopy(kept, 0, values, at, kept.length);
      double wide = (sums[0] - sums[1]) / (2 * SHIFT);
      double narrow = (sums[2] - sums[3]) / SHIFT;
      return (4 * narrow - wide) / 3; // Richardson's extrapolation
    }

    /// Compares along one random direction.
    void check(String what, float[] values, float[] gradients, int at, int size) {
      float[] direction = message.drawn(size);
      double norm = 0;
      double expected = 0;
      for (int i = 0; i < size; i++) {
        norm += direction[i] * direction[i];
      }
      for (int i = 0; i < size; i++) {
        direction[i] /= (float) Math.sqrt(norm);
        expected += (double) gradients[at + i] * direction[i];
      }
      double slope = slope(values, at, direction);
      assertThat(expected)
          .as("derivative by %s in steps %d on of %s", what, from, message)
          .isCloseTo(slope, offset(2e-3 + 2e-3 * Math.abs(slope)));
    }
  }

  @Test
  void shouldHaveTheGradientsOfItsForward() {
    for (long seed = 0; seed < PROGRAMS; seed++) {
      var chunk = new Chunk(seed, alone, Kernels.best());
      chunk.forward();
      chunk.backward();
      Parameters gradients = chunk.unroller.gradients();
      Parameters parameters = chunk.message.random.parameters;
      for (int p = 0; p < parameters.count(); p++) {
        chunk.check(
            parameters.specs().get(p).name(),
            parameters.values(p),
            gradients.values(p),
            0,
            parameters.values(p).length);
      }
      for (Value input : chunk.differentiable()) {
        Rows rows = chunk.unroller.rows(input);
        chunk.check(
            input.toString(), rows.values(), rows.gradients(), rows.at(0), chunk.size(input));
      }
    }
  }

  @Test
  void shouldHaveTheSameGradientsOnAnyNumberOfThreads() {
    for (long seed = 0; seed < PROGRAMS; seed += PROGRAMS_PER_SHARED) {
      var one = new Chunk(seed, alone, Kernels.best());
      one.forward();
      one.backward();
      for (Chunk other :
          List.of(new Chunk(seed, two, Kernels.best()), new Chunk(seed, three, Kernels.scalar()))) {
        other.forward();
        other.backward();
        Parameters expected = one.unroller.gradients();
        for (int p = 0; p < expected.count(); p++) {
          assertThat(other.unroller.gradients().values(p))
              .as("gradient of %s of %s", expected.specs().get(p).name(), one.message)
              .isEqualTo(expected.values(p));
        }
        for (Value input : one.differentiable()) {
          assertThat(inputGradient(other, input))
              .as("gradient of %s of %s", input, one.message)
              .isEqualTo(inputGradient(one, input));
        }
      }
    }
  }

  private static float[] inputGradient(Chunk chunk, Value input) {
    Rows rows = chunk.unroller.rows(input);
    return Arrays.copyOfRange(rows.gradients(), rows.at(0), rows.at(0) + chunk.size(input));
  }

  @Test
  void shouldStepThroughCyclesAlone() {
    for (long seed = 0; seed < PROGRAMS; seed++) {
      var random = new RandomProgram(seed);
      Program program = random.program;
      boolean[][] reaches = new boolean[program.nodeCount()][program.nodeCount()];
      for (int node = 0; node < program.nodeCount(); node++) {
        for (Value read : reads(program, node)) {
          int writer = writer(program, read.index());
          if (writer >= 0) {
            reaches[writer][node] = true;
          }
        }
      }
      for (int over = 0; over < reaches.length; over++) {
        for (int from = 0; from < reaches.length; from++) {
          for (int to = 0; to < reaches.length; to++) {
            reaches[from][to] |= reaches[from][over] && reaches[over][to];
          }
        }
      }

      Set<Integer> done = new HashSet<>();
      for (Schedule.Component component : Schedule.of(program)) {
        for (int node : component.nodes()) {
          assertThat(done.add(node)).as("node %d twice in %s", node, random).isTrue();
          assertThat(component.recurrent())
              .as("node %d, seed %d of %s", node, seed, random)
              .isEqualTo(reaches[node][node]);
        }
        for (int node : component.nodes()) {
          for (int source = 0; source < reaches.length; source++) {
            if (reaches[source][node]) {
              assertThat(done).as("before %d in seed %d, %s", node, seed, random).contains(source);
            }
            assertThat(component.nodes().contains(source))
                .as("%d and %d in seed %d, %s", node, source, seed, random)
                .isEqualTo(source == node || (reaches[source][node] && reaches[node][source]));
          }
        }
      }
      assertThat(done).hasSize(program.nodeCount());
    }
  }

  /// Everything that a node waits for, the storage it goes on in included.
  private static List<Value> reads(Program program, int node) {
    List<Value> reads = new ArrayList<>(program.inputs(node));
    reads.addAll(program.memories(node));
    for (Value output : program.outputs(node)) {
      if (program.origin(output) instanceof Program.Origin.InPlace(int self, int other)) {
        reads.add(program.values().get(other));
      }
    }
    return reads;
  }

  private static int writer(Program program, int value) {
    return switch (program.origin(program.values().get(value))) {
      case Program.Origin.Input input -> -1;
      case Program.Origin.Computed(int node) -> node;
      case Program.Origin.InPlace(int node, int other) -> node;
      case Program.Origin.Columns(int other, int start) -> writer(program, other);
      case Program.Origin.Delayed(int other, int steps, int initial) -> writer(program, other);
      case Program.Origin.Past(int other, int window, boolean turned) -> writer(program, other);
    };
  }
}
