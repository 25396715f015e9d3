package io.eddy.model.cell;

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
import io.eddy.model.program.Stepper;
import io.eddy.model.program.Unroller;
import io.eddy.model.program.Value;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// One contract for all cells: right values, right gradients, and the same bits however they are
/// run.
class CellsTest {

  private static final int INPUTS = 3;
  private static final int STEPS = 7;
  private static final int ROWS = 2;
  private static final double SHIFT = 1e-5;

  /// A stack, its loss `Σ w · h` over all steps and rows, weights and inputs.
  private static final class Example {
    final CellType cell;
    final int hiddenSize;
    final int layers;
    final Program program;
    final Value x;
    final Value hidden;
    final Value loss;
    final Parameters parameters;
    final float[][][] inputs = new float[ROWS][STEPS][INPUTS];

    Example(CellType cell, int hiddenSize, int layers, long seed) {
      this.cell = cell;
      this.hiddenSize = hiddenSize;
      this.layers = layers;
      var builder = new ProgramBuilder();
      x = builder.input("x", INPUTS);
      hidden = Cells.stack(builder, cell, "", x, hiddenSize, layers);
      loss =
          Linear.of(
              builder,
              hidden,
              ParameterSpec.matrix("loss", 1, hiddenSize, new Initializer.Xavier(1)));
      program = builder.build();
      parameters = Parameters.initial(program.parameters(), seed);
      var random = new SplittableRandom(seed);
      for (int i = 0; i < parameters.count(); i++) {
        if (!parameters.specs().get(i).isMatrix()) {
          for (int j = 0; j < parameters.values(i).length; j++) {
            // Biases of zero would hide a bias that is added in the wrong place.
            parameters.values(i)[j] += (float) (random.nextDouble() - 0.5);
          }
        }
      }
      for (float[][] row : inputs) {
        for (float[] step : row) {
          for (int i = 0; i < INPUTS; i++) {
            step[i] = (float) (4 * random.nextDouble() - 2);
          }
        }
      }
    }

    Unroller unroller(int maxSteps, int rows) {
      return new Unroller(program, parameters, maxSteps, rows, Kernels.best());
    }

    void write(Unroller unroller, int firstStep, int steps, int rowCount) {
      Rows rows = unroller.rows(x);
      for (int t = 0; t < steps; t++) {
        for (int b = 0; b < rowCount; b++) {
          System.arraycopy(
              inputs[b][firstStep + t], 0, rows.values(), rows.at(t * rowCount + b), INPUTS);
        }
      }
    }

    float[] hiddenAt(Unroller unroller, int row) {
      Rows rows = unroller.rows(hidden);
      return java.util.Arrays.copyOfRange(rows.values(), rows.at(row), rows.at(row) + hiddenSize);
    }

    Map<String, double[][]> weights() {
      Map<String, double[][]> weights = new HashMap<>();
      for (ParameterSpec spec : program.parameters()) {
        float[] stored = parameters.values(spec.name());
        double[][] matrix =
            spec.isMatrix() ? new double[spec.outputs()][spec.inputs()] : new double[1][];
        if (spec.isMatrix()) {
          for (int i = 0; i < stored.length; i++) {
            matrix[i % spec.outputs()][i / spec.outputs()] = stored[i];
          }
        } else {
          matrix[0] = new double[spec.outputs()];
          for (int i = 0; i < stored.length; i++) {
            matrix[0][i] = stored[i];
          }
        }
        weights.put(spec.name(), matrix);
      }
      return weights;
    }

    double referenceLoss(Map<String, double[][]> weights) {
      double sum = 0;
      for (float[][] row : inputs) {
        double[][] widened = new double[STEPS][INPUTS];
        for (int t = 0; t < STEPS; t++) {
          for (int i = 0; i < INPUTS; i++) {
            widened[t][i] = row[t][i];
          }
        }
        for (double[] h : ReferenceCells.run(cell, weights, widened, hiddenSize, layers)) {
          for (int j = 0; j < hiddenSize; j++) {
            sum += ReferenceCells.weight(weights, "loss")[0][j] * h[j];
          }
        }
      }
      return sum;
    }
  }

  @ParameterizedTest
  @CsvSource({"ELMAN,5,1", "ELMAN,4,2", "LSTM,5,1", "LSTM,4,2", "GRU,5,1", "GRU,4,2", "LSTM,33,1"})
  void shouldAgreeWithPyTorchsFormulasInValuesAndGradients(
      CellType cell, int hiddenSize, int layers) {
    long seed = 11;
    var example = new Example(cell, hiddenSize, layers, seed);
    Unroller unroller = example.unroller(STEPS, ROWS);
    example.write(unroller, 0, STEPS, ROWS);

    unroller.forward(STEPS);
    unroller.backward(example.loss, 1);

    double sum = 0;
    Rows loss = unroller.rows(example.loss);
    for (int row = 0; row < STEPS * ROWS; row++) {
      sum += loss.values()[loss.at(row)];
    }
    Map<String, double[][]> weights = example.weights();
    assertThat(sum).isCloseTo(example.referenceLoss(weights), offset(1e-5));
    for (ParameterSpec spec : example.program.parameters()) {
      float[] gradient = unroller.gradients().values(spec.name());
      double[][] weight = ReferenceCells.weight(weights, spec.name());
      for (int i = 0; i < gradient.length; i++) {
        double[] line = spec.isMatrix() ? weight[i % spec.outputs()] : weight[0];
        int column = spec.isMatrix() ? i / spec.outputs() : i;
        double kept = line[column];
        line[column] = kept + SHIFT;
        double above = example.referenceLoss(weights);
        line[column] = kept - SHIFT;
        double below = example.referenceLoss(weights);
        line[column] = kept;
        double numeric = (above - below) / (2 * SHIFT);
        assertThat((double) gradient[i])
            .as("%s[%d], seed %d", spec.name(), i, seed)
            .isCloseTo(numeric, offset(2e-5 + 2e-4 * Math.abs(numeric)));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"ELMAN,5,1", "LSTM,8,2", "GRU,7,2", "LSTM,37,1", "GRU,64,1"})
  void shouldGiveTheSameBitsStepByStepUnrolledAndBatched(
      CellType cell, int hiddenSize, int layers) {
    var example = new Example(cell, hiddenSize, layers, 3);
    Unroller batched = example.unroller(STEPS, ROWS);
    example.write(batched, 0, STEPS, ROWS);
    batched.forward(STEPS);

    Unroller chunked = example.unroller(3, ROWS);
    var one = new Stepper(example.program, example.parameters, 1, Kernels.best());
    var scalar = new Stepper(example.program, example.parameters, ROWS, Kernels.scalar());
    float[][] states = new float[ROWS][example.program.stateSize()];
    for (int b = 0; b < ROWS; b++) {
      one.initialState(states[b], 0);
      scalar.load(b, states[b], 0);
    }
    for (int t = 0; t < STEPS; t++) {
      if (t % 3 == 0) {
        if (t > 0) {
          chunked.carry();
        }
        int steps = Math.min(3, STEPS - t);
        example.write(chunked, t, steps, ROWS);
        chunked.forward(steps);
      }
      for (int b = 0; b < ROWS; b++) {
        copy(example.inputs[b][t], scalar.rows(example.x), b);
      }
      scalar.step();
      for (int b = 0; b < ROWS; b++) {
        float[] expected = example.hiddenAt(batched, t * ROWS + b);
        assertThat(example.hiddenAt(chunked, (t % 3) * ROWS + b)).isEqualTo(expected);
        copy(example.inputs[b][t], one.rows(example.x), 0);
        one.load(0, states[b], 0);
        one.step();
        one.store(0, states[b], 0);
        assertThat(values(one.rows(example.hidden), 0, hiddenSize)).isEqualTo(expected);
        assertThat(values(scalar.rows(example.hidden), b, hiddenSize)).isEqualTo(expected);
      }
    }
  }

  private static void copy(float[] from, Rows to, int row) {
    System.arraycopy(from, 0, to.values(), to.at(row), from.length);
  }

  private static float[] values(Rows rows, int row, int width) {
    return java.util.Arrays.copyOfRange(rows.values(), rows.at(row), rows.at(row) + width);
  }
}
