package io.eddy.model.op;

import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The ops that cells and heads are made of, each against its formula.
class OpGradientTest {

  static Stream<Named<OpGradients>> ops() {
    return Stream.of(
        Named.of(
            "linear with two biases",
            OpGradients.of(
                    (builder, x) ->
                        Linear.of(
                            builder, x.get(0), matrix("w", 4, 3), vector("b", 4), vector("c", 4)))
                .input(3)
                .rowFormula(OpGradientTest::linear)),
        Named.of(
            "linear in place",
            OpGradients.of(
                    (builder, x) -> Linear.onto(builder, x.get(0), x.get(1), matrix("w", 4, 3)))
                .consumable(4)
                .input(3)
                .rowFormula(OpGradientTest::linearOnto)),
        Named.of(
            "two products in one place",
            OpGradients.of(
                    (builder, x) ->
                        Linear.onto(
                            builder,
                            Linear.of(builder, x.get(0), matrix("w", 4, 3), vector("b", 4)),
                            x.get(0),
                            matrix("v", 4, 3)))
                .input(3)
                .rowFormula(
                    row -> {
                      double[] out = row.parameter("b");
                      addProduct(row.parameter("w"), row.input(0), out);
                      addProduct(row.parameter("v"), row.input(0), out);
                      return out;
                    })),
        Named.of(
            "add",
            OpGradients.of((builder, x) -> Add.of(builder, x.get(0), x.get(1)))
                .input(5)
                .input(5)
                .rowFormula(row -> each(5, i -> row.input(0)[i] + row.input(1)[i]))),
        Named.of(
            "add of a value to itself",
            OpGradients.of((builder, x) -> Add.of(builder, x.get(0), x.get(0)))
                .input(5)
                .rowFormula(row -> each(5, i -> 2 * row.input(0)[i]))),
        Named.of(
            "multiply",
            OpGradients.of((builder, x) -> Multiply.of(builder, x.get(0), x.get(1)))
                .input(5)
                .input(5)
                .rowFormula(row -> each(5, i -> row.input(0)[i] * row.input(1)[i]))),
        Named.of(
            "square by multiply",
            OpGradients.of((builder, x) -> Multiply.of(builder, x.get(0), x.get(0)))
                .input(5)
                .rowFormula(row -> each(5, i -> row.input(0)[i] * row.input(0)[i]))),
        Named.of(
            "affine",
            OpGradients.of((builder, x) -> Affine.of(builder, -1.5f, x.get(0), 0.75f))
                .input(5)
                .rowFormula(row -> each(5, i -> 0.75 - 1.5 * row.input(0)[i]))),
        Named.of(
            "sigmoid",
            OpGradients.of((builder, x) -> Sigmoid.of(builder, x.get(0)))
                .input(5, -4, 4)
                .rowFormula(row -> each(5, i -> sigmoid(row.input(0)[i])))),
        Named.of(
            "tanh",
            OpGradients.of((builder, x) -> Tanh.of(builder, x.get(0)))
                .input(5, -3, 3)
                .rowFormula(row -> each(5, i -> StrictMath.tanh(row.input(0)[i])))),
        Named.of(
            "relu",
            OpGradients.of((builder, x) -> Relu.of(builder, x.get(0)))
                .input(37)
                .rowFormula(row -> each(37, i -> Math.max(0, row.input(0)[i])))),
        Named.of(
            "concatenation",
            OpGradients.of((builder, x) -> Concatenation.of(builder, x.get(0), x.get(1), x.get(0)))
                .input(3)
                .input(2)
                .rowFormula(
                    row ->
                        each(8, i -> i < 3 || i > 4 ? row.input(0)[i % 5] : row.input(1)[i - 3]))),
        Named.of(
            "columns",
            OpGradients.of((builder, x) -> Tanh.of(builder, builder.columns(x.get(0), 2, 2)))
                .input(5)
                .rowFormula(row -> each(2, i -> StrictMath.tanh(row.input(0)[i + 2])))),
        Named.of(
            "delay",
            OpGradients.of((builder, x) -> Tanh.of(builder, builder.delay(x.get(0), 2)))
                .input(3)
                .formula(
                    given -> {
                      double[][] out = new double[given.rowCount()][3];
                      for (int row = 2 * given.batch(); row < out.length; row++) {
                        double[] before = given.input(0, row - 2 * given.batch());
                        out[row] = each(3, i -> StrictMath.tanh(before[i]));
                      }
                      return out;
                    })),
        Named.of(
            "lstm",
            OpGradients.ofAll(
                    (builder, x) -> {
                      LstmGates.Step step = LstmGates.of(builder, x.get(0), x.get(1));
                      return java.util.List.of(step.hidden(), step.cell());
                    })
                .consumable(12)
                .input(3)
                .rowFormula(row -> lstm(row.input(0), row.input(1)))),
        Named.of(
            "gru",
            OpGradients.of((builder, x) -> GruGates.of(builder, x.get(0), x.get(1), x.get(2)))
                .consumable(9)
                .consumable(9)
                .input(3)
                .rowFormula(row -> gru(row.input(0), row.input(1), row.input(2)))),
        Named.of(
            "fan of three quantiles",
            OpGradients.of((builder, x) -> QuantileFan.of(builder, x.get(0), 3))
                .input(6)
                .rowFormula(row -> fan(row.input(0), 3))),
        Named.of(
            "fan of five quantiles",
            OpGradients.of((builder, x) -> QuantileFan.of(builder, x.get(0), 5))
                .input(10)
                .rowFormula(row -> fan(row.input(0), 5))));
  }

  @ParameterizedTest
  @MethodSource("ops")
  void shouldFollowItsFormulaForwardAndBackward(OpGradients op) {
    op.check();
  }

  private static double[] linear(OpGradients.Row row) {
    double[] out = row.parameter("b");
    double[] second = row.parameter("c");
    for (int i = 0; i < out.length; i++) {
      out[i] += second[i];
    }
    addProduct(row.parameter("w"), row.input(0), out);
    return out;
  }

  private static double[] linearOnto(OpGradients.Row row) {
    double[] out = row.input(0);
    addProduct(row.parameter("w"), row.input(1), out);
    return out;
  }

  /// @param weight stored input-major
  private static void addProduct(double[] weight, double[] x, double[] out) {
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < out.length; j++) {
        out[j] += weight[i * out.length + j] * x[i];
      }
    }
  }

  static ParameterSpec matrix(String name, int outputs, int inputs) {
    return ParameterSpec.matrix(name, outputs, inputs, new Initializer.Zero());
  }

  static ParameterSpec vector(String name, int size) {
    return ParameterSpec.vector(name, size, new Initializer.Zero());
  }

  static double[] each(int size, java.util.function.IntToDoubleFunction element) {
    double[] out = new double[size];
    for (int i = 0; i < size; i++) {
      out[i] = element.applyAsDouble(i);
    }
    return out;
  }

  /// h and c, from gates i, f, g, o (3 each) and the cell before.
  private static double[] lstm(double[] gates, double[] before) {
    double[] out = new double[6];
    for (int unit = 0; unit < 3; unit++) {
      double cell =
          sigmoid(gates[3 + unit]) * before[unit]
              + sigmoid(gates[unit]) * StrictMath.tanh(gates[6 + unit]);
      out[unit] = sigmoid(gates[9 + unit]) * StrictMath.tanh(cell);
      out[3 + unit] = cell;
    }
    return out;
  }

  private static double[] gru(double[] x, double[] h, double[] before) {
    double[] out = new double[3];
    for (int unit = 0; unit < 3; unit++) {
      double reset = sigmoid(x[unit] + h[unit]);
      double update = sigmoid(x[3 + unit] + h[3 + unit]);
      double candidate = StrictMath.tanh(x[6 + unit] + reset * h[6 + unit]);
      out[unit] = (1 - update) * candidate + update * before[unit];
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

  static double sigmoid(double x) {
    return 1 / (1 + StrictMath.exp(-x));
  }
}
