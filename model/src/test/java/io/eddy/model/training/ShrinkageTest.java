package io.eddy.model.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.eddy.model.Examples;
import io.eddy.model.cell.CellType;
import io.eddy.model.network.ForecastValue;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.series.SeriesSpec;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShrinkageTest {

  private static ForecasterSpec spec(ForecastValue value, int horizon) {
    return new ForecasterSpec(
        CellType.GRU, 3, 1, horizon, SeriesSpec.naive(0), 2, List.of(0.9, 0.5), value, 10);
  }

  private static Parameters parameters(ForecasterSpec spec) {
    return Examples.randomForecaster(spec, 3).parameters().copy();
  }

  /// By brute force: the objective is a polygon, so one of its corners or an end is best.
  private static double leastAbsolute(float[] corrections, float[] targets) {
    double best = 0;
    double least = Double.POSITIVE_INFINITY;
    for (int i = -2; i < targets.length; i++) {
      double share = i == -2 ? 0 : i == -1 ? 1 : targets[i] / (double) corrections[i];
      if (share >= 0 && share <= 1) {
        double sum = 0;
        for (int row = 0; row < targets.length; row++) {
          sum += Math.abs(targets[row] - share * corrections[row]);
        }
        if (sum < least) {
          least = sum;
          best = share;
        }
      }
    }
    return best;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void shouldKeepTheShareWithTheLeastError(long seed) {
    ForecasterSpec spec = spec(ForecastValue.MEAN, 1);
    var shrinkage = new Shrinkage(spec);
    var random = new SplittableRandom(seed);
    float[] corrections = new float[501];
    float[] means = new float[corrections.length];
    float[] targets = new float[corrections.length];
    double products = 0;
    double squares = 0;
    for (int row = 0; row < corrections.length; row++) {
      corrections[row] = (float) random.nextGaussian();
      means[row] = (float) random.nextGaussian();
      double signal = 0.1 * seed * corrections[row] + 0.12 * seed * means[row];
      targets[row] = (float) (signal + random.nextGaussian());
      shrinkage.add(0, corrections[row], means[row], targets[row]);
      products += (double) means[row] * targets[row];
      squares += (double) means[row] * means[row];
    }
    Parameters before = parameters(spec);
    Parameters shrunk = before.copy();

    double mean = shrinkage.applyTo(shrunk);

    // Median and mean are the outputs 2 and 5 of six.
    double share = leastAbsolute(corrections, targets);
    double squared = Math.clamp(products / squares, 0, 1);
    assertThat(share(before, shrunk, 2)).as("seed %d", seed).isCloseTo(share, within(1e-5));
    assertThat(share(before, shrunk, 5)).as("seed %d", seed).isCloseTo(squared, within(1e-5));
    assertThat(mean).isCloseTo((share + squared) / 2, within(1e-9));
  }

  /// What an output of all weights was multiplied by; all others must be as they were.
  private static double share(Parameters before, Parameters after, int output) {
    double share = after.values("head.bias")[output] / (double) before.values("head.bias")[output];
    for (String name : List.of("head.weight", "head.bias", "path.weight")) {
      float[] values = before.values(name);
      for (int i = output; i < values.length; i += before.values("head.bias").length) {
        assertThat((double) after.values(name)[i]).isCloseTo(share * values[i], within(1e-6));
      }
    }
    return share;
  }

  @Test
  void shouldTouchNothingButMediansAndMeans() {
    ForecasterSpec spec = spec(ForecastValue.MEAN, 3);
    var shrinkage = new Shrinkage(spec);
    for (int row = 0; row < 10; row++) {
      for (int h = 0; h < 3; h++) {
        shrinkage.add(h, 1, 2, 0.5f);
      }
    }
    Parameters before = parameters(spec);
    Parameters shrunk = before.copy();

    shrinkage.applyTo(shrunk);

    int outputs = spec.outlookSize();
    for (int i = 0; i < before.count(); i++) {
      String name = before.specs().get(i).name();
      for (int at = 0; at < before.values(i).length; at++) {
        int block = name.startsWith("rnn.") ? -1 : at % outputs / 3;
        float share = block == 2 ? 0.5f : block == 5 ? 0.25f : 1;
        assertThat(shrunk.values(i)[at])
            .as("%s, element %d", name, at)
            .isEqualTo(share * before.values(i)[at]);
      }
    }
  }

  @Test
  void shouldKeepNothingOfNoise() {
    ForecasterSpec spec = spec(ForecastValue.MEAN, 2);
    var shrinkage = new Shrinkage(spec);
    var random = new SplittableRandom(5);
    for (int row = 0; row < 1_000; row++) {
      float correction = (float) random.nextGaussian();
      float target = (float) random.nextGaussian();
      // Every actual lies as often on one side as on the other.
      for (float actual : new float[] {target, -target}) {
        shrinkage.add(0, correction, correction, actual);
      }
      // Corrections that lead astray.
      shrinkage.add(1, correction, correction, -correction);
    }
    Parameters shrunk = parameters(spec);

    double mean = shrinkage.applyTo(shrunk);

    assertThat(mean).isCloseTo(0, within(1e-6));
  }

  @Test
  void shouldKeepAllOfWhatIsRightOrTooCautious() {
    ForecasterSpec spec = spec(ForecastValue.MEAN, 2);
    var shrinkage = new Shrinkage(spec);
    for (int row = 1; row < 100; row++) {
      shrinkage.add(0, row, row, row);
      shrinkage.add(1, row, row, 3 * row);
    }
    Parameters before = parameters(spec);
    Parameters shrunk = before.copy();

    assertThat(shrinkage.applyTo(shrunk)).isEqualTo(1);
    assertThat(shrunk.values("head.weight")).isEqualTo(before.values("head.weight"));
  }

  @Test
  void shouldKeepTheWeightsWhereNothingWasSeenOrCorrected() {
    ForecasterSpec spec = spec(ForecastValue.MEDIAN, 2);
    var shrinkage = new Shrinkage(spec);
    for (int row = 0; row < 100; row++) {
      shrinkage.add(1, 0, 0, row);
    }

    assertThat(shrinkage.applyTo(parameters(spec))).isEqualTo(1);
  }

  @Test
  void shouldLookAtNoMoreRowsThanItHasRoomFor() {
    ForecasterSpec spec = spec(ForecastValue.MEDIAN, 1);
    var shrinkage = new Shrinkage(spec);
    for (int row = 0; row < 50_000; row++) {
      shrinkage.add(0, 1, 1, row < 20_000 ? 0.5f : 1);
    }

    assertThat(shrinkage.applyTo(parameters(spec))).isEqualTo(0.5);
  }
}
