package io.eddy.model.composition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.data.Offset.offset;

import io.eddy.model.cell.Cell;
import io.eddy.model.cell.Gru;
import io.eddy.model.cell.Lstm;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.op.Golden;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Program;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Stepper;
import io.eddy.model.program.Unroller;
import io.eddy.model.program.Value;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BidirectionalTest {

  private static final int STEPS = 7;
  private static final int BATCH = 3;

  /// Batch entry after batch entry, since each has an initial state of its own in the file.
  @Test
  void shouldGiveLibtorchsValuesAndGradients() {
    Golden golden = Golden.read("lstm_bidirectional");
    int inputSize = 5;
    int hiddenSize = 6;
    var builder = new ProgramBuilder();
    Value x = builder.differentiableInput("x", inputSize);
    Value out =
        Bidirectional.of(new Lstm(), hiddenSize, 1).withLearnedInitialState().trace(builder, "", x);
    Program program = builder.build();
    Parameters parameters = Parameters.zeros(program.parameters());
    golden.load(parameters);
    var unroller = new Unroller(program, parameters, STEPS, 1, Kernels.best());

    for (int entry = 0; entry < BATCH; entry++) {
      for (int direction = 0; direction < 2; direction++) {
        int from = (direction * BATCH + entry) * hiddenSize;
        for (String state : new String[] {"hidden", "cell"}) {
          System.arraycopy(
              golden.values(state.equals("hidden") ? "input.h_0" : "input.c_0"),
              from,
              parameters.values(initial(state, direction)),
              0,
              hiddenSize);
        }
      }
      unroller.reset(0);
      copy(golden.values("input.input"), entry, unroller.rows(x), false, inputSize);
      for (String initial : new String[] {"hidden", "cell"}) {
        Arrays.fill(unroller.gradients().values(initial(initial, 0)), 0);
        Arrays.fill(unroller.gradients().values(initial(initial, 1)), 0);
      }
      unroller.forward(STEPS);
      unroller.clearRowGradients();
      copy(golden.values("input.cotangent"), entry, unroller.rows(out), true, 2 * hiddenSize);
      unroller.backward();

      for (int step = 0; step < STEPS; step++) {
        int row = step * BATCH + entry;
        assertClose(
            read(unroller.rows(out), step, 2 * hiddenSize, false),
            range(golden.values("output.output"), row, 2 * hiddenSize));
        assertClose(
            read(unroller.rows(x), step, inputSize, true),
            range(golden.values("gradient.input"), row, inputSize));
      }
      for (int direction = 0; direction < 2; direction++) {
        assertClose(
            unroller.gradients().values(initial("hidden", direction)),
            range(golden.values("gradient.h_0"), direction * BATCH + entry, hiddenSize));
        assertClose(
            unroller.gradients().values(initial("cell", direction)),
            range(golden.values("gradient.c_0"), direction * BATCH + entry, hiddenSize));
      }
    }
    for (ParameterSpec spec : program.parameters()) {
      if (golden.has("parameter." + spec.name())) {
        assertClose(unroller.gradients().values(spec.name()), golden.gradient(spec));
      }
    }
    assertThat(program.parameters()).extracting(ParameterSpec::name).hasSize(12);
  }

  private static String initial(String state, int direction) {
    return "initial_" + state + "_l0" + (direction == 1 ? "_reverse" : "");
  }

  private static void copy(float[] from, int entry, Rows to, boolean gradient, int width) {
    for (int step = 0; step < STEPS; step++) {
      System.arraycopy(
          from,
          (step * BATCH + entry) * width,
          gradient ? to.gradients() : to.values(),
          to.at(step),
          width);
    }
  }

  private static float[] read(Rows rows, int row, int width, boolean gradient) {
    float[] from = gradient ? rows.gradients() : rows.values();
    return Arrays.copyOfRange(from, rows.at(row), rows.at(row) + width);
  }

  private static float[] range(float[] from, int row, int width) {
    return Arrays.copyOfRange(from, row * width, (row + 1) * width);
  }

  private static void assertClose(float[] actual, float[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i]).as("element %d", i).isCloseTo(expected[i], offset(1e-5f));
    }
  }

  /// Two layers over messages that a mask ends.
  private static final class Masked {
    static final int INPUTS = 4;
    final Program program;
    final Value x;
    final Value mask;
    final Value out;
    final Parameters parameters;

    Masked(Cell cell) {
      var builder = new ProgramBuilder();
      x = builder.differentiableInput("x", INPUTS);
      mask = builder.input("mask", 1);
      out = Bidirectional.of(cell, 5, 2).trace(builder, "rnn.", x, mask);
      program = builder.build();
      parameters = Parameters.initial(program.parameters(), 3);
    }

    /// Runs messages side by side, padded with whatever `padding` says.
    Unroller run(float[][][] messages, int steps, float padding, Team team) {
      var unroller =
          new Unroller(program, parameters, steps, messages.length, Kernels.best(), team);
      for (int b = 0; b < messages.length; b++) {
        for (int t = 0; t < steps; t++) {
          int row = t * messages.length + b;
          Rows rows = unroller.rows(x);
          boolean inside = t < messages[b].length;
          for (int i = 0; i < INPUTS; i++) {
            rows.values()[rows.at(row) + i] = inside ? messages[b][t][i] : padding;
          }
          unroller.rows(mask).values()[unroller.rows(mask).at(row)] = inside ? 1 : 0;
        }
      }
      unroller.forward(steps);
      unroller.clearRowGradients();
      for (int b = 0; b < messages.length; b++) {
        for (int t = 0; t < messages[b].length; t++) {
          Rows rows = unroller.rows(out);
          int at = rows.at(t * messages.length + b);
          Arrays.fill(rows.gradients(), at, at + out.width(), 0.5f);
        }
      }
      unroller.backward();
      return unroller;
    }
  }

  private static float[][][] messages(long seed, int... lengths) {
    var random = new SplittableRandom(seed);
    float[][][] messages = new float[lengths.length][][];
    for (int b = 0; b < lengths.length; b++) {
      messages[b] = new float[lengths[b]][Masked.INPUTS];
      for (float[] step : messages[b]) {
        for (int i = 0; i < step.length; i++) {
          step[i] = (float) (2 * random.nextDouble() - 1);
        }
      }
    }
    return messages;
  }

  static Stream<Cell> cells() {
    return Stream.of(new Lstm(), Gru.pyTorch());
  }

  @ParameterizedTest
  @MethodSource("cells")
  void shouldGiveEachMessageOfAPaddedBatchTheBitsItHasAlone(Cell cell) {
    var network = new Masked(cell);
    float[][][] messages = messages(5, 9, 1, 4, 6);
    Unroller batched = network.run(messages, 11, 77, new Team(1));

    for (int b = 0; b < messages.length; b++) {
      Unroller alone =
          network.run(new float[][][] {messages[b]}, messages[b].length, 0, new Team(1));
      for (int t = 0; t < messages[b].length; t++) {
        int row = t * messages.length + b;
        assertThat(read(batched.rows(network.out), row, 10, false))
            .as("message %d, step %d, seed 5", b, t)
            .isEqualTo(read(alone.rows(network.out), t, 10, false));
        assertThat(read(batched.rows(network.x), row, Masked.INPUTS, true))
            .as("gradient of message %d, step %d, seed 5", b, t)
            .isEqualTo(read(alone.rows(network.x), t, Masked.INPUTS, true));
      }
    }
  }

  @Test
  void shouldGiveTheSameBitsOnAnyNumberOfThreads() {
    var network = new Masked(new Lstm());
    float[][][] messages = messages(6, 9, 1, 4, 6);
    Unroller one = network.run(messages, 9, 0, new Team(1));

    for (int threads = 2; threads <= 3; threads++) {
      try (var team = new Team(threads)) {
        Unroller several = network.run(messages, 9, 0, team);
        assertThat(several.rows(network.out).values()).isEqualTo(one.rows(network.out).values());
        for (int p = 0; p < network.parameters.count(); p++) {
          assertThat(several.gradients().values(p)).isEqualTo(one.gradients().values(p));
        }
      }
    }
  }

  @Test
  void shouldSayThatAStreamCannotRunBackward() {
    var network = new Masked(new Lstm());

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Stepper(network.program, network.parameters, 1, Kernels.best()))
        .withMessageContaining("needs the whole message");
  }

  @Test
  void shouldDropBetweenLayersInTrainingAlone() {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 2);
    Value out = Bidirectional.of(new Lstm(), 8, 2).withDropout(0.5).trace(builder, "", x);
    Program program = builder.build();
    var unroller =
        new Unroller(program, Parameters.initial(program.parameters(), 1), 4, 1, Kernels.best());
    Arrays.fill(unroller.rows(x).values(), 1);
    unroller.forward(4);
    float[] calm = unroller.rows(out).values().clone();

    unroller.forward(4, 9);

    assertThat(unroller.rows(out).values()).isNotEqualTo(calm);
    unroller.forward(4);
    assertThat(unroller.rows(out).values()).isEqualTo(calm);
  }
}
