package io.eddy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CalibrationTest {

  private static final int HORIZON = 12;

  @Test
  void shouldLeaveWidthsAloneAtFirst() {
    assertThat(calibration(0.9).factor(0, 1)).isEqualTo(1);
  }

  @Test
  void shouldWidenAfterAMissAndNarrowALittleAfterAHit() {
    var missed = calibration(0.9);
    var hit = calibration(0.9);

    learn(missed, false);
    learn(hit, true);

    assertThat(missed.factor(0, 1)).isCloseTo(StrictMath.exp(0.3 * 0.9), within(1e-12));
    assertThat(hit.factor(0, 1)).isCloseTo(StrictMath.exp(-0.3 * 0.1), within(1e-12));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 0.8, 0.9})
  void shouldStandStillWhereThePromisedShareIsCovered(double confidence) {
    var calibration = calibration(confidence);
    for (int i = 0; i < 20_000; i++) {
      boolean covered = (int) ((i + 1) * confidence) > (int) (i * confidence);
      learn(calibration, covered);
    }

    assertThat(calibration.factor(0, 1)).isBetween(0.7, 1.4);
  }

  @Test
  void shouldAdaptFastWhenYoungAndNeverStopAdapting() {
    var calibration = calibration(0.9);
    double youngStep = step(calibration);
    for (int i = 0; i < 100_000; i++) {
      learn(calibration, i % 10 != 0);
    }

    double oldStep = step(calibration);

    assertThat(youngStep).isGreaterThan(10 * oldStep);
    assertThat(oldStep).isCloseTo(0.02 * 0.9, within(1e-9));
  }

  private static double step(Calibration calibration) {
    double before = calibration.factor(0, 1);
    learn(calibration, false);
    return StrictMath.log(calibration.factor(0, 1) / before);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldComeBackFromTheLimitAtOnce(boolean covered) {
    var calibration = calibration(0.5);
    for (int i = 0; i < 100_000; i++) {
      learn(calibration, covered);
    }
    double limit = calibration.factor(0, 1);
    assertThat(limit).isCloseTo(StrictMath.exp(covered ? -6 : 6), within(limit * 1e-9));

    learn(calibration, !covered);

    assertThat(calibration.factor(0, 1)).isNotEqualTo(limit);
    assertThat(calibration.factor(0, 1) > limit).isEqualTo(covered);
  }

  @Test
  void shouldForgetWhenReset() {
    var calibration = calibration(0.9);
    for (int i = 0; i < 50; i++) {
      learn(calibration, false);
    }

    calibration.reset();

    assertThat(calibration.factor(0, 1)).isEqualTo(1);
    learn(calibration, false);
    assertThat(calibration.factor(0, 1)).as("young again").isEqualTo(StrictMath.exp(0.3 * 0.9));
  }

  @Test
  void shouldAnswerWithWhatAllStepsLearnedUntilARangeHasLearnedEnough() {
    var calibration = calibration(0.9);
    for (int i = 0; i < 39; i++) {
      calibration.learn(4, new boolean[] {false});
      calibration.learn(1, new boolean[] {true});
    }
    double together = calibration.factor(0, 4);
    for (int ahead = 1; ahead <= HORIZON; ahead++) {
      assertThat(calibration.factor(0, ahead)).as("%d ahead", ahead).isEqualTo(together);
    }

    calibration.learn(4, new boolean[] {false});

    // 4 to 7 have missed forty times and answer for themselves, as their neighbours do not yet.
    double missed = calibration.factor(0, 4);
    assertThat(missed).isGreaterThan(together);
    double others = calibration.factor(0, 1);
    for (int ahead = 1; ahead <= HORIZON; ahead++) {
      assertThat(calibration.factor(0, ahead))
          .as("%d ahead", ahead)
          .isEqualTo(ahead >= 4 && ahead <= 7 ? missed : others);
    }
  }

  @Test
  void shouldLearnEachRangeOfStepsAheadForItself() {
    var calibration = calibration(0.5);
    boolean[] hit = {true};
    boolean[] miss = {false};
    for (int i = 0; i < 100; i++) {
      calibration.learn(1, hit);
      calibration.learn(2 + i % 2, miss);
      calibration.learn(8 + i % 5, i % 2 == 0 ? hit : miss);
    }

    assertThat(calibration.factor(0, 1)).isLessThan(0.2);
    assertThat(calibration.factor(0, 2)).isEqualTo(calibration.factor(0, 3)).isGreaterThan(5);
    assertThat(calibration.factor(0, 8)).isEqualTo(calibration.factor(0, 12)).isBetween(0.7, 1.4);
    // 4 to 7 have met nothing: all others together.
    assertThat(calibration.factor(0, 4)).isEqualTo(calibration.factor(0, 7)).isBetween(0.7, 1.4);
  }

  @Test
  void shouldLearnEachIntervalForItself() {
    var calibration = new Calibration(List.of(0.9, 0.5), HORIZON);
    for (int i = 0; i < 100; i++) {
      calibration.learn(1, new boolean[] {true, false});
    }

    assertThat(calibration.factor(0, 1)).isLessThan(1);
    assertThat(calibration.factor(1, 1)).isGreaterThan(1);
  }

  @Test
  void shouldLearnOnFromItsBytesAsIfNothingHadHappened() {
    List<Double> confidences = List.of(0.9, 0.5);
    var kept = new Calibration(confidences, HORIZON);
    for (int i = 0; i < 77; i++) {
      // Some ranges have learned enough to answer for themselves, others have not.
      kept.learn(i % 3 == 0 ? 1 : 1 + i % HORIZON, new boolean[] {i % 3 != 0, i % 2 != 0});
    }
    ByteBuffer bytes = ByteBuffer.allocate(kept.byteSize());
    kept.write(bytes);
    assertThat(bytes.hasRemaining()).isFalse();
    var read = new Calibration(confidences, HORIZON);

    read.read(bytes.flip());

    assertThat(factors(read)).isEqualTo(factors(kept));
    for (int i = 0; i < 60; i++) {
      boolean[] covered = {i % 4 != 0, i % 3 == 0};
      read.learn(1 + i % HORIZON, covered);
      kept.learn(1 + i % HORIZON, covered);
      assertThat(factors(read)).isEqualTo(factors(kept));
    }
  }

  private static double[] factors(Calibration calibration) {
    double[] factors = new double[2 * HORIZON];
    for (int i = 0; i < factors.length; i++) {
      factors[i] = calibration.factor(i % 2, 1 + i / 2);
    }
    return factors;
  }

  private static Calibration calibration(double confidence) {
    return new Calibration(List.of(confidence), HORIZON);
  }

  /// One step ahead, of one interval.
  private static void learn(Calibration calibration, boolean covered) {
    calibration.learn(1, new boolean[] {covered});
  }
}
