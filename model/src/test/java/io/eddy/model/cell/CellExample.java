package io.eddy.model.cell;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.op.Linear;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Program;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Unroller;
import io.eddy.model.program.Value;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/// A stack with random weights and inputs, and its loss `Σ w · h` over all steps and rows.
final class CellExample {

  static final int INPUTS = 3;
  static final int STEPS = 7;

  final Stack stack;
  final int rowCount;
  final Program program;
  final Value x;
  final Value mask;
  final Value hidden;
  final Value loss;
  final Parameters parameters;
  final float[][][] inputs; // (B, T, I)
  final boolean[][] counts; // (B, T)

  /// @param masked whether a third of the steps is left out
  CellExample(Stack stack, boolean masked, int rowCount, long seed) {
    this.stack = stack;
    this.rowCount = rowCount;
    var builder = new ProgramBuilder();
    x = builder.input("x", INPUTS);
    mask = builder.input("mask", 1);
    hidden = masked ? stack.trace(builder, "", x, mask) : stack.trace(builder, "", x);
    loss =
        Linear.of(
            builder,
            hidden,
            ParameterSpec.matrix("loss", 1, stack.outputSize(), new Initializer.Xavier(1)));
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
    inputs = new float[rowCount][STEPS][INPUTS];
    counts = new boolean[rowCount][STEPS];
    for (int b = 0; b < rowCount; b++) {
      for (int t = 0; t < STEPS; t++) {
        counts[b][t] = !masked || (t + b) % 3 != 1;
        for (int i = 0; i < INPUTS; i++) {
          inputs[b][t][i] = (float) (4 * random.nextDouble() - 2);
        }
      }
    }
  }

  Unroller unroller(int maxSteps, Kernels kernels, Team team) {
    return new Unroller(program, parameters, maxSteps, rowCount, kernels, team);
  }

  /// Writes what goes in at step `t` of batch entry `b` to a row.
  void write(int b, int t, Rows xRows, Rows maskRows, int row) {
    System.arraycopy(inputs[b][t], 0, xRows.values(), xRows.at(row), INPUTS);
    maskRows.values()[maskRows.at(row)] = counts[b][t] ? 1 : 0;
  }

  /// Writes a chunk and runs it forward.
  void forward(Unroller unroller, int firstStep, int steps) {
    for (int t = 0; t < steps; t++) {
      for (int b = 0; b < rowCount; b++) {
        write(b, firstStep + t, unroller.rows(x), unroller.rows(mask), t * rowCount + b);
      }
    }
    unroller.forward(steps);
  }

  float[] hidden(Rows rows, int row) {
    return Arrays.copyOfRange(rows.values(), rows.at(row), rows.at(row) + stack.outputSize());
  }

  /// The parameters in double, as the reference wants them.
  Map<String, double[][]> weights() {
    Map<String, double[][]> weights = new HashMap<>();
    for (ParameterSpec spec : program.parameters()) {
      float[] stored = parameters.values(spec.name());
      double[][] matrix = new double[spec.isMatrix() ? spec.outputs() : 1][];
      for (int row = 0; row < matrix.length; row++) {
        matrix[row] = new double[stored.length / matrix.length];
        for (int column = 0; column < matrix[row].length; column++) {
          // Stored input-major.
          matrix[row][column] = stored[column * matrix.length + row];
        }
      }
      weights.put(spec.name(), matrix);
    }
    return weights;
  }

  double referenceLoss(Map<String, double[][]> weights) {
    double sum = 0;
    for (int b = 0; b < rowCount; b++) {
      double[][] widened = new double[STEPS][INPUTS];
      for (int t = 0; t < STEPS; t++) {
        for (int i = 0; i < INPUTS; i++) {
          widened[t][i] = inputs[b][t][i];
        }
      }
      for (double[] h : ReferenceCells.run(stack, weights, widened, counts[b])) {
        for (int j = 0; j < h.length; j++) {
          sum += ReferenceCells.weight(weights, "loss")[0][j] * h[j];
        }
      }
    }
    return sum;
  }
}
