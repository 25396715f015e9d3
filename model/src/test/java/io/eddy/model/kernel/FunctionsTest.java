package io.eddy.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/// The errors that [Functions] states, against StrictMath over a dense grid: every 1009th float, so
/// all binades and changing mantissas. (All floats were walked once; the figures in the class are
/// from there.)
class FunctionsTest {

  private static final int STRIDE = 1009;

  @Test
  void shouldComputeExpWithinOneUlp() {
    assertThat(largestUlps(Functions::exp, StrictMath::exp, -86.98f, 88.72f)).isLessThan(1);
  }

  @Test
  void shouldComputeLogWithinOneUlp() {
    assertThat(largestUlps(Functions::log, StrictMath::log, Float.MIN_VALUE, Float.MAX_VALUE))
        .isLessThan(1);
  }

  @Test
  void shouldComputeTanh() {
    assertThat(largestUlps(Functions::tanh, StrictMath::tanh, -20f, 20f)).isLessThan(5.1);
    assertThat(largestError(Functions::tanh, StrictMath::tanh, -20f, 20f)).isLessThan(3.1e-7);
  }

  @Test
  void shouldComputeSigmoid() {
    DoubleUnaryOperator sigmoid = x -> 1 / (1 + StrictMath.exp(-x));
    assertThat(largestError(Functions::sigmoid, sigmoid, -100f, 100f)).isLessThan(1.9e-7);
  }

  @Test
  void shouldComputeSoftplus() {
    DoubleUnaryOperator softplus =
        x -> Math.max(x, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x)));
    assertThat(largestUlps(Functions::softplus, softplus, -86.98f, 1000f)).isLessThan(2.9);
  }

  @Test
  void shouldComputeErf() {
    assertThat(largestUlps(Functions::erf, FunctionsTest::erf, -10f, 10f)).isLessThan(5.5);
    assertThat(largestError(Functions::erf, FunctionsTest::erf, -10f, 10f)).isLessThan(3.3e-7);
  }

  @Test
  void shouldComputeGelu() {
    assertThat(largestError(Functions::gelu, FunctionsTest::gelu, -6f, 6f)).isLessThan(1.1e-6);
    DoubleUnaryOperator slope =
        x -> normal(x) + x * StrictMath.exp(-x * x / 2) / StrictMath.sqrt(2 * StrictMath.PI);
    assertThat(largestError(Functions::geluSlope, slope, -6f, 6f)).isLessThan(2.3e-7);
  }

  @Test
  void shouldComputeGeluByTanh() {
    double first = StrictMath.sqrt(2 / StrictMath.PI);
    double third = 0.044715 * first;
    DoubleUnaryOperator tanh = x -> StrictMath.tanh(first * x + third * x * x * x);
    DoubleUnaryOperator gelu = x -> x * (1 + tanh.applyAsDouble(x)) / 2;
    DoubleUnaryOperator slope =
        x -> {
          double t = tanh.applyAsDouble(x);
          return (1 + t) / 2 + x * (1 - t * t) / 2 * (first + 3 * third * x * x);
        };

    assertThat(largestError(Functions::geluTanh, gelu, -6f, 6f)).isLessThan(8.6e-7);
    assertThat(largestError(Functions::geluTanhSlope, slope, -6f, 6f)).isLessThan(3.5e-6);
  }

  @Test
  void shouldPassAllOrNothingBeyondTheEndsOfGelu() {
    forEachFloat(
        5.6f,
        Float.MAX_VALUE,
        x -> {
          assertThat(Functions.gelu(x)).isEqualTo(x);
          assertThat(Functions.gelu(-x)).isZero();
          assertThat(Functions.geluTanh(x)).isEqualTo(x);
          assertThat(Functions.geluTanh(-x)).isZero();
          assertThat(Functions.geluSlope(x)).isCloseTo(1f, within(1e-5f));
          assertThat(Functions.geluSlope(-x)).isCloseTo(0f, within(1e-5f));
          assertThat(Functions.geluTanhSlope(x)).isEqualTo(1f);
          assertThat(Functions.geluTanhSlope(-x)).isZero();
        });
  }

  @Test
  void shouldSaturateMonotonically() {
    forEachFloat(
        8f,
        Float.MAX_VALUE,
        x -> {
          assertThat(Functions.tanh(x)).isLessThanOrEqualTo(1f);
          if (x >= Functions.TANH_ONE) {
            assertThat(Functions.tanh(x)).isEqualTo(1f);
            assertThat(Functions.sigmoid(2 * x)).isEqualTo(1f);
            assertThat(Functions.sigmoid(-2 * x)).isEqualTo(0f);
          }
        });
  }

  @Test
  void shouldReachOneFromBelow() {
    // Float by float: rounding must not lift one to 1 before the float from which on all give 1.
    float x = 7f;
    while (Functions.tanh(x) < 1f) {
      x = Math.nextUp(x);
    }

    assertThat(x).isEqualTo(Functions.TANH_ONE);
    assertThat(Functions.tanh(x)).isEqualTo(1f);
  }

  @Test
  void shouldReachOneFromBelowInErf() {
    float x = 3f;
    while (Functions.erf(x) < 1f) {
      x = Math.nextUp(x);
    }

    assertThat(x).isEqualTo(Functions.ERF_ONE);
    assertThat(Functions.erf(x)).isEqualTo(1f);
  }

  @Test
  void shouldBeSymmetric() {
    forEachFloat(
        Float.MIN_VALUE,
        100f,
        x -> {
          assertThat(Functions.tanh(-x)).isEqualTo(-Functions.tanh(x));
          assertThat(Functions.erf(-x)).isEqualTo(-Functions.erf(x));
          assertThat(Functions.sigmoid(x) + Functions.sigmoid(-x)).isEqualTo(1f);
        });
  }

  @Test
  void shouldOverflowToInfinityAndUnderflowToZero() {
    assertThat(Functions.exp(88.72283f)).isFinite();
    assertThat(Functions.exp(88.72284f)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(Functions.exp(-86.98f)).isGreaterThan(Float.MIN_NORMAL);
    assertThat(Functions.exp(-87f)).isZero();
    assertThat(Functions.softplus(-87f)).isZero();
    assertThat(Functions.softplus(1e30f)).isEqualTo(1e30f);
  }

  @Test
  void shouldGiveLimitsAtInfinity() {
    float infinity = Float.POSITIVE_INFINITY;

    assertThat(Functions.exp(infinity)).isEqualTo(infinity);
    assertThat(Functions.exp(-infinity)).isZero();
    assertThat(Functions.log(infinity)).isEqualTo(infinity);
    assertThat(Functions.log(0f)).isEqualTo(-infinity);
    assertThat(Functions.log(-0f)).isEqualTo(-infinity);
    assertThat(Functions.log(-1f)).isNaN();
    assertThat(Functions.tanh(infinity)).isEqualTo(1f);
    assertThat(Functions.tanh(-infinity)).isEqualTo(-1f);
    assertThat(Functions.sigmoid(infinity)).isEqualTo(1f);
    assertThat(Functions.sigmoid(-infinity)).isZero();
    assertThat(Functions.softplus(infinity)).isEqualTo(infinity);
    assertThat(Functions.softplus(-infinity)).isZero();
    assertThat(Functions.erf(infinity)).isEqualTo(1f);
    assertThat(Functions.erf(-infinity)).isEqualTo(-1f);
    assertThat(Functions.gelu(infinity)).isEqualTo(infinity);
    assertThat(Functions.geluTanh(infinity)).isEqualTo(infinity);
    assertThat(Functions.geluSlope(infinity)).isEqualTo(1f);
    assertThat(Functions.geluTanhSlope(-infinity)).isZero();
  }

  @Test
  void shouldLetNaNThrough() {
    assertThat(Functions.exp(Float.NaN)).isNaN();
    assertThat(Functions.log(Float.NaN)).isNaN();
    assertThat(Functions.tanh(Float.NaN)).isNaN();
    assertThat(Functions.sigmoid(Float.NaN)).isNaN();
    assertThat(Functions.softplus(Float.NaN)).isNaN();
    assertThat(Functions.relu(Float.NaN)).isNaN();
    assertThat(Functions.erf(Float.NaN)).isNaN();
    assertThat(Functions.gelu(Float.NaN)).isNaN();
    assertThat(Functions.geluSlope(Float.NaN)).isNaN();
    assertThat(Functions.geluTanh(Float.NaN)).isNaN();
    assertThat(Functions.geluTanhSlope(Float.NaN)).isNaN();
    assertThat(Functions.softsign(Float.NaN)).isNaN();
  }

  @Test
  void shouldKeepTheSignOfZero() {
    assertThat(Float.floatToIntBits(Functions.tanh(-0f))).isEqualTo(Float.floatToIntBits(-0f));
    assertThat(Float.floatToIntBits(Functions.relu(-0f))).isZero();
  }

  /// By the Taylor series near 0, else by the continued fraction of the rest.
  private static double erf(double x) {
    double distance = Math.abs(x);
    double result;
    if (distance < 3) {
      double sum = 0;
      double term = distance;
      for (int n = 0; Math.abs(term) > 1e-20 * distance; n++) {
        sum += term / (2 * n + 1);
        term *= -distance * distance / (n + 1);
      }
      result = 2 / StrictMath.sqrt(StrictMath.PI) * sum;
    } else {
      double fraction = 0;
      for (int n = 60; n >= 1; n--) {
        fraction = n / 2.0 / (distance + fraction);
      }
      double density = StrictMath.exp(-distance * distance) / StrictMath.sqrt(StrictMath.PI);
      result = 1 - density / (distance + fraction);
    }
    return x < 0 ? -result : result;
  }

  private static double normal(double x) {
    return (1 + erf(x / StrictMath.sqrt(2))) / 2;
  }

  private static double gelu(double x) {
    return x * normal(x);
  }

  private interface FloatFunction {
    float apply(float x);
  }

  private interface FloatAction {
    void accept(float x);
  }

  private static double largestUlps(
      FloatFunction function, DoubleUnaryOperator exact, float from, float to) {
    double[] largest = {0};
    forEachFloat(
        from,
        to,
        x -> {
          double expected = exact.applyAsDouble(x);
          double ulps = Math.abs(function.apply(x) - expected) / Math.ulp((float) expected);
          largest[0] = Math.max(largest[0], ulps);
        });
    return largest[0];
  }

  private static double largestError(
      FloatFunction function, DoubleUnaryOperator exact, float from, float to) {
    double[] largest = {0};
    forEachFloat(
        from,
        to,
        x ->
            largest[0] =
                Math.max(largest[0], Math.abs(function.apply(x) - exact.applyAsDouble(x))));
    return largest[0];
  }

  private static void forEachFloat(float from, float to, FloatAction action) {
    for (int i = ordinal(from); i <= ordinal(to); i += STRIDE) {
      action.accept(Float.intBitsToFloat(i < 0 ? Integer.MIN_VALUE - i : i));
    }
  }

  /// Floats in order as integers, 0 for ±0.
  private static int ordinal(float x) {
    int bits = Float.floatToIntBits(x);
    return bits < 0 ? Integer.MIN_VALUE - bits : bits;
  }
}
