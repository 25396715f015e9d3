package io.eddy.model.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RidgeTest {

  @Test
  void shouldLearnWaves() {
    var training = new RidgeTraining(8, 5);
    training.add(wave(200, 7, 3), 150, 1);
    training.add(wave(200, 11, 1e6), 150, 1);

    Ridge ridge = training.train(true);

    double[] unseen = wave(60, 7, 40);
    for (int ahead = 1; ahead <= 5; ahead++) {
      assertThat(ridge.fit(unseen, 50).forecast(50, ahead))
          .isEqualTo(unseen[49 + ahead], within(1.0));
    }
  }

  @Test
  void shouldFollowLevelAndUnit() {
    Ridge ridge = trained(5);
    double[] values = wave(40, 7, 3);
    double[] moved = new double[40];
    for (int t = 0; t < 40; t++) {
      moved[t] = 1_000 + 10 * values[t];
    }

    assertThat(ridge.fit(moved, 40).forecast(40, 2))
        .isEqualTo(1_000 + 10 * ridge.fit(values, 40).forecast(40, 2), within(1e-6));
  }

  @Test
  void shouldBeCautiousWhereThereIsNothingToLearn() {
    var training = new RidgeTraining(6, 3);
    double[] walk = new double[120];
    var random = new SplittableRandom(5);
    for (int t = 1; t < walk.length; t++) {
      walk[t] = walk[t - 1] + random.nextDouble(-1, 1);
    }
    training.add(walk, 90, 1);

    Ridge ridge = training.train(true);

    assertThat(ridge.penalty()).isGreaterThanOrEqualTo(0.1);
  }

  @Test
  void shouldGiveTheSameBitsTwice() {
    double[] values = wave(40, 7, 3);

    assertThat(trained(5).fit(values, 40).forecast(40, 5))
        .isEqualTo(trained(5).fit(values, 40).forecast(40, 5));
  }

  @Test
  void shouldRepeatTheLastValueWithoutWindows() {
    var training = new RidgeTraining(50, 10);
    training.add(new double[] {1, 2, 3}, 2, 1);

    Ridge ridge = training.train(true);

    assertThat(ridge.fit(new double[] {1, 2, 3}, 3).forecast(3, 10)).isEqualTo(3);
  }

  @Test
  void shouldForecastBeforeItsRingIsFull() {
    Ridge ridge = trained(5);

    assertThat(ridge.fit(new double[] {4}, 1).forecast(1, 1)).isEqualTo(4);
    assertThat(ridge.fit(new double[] {4, 5}, 2).forecast(2, 1)).isFinite();
  }

  @Test
  void shouldRefuseMoreStepsThanItLearned() {
    FittedBaseline fitted = trained(5).fit(new double[] {4}, 1);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> fitted.forecast(1, 6))
        .withMessageContaining("trained for 5");
  }

  @Test
  void shouldSolveByCholesky() {
    double[] a = {4, 0, 0, 2, 5, 0, 2, 3, 6}; // lower triangle
    double[] b = {4 + 4 + 6, 2 + 10 + 9, 2 + 6 + 18}; // A · (1, 2, 3)

    Cholesky.factor(a, 3);
    Cholesky.solve(a, 3, b);

    assertThat(b).usingComparatorWithPrecision(1e-12).containsExactly(1, 2, 3);
    assertThatThrownBy(() -> Cholesky.factor(new double[] {1, 0, 2, 1}, 2))
        .hasMessageContaining("not positive definite");
  }

  private static Ridge trained(int horizon) {
    var training = new RidgeTraining(8, horizon);
    training.add(wave(200, 7, 3), 150, 1);
    return training.train(true);
  }

  private static double[] wave(int length, int period, double size) {
    double[] values = new double[length];
    for (int t = 0; t < length; t++) {
      values[t] = size * Math.sin(2 * Math.PI * t / period);
    }
    return values;
  }
}
