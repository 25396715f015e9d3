package io.eddy.model.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.data.Percentage.withPercentage;

import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DistributionQuantilesTest {

  /// Simpson's rule.
  private static double integral(DoubleUnaryOperator density, double from, double to) {
    int intervals = 20_000;
    double width = (to - from) / intervals;
    double sum = density.applyAsDouble(from) + density.applyAsDouble(to);
    for (int i = 1; i < intervals; i++) {
      sum += (i % 2 == 0 ? 2 : 4) * density.applyAsDouble(from + i * width);
    }
    return sum * width / 3;
  }

  // ---- normal -----------------------------------------------------------------------------------

  /// Wichura's own checks, and Abramowitz and Stegun, table 26.5.
  @ParameterizedTest
  @CsvSource({
    "0.25, -0.6744897501960817",
    "0.001, -3.090232306167814",
    "1e-20, -9.262340089798408",
    "0.5, 0",
    "0.9, 1.2815515655446004",
    "0.95, 1.6448536269514722",
    "0.975, 1.959963984540054",
    "0.995, 2.5758293035489004"
  })
  void shouldGiveTheNormalQuantilesOfTheTables(double level, double quantile) {
    assertThat(NormalDistribution.quantile(level)).isCloseTo(quantile, within(2e-15 * 10));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.02, 0.0749, 0.0751, 0.3, 0.5001, 0.8, 0.93, 0.999})
  void shouldInvertTheIntegralOfTheNormalDensity(double level) {
    double z = NormalDistribution.quantile(level);

    double below =
        0.5 + integral(x -> StrictMath.exp(-x * x / 2) / StrictMath.sqrt(2 * Math.PI), 0, z);

    assertThat(below).isCloseTo(level, within(1e-12));
  }

  // ---- Student's t ------------------------------------------------------------------------------

  /// Abramowitz and Stegun, table 26.10.
  @ParameterizedTest
  @CsvSource({
    "0.95, 2, 2.920", "0.975, 2, 4.303", "0.995, 2, 9.925", "0.95, 5, 2.015",
    "0.975, 5, 2.571", "0.995, 5, 4.032", "0.95, 10, 1.812", "0.975, 10, 2.228",
    "0.9995, 10, 4.587", "0.95, 30, 1.697", "0.995, 30, 2.750", "0.975, 120, 1.980"
  })
  void shouldGiveStudentsQuantilesOfTheTables(double level, double degrees, double quantile) {
    assertThat(StudentTDistribution.quantile(level, degrees)).isCloseTo(quantile, within(6e-4));
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-9, 0.001, 0.05, 0.3, 0.5, 0.6, 0.9, 0.99999})
  void shouldGiveStudentsQuantilesThatHaveAClosedForm(double level) {
    double p = 2 * level - 1;
    double cauchy = StrictMath.tan(Math.PI * p / 2);
    double two = p * StrictMath.sqrt(2 / (4 * level * (1 - level)));

    assertThat(StudentTDistribution.quantile(level, 1))
        .isCloseTo(cauchy, within(1e-10 + 1e-7 * Math.abs(cauchy)));
    assertThat(StudentTDistribution.quantile(level, 2))
        .isCloseTo(two, within(1e-10 + 1e-10 * Math.abs(two)));
  }

  @ParameterizedTest
  @CsvSource({"0.05,2.3", "0.6,2.3", "0.9,3.7", "0.2,17.5", "0.999,8", "0.97,400", "0.97,1e7"})
  void shouldInvertTheIntegralOfStudentsDensity(double level, double degrees) {
    double t = StudentTDistribution.quantile(level, degrees);
    double log =
        Gamma.log((degrees + 1) / 2)
            - Gamma.log(degrees / 2)
            - StrictMath.log(degrees * Math.PI) / 2;

    double below =
        0.5
            + integral(
                x -> StrictMath.exp(log - (degrees + 1) / 2 * StrictMath.log1p(x * x / degrees)),
                0,
                t);

    assertThat(below).isCloseTo(level, within(1e-8));
    assertThat(StudentTDistribution.cumulative(t, degrees)).isCloseTo(level, within(1e-10));
  }

  @Test
  void shouldGoOverIntoTheNormalDistribution() {
    for (double level : new double[] {0.01, 0.4, 0.9}) {
      assertThat(StudentTDistribution.quantile(level, 1e9))
          .isCloseTo(NormalDistribution.quantile(level), within(1e-7));
    }
  }

  // ---- negative binomial ------------------------------------------------------------------------

  /// With α = 1 it is the geometric distribution: P(K ≤ k) = 1 - q^(k+1).
  @ParameterizedTest
  @ValueSource(doubles = {0.1, 1, 7.5, 400, 5_000, 1e6})
  void shouldGiveTheGeometricQuantiles(double mean) {
    double q = mean / (1 + mean);
    for (double level : new double[] {0.011, 0.25, 0.49, 0.913, 0.975, 0.9999}) {
      double expected = Math.max(0, Math.ceil(StrictMath.log1p(-level) / StrictMath.log(q)) - 1);

      assertThat(NegativeBinomialDistribution.quantile(level, mean, 1))
          .as("level %s", level)
          .isEqualTo(expected);
    }
  }

  /// Poisson, Abramowitz and Stegun, table 26.7: with a mean of 4, P(K ≤ 3) = .43347, P(K ≤ 4) =
  /// .62884, P(K ≤ 8) = .97864.
  @ParameterizedTest
  @CsvSource({"0.4334,3", "0.4336,4", "0.6288,4", "0.6289,5", "0.9786,8", "0.9787,9"})
  void shouldGoOverIntoPoissons(double level, double count) {
    assertThat(NegativeBinomialDistribution.quantile(level, 4, 1e-12)).isEqualTo(count);
  }

  /// Probabilities added up in the logarithm, whatever their size.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldBeTheFirstCountThatReachesTheLevel(long seed) {
    var random = new SplittableRandom(seed);
    for (int i = 0; i < 60; i++) {
      double mean = StrictMath.exp(-3 + 13 * random.nextDouble());
      double dispersion = StrictMath.exp(-9 + 10 * random.nextDouble());
      double level = random.nextDouble(0.001, 0.999);

      double count = NegativeBinomialDistribution.quantile(level, mean, dispersion);

      double r = 1 / dispersion;
      double logFactor = StrictMath.log(mean) - StrictMath.log(r + mean);
      double logProbability = -r * StrictMath.log1p(dispersion * mean);
      double sum = 0;
      double before = 0;
      for (int k = 0; k <= count; k++) {
        before = sum;
        sum += StrictMath.exp(logProbability);
        logProbability += StrictMath.log((k + r) / (k + 1)) + logFactor;
      }
      String what =
          "seed %d: level %s of mean %s, dispersion %s".formatted(seed, level, mean, dispersion);
      assertThat(sum).as(what).isGreaterThan(level - 1e-9);
      assertThat(before).as(what).isLessThan(level + 1e-9);
      assertThat(NegativeBinomialDistribution.cumulative(count, mean, dispersion))
          .as(what)
          .isCloseTo(sum, within(1e-8));
      assertThat(sum - before)
          .as(what)
          .isCloseTo(
              NegativeBinomialDistribution.probability(count, mean, dispersion),
              withPercentage(1e-4));
    }
  }

  @Test
  void shouldCountNothingWhereThereIsNothing() {
    assertThat(NegativeBinomialDistribution.quantile(0.99, 0, 0)).isZero();
    assertThat(NegativeBinomialDistribution.quantile(0.01, -5, 3)).isZero();
    assertThat(NegativeBinomialDistribution.cumulative(-1, 5, 3)).isZero();
    assertThat(NegativeBinomialDistribution.quantile(0.5, Double.NaN, 1)).isNaN();
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e9, 1e14, Double.POSITIVE_INFINITY})
  void shouldFindAnEndWhateverTheMean(double mean) {
    for (double dispersion : new double[] {0, 1e-3, 2, 1e12}) {
      assertThat(NegativeBinomialDistribution.quantile(0.9, mean, dispersion)).isNotNegative();
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1, -0.1, Double.NaN})
  void shouldRefuseALevelThatIsNone(double level) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NormalDistribution.quantile(level))
        .withMessageContaining("the level is " + level + ", expected");
    assertThatIllegalArgumentException().isThrownBy(() -> StudentTDistribution.quantile(level, 3));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NegativeBinomialDistribution.quantile(level, 3, 1));
  }
}
