package io.eddy.model.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreparationTest {

  private static final int RING = 24;
  private static final int HORIZON = 25;

  @ParameterizedTest
  @CsvSource({"0,1", "0,9", "2,1", "5,3", "5,11", "12,22"})
  void shouldGiveScaledDifferencesAndLags(int season, int lagCount) {
    long seed = 17;
    double[] values = walk(3 * RING, seed);
    var preparation = new Preparation(SeriesSpec.naive(season), lagCount);
    var series = new Series(SeriesSpec.naive(season), RING, HORIZON);
    float[] inputs = new float[preparation.inputSize()];

    for (int t = 0; t < values.length; t++) {
      series.append(t, values[t]);
      preparation.inputs(series, inputs, 0);

      double[] expected = plainInputs(values, t, series.scale(0), season, lagCount);
      for (int i = 0; i < expected.length; i++) {
        double limit = i < preparation.recurrentSize() ? 8 : 64;
        expected[i] = Math.clamp(expected[i], -limit, limit);
        assertThat((double) inputs[i])
            .as("input %d of step %d, seed %d", i, t, seed)
            .isCloseTo(expected[i], within(1e-6 * (1 + Math.abs(expected[i]))));
      }
    }
  }

  /// The definition once more, on the whole array and without clipping.
  private static double[] plainInputs(double[] y, int t, double scale, int season, int lagCount) {
    List<Double> inputs = new ArrayList<>();
    inputs.add(t >= 1 ? y[t] - y[t - 1] : 0);
    inputs.add(innovation(y, t, season));
    double volatility = 0;
    for (int i = Math.max(0, t - 7); i <= t; i++) {
      volatility += Math.abs(innovation(y, i, season));
    }
    inputs.add(volatility / 8);
    if (season > 0) {
      boolean whole = t >= season;
      inputs.add(whole ? y[t] - y[t - season] : 0);
      inputs.add(whole ? y[t - season + 1] - y[t - season] : 0);
    }
    for (int lag = 1; lag <= lagCount; lag++) {
      inputs.add(t >= lag ? y[t - lag] - y[t] : 0);
    }
    return inputs.stream().mapToDouble(input -> input == 0 ? 0 : input / scale).toArray();
  }

  /// A value less the naive forecast of it.
  private static double innovation(double[] y, int t, int season) {
    if (t == 0) {
      return 0;
    }
    double change = y[t] - y[t - 1];
    return season == 0 || t <= season ? change : change - (y[t - season] - y[t - season - 1]);
  }

  @ParameterizedTest
  @CsvSource({"0,9", "5,11"})
  void shouldHaveOneFloatPerInput(int season, int lagCount) {
    var preparation = new Preparation(SeriesSpec.naive(season), lagCount);

    assertThat(preparation.recurrentSize()).isEqualTo(season == 0 ? 3 : 5);
    assertThat(preparation.inputSize()).isEqualTo(preparation.recurrentSize() + lagCount);
    assertThat(preparation.inputNames()).hasSize(preparation.inputSize());
  }

  @ParameterizedTest
  @CsvSource({"0,6", "3,6"})
  void shouldBeZeroWhereThePastIsMissing(int season, int lagCount) {
    var preparation = new Preparation(SeriesSpec.naive(season), lagCount);
    var series = new Series(SeriesSpec.naive(season), RING, HORIZON);
    int recurrent = preparation.recurrentSize();

    for (int t = 0; t < 12; t++) {
      // Squares, so that no two differences are equal and none of the past's inputs is zero.
      series.append(t, t * t);
      float[] inputs = new float[preparation.inputSize()];
      Arrays.fill(inputs, Float.NaN);
      preparation.inputs(series, inputs, 0);

      for (int i = 0; i < recurrent; i++) {
        // Difference, innovation and volatility need one value before them, the rest a season.
        int needed = i < 3 ? 1 : season;
        assertThat(inputs[i] != 0).as("input %d at step %d", i, t).isEqualTo(t >= needed);
      }
      for (int lag = 1; lag <= lagCount; lag++) {
        assertThat(inputs[recurrent + lag - 1] != 0)
            .as("lag %d at step %d", lag, t)
            .isEqualTo(t >= lag);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"0,9", "5,3"})
  void shouldWriteAllItsInputsAndNothingElse(int season, int lagCount) {
    var preparation = new Preparation(SeriesSpec.naive(season), lagCount);
    var series = new Series(SeriesSpec.naive(season), RING, HORIZON);
    for (int t = 0; t < 4; t++) {
      series.append(t, t * t);
    }
    float[] out = new float[preparation.inputSize() + 10];
    Arrays.fill(out, Float.NaN);

    preparation.inputs(series, out, 5);

    for (int i = 0; i < out.length; i++) {
      boolean inside = i >= 5 && i < 5 + preparation.inputSize();
      assertThat(Float.isNaN(out[i])).as("float %d", i).isEqualTo(!inside);
    }
  }

  /// What re-warming relies on: a step in the ring's middle looks as it did when it was the newest,
  /// as soon as its lookback lies in the ring.
  @ParameterizedTest
  @ValueSource(ints = {0, 2, 5, 12})
  void shouldSeeAnOlderStepAsItWasWhenItWasNew(int season) {
    var preparation = new Preparation(SeriesSpec.naive(season), 1);
    var series = new Series(SeriesSpec.naive(season), RING, HORIZON);
    double[] values = walk(3 * RING, 23);
    List<float[]> whenNew = new ArrayList<>();

    for (int t = 0; t < values.length; t++) {
      series.append(t, values[t]);
      float[] now = new float[preparation.recurrentSize()];
      preparation.recurrentInputs(series, 0, now, 0);
      whenNew.add(now);

      boolean whole = series.steps() == series.size();
      int oldest = series.size() - 1 - (whole ? 0 : preparation.recurrentLookback());
      assertThat(oldest).isNotNegative();
      for (int back = 0; back <= oldest; back++) {
        float[] later = new float[preparation.recurrentSize()];
        preparation.recurrentInputs(series, back, later, 0);
        assertThat(later).as("%d back at step %d", back, t).isEqualTo(whenNew.get(t - back));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"0,-3,0", "0,20,0", "5,-7,0", "0,0,1048576", "5,11,-4096", "2,-10,0.5"})
  void shouldNotDependOnUnitAndLevel(int season, int exponent, double shift) {
    double factor = Math.scalb(1.0, exponent);
    var preparation = new Preparation(SeriesSpec.naive(season), 9);
    var plain = new Series(SeriesSpec.naive(season), RING, HORIZON);
    var moved = new Series(SeriesSpec.naive(season), RING, HORIZON);
    var random = new SplittableRandom(41);
    float[] expected = new float[preparation.inputSize()];
    float[] inputs = new float[preparation.inputSize()];

    for (int t = 0; t < 4 * RING; t++) {
      // Few enough bits that moving and scaling are exact.
      double value = random.nextInt(-2000, 2000) / 16.0;
      plain.append(t, value);
      moved.append(t, factor * value + shift);
      preparation.inputs(plain, expected, 0);
      preparation.inputs(moved, inputs, 0);

      assertThat(inputs).as("step %d", t).isEqualTo(expected);
      for (int ahead = 1; ahead <= 2 * season + 1; ahead++) {
        assertThat(moved.base(ahead)).isEqualTo(factor * plain.base(ahead) + shift);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 5, -1e300, 1e-300, Double.MIN_VALUE, Double.MAX_VALUE})
  void shouldGiveZerosForAConstantSeries(double constant) {
    for (int season : new int[] {0, 5}) {
      var preparation = new Preparation(SeriesSpec.naive(season), 9);
      var series = new Series(SeriesSpec.naive(season), RING, HORIZON);
      float[] inputs = new float[preparation.inputSize()];
      for (int t = 0; t < 2 * RING; t++) {
        series.append(t, constant);
        Arrays.fill(inputs, Float.NaN);

        preparation.inputs(series, inputs, 0);

        assertThat(inputs).containsOnly(0);
        assertThat(series.base(7)).isEqualTo(series.imageOf(constant));
        assertThat(series.divisor(0)).isPositive().isFinite();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e6, -1e6, 1e300})
  void shouldLimitWhatOneOutlierCanDo(double outlier) {
    var preparation = new Preparation(SeriesSpec.naive(0), 3);
    var series = new Series(SeriesSpec.naive(0), 1000, HORIZON);
    for (int t = 0; t < 900; t++) {
      series.append(t, t % 2);
    }
    float[] inputs = new float[preparation.inputSize()];
    series.append(900, outlier);

    preparation.inputs(series, inputs, 0);

    float sign = (float) Math.signum(outlier);
    assertThat(inputs).containsExactly(8 * sign, 8 * sign, 8, -64 * sign, -64 * sign, -64 * sign);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void shouldStayFiniteWhereDifferencesOverflow(int season) {
    var preparation = new Preparation(SeriesSpec.naive(season), 4);
    var series = new Series(SeriesSpec.naive(season), RING, HORIZON);
    float[] inputs = new float[preparation.inputSize()];
    for (int t = 0; t < 2 * RING; t++) {
      series.append(t, t * t % 5 == 1 ? Double.MAX_VALUE : -Double.MAX_VALUE);

      preparation.inputs(series, inputs, 0);

      for (float input : inputs) {
        assertThat(input).as("step %d", t).isFinite();
      }
    }
  }

  private static double[] walk(int count, long seed) {
    var random = new SplittableRandom(seed);
    double[] values = new double[count];
    double value = 100;
    for (int t = 0; t < count; t++) {
      value += random.nextDouble() - 0.5;
      values[t] = value;
    }
    return values;
  }
}
