package io.eddy.model.attention;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.model.attention.TransformerEncoderLayer.Activation;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.op.Attend;
import io.eddy.model.op.AttendPositions;
import io.eddy.model.op.OpGradients;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Program;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Stepper;
import io.eddy.model.program.Unroller;
import io.eddy.model.program.Value;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransformerEncoderLayerTest {

  private static TransformerEncoderLayer layer(Activation activation, boolean normFirst) {
    return new TransformerEncoderLayer("l.", 6, 2, 5, activation, normFirst, 0, 1e-5);
  }

  @ParameterizedTest
  @CsvSource({"RELU, false", "GELU, false", "RELU, true", "GELU, true"})
  void shouldRunInAStream(Activation activation, boolean normFirst) {
    TransformerEncoderLayer layer = layer(activation, normFirst);
    OpGradients.of((builder, x) -> layer.causal(builder, x.get(0), 3))
        .input(6)
        .rows(7, 2)
        .tolerance(4)
        .formula(
            given -> {
              var reference = new ReferenceTransformer(given::parameter);
              double[][] out = new double[given.rowCount()][];
              for (int row = 0; row < out.length; row++) {
                out[row] =
                    reference.encoderLayer(
                        layer, given.input(0, row), MultiHeadAttentionTest.past(given, row, 3));
              }
              return out;
            })
        .check();
  }

  @ParameterizedTest
  @CsvSource({"RELU, false", "GELU, false", "RELU, true", "GELU, true"})
  void shouldRunOverAWholeMessage(Activation activation, boolean normFirst) {
    TransformerEncoderLayer layer = layer(activation, normFirst);
    OpGradients.of(
            (builder, x) -> {
              Value entries = layer.whole(builder, x.get(1));
              return Attend.of(builder, x.get(0), entries, entries, 1, 1).context();
            })
        .input(6)
        .memory(6, 4)
        .rows(2, 2)
        .tolerance(4)
        .rowFormula(
            row -> {
              var reference = new ReferenceTransformer(row::parameter);
              double[][] entries = new double[row.memory(1).length][];
              for (int e = 0; e < entries.length; e++) {
                entries[e] = reference.encoderLayer(layer, row.memory(1)[e], row.memory(1));
              }
              return MultiHeadAttentionTest.pooled(row.input(0), entries);
            })
        .check();
  }

  /// Two layers with positions counted in the state, over three times the window.
  @Test
  void shouldGiveTheSameBitsStepByStepUnrolledAndInChunks() {
    int steps = 23;
    int batch = 2;
    long seed = 3;
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 6);
    Value placed = AttendPositions.sinusoidal(builder, x, Positions.counter(builder));
    Value first = layer(Activation.GELU, true).causal(builder, placed, 7);
    Value out = TransformerEncoderLayer.of("m.", 6, 3, 9).causal(builder, first, 5);
    Program program = builder.build();
    Parameters parameters = Parameters.initial(program.parameters(), seed);
    float[] inputs = new float[steps * batch * 6];
    var random = new SplittableRandom(seed);
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = (float) (4 * random.nextDouble() - 2);
    }
    var unroller = new Unroller(program, parameters, steps, batch, Kernels.best());
    var chunked = new Unroller(program, parameters, 4, batch, Kernels.best());
    var one = new Stepper(program, parameters, 1, Kernels.best());
    float[][] states = new float[batch][program.stateSize()];
    for (float[] state : states) {
      one.initialState(state, 0);
    }
    write(inputs, 0, steps * batch, unroller.rows(x));

    unroller.forward(steps);

    for (int t = 0; t < steps; t++) {
      if (t % 4 == 0) {
        if (t > 0) {
          chunked.carry();
        }
        int size = Math.min(4, steps - t);
        write(inputs, t * batch, size * batch, chunked.rows(x));
        chunked.forward(size);
      }
      for (int b = 0; b < batch; b++) {
        float[] expected = row(unroller.rows(out), t * batch + b);
        write(inputs, t * batch + b, 1, one.rows(x));
        one.load(0, states[b], 0);
        one.step();
        one.store(0, states[b], 0);
        assertThat(row(chunked.rows(out), t % 4 * batch + b))
            .as("step %d of row %d in chunks", t, b)
            .isEqualTo(expected);
        assertThat(row(one.rows(out), 0))
            .as("step %d of row %d in the stream", t, b)
            .isEqualTo(expected);
      }
    }
  }

  private static void write(float[] from, int firstRow, int rows, Rows to) {
    for (int row = 0; row < rows; row++) {
      System.arraycopy(from, (firstRow + row) * 6, to.values(), to.at(row), 6);
    }
  }

  private static float[] row(Rows rows, int row) {
    return Arrays.copyOfRange(rows.values(), rows.at(row), rows.at(row) + 6);
  }
}
