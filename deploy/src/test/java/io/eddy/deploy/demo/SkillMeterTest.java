package io.eddy.deploy.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SkillMeterTest {
  private static final double NONE = Double.NaN;

  private final SkillMeter meter = new SkillMeter();

  @Test
  void shouldGiveZeroToTheLastValueForecast() {
    double[] values = {1, 3, 2, 5, 4, 8, 6, 7, 9};
    for (int i = 0; i < values.length; i++) {
      meter.add(0, values[i], i == 0 ? NONE : values[i - 1], NONE, NONE);
    }

    assertThat(meter.scores().skill()).isZero();
    assertThat(meter.scores().scored()).isEqualTo(3);
  }

  @Test
  void shouldGiveOneToAPerfectForecast() {
    for (int i = 0; i < 9; i++) {
      meter.add(0, i * i, i * i, i * i - 1, i * i + 1);
    }

    assertThat(meter.scores().skill()).isEqualTo(1);
    assertThat(meter.scores().coverage()).isEqualTo(1);
  }

  @Test
  void shouldJudgeTheLastThirdOnly() {
    // Six events: the last two are judged, with errors 1 and 1 against steps of 10 and 10.
    double[] actual = {0, 100, 0, 100, 110, 120};
    double[] expected = {NONE, 0, 0, 0, 109, 121};
    for (int i = 0; i < actual.length; i++) {
      meter.add(0, actual[i], expected[i], NONE, NONE);
    }

    assertThat(meter.scores().scored()).isEqualTo(2);
    assertThat(meter.scores().skill()).isCloseTo(0.9, within(1e-12));
  }

  @Test
  void shouldPoolSeriesAfterScalingEach() {
    // In the last third: series 0 errs by half its step (skill .5), series 1, a million times
    // larger,
    // not at all. Both count the same.
    for (int step = 0; step < 9; step++) {
      meter.add(0, step, step - 0.5, NONE, NONE);
      meter.add(1, step * 1e6, step * 1e6, NONE, NONE);
    }

    assertThat(meter.scores().skill()).isCloseTo(0.75, within(1e-12));
  }

  @Test
  void shouldLeaveOutConstantSeriesAndCountThem() {
    for (int step = 0; step < 9; step++) {
      meter.add(0, step, step - 0.5, NONE, NONE);
      meter.add(1, 7, 8, 6, 9);
    }

    SkillMeter.Scores scores = meter.scores();
    assertThat(scores.constantSeries()).isEqualTo(1);
    assertThat(scores.skill()).isCloseTo(0.5, within(1e-12));
    assertThat(scores.coverage()).isEqualTo(1); // a constant series still has an interval
  }

  @Test
  void shouldCountTheBoundsThemselvesAsInside() {
    double[] actual = {0, 0, 0, 0, 0, 0, 1, 2, 2.1};
    for (double value : actual) {
      meter.add(0, value, 1.5, 1, 2);
    }

    assertThat(meter.scores().coverage()).isCloseTo(2.0 / 3, within(1e-12));
  }

  @Test
  void shouldSayNothingWhereNothingCanBeJudged() {
    assertThat(meter.scores().skill()).isNaN();
    assertThat(meter.scores().coverage()).isNaN();

    meter.add(0, 1, NONE, NONE, NONE);
    meter.add(0, 2, NONE, NONE, NONE);
    meter.add(0, 3, NONE, NONE, NONE);

    assertThat(meter.scores().skill()).isNaN();
    assertThat(meter.scores().scored()).isZero();
  }

  @Test
  void shouldAgreeWithTheDefinitionOnManySeriesAndBlocks() {
    int events = 100_000;
    int series = 414;
    var random = new Random(7);
    int[] ofSeries = new int[events];
    double[] actual = new double[events];
    double[] expected = new double[events];
    double[] last = new double[series];
    double[] lastBefore = new double[events]; // the last value of the same series, NaN for none
    Arrays.fill(last, NONE);
    for (int i = 0; i < events; i++) {
      ofSeries[i] = random.nextInt(series);
      actual[i] = random.nextGaussian() * (1 + ofSeries[i]);
      expected[i] = random.nextInt(50) == 0 ? NONE : actual[i] * 0.3;
      lastBefore[i] = last[ofSeries[i]];
      last[ofSeries[i]] = actual[i];
      meter.add(ofSeries[i], actual[i], expected[i], -100, 100);
    }

    double[] naive = new double[series];
    int[] counts = new int[series];
    for (int i = events - events / 3; i < events; i++) {
      if (!Double.isNaN(expected[i]) && !Double.isNaN(lastBefore[i])) {
        naive[ofSeries[i]] += Math.abs(actual[i] - lastBefore[i]);
        counts[ofSeries[i]]++;
      }
    }
    double error = 0;
    long scored = 0;
    for (int i = events - events / 3; i < events; i++) {
      if (!Double.isNaN(expected[i]) && !Double.isNaN(lastBefore[i])) {
        int one = ofSeries[i];
        error += Math.abs(actual[i] - expected[i]) / (naive[one] / counts[one]);
        scored++;
      }
    }

    assertThat(meter.events()).isEqualTo(events);
    assertThat(meter.scores().scored()).isEqualTo(scored);
    assertThat(meter.scores().skill()).isCloseTo(1 - error / scored, within(1e-9));
  }
}
