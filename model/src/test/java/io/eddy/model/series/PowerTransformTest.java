package io.eddy.model.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PowerTransformTest {

  /// Numbers so small have a few bits only.
  private static final double SUBNORMAL = 1e-319;

  /// Values of every size that a double has and that comes back, from nothing up.
  private static double[] sizes() {
    var random = new SplittableRandom(5);
    double[] sizes = new double[4_000];
    for (int i = 0; i < sizes.length; i++) {
      int exponent = random.nextInt(Double.MIN_EXPONENT - 52, 996);
      sizes[i] = Math.scalb(1 + random.nextDouble(), exponent);
    }
    sizes[0] = 0;
    sizes[1] = Double.MIN_VALUE;
    sizes[2] = Double.MIN_NORMAL;
    sizes[3] = 1;
    sizes[4] = 1e300;
    Arrays.sort(sizes);
    return sizes;
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1e-3, 0.1, 1.0 / 3, 0.5, 0.9, 0.999, 1})
  void shouldComeBackFromItsImage(double power) {
    var transform = new PowerTransform(power);

    for (double size : sizes()) {
      for (double value : new double[] {size, -size}) {
        double image = transform.apply(value);

        assertThat(transform.invert(image))
            .as("%s by the power %s", value, power)
            .isCloseTo(value, within(Math.max(1e-12 * size, SUBNORMAL)));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1e-3, 0.1, 0.5, 0.999, 1})
  void shouldNeverTurnTwoValuesRound(double power) {
    var transform = new PowerTransform(power);
    double imageBefore = 0;
    double valueBefore = 0;

    for (double size : sizes()) {
      double image = transform.apply(size);
      assertThat(image).isGreaterThanOrEqualTo(imageBefore);
      assertThat(transform.invert(image)).isGreaterThanOrEqualTo(valueBefore);
      assertThat(transform.apply(-size)).isEqualTo(-image);
      assertThat(transform.invert(-image)).isEqualTo(-transform.invert(image));
      imageBefore = image;
      valueBefore = transform.invert(image);
    }
    assertThat(transform.apply(2)).isGreaterThan(transform.apply(1));
    assertThat(transform.apply(1)).isGreaterThan(transform.apply(0));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1e-3, 0.5, 0.999, 1})
  void shouldHaveAFiniteImageOfEveryFiniteValue(double power) {
    var transform = new PowerTransform(power);

    for (double size : new double[] {1e300, 1e304, 1e308, Double.MAX_VALUE}) {
      double image = transform.apply(size);
      assertThat(image).isFinite().isEqualTo(-transform.apply(-size));
      assertThat(transform.invert(image)).isFinite().isGreaterThan(0.99e300);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1e-3, 0.5})
  void shouldHaveAFiniteValueForEveryImage(double power) {
    var transform = new PowerTransform(power);

    for (double image : new double[] {1e3, 1e200, Double.MAX_VALUE, Double.POSITIVE_INFINITY}) {
      assertThat(transform.invert(image)).isFinite().isPositive();
      assertThat(transform.invert(-image)).isFinite().isNegative();
    }
  }

  @ParameterizedTest
  @CsvSource({"1,7,7", "1,-7,-7", "0.5,8,4", "0.5,-8,-4", "0.5,0,0", "0,1.718281828459045,1"})
  void shouldBeBoxAndCoxsOnOnePlusTheSize(double power, double value, double image) {
    assertThat(new PowerTransform(power).apply(value)).isCloseTo(image, within(1e-12));
  }

  @Test
  void shouldBeTheIdentityForAPowerOfOneOnly() {
    assertThat(new PowerTransform(1).isIdentity()).isTrue();
    assertThat(new PowerTransform(0.999).isIdentity()).isFalse();
    assertThat(new PowerTransform(1).apply(-0.1)).isEqualTo(-0.1);
  }
}
