package io.eddy.model.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.optimizer.OptimizerSettings.Sgd;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class WeightAverageTest {

  private static final int SIZE = 37;

  private static Parameters weights() {
    return Parameters.zeros(
        List.of(
            ParameterSpec.vector("w", SIZE, new Initializer.Zero()),
            ParameterSpec.buffer("mean", 2, new Initializer.Zero())));
  }

  private static Parameters random(SplittableRandom random) {
    Parameters weights = weights();
    for (int i = 0; i < SIZE; i++) {
      weights.values(0)[i] = (float) (random.nextDouble() - 0.3);
    }
    weights.values(1)[1] = (float) random.nextDouble();
    return weights;
  }

  @Test
  void shouldBeThePlainMean() {
    var random = new SplittableRandom(1);
    WeightAverage average = WeightAverage.mean(weights(), Kernels.best());
    double[] sum = new double[SIZE];
    for (int t = 1; t <= 200; t++) {
      Parameters weights = random(random);
      for (int i = 0; i < SIZE; i++) {
        sum[i] += weights.values(0)[i];
      }

      average.add(weights);

      assertThat(average.count()).isEqualTo(t);
      for (int i = 0; i < SIZE; i++) {
        assertThat((double) average.average().values(0)[i]).isCloseTo(sum[i] / t, offset(2e-6));
      }
      assertThat(average.average().values(1)[1]).isEqualTo(weights.values(1)[1]);
    }
  }

  @Test
  void shouldForgetExponentially() {
    var random = new SplittableRandom(2);
    WeightAverage average = WeightAverage.exponential(0.9, weights(), Kernels.best());
    double[] expected = new double[SIZE];
    for (int t = 1; t <= 200; t++) {
      Parameters weights = random(random);
      for (int i = 0; i < SIZE; i++) {
        double w = weights.values(0)[i];
        expected[i] = t == 1 ? w : 0.9 * expected[i] + (1 - 0.9) * w;
      }

      average.add(weights);

      for (int i = 0; i < SIZE; i++) {
        assertThat((double) average.average().values(0)[i]).isCloseTo(expected[i], offset(2e-6));
      }
    }
  }

  @Test
  void shouldNotDriftFromWeightsThatDoNotMove() {
    Parameters weights = random(new SplittableRandom(3));
    WeightAverage mean = WeightAverage.mean(weights, Kernels.best());
    WeightAverage moving = WeightAverage.exponential(0.999, weights, Kernels.best());
    for (int t = 0; t < 10_000; t++) {
      mean.add(weights);
      moving.add(weights);
    }

    assertThat(mean.average().values(0)).isEqualTo(weights.values(0));
    assertThat(moving.average().values(0)).isEqualTo(weights.values(0));
  }

  @Test
  void shouldGoOnFromASavedAverage() {
    var random = new SplittableRandom(4);
    WeightAverage whole = WeightAverage.mean(weights(), Kernels.best());
    WeightAverage restored = WeightAverage.mean(weights(), Kernels.best());
    whole.add(random(random));
    whole.add(random(random));

    restored.restore(2, whole.average());

    Parameters third = random(random);
    whole.add(third);
    restored.add(third);
    assertThat(restored.average().values(0)).isEqualTo(whole.average().values(0));
  }

  /// Polyak's case: descent at a constant rate on noisy gradients goes round the minimum, its mean
  /// goes to it.
  @Test
  void shouldComeCloserToTheMinimumThanNoisyDescent() {
    var random = new SplittableRandom(5);
    Parameters weights = weights();
    Parameters gradients = weights();
    var optimizer = new Optimizer(Sgd.defaults(), weights, Kernels.best());
    WeightAverage average = WeightAverage.mean(weights, Kernels.best());
    for (int t = 0; t < 3000; t++) {
      for (int i = 0; i < SIZE; i++) {
        double noise = random.nextDouble() - 0.5;
        gradients.values(0)[i] = (float) (weights.values(0)[i] - 1 + 4 * noise);
      }
      optimizer.step(gradients, 0.2);
      if (t >= 100) {
        average.add(weights);
      }
    }

    assertThat(distance(average.average())).isLessThan(distance(weights) / 5);
  }

  private static double distance(Parameters weights) {
    double sum = 0;
    for (float weight : weights.values(0)) {
      sum += (weight - 1) * (weight - 1);
    }
    return Math.sqrt(sum);
  }

  @Test
  void shouldRefuseADecayThatKeepsNothingNew() {
    assertThatThrownBy(() -> WeightAverage.exponential(1, weights(), Kernels.best()))
        .hasMessageContaining("decays by 1.0");
  }
}
