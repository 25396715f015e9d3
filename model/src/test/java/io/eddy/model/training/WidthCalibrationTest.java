package io.eddy.model.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.eddy.model.cell.CellType;
import io.eddy.model.network.ForecasterSpec;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WidthCalibrationTest {

  private static WidthCalibration calibration(int horizon, double confidence) {
    return new WidthCalibration(
        new ForecasterSpec(CellType.GRU, 2, 1, horizon, 0, 1, confidence, 10));
  }

  /// One forecast of one step ahead that met its target; the other steps are not looked at.
  private static void add(
      WidthCalibration calibration,
      int horizon,
      int h,
      float lower,
      float median,
      float upper,
      float target) {
    float[] quantiles = new float[3 * horizon + 1]; // from 1 on
    Arrays.fill(quantiles, Float.NaN);
    quantiles[1 + h] = lower;
    quantiles[1 + horizon + h] = median;
    quantiles[1 + 2 * horizon + h] = upper;
    calibration.add(h, quantiles, 1, target);
  }

  /// Residuals that are larger above than below.
  private static double skewed(SplittableRandom random) {
    return -StrictMath.log(1 - random.nextDouble()) - 0.6931;
  }

  @ParameterizedTest
  @CsvSource({"0.5,1,1", "0.8,0.3,3", "0.9,2,0.5", "0.9,0.4,0.4", "0.95,2,2"})
  void shouldCoverWhatItPromisesOnFreshSamples(double confidence, double below, double above) {
    long seed = 91;
    var random = new SplittableRandom(seed);
    var calibration = calibration(2, confidence);
    for (int i = 0; i < 20_000; i++) {
      // The second step ahead has twice the spread, and its forecast knows that.
      float residual = (float) skewed(random);
      add(calibration, 2, 0, (float) (5 - below), 5, (float) (5 + above), 5 + residual);
      add(calibration, 2, 1, (float) (5 - 2 * below), 5, (float) (5 + 2 * above), 5 + 2 * residual);
    }

    float[] factors = calibration.factors();

    int samples = 20_000;
    for (int h = 0; h < 2; h++) {
      int tooLow = 0;
      int tooHigh = 0;
      for (int i = 0; i < samples; i++) {
        double residual = (h + 1) * skewed(random);
        tooLow += residual < -(h + 1) * below * factors[h] ? 1 : 0;
        tooHigh += residual > (h + 1) * above * factors[2 + h] ? 1 : 0;
      }
      double tail = (1 - confidence) / 2;
      assertThat((double) tooLow / samples)
          .as("below, seed %d", seed)
          .isCloseTo(tail, within(0.01));
      assertThat((double) tooHigh / samples)
          .as("above, seed %d", seed)
          .isCloseTo(tail, within(0.01));
    }
  }

  @Test
  void shouldErrOnTheSafeSideWithFewSamples() {
    // With n residuals, conformal prediction covers at least what it promises on average over
    // draws: the quantile's rank counts the sample to come.
    var random = new SplittableRandom(5);
    int missed = 0;
    int draws = 20_000;
    for (int draw = 0; draw < draws; draw++) {
      var calibration = calibration(1, 0.9);
      for (int i = 0; i < 40; i++) {
        add(calibration, 1, 0, -1, 0, 1, (float) random.nextDouble());
      }
      missed += random.nextDouble() > calibration.factors()[1] ? 1 : 0;
    }

    assertThat((double) missed / draws).isBetween(0.04, 0.053);
  }

  @Test
  void shouldLeaveWidthsAloneUntilItHasSeenEnough() {
    var calibration = calibration(2, 0.9);
    for (int i = 0; i < 39; i++) {
      add(calibration, 2, 0, -1, 0, 1, i % 2 == 0 ? 2 : -2);
      add(calibration, 2, 1, -1, 0, 1, i % 2 == 0 ? 2 : -2);
    }
    assertThat(calibration.factors()).containsOnly(1).hasSize(4);

    add(calibration, 2, 1, -1, 0, 1, 2);

    // Below, then above, by step ahead.
    assertThat(calibration.factors()).containsExactly(1, 2, 1, 2);
  }

  @ParameterizedTest
  @ValueSource(floats = {0, 1e-9f, 1e9f, -3})
  void shouldChangeWidthsWithinLimitsOnly(float residual) {
    var calibration = calibration(1, 0.9);
    for (int i = 0; i < 100; i++) {
      add(calibration, 1, 0, -1, 0, 1, residual);
    }

    float[] factors = calibration.factors();

    assertThat(factors[0]).isEqualTo(residual < -1 ? 3 : 0.25f);
    assertThat(factors[1]).isEqualTo(residual > 1 ? 8 : 0.25f);
  }

  @Test
  void shouldStayFiniteWhereThePredictedWidthIsNothing() {
    var calibration = calibration(1, 0.9);
    for (int i = 0; i < 100; i++) {
      add(calibration, 1, 0, 4, 4, 4, i % 2 == 0 ? 4 : 5);
    }

    assertThat(Arrays.equals(calibration.factors(), new float[] {0.25f, 8})).isTrue();
  }
}
