package io.eddy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CalibrationTest {

  @Test
  void shouldLeaveWidthsAloneAtFirst() {
    assertThat(new Calibration().factor()).isEqualTo(1);
  }

  @Test
  void shouldWidenAfterAMissAndNarrowALittleAfterAHit() {
    var missed = new Calibration();
    var hit = new Calibration();

    missed.learn(false, 0.9);
    hit.learn(true, 0.9);

    assertThat(missed.factor()).isCloseTo(StrictMath.exp(0.3 * 0.9), within(1e-12));
    assertThat(hit.factor()).isCloseTo(StrictMath.exp(-0.3 * 0.1), within(1e-12));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 0.8, 0.9})
  void shouldStandStillWhereThePromisedShareIsCovered(double confidence) {
    var calibration = new Calibration();
    for (int i = 0; i < 20_000; i++) {
      boolean covered = (int) ((i + 1) * confidence) > (int) (i * confidence);
      calibration.learn(covered, confidence);
    }

    assertThat(calibration.factor()).isBetween(0.7, 1.4);
  }

  @Test
  void shouldAdaptFastWhenYoungAndNeverStopAdapting() {
    var calibration = new Calibration();
    double youngStep = step(calibration);
    for (int i = 0; i < 100_000; i++) {
      calibration.learn(i % 10 != 0, 0.9);
    }

    double oldStep = step(calibration);

    assertThat(youngStep).isGreaterThan(10 * oldStep);
    assertThat(oldStep).isCloseTo(0.02 * 0.9, within(1e-9));
  }

  private static double step(Calibration calibration) {
    double before = calibration.factor();
    calibration.learn(false, 0.9);
    return StrictMath.log(calibration.factor() / before);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldComeBackFromTheLimitAtOnce(boolean covered) {
    var calibration = new Calibration();
    for (int i = 0; i < 100_000; i++) {
      calibration.learn(covered, 0.5);
    }
    double limit = calibration.factor();
    assertThat(limit).isCloseTo(StrictMath.exp(covered ? -6 : 6), within(limit * 1e-9));

    calibration.learn(!covered, 0.5);

    assertThat(calibration.factor()).isNotEqualTo(limit);
    assertThat(calibration.factor() > limit).isEqualTo(covered);
  }

  @Test
  void shouldForgetWhenReset() {
    var calibration = new Calibration();
    for (int i = 0; i < 50; i++) {
      calibration.learn(false, 0.9);
    }

    calibration.reset();

    assertThat(calibration.factor()).isEqualTo(1);
    calibration.learn(false, 0.9);
    assertThat(calibration.factor()).as("young again").isEqualTo(StrictMath.exp(0.3 * 0.9));
  }

  @Test
  void shouldLearnOnFromItsBytesAsIfNothingHadHappened() {
    var kept = new Calibration();
    for (int i = 0; i < 77; i++) {
      kept.learn(i % 3 != 0, 0.9);
    }
    ByteBuffer bytes = ByteBuffer.allocate(Calibration.byteSize());
    kept.write(bytes);
    assertThat(bytes.hasRemaining()).isFalse();
    var read = new Calibration();

    read.read(bytes.flip());

    assertThat(read.factor()).isEqualTo(kept.factor());
    for (int i = 0; i < 20; i++) {
      read.learn(i % 4 != 0, 0.9);
      kept.learn(i % 4 != 0, 0.9);
      assertThat(read.factor()).isEqualTo(kept.factor());
    }
  }
}
