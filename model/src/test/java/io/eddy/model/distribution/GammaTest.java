package io.eddy.model.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GammaTest {

  private static final double EULER = 0.5772156649015329;

  /// Abramowitz and Stegun, tables 6.1 and 6.3, and closed forms, to 16 digits.
  @ParameterizedTest
  @CsvSource({
    "1e-10, 23.025850929882733",
    "0.1, 2.252712651734206",
    "0.25, 1.2880225246980774",
    "0.5, 0.5723649429247001",
    "1, 0",
    "1.5, -0.12078223763524522",
    "2, 0",
    "3, 0.6931471805599453",
    "10, 12.801827480081469",
    "10.5, 13.940625219403763",
    "100, 359.1342053695754",
    "1e6, 12815504.569147612",
    "1e15, 3.3538776394910668e16"
  })
  void shouldGiveTheLogarithmOfGamma(double x, double expected) {
    assertThat(Gamma.log(x)).isCloseTo(expected, offset(1e-14 * Math.max(1, Math.abs(expected))));
  }

  @Test
  void shouldGiveTheLogarithmsOfFactorials() {
    BigInteger factorial = BigInteger.ONE;
    for (int n = 1; n <= 170; n++) {
      factorial = factorial.multiply(BigInteger.valueOf(n));
      double expected = StrictMath.log(factorial.doubleValue());
      assertThat(Gamma.log(n + 1))
          .as("ln %d!", n)
          .isCloseTo(expected, offset(1e-14 * Math.max(1, expected)));
    }
  }

  /// Legendre: Γ(x) Γ(x + 1/2) = 2^(1 - 2x) √π Γ(2x).
  @ParameterizedTest
  @ValueSource(doubles = {1e-6, 0.03, 0.4, 1.7, 5.9, 6.1, 11.99, 12.01, 40, 1e4})
  void shouldDuplicate(double x) {
    double left = Gamma.log(x) + Gamma.log(x + 0.5);
    double right = (1 - 2 * x) * StrictMath.log(2) + StrictMath.log(Math.PI) / 2 + Gamma.log(2 * x);
    assertThat(left).isCloseTo(right, offset(1e-14 * Math.max(1, Math.abs(right))));
  }

  @ParameterizedTest
  @CsvSource({
    "0.1, -10.423754940411076",
    "0.25, -4.2274535333762654",
    "0.5, -1.9635100260214235",
    "1, -0.5772156649015329",
    "2, 0.4227843350984671",
    "10, 2.251752589066721",
    "100, 4.600161852738087"
  })
  void shouldGiveTheDerivative(double x, double expected) {
    assertThat(Gamma.digamma(x))
        .isCloseTo(expected, offset(1e-14 * Math.max(1, Math.abs(expected))));
  }

  @Test
  void shouldGiveHarmonicNumbers() {
    double harmonic = 0;
    for (int n = 1; n < 200; n++) {
      assertThat(Gamma.digamma(n)).as("ψ(%d)", n).isCloseTo(harmonic - EULER, offset(4e-15));
      harmonic += 1.0 / n;
    }
  }

  /// Γ(x + n)/Γ(x) of a whole n is a product.
  @ParameterizedTest
  @ValueSource(doubles = {1e-7, 0.3, 5, 11.9, 12.1, 300, 1e7, 1e12})
  void shouldGiveTheRiseWithoutCancellation(double x) {
    for (int n : new int[] {0, 1, 2, 7, 50}) {
      double expected = 0;
      double slope = 0;
      for (int k = 0; k < n; k++) {
        expected += StrictMath.log1p(k / x);
        slope -= k / (x * (x + k));
      }
      assertThat(Gamma.logRise(x, n))
          .as("x = %s, n = %d", x, n)
          .isCloseTo(expected, offset(1e-14 * n + 1e-14 * Math.abs(expected)));
      assertThat(Gamma.logRiseSlope(x, n))
          .as("slope at x = %s, n = %d", x, n)
          .isCloseTo(slope, offset(1e-15 + 1e-15 * n / x + 1e-13 * Math.abs(slope)));
    }
  }

  @Test
  void shouldKeepRelativePrecisionOfTheRiseAtLargeArguments() {
    for (double x : new double[] {1e3, 1e6, 1e9, 1e15}) {
      assertThat(Gamma.logRise(x, 9) * x).isCloseTo(36, offset(36 * 10 / x + 1e-9));
      assertThat(Gamma.logRiseSlope(x, 9) * x * x).isCloseTo(-36, offset(36 * 20 / x + 1e-9));
      assertThat(Gamma.logHalfStep(x) * x).isCloseTo(-0.125, offset(1 / x + 1e-12));
      assertThat(Gamma.logHalfStepSlope(x) * x * x).isCloseTo(0.125, offset(1 / x + 1e-12));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1e-300, 1e-9, 1e-4, 0.0099999, 0.0100001, 0.3, 5, 1e8})
  void shouldTakeOffWhatCancelsInTheLogarithm(double q) {
    // ln(1 + q) - q = -∫ t/(1 + t) dt from 0 to q, by Gauss' rule of three points on 64 pieces.
    double sum = 0;
    double[] nodes = {-Math.sqrt(0.6), 0, Math.sqrt(0.6)};
    double[] shares = {5 / 9.0, 8 / 9.0, 5 / 9.0};
    if (q <= 1) {
      for (int piece = 0; piece < 64; piece++) {
        for (int k = 0; k < 3; k++) {
          double t = q * (piece + 0.5 + nodes[k] / 2) / 64;
          sum -= shares[k] * t / (1 + t) * q / 128;
        }
      }
    } else {
      sum = StrictMath.log(1 + q) - q;
    }
    assertThat(Gamma.logMinus(q)).isCloseTo(sum, offset(1e-14 * Math.abs(sum)));
  }
}
