package io.eddy.model.op;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Program;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Unroller;
import io.eddy.model.program.Value;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every op against its formula written down a second time, here, in double: its values against the
/// formula, its gradients against the formula's central differences.
///
/// Each case runs `loss = W₂ · op(W₁ · x + b₁)`, so that gradients reach W₁ and b₁ only through the
/// op's backward.
class OpGradientTest {

  private static final int INPUTS = 3;
  private static final int ROWS = 4;
  private static final double STEP = 1e-5;

  /// An op with its formula.
  ///
  /// @param width of what goes in
  /// @param op from the row that goes in to the row that comes out
  /// @param formula the same in double
  record OpCase(
      int width,
      int outputs,
      BiFunction<ProgramBuilder, Value, Value> op,
      Function<double[], double[]> formula) {}

  static Stream<Named<OpCase>> ops() {
    return Stream.of(
        Named.of("tanh", new OpCase(5, 5, Tanh::of, OpGradientTest::tanh)),
        Named.of(
            "columns",
            new OpCase(
                5, 2, (builder, x) -> builder.columns(x, 2, 2), x -> new double[] {x[2], x[3]})),
        Named.of(
            "lstm",
            new OpCase(
                15,
                3,
                (builder, x) -> {
                  // The gates must be an op's own output: a product with the identity copies them.
                  Value gates =
                      Linear.of(builder, builder.columns(x, 0, 12), identity("gates", 12));
                  LstmGates.Step step = LstmGates.of(builder, gates, builder.columns(x, 12, 3));
                  return Linear.onto(
                      builder,
                      Linear.of(builder, step.hidden(), identity("h", 3)),
                      step.cell(),
                      identity("c", 3));
                },
                OpGradientTest::lstm)),
        Named.of(
            "gru",
            new OpCase(
                21,
                3,
                (builder, x) ->
                    GruGates.of(
                        builder,
                        Linear.of(builder, builder.columns(x, 0, 9), identity("x", 9)),
                        Linear.of(builder, builder.columns(x, 9, 9), identity("s", 9)),
                        builder.columns(x, 18, 3)),
                OpGradientTest::gru)),
        Named.of(
            "fan of three quantiles",
            new OpCase(6, 6, (builder, x) -> QuantileFan.of(builder, x, 3), x -> fan(x, 3))),
        Named.of(
            "fan of five quantiles",
            new OpCase(10, 10, (builder, x) -> QuantileFan.of(builder, x, 5), x -> fan(x, 5))),
        Named.of(
            "sum in place",
            new OpCase(
                4,
                4,
                (builder, x) ->
                    Linear.onto(
                        builder,
                        Linear.of(builder, x, identity("first", 4)),
                        x,
                        identity("second", 4)),
                x -> new double[] {2 * x[0], 2 * x[1], 2 * x[2], 2 * x[3]})));
  }

  @ParameterizedTest
  @MethodSource("ops")
  void shouldFollowItsFormulaForwardAndBackward(OpCase op) {
    long seed = 7;
    var random = new SplittableRandom(seed);
    var builder = new ProgramBuilder();
    Value input = builder.input("x", INPUTS);
    Value x =
        Linear.of(
            builder,
            input,
            ParameterSpec.matrix("w1", op.width, INPUTS, new Initializer.Zero()),
            ParameterSpec.vector("b1", op.width, new Initializer.Zero()));
    Value out = op.op.apply(builder, x);
    Value loss =
        Linear.of(builder, out, ParameterSpec.matrix("w2", 1, op.outputs, new Initializer.Zero()));
    Program program = builder.build();
    Parameters parameters = parameters(program, random);
    var unroller = new Unroller(program, parameters, ROWS, 1, Kernels.best());
    Rows rows = unroller.rows(input);
    for (int row = 0; row < ROWS; row++) {
      for (int i = 0; i < INPUTS; i++) {
        rows.values()[rows.at(row) + i] = (float) (2 * random.nextDouble() - 1);
      }
    }
    unroller.forward(ROWS);
    double sum = 0;
    for (int row = 0; row < ROWS; row++) {
      sum += unroller.rows(loss).values()[unroller.rows(loss).at(row)];
    }
    assertThat(sum).isCloseTo(formula(op, parameters, rows), within(2e-5));
    unroller.backward(loss, 1);
    for (String name : List.of("w1", "b1", "w2")) {
      float[] values = parameters.values(name);
      float[] gradient = unroller.gradients().values(name);
      for (int i = 0; i < values.length; i++) {
        double numeric = centralDifference(op, parameters, rows, values, i);
        assertThat((double) gradient[i])
            .as("%s[%d], seed %d", name, i, seed)
            .isCloseTo(numeric, within(2e-5 + 2e-4 * Math.abs(numeric)));
      }
    }
  }

  private static org.assertj.core.data.Offset<Double> within(double offset) {
    return org.assertj.core.data.Offset.offset(offset);
  }

  private static Parameters parameters(Program program, SplittableRandom random) {
    Parameters parameters = Parameters.initial(program.parameters(), 1);
    for (String name : List.of("w1", "b1", "w2")) {
      float[] values = parameters.values(name);
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (2 * random.nextDouble() - 1);
      }
    }
    for (ParameterSpec spec : program.parameters()) {
      if (spec.name().startsWith("identity.")) {
        for (int i = 0; i < spec.outputs(); i++) {
          parameters.values(spec.name())[i * spec.outputs() + i] = 1;
        }
      }
    }
    return parameters;
  }

  private static ParameterSpec identity(String name, int size) {
    return ParameterSpec.matrix("identity." + name, size, size, new Initializer.Zero());
  }

  /// In double, parameters widened from float, one element shifted by `shift`.
  private static double centralDifference(
      OpCase op, Parameters parameters, Rows rows, float[] values, int index) {
    double[] shifts = {STEP, -STEP};
    double[] sums = new double[2];
    for (int side = 0; side < 2; side++) {
      sums[side] = formula(op, parameters, rows, values, index, shifts[side]);
    }
    return (sums[0] - sums[1]) / (2 * STEP);
  }

  private static double formula(OpCase op, Parameters parameters, Rows rows) {
    return formula(op, parameters, rows, new float[0], 0, 0);
  }

  private static double formula(
      OpCase op, Parameters parameters, Rows rows, float[] shifted, int index, double shift) {
    double sum = 0;
    for (int row = 0; row < ROWS; row++) {
      double[] x = new double[op.width];
      for (int j = 0; j < op.width; j++) {
        x[j] = element(parameters.values("b1"), j, shifted, index, shift);
        for (int i = 0; i < INPUTS; i++) {
          // Stored input-major.
          x[j] +=
              element(parameters.values("w1"), i * op.width + j, shifted, index, shift)
                  * rows.values()[rows.at(row) + i];
        }
      }
      double[] out = op.formula.apply(x);
      for (int k = 0; k < op.outputs; k++) {
        sum += element(parameters.values("w2"), k, shifted, index, shift) * out[k];
      }
    }
    return sum;
  }

  @SuppressWarnings("ReferenceEquality") // which array is shifted, not what it holds
  private static double element(float[] array, int i, float[] shifted, int index, double shift) {
    return array[i] + (array == shifted && i == index ? shift : 0);
  }

  private static double[] tanh(double[] x) {
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = StrictMath.tanh(x[i]);
    }
    return y;
  }

  /// h + c, from gates i, f, g, o (3 each) and the cell before.
  private static double[] lstm(double[] x) {
    double[] out = new double[3];
    for (int unit = 0; unit < 3; unit++) {
      double cell =
          sigmoid(x[3 + unit]) * x[12 + unit] + sigmoid(x[unit]) * StrictMath.tanh(x[6 + unit]);
      out[unit] = sigmoid(x[9 + unit]) * StrictMath.tanh(cell) + cell;
    }
    return out;
  }

  private static double[] gru(double[] x) {
    double[] out = new double[3];
    for (int unit = 0; unit < 3; unit++) {
      double reset = sigmoid(x[unit] + x[9 + unit]);
      double update = sigmoid(x[3 + unit] + x[12 + unit]);
      double candidate = StrictMath.tanh(x[6 + unit] + reset * x[15 + unit]);
      out[unit] = (1 - update) * candidate + update * x[18 + unit];
    }
    return out;
  }

  private static double[] fan(double[] raw, int quantiles) {
    int horizon = raw.length / quantiles;
    int middle = quantiles / 2;
    double[] out = raw.clone();
    for (int h = 0; h < horizon; h++) {
      for (int q = middle + 1; q < quantiles; q++) {
        out[q * horizon + h] =
            out[(q - 1) * horizon + h] + StrictMath.log1p(StrictMath.exp(raw[q * horizon + h]));
      }
      for (int q = middle - 1; q >= 0; q--) {
        out[q * horizon + h] =
            out[(q + 1) * horizon + h] - StrictMath.log1p(StrictMath.exp(raw[q * horizon + h]));
      }
    }
    return out;
  }

  private static double sigmoid(double x) {
    return 1 / (1 + StrictMath.exp(-x));
  }
}
