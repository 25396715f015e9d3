package io.eddy.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.eddy.model.evaluation.NabScore.Profile;
import io.eddy.model.evaluation.NabScore.Result;
import io.eddy.model.evaluation.NabScore.Scored;
import io.eddy.model.evaluation.NabScore.Window;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Hand-computed on a stream of 100 rows, so 15 of probation, with a window over rows 40 to 49.
class NabScoreTest {

  private static final Window WINDOW = new Window(40, 49);

  @Test
  void shouldGiveNothingForNoDetections() {
    Result result = NabScore.best(Profile.STANDARD, List.of(stream()));

    assertThat(result).isEqualTo(new Result(Double.POSITIVE_INFINITY, -1, 0, 0, 0));
  }

  @Test
  void shouldGiveAHundredForTheFirstRowOfTheWindow() {
    Result result = NabScore.best(Profile.STANDARD, List.of(stream(40)));

    assertThat(result).isEqualTo(new Result(1, 1, 100, 1, 0));
  }

  @Test
  void shouldEarnLessForALaterDetection() {
    Result result = NabScore.best(Profile.STANDARD, List.of(stream(45)));

    // Position -(49 - 45 + 1) / 10 = -0.5: σ(-0.5) / σ(-1) = 0.848284 / 0.986614.
    assertThat(result.raw()).isCloseTo(0.859793, within(1e-6));
    assertThat(result.normalised()).isCloseTo(100 * (0.859793 + 1) / 2, within(1e-4));
  }

  @Test
  void shouldCountTheEarliestDetectionOfAWindowOnly() {
    Result result = NabScore.best(Profile.STANDARD, List.of(stream(40, 45, 49)));

    assertThat(result.raw()).isEqualTo(1);
  }

  @Test
  void shouldChargeInFullBeforeTheFirstWindow() {
    Result result = NabScore.at(1, Profile.STANDARD, List.of(stream(20, 40)));

    assertThat(result.raw()).isCloseTo(1 - 0.11, within(1e-12));
    assertThat(result.falsePositives()).isEqualTo(1);
  }

  @Test
  void shouldChargeLittleRightAfterAWindow() {
    Result result = NabScore.at(1, Profile.STANDARD, List.of(stream(40, 50)));

    // Position (50 - 49) / 9: σ = 2 / (1 + e^(5/9)) - 1 = -0.270847.
    assertThat(result.raw()).isCloseTo(1 - 0.11 * 0.270847, within(1e-6));
  }

  @Test
  void shouldChargeInFullFarFromTheLastWindow() {
    Result result = NabScore.at(1, Profile.STANDARD, List.of(stream(40, 77)));

    assertThat(result.raw()).isCloseTo(1 - 0.11, within(1e-12)); // (77 - 49) / 9 > 3
  }

  @Test
  void shouldLetProbationPass() {
    Result result = NabScore.at(1, Profile.STANDARD, List.of(stream(0, 14, 40)));

    assertThat(result.raw()).isEqualTo(1);
  }

  @Test
  void shouldLimitProbation() {
    assertThat(NabScore.probation(4032)).isEqualTo(604);
    assertThat(NabScore.probation(22_695)).isEqualTo(750);
  }

  @Test
  void shouldWeighByProfile() {
    List<Scored> streams = List.of(stream(20, 40), stream());

    Result lowFalsePositives = NabScore.at(1, Profile.REWARD_LOW_FALSE_POSITIVES, streams);
    Result lowFalseNegatives = NabScore.at(1, Profile.REWARD_LOW_FALSE_NEGATIVES, streams);

    assertThat(lowFalsePositives.raw()).isCloseTo(1 - 0.22 - 1, within(1e-12));
    assertThat(lowFalseNegatives.raw()).isCloseTo(1 - 0.11 - 2, within(1e-12));
    assertThat(lowFalseNegatives.normalised())
        .isCloseTo(100 * (1 - 0.11 - 2 + 4) / 6, within(1e-9));
  }

  @Test
  void shouldChooseOneThresholdForAllStreams() {
    double[] first = new double[100];
    first[20] = 0.3;
    first[40] = 0.6;
    double[] second = new double[100];
    second[20] = 0.5;
    second[41] = 0.4;

    Result result =
        NabScore.best(
            Profile.STANDARD,
            List.of(new Scored(first, List.of(WINDOW)), new Scored(second, List.of(WINDOW))));

    assertThat(result.threshold()).isEqualTo(0.4); // both windows and one false alarm
    assertThat(result.windowsFound()).isEqualTo(2);
    assertThat(result.falsePositives()).isEqualTo(1);
    assertThat(result).isEqualTo(NabScore.at(0.4, Profile.STANDARD, streams(first, second)));
  }

  @Test
  void shouldTakeAllRowsOfEqualScoreTogether() {
    double[] scores = new double[100];
    java.util.Arrays.fill(scores, 0.5);

    Result result = NabScore.best(Profile.STANDARD, List.of(new Scored(scores, List.of(WINDOW))));

    assertThat(result.threshold()).isEqualTo(Double.POSITIVE_INFINITY);
  }

  @Test
  void shouldDetectNothingByNaN() {
    double[] scores = new double[100];
    java.util.Arrays.fill(scores, Double.NaN);
    scores[40] = 1;

    Result result = NabScore.best(Profile.STANDARD, List.of(new Scored(scores, List.of(WINDOW))));

    assertThat(result.normalised()).isEqualTo(100);
  }

  @Test
  void shouldRefuseWindowsThatOverlapOrDoNotFit() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Window(5, 4));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Scored(new double[49], List.of(WINDOW)))
        .withMessageContaining("ends after row 49");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Scored(new double[100], List.of(WINDOW, new Window(49, 60))));
  }

  private static List<Scored> streams(double[] first, double[] second) {
    return List.of(new Scored(first, List.of(WINDOW)), new Scored(second, List.of(WINDOW)));
  }

  private static Scored stream(int... detections) {
    double[] scores = new double[100];
    for (int row : detections) {
      scores[row] = 1;
    }
    return new Scored(scores, List.of(WINDOW));
  }
}
