package io.eddy.model.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.eddy.model.distribution.Gamma;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Predictions far out, where formulas overflow, cancel or divide by zero unless they are careful.
class LossExtremesTest {

  private static LossProgram gaussian(float mean, float scale, float target) {
    return program(
            (b, x, t, weight) -> GaussianLoss.of(b, x.get(0), x.get(1), t, weight), 2, target)
        .prediction(0, mean)
        .prediction(1, scale);
  }

  private static LossProgram studentT(float freedom, float location, float scale, float target) {
    return program(
            (b, x, t, weight) -> StudentTLoss.of(b, x.get(0), x.get(1), x.get(2), t, weight),
            3,
            target)
        .prediction(0, freedom)
        .prediction(1, location)
        .prediction(2, scale);
  }

  private static LossProgram negativeBinomial(float mean, float dispersion, float target) {
    return program(
            (b, x, t, weight) -> NegativeBinomialLoss.of(b, x.get(0), x.get(1), t, weight),
            2,
            target)
        .prediction(0, mean)
        .prediction(1, dispersion);
  }

  private static LossProgram program(LossProgram.Loss loss, int predictions, float target) {
    return new LossProgram(loss, predictions, 1, 1, 1, 1).target(target).weight(1);
  }

  @Test
  void shouldLetAVanishedScaleGrowAgain() {
    for (float scale : new float[] {0, -1, 1e-30f}) {
      LossProgram gaussian = gaussian(1, scale, 1.5f);
      assertThat(gaussian.run(1)[0]).as("scale %s", scale).isFinite().isPositive();
      assertThat(gaussian.gradient(1)[0]).as("scale %s", scale).isFinite().isNegative();
      LossProgram studentT = studentT(3, 1, scale, 1.5f);
      assertThat(studentT.run(1)[0]).as("scale %s", scale).isFinite().isPositive();
      assertThat(studentT.gradient(2)[0]).as("scale %s", scale).isFinite().isNegative();
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 1, 1e15", "1e30, 1e30, -1e30", "-3e38, 3e38, 3e38", "0, 1e-7, 1e10"})
  void shouldStayFiniteFarFromTheMean(float mean, float scale, float target) {
    LossProgram gaussian = gaussian(mean, scale, target);
    assertThat(gaussian.run(1)[0]).isFinite();
    assertThat(gaussian.gradient(0)[0]).isFinite();
    LossProgram studentT = studentT(3, mean, scale, target);
    assertThat(studentT.run(1)[0]).isFinite();
    for (int p = 0; p < 3; p++) {
      assertThat(studentT.gradient(p)[0]).as("gradient %d", p).isFinite();
    }
  }

  @Test
  void shouldGoOverIntoTheGaussianLossForManyDegreesOfFreedom() {
    LossProgram gaussian = gaussian(0.3f, 1.7f, -2);
    float expected = gaussian.run(1)[0];
    for (float freedom : new float[] {1e7f, 1e12f, 1e30f, Float.MAX_VALUE}) {
      LossProgram studentT = studentT(freedom, 0.3f, 1.7f, -2);

      assertThat(studentT.run(1)[0]).as("ν = %s", freedom).isCloseTo(expected, offset(1e-6f));

      assertThat(studentT.gradient(0)[0]).isCloseTo(0, offset(1e-6f));
      assertThat(studentT.gradient(1)[0]).isCloseTo(gaussian.gradient(0)[0], offset(1e-6f));
      assertThat(studentT.gradient(2)[0]).isCloseTo(gaussian.gradient(1)[0], offset(1e-6f));
    }
  }

  @Test
  void shouldStayFiniteForAlmostNoDegreesOfFreedom() {
    for (float freedom : new float[] {0, 1e-30f, 1e-6f}) {
      LossProgram studentT = studentT(freedom, 0, 1, 2);
      assertThat(studentT.run(1)[0]).isFinite().isPositive();
      assertThat(studentT.gradient(0)[0]).isFinite().isNegative();
    }
  }

  /// Poisson's loss: μ - z ln μ + ln z!
  @ParameterizedTest
  @CsvSource({"0.5, 0", "0.5, 3", "20, 17", "1000, 1100"})
  void shouldGoOverIntoPoissonsLossForNoDispersion(float mean, float target) {
    double poisson = mean - target * StrictMath.log(mean) + Gamma.log(target + 1);
    LossProgram program = negativeBinomial(mean, 0, target);

    assertThat((double) program.run(1)[0]).isCloseTo(poisson, offset(1e-6 + 1e-3 * poisson));

    assertThat((double) program.gradient(0)[0])
        .isCloseTo((mean - target) / (double) mean, offset(1e-6 + 2e-4));
    // The limit of the derivative by the dispersion: (z - (z - μ)²) / 2.
    double slope = (target - (target - mean) * (target - mean)) / 2;
    assertThat((double) program.gradient(1)[0])
        .isCloseTo(slope, offset(1e-3 + 1e-3 * Math.abs(slope)));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 0",
    "0, 1, 5",
    "1e-20, 1e-20, 1e9",
    "1e30, 1e-9, 0",
    "1e30, 1e30, 1e9",
    "1e-3, 1e30, 7",
    "3, 1e30, 0",
    "1e9, 1e-7, 1e9",
    "-1, -1, 3"
  })
  void shouldStayFiniteForAnyCounts(float mean, float dispersion, float target) {
    LossProgram program = negativeBinomial(mean, dispersion, target);
    assertThat(program.run(1)[0]).isFinite().isGreaterThan(-1e-4f);
    assertThat(program.gradient(0)[0]).isFinite();
    assertThat(program.gradient(1)[0]).isFinite();
  }

  @Test
  void shouldRefuseANegativeCount() {
    assertThatThrownBy(() -> negativeBinomial(1, 1, -1).run(1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a target of -1.0, expected a count");
  }

  @Test
  void shouldNotOverflowInTheBinaryCrossEntropy() {
    float[][] cases = {
      {1e30f, 1, 0, 0},
      {1e30f, 0, 1e30f, 1},
      {-1e30f, 1, 1e30f, -1},
      {-1e30f, 0, 0, 0},
      {Float.POSITIVE_INFINITY, 1, 0, 0},
      {Float.NEGATIVE_INFINITY, 0, 0, 0},
      {-200, 0.25f, 50, -0.25f}
    };
    for (float[] tried : cases) {
      LossProgram program =
          program(
                  (b, x, t, weight) -> BinaryCrossEntropyLoss.of(b, x.getFirst(), t, weight),
                  1,
                  tried[1])
              .prediction(0, tried[0]);

      assertThat(program.run(1)[0]).as("logit %s", tried[0]).isEqualTo(tried[2]);

      assertThat(program.gradient(0)[0]).as("logit %s", tried[0]).isEqualTo(tried[3]);
    }
  }

  @Test
  void shouldGrowOnlyStraightFarFromTheTargetInHubersLoss() {
    LossProgram program =
        program((b, x, t, weight) -> HuberLoss.of(b, x.getFirst(), t, weight, 2), 1, -1e30f)
            .prediction(0, 1e30f);

    assertThat(program.run(1)[0]).isEqualTo(4e30f);
    assertThat(program.gradient(0)[0]).isEqualTo(2);
  }

  @Test
  void shouldRefuseShapesThatDoNotFit() {
    LossProgram.Loss squared =
        (b, x, target, weight) -> SquaredLoss.of(b, x.getFirst(), target, weight);
    assertThatThrownBy(() -> new LossProgram(squared, 1, 3, 2, 2, 1))
        .hasMessageContaining("differ in width");
    assertThatThrownBy(() -> new LossProgram(squared, 1, 3, 3, 2, 1))
        .hasMessageContaining("expected its width, or 1 for the whole row");
    assertThatThrownBy(
            () -> program((b, x, t, weight) -> HuberLoss.of(b, x.getFirst(), t, weight, 0), 1, 0))
        .hasMessageContaining("delta is 0.0");
  }
}
