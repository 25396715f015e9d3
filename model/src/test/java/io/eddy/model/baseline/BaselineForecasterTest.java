package io.eddy.model.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.eddy.model.evaluation.Confidence;
import io.eddy.model.evaluation.Evaluation;
import io.eddy.model.evaluation.Fan;
import io.eddy.model.evaluation.SeriesScores;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BaselineForecasterTest {

  private static final int HORIZON = 4;

  @Test
  void shouldCoverWhatItAnnounces() {
    double[] walk = walk(3_000);
    var evaluation = new Evaluation(HORIZON, 20);
    SeriesScores scores = evaluation.begin("walk", 1, 1);
    var forecaster = new BaselineForecaster(new LastValue());

    for (int t = 0; t + HORIZON < walk.length; t++) {
      forecaster.observe(walk[t]);
      if (t >= 300) {
        Fan fan = forecaster.forecast(HORIZON);
        for (int ahead = 1; ahead <= HORIZON; ahead++) {
          scores.add(t * 20 / walk.length, ahead, walk[t + ahead], fan);
        }
      }
    }

    for (Confidence confidence : Confidence.values()) {
      assertThat(evaluation.coverage().estimate(confidence).covered())
          .isEqualTo(confidence.share(), within(0.03));
    }
  }

  @Test
  void shouldBeLessSureFurtherAhead() {
    Fan fan = after(walk(500)).forecast(HORIZON);

    for (Confidence confidence : Confidence.values()) {
      assertThat(fan.upper(confidence, 4) - fan.lower(confidence, 4))
          .isGreaterThan(fan.upper(confidence, 1) - fan.lower(confidence, 1));
    }
    assertThat(fan.upper(Confidence.NINETY_FIVE, 1)).isGreaterThan(fan.upper(Confidence.EIGHTY, 1));
  }

  @Test
  void shouldHaveBoundsFromTheFirstValueOn() {
    Fan fan = after(5).forecast(HORIZON);

    assertThat(fan.hasBounds()).isTrue();
    assertThat(fan.lower(Confidence.NINETY, 1)).isLessThan(5);
    assertThat(fan.upper(Confidence.NINETY, HORIZON)).isGreaterThan(5);
  }

  @Test
  void shouldKnowNothingBeforeTheFirstValue() {
    assertThat(after().forecast(2).median(2)).isZero();
    assertThat(after(Double.NaN).forecast(2).hasBounds()).isFalse();
  }

  @Test
  void shouldTakeTheValueBeforeForAMissingOne() {
    assertThat(after(3, 4, Double.NaN).forecast(1).median(1)).isEqualTo(4);
  }

  @Test
  void shouldForgetTheFarPast() {
    double[] walk = walk(20_000);

    Fan fan = after(walk).forecast(1);

    assertThat(fan.median(1)).isEqualTo(walk[walk.length - 1]);
  }

  private static BaselineForecaster after(double... values) {
    var forecaster = new BaselineForecaster(new LastValue());
    for (double value : values) {
      forecaster.observe(value);
    }
    return forecaster;
  }

  private static double[] walk(int length) {
    var random = new SplittableRandom(7);
    double[] walk = new double[length];
    for (int t = 1; t < length; t++) {
      walk[t] = walk[t - 1] + random.nextGaussian();
    }
    return walk;
  }
}
