package io.eddy.model.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CrossEntropyLossTest {

  private static final double STEP = 1e-4;

  private static LossProgram program(int classes, int rows, double smoothing) {
    return new LossProgram(
        (builder, x, target, weight) ->
            CrossEntropyLoss.of(builder, x.getFirst(), target, weight, smoothing),
        1,
        classes,
        1,
        1,
        rows);
  }

  /// -Σ_c share of c · ln p of c, in double.
  private static double formula(double[] logits, int target, double smoothing) {
    double sum = 0;
    for (double logit : logits) {
      sum += StrictMath.exp(logit);
    }
    double loss = 0;
    for (int c = 0; c < logits.length; c++) {
      double share = smoothing / logits.length + (c == target ? 1 - smoothing : 0);
      loss -= share * StrictMath.log(StrictMath.exp(logits[c]) / sum);
    }
    return loss;
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.1, 0.7})
  void shouldFollowItsFormulaForwardAndBackward(double smoothing) {
    long seed = 23;
    var random = new SplittableRandom(seed);
    for (int classes : new int[] {1, 2, 5, 33, 67}) {
      int rows = 9;
      float[] logits = new float[rows * classes];
      for (int i = 0; i < logits.length; i++) {
        logits[i] = (float) random.nextDouble(-4, 4);
      }
      float[] targets = new float[rows];
      float[] weights = new float[rows];
      for (int row = 0; row < rows; row++) {
        targets[row] = random.nextInt(classes);
        weights[row] = (float) random.nextDouble(0.2, 2);
      }
      LossProgram program =
          program(classes, rows, smoothing).prediction(0, logits).target(targets).weight(weights);

      float[] losses = program.run(0.5f);

      float[] gradient = program.gradient(0);
      for (int row = 0; row < rows; row++) {
        double[] x = new double[classes];
        for (int c = 0; c < classes; c++) {
          x[c] = logits[row * classes + c];
        }
        int target = (int) targets[row];
        assertThat((double) losses[row])
            .as("%d classes, row %d, seed %d", classes, row, seed)
            .isCloseTo(weights[row] * formula(x, target, smoothing), offset(5e-6));
        for (int c = 0; c < classes; c++) {
          double[] above = x.clone();
          double[] below = x.clone();
          above[c] += STEP;
          below[c] -= STEP;
          double numeric =
              (formula(above, target, smoothing) - formula(below, target, smoothing)) / (2 * STEP);
          assertThat((double) gradient[row * classes + c])
              .as("%d classes, row %d, class %d, seed %d", classes, row, c, seed)
              .isCloseTo(0.5 * weights[row] * numeric, offset(1e-6));
        }
      }
    }
  }

  @Test
  void shouldNotLookAtRowsOfWeightZero() {
    LossProgram program =
        program(3, 3, 0.1)
            .prediction(0, 1, 2, 3, Float.NaN, 0, Float.POSITIVE_INFINITY, 1, 2, 3)
            .target(2, -100, 2)
            .weight(1, 0, 1);

    float[] losses = program.run(1);

    assertThat(losses[1]).isZero();
    assertThat(losses[0]).isEqualTo(losses[2]).isPositive();
    assertThat(program.gradient(0)).doesNotContain(Float.NaN).contains(0, 0, 0);
    assertThat(program.gradient(0)[3]).isZero();
    assertThat(program.gradient(0)[5]).isZero();
  }

  @Test
  void shouldStayFiniteAtExtremeLogits() {
    LossProgram program =
        program(3, 4, 0)
            .prediction(0, 1e30f, -1e30f, 0, 1e30f, -1e30f, 0, 500, 500, 400, 1e4f, 9990, 0)
            .target(0, 1, 2, 0)
            .weight(1, 1, 1, 1);

    float[] losses = program.run(1);

    assertThat(losses[0]).isZero();
    assertThat(losses[1]).isEqualTo(2e30f);
    assertThat((double) losses[2]).isCloseTo(100 + StrictMath.log(2), offset(1e-4));
    // The difference is not lost behind the size of the logits.
    assertThat(losses[3] / StrictMath.log1p(StrictMath.exp(-10))).isCloseTo(1, offset(2e-3));
    assertThat(program.gradient(0))
        .usingComparatorWithPrecision(1e-6f)
        .startsWith(0, 0, 0, 1, -1, 0, 0.5f, 0.5f, -1);
  }

  @Test
  void shouldNameAClassThatThereIsNot() {
    for (float wrong : new float[] {3, -1, 1.5f, Float.NaN}) {
      LossProgram program = program(3, 1, 0).prediction(0, 1, 2, 3).target(wrong).weight(1);
      assertThatThrownBy(() -> program.run(1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "the class of row 0 is %s, expected a whole number from 0 to 2, or weight 0", wrong);
    }
  }

  @Test
  void shouldRefuseASmoothingThatLeavesNothing() {
    assertThatThrownBy(() -> program(3, 1, 1)).hasMessageContaining("label smoothing is 1.0");
  }
}
