package io.eddy.model.op;

import static io.eddy.model.op.OpGradientTest.each;
import static io.eddy.model.op.OpGradientTest.sigmoid;
import static io.eddy.model.op.OpGradientTest.vector;

import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Activations, normalisations, lookups, choices and reductions, each against its formula.
class LibraryGradientTest {

  static Stream<Named<OpGradients>> activations() {
    return Stream.of(
        activation("softsign", Softsign::of, -3, 3, x -> x / (1 + Math.abs(x))),
        activation("softplus", Softplus::of, -4, 4, x -> StrictMath.log1p(StrictMath.exp(x))),
        activation("exp", Exp::of, -2, 1, StrictMath::exp),
        activation("log", Log::of, 0.2, 4, StrictMath::log),
        activation("gelu", Gelu::of, -3, 3, x -> x * normalDistribution(x)),
        activation(
            "gelu by tanh",
            GeluTanh::of,
            -3,
            3,
            x -> x * sigmoid(2 * StrictMath.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))));
  }

  private static Named<OpGradients> activation(
      String name,
      BiFunction<ProgramBuilder, Value, Value> op,
      double low,
      double high,
      DoubleUnaryOperator formula) {
    int width = 37;
    return Named.of(
        name,
        OpGradients.of((builder, x) -> op.apply(builder, x.get(0)))
            .input(width, low, high)
            .rowFormula(row -> each(width, i -> formula.applyAsDouble(row.input(0)[i]))));
  }

  static Stream<Named<OpGradients>> ops() {
    return Stream.of(
        Named.of(
            "softmax",
            OpGradients.of((builder, x) -> Softmax.of(builder, x.get(0)))
                .input(7, -3, 3)
                .rowFormula(row -> softmax(row.input(0)))),
        Named.of(
            "softmax over three groups",
            OpGradients.of((builder, x) -> Softmax.of(builder, x.get(0), 3))
                .input(12, -3, 3)
                .rowFormula(
                    row ->
                        each(
                            12,
                            i ->
                                softmax(Arrays.copyOfRange(row.input(0), i / 4 * 4, i / 4 * 4 + 4))[
                                    i % 4]))),
        Named.of(
            "log softmax",
            OpGradients.of((builder, x) -> LogSoftmax.of(builder, x.get(0)))
                .input(7, -3, 3)
                .rowFormula(row -> each(7, i -> StrictMath.log(softmax(row.input(0))[i])))),
        Named.of(
            "layer norm",
            OpGradients.of(
                    (builder, x) ->
                        LayerNorm.of(builder, x.get(0), vector("w", 9), vector("b", 9), 1e-2))
                .input(9)
                .rowFormula(
                    row -> {
                      double[] normalized = normalize(row.input(0), 1e-2);
                      return each(
                          9, i -> normalized[i] * row.parameter("w")[i] + row.parameter("b")[i]);
                    })),
        Named.of(
            "dropout outside training",
            OpGradients.of((builder, x) -> Dropout.of(builder, x.get(0), 0.5))
                .input(5)
                .rowFormula(row -> row.input(0))),
        Named.of(
            "lookup of two",
            OpGradients.of((builder, x) -> Lookup.of(builder, x.get(0), table("t", 4, 3)))
                .constant(2, random -> random.nextInt(4))
                .rowFormula(
                    row ->
                        each(6, i -> row.parameter("t")[3 * (int) row.input(0)[i / 3] + i % 3]))),
        Named.of(
            "select",
            OpGradients.of((builder, x) -> Select.of(builder, x.get(0), x.get(1), x.get(2)))
                .constant(1, random -> random.nextInt(2))
                .input(5)
                .input(5)
                .rowFormula(row -> row.input(row.input(0)[0] != 0 ? 1 : 2))),
        Named.of(
            "select or zero",
            OpGradients.of((builder, x) -> Select.orZero(builder, x.get(0), x.get(1)))
                .constant(1, random -> random.nextInt(2))
                .input(5)
                .rowFormula(row -> row.input(0)[0] != 0 ? row.input(1) : new double[5])),
        Named.of(
            "interleave",
            OpGradients.of((builder, x) -> Interleave.of(builder, x.get(0), x.get(1), x.get(0)))
                .input(2)
                .input(2)
                .rowFormula(row -> each(6, i -> row.input(i % 3 == 1 ? 1 : 0)[i / 3]))),
        Named.of(
            "reverse",
            OpGradients.of((builder, x) -> Reverse.of(builder, x.get(0)))
                .input(2)
                .rows(5, 3)
                .unrolledOnly()
                .formula(given -> reverse(given, entry -> 5))),
        Named.of(
            "reverse of messages of 0, 2 and 4 steps",
            OpGradients.of(
                    (builder, x) -> Reverse.of(builder, x.get(0), Relu.of(builder, x.get(1))))
                .input(2)
                .constant(1, new Lengths(3, entry -> 2 * entry))
                .rows(5, 3)
                .unrolledOnly()
                .formula(given -> reverse(given, entry -> 2 * entry))),
        Named.of(
            "dot of three groups",
            OpGradients.of((builder, x) -> RowDot.of(builder, x.get(0), x.get(1), 3))
                .input(12)
                .input(12)
                .rowFormula(row -> groupSums(each(12, i -> row.input(0)[i] * row.input(1)[i]), 3))),
        Named.of(
            "dot of a row with itself",
            OpGradients.of((builder, x) -> RowDot.of(builder, x.get(0), x.get(0), 1))
                .input(5)
                .rowFormula(row -> groupSums(each(5, i -> row.input(0)[i] * row.input(0)[i]), 1))),
        Named.of(
            "sums of two groups",
            OpGradients.of((builder, x) -> GroupSum.of(builder, x.get(0), 2))
                .input(6)
                .rowFormula(row -> groupSums(row.input(0), 2))),
        Named.of(
            "repeat",
            OpGradients.of((builder, x) -> Repeat.of(builder, x.get(0), 3))
                .input(2)
                .rowFormula(row -> each(6, i -> row.input(0)[i % 2]))),
        Named.of(
            "repeat interleaved",
            OpGradients.of((builder, x) -> Repeat.interleave(builder, x.get(0), 3))
                .input(2)
                .rowFormula(row -> each(6, i -> row.input(0)[i / 3]))),
        Named.of(
            "cumulative sum",
            OpGradients.of((builder, x) -> CumulativeSum.of(builder, x.get(0)))
                .input(5)
                .rowFormula(row -> each(5, i -> Arrays.stream(row.input(0), 0, i + 1).sum()))));
  }

  static Stream<Named<OpGradients>> pools() {
    return Stream.of(
        Named.of(
            "mean of a memory",
            OpGradients.of((builder, x) -> MeanPool.of(builder, x.get(0)))
                .memory(3, 2)
                .rows(3, 3)
                .rowFormula(row -> mean(row.memory(0), 3))),
        Named.of(
            "greatest of a memory",
            OpGradients.of((builder, x) -> MaxPool.of(builder, x.get(0)))
                .memory(3, 2)
                .rows(3, 3)
                .rowFormula(row -> max(row.memory(0), 3))),
        Named.of(
            "mean of a past",
            OpGradients.of((builder, x) -> MeanPool.of(builder, builder.past(x.get(0), 3)))
                .input(3)
                .rows(5, 2)
                .formula(given -> overPast(given, past -> mean(past, 3)))),
        Named.of(
            "greatest of a past of keys",
            OpGradients.of((builder, x) -> MaxPool.of(builder, builder.pastKeys(x.get(0), 3)))
                .input(3)
                .rows(5, 2)
                .formula(given -> overPast(given, past -> max(past, 3)))));
  }

  static Stream<Named<OpGradients>> batchNorms() {
    return Stream.of(
        Named.of(
            "batch norm in training",
            OpGradients.of((builder, x) -> BatchNorm.of(builder, x.get(0), norm(3), 0.1, 1e-2))
                .input(3)
                .training()
                .formula(given -> batchNorm(given, row -> true))),
        Named.of(
            "batch norm in training, with a mask",
            OpGradients.of(
                    (builder, x) -> BatchNorm.of(builder, x.get(0), x.get(1), norm(3), 0.1, 1e-2))
                .input(3)
                .constant(1, random -> random.nextInt(2))
                .rows(6, 2)
                .training()
                .formula(given -> batchNorm(given, row -> given.input(1, row)[0] != 0))),
        Named.of(
            "batch norm in training, nothing counted",
            OpGradients.of(
                    (builder, x) -> BatchNorm.of(builder, x.get(0), x.get(1), norm(3), 0.1, 1e-2))
                .input(3)
                .constant(1, random -> 0)
                .training()
                .rowFormula(LibraryGradientTest::batchNormInTheStream)),
        Named.of(
            "batch norm in the stream",
            OpGradients.of((builder, x) -> BatchNorm.of(builder, x.get(0), norm(3), 0.1, 1e-2))
                .input(3)
                .rowFormula(LibraryGradientTest::batchNormInTheStream)));
  }

  @ParameterizedTest
  @MethodSource({"activations", "ops", "pools", "batchNorms"})
  void shouldFollowItsFormulaForwardAndBackward(OpGradients op) {
    op.check();
  }

  /// Draws a mask, step after step, of as many steps for each batch entry as it is given.
  private static final class Lengths implements ToDoubleFunction<SplittableRandom> {
    private final int batch;
    private final IntUnaryOperator length;
    private int drawn;

    Lengths(int batch, IntUnaryOperator length) {
      this.batch = batch;
      this.length = length;
    }

    @Override
    public double applyAsDouble(SplittableRandom random) {
      int row = drawn++ % (5 * batch);
      return row / batch < length.applyAsInt(row % batch) ? 1 : -1;
    }
  }

  private static double[][] reverse(OpGradients.Given given, IntUnaryOperator lengths) {
    double[][] out = new double[given.rowCount()][];
    for (int row = 0; row < out.length; row++) {
      int entry = row % given.batch();
      int step = row / given.batch();
      int length = lengths.applyAsInt(entry);
      int from = step < length ? length - 1 - step : step;
      out[row] = given.input(0, from * given.batch() + entry);
    }
    return out;
  }

  private static double[] groupSums(double[] x, int groups) {
    int size = x.length / groups;
    return each(groups, i -> Arrays.stream(x, i * size, (i + 1) * size).sum());
  }

  private static double[] mean(double[][] entries, int width) {
    return each(
        width, i -> Arrays.stream(entries).mapToDouble(entry -> entry[i]).average().orElse(0));
  }

  private static double[] max(double[][] entries, int width) {
    return each(width, i -> Arrays.stream(entries).mapToDouble(entry -> entry[i]).max().orElse(0));
  }

  /// At every step, over the last three rows of the first input.
  private static double[][] overPast(OpGradients.Given given, Function<double[][], double[]> pool) {
    double[][] out = new double[given.rowCount()][];
    for (int row = 0; row < out.length; row++) {
      int count = Math.min(3, row / given.batch() + 1);
      double[][] past = new double[count][];
      for (int entry = 0; entry < count; entry++) {
        past[entry] = given.input(0, row - (count - 1 - entry) * given.batch());
      }
      out[row] = pool.apply(past);
    }
    return out;
  }

  private static BatchNorm.Weights norm(int width) {
    return new BatchNorm.Weights(
        vector("w", width),
        vector("b", width),
        ParameterSpec.buffer("running_mean", width, new Initializer.Constant(0.25f)),
        ParameterSpec.buffer("running_var", width, new Initializer.Constant(2)));
  }

  private static double[][] batchNorm(OpGradients.Given given, IntPredicate counts) {
    int width = given.input(0, 0).length;
    int[] counted = IntStream.range(0, given.rowCount()).filter(counts).toArray();
    double[] mean =
        each(
            width,
            i ->
                Arrays.stream(counted)
                    .mapToDouble(row -> given.input(0, row)[i])
                    .average()
                    .orElseThrow());
    double[] variance =
        each(
            width,
            i ->
                Arrays.stream(counted)
                    .mapToDouble(row -> given.input(0, row)[i] - mean[i])
                    .map(difference -> difference * difference)
                    .average()
                    .orElseThrow());
    double[][] out = new double[given.rowCount()][];
    for (int row = 0; row < out.length; row++) {
      double[] x = given.input(0, row);
      out[row] =
          each(
              width,
              i ->
                  (x[i] - mean[i]) / Math.sqrt(variance[i] + 1e-2) * given.parameter("w")[i]
                      + given.parameter("b")[i]);
    }
    return out;
  }

  private static double[] batchNormInTheStream(OpGradients.Row row) {
    return each(
        3,
        i ->
            (row.input(0)[i] - 0.25) / Math.sqrt(2 + 1e-2) * row.parameter("w")[i]
                + row.parameter("b")[i]);
  }

  static ParameterSpec table(String name, int rows, int width) {
    return ParameterSpec.table(name, rows, width, new Initializer.Normal(1));
  }

  private static double[] softmax(double[] x) {
    double sum = 0;
    for (double element : x) {
      sum += StrictMath.exp(element);
    }
    double all = sum;
    return each(x.length, i -> StrictMath.exp(x[i]) / all);
  }

  private static double[] normalize(double[] x, double epsilon) {
    double mean = Arrays.stream(x).average().orElseThrow();
    double variance =
        Arrays.stream(x).map(each -> (each - mean) * (each - mean)).average().orElseThrow();
    return each(x.length, i -> (x[i] - mean) / Math.sqrt(variance + epsilon));
  }

  /// By Simpson's rule over the density, 200 intervals from 0.
  private static double normalDistribution(double x) {
    int intervals = 200;
    double width = x / intervals;
    double sum = density(0) + density(x);
    for (int i = 1; i < intervals; i++) {
      sum += (i % 2 == 1 ? 4 : 2) * density(i * width);
    }
    return 0.5 + sum * width / 3;
  }

  private static double density(double x) {
    return StrictMath.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
  }
}
