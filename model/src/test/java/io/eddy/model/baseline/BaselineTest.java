package io.eddy.model.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BaselineTest {

  private static final double ROUNDING = 1e-9;

  @Test
  void shouldRepeatTheLastValue() {
    assertThat(forecast(new LastValue(), 3, 1, 2, 5)).containsExactly(5, 5, 5);
  }

  @Test
  void shouldRepeatTheLastSeason() {
    assertThat(forecast(new SeasonalNaive(3), 7, 9, 1, 2, 3)).containsExactly(1, 2, 3, 1, 2, 3, 1);
    assertThat(forecast(new SeasonalNaive(3), 2, 1, 2)).containsExactly(2, 2);
  }

  @Test
  void shouldGoOnFromTheFirstToTheLastValue() {
    assertThat(forecast(new Drift(), 2, 1, 9, 5)).containsExactly(7, 9);
    assertThat(forecast(new Drift(), 1, 4)).containsExactly(4);
  }

  @Test
  void shouldTakeTheMedianOfTheLastValues() {
    assertThat(forecast(new MovingMedian(3), 2, 100, 7, 1, 3)).containsExactly(3, 3);
    assertThat(forecast(new MovingMedian(4), 1, 100, 7, 1, 3)).containsExactly(5);
    assertThat(forecast(new MovingMedian(4), 1, 6)).containsExactly(6);
  }

  @Test
  void shouldRepeatTheLastSeasonAtThePresentLevel() {
    // y[t-m+1] y[t] / y[t-m], then the same ratio, squared in the season after
    assertThat(forecast(new SeasonalRatio(2), 4, 8, 10, 20, 12))
        .usingComparatorWithPrecision(ROUNDING)
        .containsExactly(20 * 1.2, 12 * 1.2, 20 * 1.44, 12 * 1.44);
  }

  @Test
  void shouldTakeDifferencesWhereRatiosMakeNoSense() {
    assertThat(forecast(new SeasonalRatio(2), 3, 0, -4, 1, -2)).containsExactly(3, 0, 5);
  }

  @Test
  void shouldTakeTheSeasonOutAndPutItBack() {
    double[] values = seasonal(48, 12);

    double[] forecast = forecast(new Naive2(12), 12, values);

    for (int ahead = 1; ahead <= 12; ahead++) {
      assertThat(forecast[ahead - 1]).isEqualTo(seasonal(60, 12)[47 + ahead], within(1e-6));
    }
  }

  @Test
  void shouldSeeNoSeasonInNoise() {
    double[] noise = new SplittableRandom(3).doubles(60, 1, 2).toArray();

    assertThat(SeasonalAdjustment.isSeasonal(noise, 60, 12)).isFalse();
    assertThat(forecast(new Naive2(12), 1, noise)).containsExactly(noise[59]);
    assertThat(SeasonalAdjustment.isSeasonal(seasonal(35, 12), 35, 12)).isFalse();
  }

  @Test
  void shouldSmoothNoiseAwayAndFollowSteps() {
    double[] noisy = new SplittableRandom(3).doubles(400, -1, 1).toArray();
    double[] walk = new double[400];
    for (int t = 1; t < 400; t++) {
      walk[t] = walk[t - 1] + noisy[t];
    }

    assertThat(forecast(new ExponentialSmoothing(1), 1, noisy)[0]).isEqualTo(0, within(0.1));
    assertThat(forecast(new ExponentialSmoothing(1), 1, walk)[0]).isEqualTo(walk[399], within(0.2));
  }

  @Test
  void shouldGoOnWithHalfTheSlope() {
    double[] line = new double[50];
    for (int t = 0; t < 50; t++) {
      line[t] = 3 + 2 * t;
    }

    double[] forecast = forecast(new Theta(1), 2, line);

    assertThat(forecast[1] - forecast[0]).isEqualTo(1, within(ROUNDING));
    assertThat(forecast[0]).isEqualTo(101 + 1, within(0.1));
  }

  @ParameterizedTest
  @MethodSource("untrained")
  void shouldNotLookBehindTheOrigin(Baseline baseline) {
    double[] values = seasonal(60, 4);
    FittedBaseline fitted = baseline.fit(values, 40);
    double before = fitted.forecast(40, 3);

    Arrays.fill(values, 40, 60, 1e6);

    assertThat(fitted.forecast(40, 3)).isEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("untrained")
  void shouldGoOnFromLaterOriginsAsFitted(Baseline baseline) {
    double[] values = seasonal(60, 4);
    FittedBaseline fitted = baseline.fit(values, 40);

    for (int origin = 40; origin < 60; origin++) {
      assertThat(fitted.forecast(origin, 1)).isFinite();
    }
  }

  @ParameterizedTest
  @MethodSource("untrained")
  void shouldForecastFromOneValueOn(Baseline baseline) {
    assertThat(forecast(baseline, 3, 5)).containsExactly(5, 5, 5);
  }

  @Test
  void shouldRefuseSeasonsThatAreNone() {
    assertThatIllegalArgumentException().isThrownBy(() -> new SeasonalNaive(0));
    assertThatIllegalArgumentException().isThrownBy(() -> new MovingMedian(0));
  }

  private static Stream<Baseline> untrained() {
    return Stream.of(
        new LastValue(),
        new SeasonalNaive(4),
        new SeasonalRatio(4),
        new Naive2(4),
        new Drift(),
        new MovingMedian(5),
        new ExponentialSmoothing(4),
        new Theta(4));
  }

  private static double[] forecast(Baseline baseline, int horizon, double... values) {
    FittedBaseline fitted = baseline.fit(values, values.length);
    double[] forecast = new double[horizon];
    for (int ahead = 1; ahead <= horizon; ahead++) {
      forecast[ahead - 1] = fitted.forecast(values.length, ahead);
    }
    return forecast;
  }

  /// A season in per cent around 100.
  private static double[] seasonal(int length, int season) {
    double[] values = new double[length];
    for (int t = 0; t < length; t++) {
      values[t] = 100 * (1 + 0.3 * Math.sin(2 * Math.PI * t / season) + 0.1 * (t % 2));
    }
    return values;
  }
}
