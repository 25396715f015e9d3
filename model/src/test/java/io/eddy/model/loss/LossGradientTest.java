package io.eddy.model.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every element-wise loss against its textbook formula written down a second time, here, in
/// double: its values against the formula, its gradients against the formula's central differences.
class LossGradientTest {

  private static final int ROWS = 7;
  private static final int WIDTH = 5;
  private static final float SEED = 0.5f;
  private static final double STEP = 1e-5;

  /// The loss of one element.
  private interface Formula {
    double of(double[] prediction, double target);
  }

  /// A loss with its formula.
  ///
  /// @param predictions ranges {from, to} to draw each prediction from
  /// @param targets range to draw targets from
  /// @param whole whether targets are whole numbers
  record LossCase(
      LossProgram.Loss loss,
      List<double[]> predictions,
      List<Double> targets,
      boolean whole,
      Formula formula) {}

  private static final double[] ANY = {-3, 3};
  private static final double[] POSITIVE = {0.05, 4};

  static Stream<Named<LossCase>> losses() {
    return Stream.of(
        Named.of(
            "squared",
            new LossCase(
                (builder, x, target, weight) ->
                    SquaredLoss.of(builder, x.getFirst(), target, weight),
                List.of(ANY),
                List.of(-3.0, 3.0),
                false,
                (x, target) -> (x[0] - target) * (x[0] - target))),
        Named.of("huber 1", huber(1)),
        Named.of("huber 0.3", huber(0.3)),
        Named.of(
            "binary cross-entropy",
            new LossCase(
                (builder, x, target, weight) ->
                    BinaryCrossEntropyLoss.of(builder, x.getFirst(), target, weight),
                List.of(ANY),
                List.of(0.0, 1.0),
                false,
                (x, target) -> {
                  double p = 1 / (1 + StrictMath.exp(-x[0]));
                  return -target * StrictMath.log(p) - (1 - target) * StrictMath.log(1 - p);
                })),
        Named.of(
            "gaussian",
            new LossCase(
                (builder, x, target, weight) ->
                    GaussianLoss.of(builder, x.get(0), x.get(1), target, weight),
                List.of(ANY, POSITIVE),
                List.of(-3.0, 3.0),
                false,
                (x, target) -> {
                  double variance = x[1] * x[1];
                  double density =
                      StrictMath.exp(-(target - x[0]) * (target - x[0]) / (2 * variance))
                          / Math.sqrt(2 * Math.PI * variance);
                  return density > 1e-280
                      ? -StrictMath.log(density)
                      : StrictMath.log(Math.sqrt(2 * Math.PI * variance))
                          + (target - x[0]) * (target - x[0]) / (2 * variance);
                })),
        Named.of("student's t, heavy tails", studentT(0.3, 3)),
        Named.of("student's t, light tails", studentT(20, 60)),
        Named.of("negative binomial, few", negativeBinomial(0.2, 6, 0.05, 3, 10)),
        Named.of("negative binomial, little dispersion", negativeBinomial(3, 30, 0.001, 0.02, 40)),
        Named.of("negative binomial, many", negativeBinomial(50, 400, 0.005, 4, 1000)));
  }

  private static LossCase huber(double delta) {
    return new LossCase(
        (builder, x, target, weight) -> HuberLoss.of(builder, x.getFirst(), target, weight, delta),
        List.of(ANY),
        List.of(-3.0, 3.0),
        false,
        (x, target) -> {
          double e = Math.abs(x[0] - target);
          return e < delta ? 0.5 * e * e : delta * e - 0.5 * delta * delta;
        });
  }

  private static LossCase studentT(double fromFreedom, double toFreedom) {
    return new LossCase(
        (builder, x, target, weight) ->
            StudentTLoss.of(builder, x.get(0), x.get(1), x.get(2), target, weight),
        List.of(new double[] {fromFreedom, toFreedom}, ANY, POSITIVE),
        List.of(-3.0, 3.0),
        false,
        (x, target) -> {
          double z = (target - x[1]) / x[2];
          return logGamma(x[0] / 2)
              - logGamma((x[0] + 1) / 2)
              + StrictMath.log(x[0] * Math.PI) / 2
              + StrictMath.log(x[2])
              + (x[0] + 1) / 2 * StrictMath.log(1 + z * z / x[0]);
        });
  }

  private static LossCase negativeBinomial(
      double fromMean, double toMean, double fromDispersion, double toDispersion, double greatest) {
    return new LossCase(
        (builder, x, target, weight) ->
            NegativeBinomialLoss.of(builder, x.get(0), x.get(1), target, weight),
        List.of(new double[] {fromMean, toMean}, new double[] {fromDispersion, toDispersion}),
        List.of(0.0, greatest),
        true,
        (x, z) -> {
          double r = 1 / x[1];
          double product = 0; // ln (Γ(z + r) / (Γ(r) Γ(z + 1))), factor by factor
          for (int k = 0; k < z; k++) {
            product += StrictMath.log((r + k) / (k + 1));
          }
          return -product
              + r * StrictMath.log(1 + x[1] * x[0])
              - z * StrictMath.log(x[1] * x[0] / (1 + x[1] * x[0]));
        });
  }

  /// ln Γ(x) by Euler's product: n! n^x / (x (x + 1) … (x + n)), with the first terms of its error.
  /// Another way than the one under test.
  private static double logGamma(double x) {
    int n = 20_000;
    double sum = x * StrictMath.log(n);
    for (int k = 1; k <= n; k++) {
      sum -= StrictMath.log1p(x / k);
    }
    sum -= StrictMath.log(x);
    return sum + x * (x + 1) / (2.0 * n) - x * (x + 1) * (2 * x + 1) / (12.0 * n * n);
  }

  @ParameterizedTest
  @MethodSource("losses")
  void shouldFollowItsFormulaForwardAndBackward(LossCase tried) {
    check(tried, WIDTH);
  }

  @ParameterizedTest
  @MethodSource("losses")
  void shouldTakeOneWeightForTheWholeRow(LossCase tried) {
    check(tried, 1);
  }

  private static void check(LossCase tried, int weightWidth) {
    long seed = 17;
    var random = new SplittableRandom(seed);
    int count = tried.predictions.size();
    var program = new LossProgram(tried.loss, count, WIDTH, WIDTH, weightWidth, ROWS);
    List<float[]> predictions = new ArrayList<>();
    for (int p = 0; p < count; p++) {
      double[] range = tried.predictions.get(p);
      predictions.add(new float[ROWS * WIDTH]);
      for (int i = 0; i < ROWS * WIDTH; i++) {
        predictions.get(p)[i] = (float) random.nextDouble(range[0], range[1]);
      }
    }
    float[] targets = new float[ROWS * WIDTH];
    for (int i = 0; i < targets.length; i++) {
      double target = random.nextDouble(tried.targets.get(0), tried.targets.get(1));
      targets[i] = (float) (tried.whole ? Math.floor(target) : target);
    }
    float[] weights = new float[ROWS * weightWidth];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = i % 4 == 2 ? 0 : (float) random.nextDouble(0.2, 2);
    }
    // What does not count may be anything.
    for (int i = 0; i < targets.length; i++) {
      if (weight(weights, i, weightWidth) == 0) {
        targets[i] = Float.NaN;
        predictions.getFirst()[i] = Float.NaN;
      }
    }
    program.target(targets).weight(weights);
    for (int p = 0; p < count; p++) {
      program.prediction(p, predictions.get(p));
    }

    float[] losses = program.run(SEED);

    for (int row = 0; row < ROWS; row++) {
      double expected = 0;
      for (int i = row * WIDTH; i < (row + 1) * WIDTH; i++) {
        double weight = weight(weights, i, weightWidth);
        double[] prediction = at(predictions, i);
        if (weight != 0) {
          expected += weight * tried.formula.of(prediction, targets[i]);
        }
        for (int p = 0; p < count; p++) {
          double numeric =
              weight == 0 ? 0 : SEED * weight * slope(tried.formula, prediction, p, targets[i]);
          assertThat((double) program.gradient(p)[i])
              .as("prediction %d, element %d, seed %d", p, i, seed)
              .isCloseTo(numeric, offset(2e-5 + 2e-5 * Math.abs(numeric)));
        }
      }
      assertThat((double) losses[row])
          .as("row %d, seed %d", row, seed)
          .isCloseTo(expected, offset(1e-5 + 1e-6 * Math.abs(expected)));
    }
  }

  private static float weight(float[] weights, int element, int weightWidth) {
    return weights[weightWidth == 1 ? element / WIDTH : element];
  }

  private static double[] at(List<float[]> predictions, int element) {
    return predictions.stream().mapToDouble(values -> values[element]).toArray();
  }

  private static double slope(Formula formula, double[] prediction, int p, double target) {
    // As small as the smallest predictions need, by Richardson's extrapolation.
    double step = STEP * Math.max(0.01, Math.abs(prediction[p]));
    return (4 * difference(formula, prediction, p, target, step)
            - difference(formula, prediction, p, target, 2 * step))
        / 3;
  }

  private static double difference(
      Formula formula, double[] prediction, int p, double target, double step) {
    double[] above = prediction.clone();
    double[] below = prediction.clone();
    above[p] += step;
    below[p] -= step;
    return (formula.of(above, target) - formula.of(below, target)) / (2 * step);
  }
}
