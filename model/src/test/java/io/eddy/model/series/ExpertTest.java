package io.eddy.model.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Every expert against its definition once more, on the whole array and from its beginning.
class ExpertTest {

  private static final int RING = 70;
  private static final int HORIZON = 30;

  /// What an expert must answer after the values seen so far.
  interface Definition {
    // @param ahead from 1
    double forecast(double[] y, int ahead);
  }

  static Stream<Arguments> experts() {
    return Stream.of(
        Arguments.of(new Expert.Level(1), last()),
        Arguments.of(new Expert.Level(0.5), level(0.5)),
        Arguments.of(new Expert.Level(0.05), level(0.05)),
        Arguments.of(new Expert.DampedTrend(0.8, 0.1, 0.9), dampedTrend(0.8, 0.1, 0.9)),
        Arguments.of(new Expert.DampedTrend(0.5, 0.05, 0.97), dampedTrend(0.5, 0.05, 0.97)),
        Arguments.of(new Expert.Drift(), drift()),
        Arguments.of(new Expert.Intermittent(0.1, 0.05), intermittent(0.1, 0.05)),
        Arguments.of(new Expert.Median(7), median(56)),
        Arguments.of(new Expert.Median(12), median(48)),
        Arguments.of(new Expert.Median(60), median(60)),
        Arguments.of(new Expert.SeasonalShift(5, 1, 1), seasonalShift(5, 1, 1)),
        Arguments.of(new Expert.SeasonalShift(12, 0, 1), seasonalShift(12, 0, 1)),
        Arguments.of(new Expert.SeasonalShift(12, 1, 0.9), seasonalShift(12, 1, 0.9)),
        Arguments.of(new Expert.SeasonalShift(35, 5, 1), seasonalShift(35, 5, 1)),
        Arguments.of(
            new Expert.SeasonalSmoothing(0.1, 0.1, 0.2, 0.5, 5, 0),
            new SeasonalSmoothing(0.1, 0.1, 0.2, 0.5, 5, 0)),
        Arguments.of(
            new Expert.SeasonalSmoothing(0.05, 0.1, 0.3, 0.8, 6, 24),
            new SeasonalSmoothing(0.05, 0.1, 0.3, 0.8, 6, 24)),
        Arguments.of(
            new Expert.SeasonalSmoothing(0.3, 0.3, 0.1, 0.5, 5, 12),
            new SeasonalSmoothing(0.3, 0.3, 0.1, 0.5, 5, 12)));
  }

  @ParameterizedTest
  @MethodSource("experts")
  void shouldForecastByItsDefinition(Expert expert, Definition definition) {
    long seed = 7;
    check(expert, definition, values(3 * RING, seed), seed);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldForecastIntermittentDemandByTheRecursionOfTeunterSyntetosAndBabai(long seed) {
    double[] values = demand(3 * RING, 0.25, seed);

    check(new Expert.Intermittent(0.1, 0.05), intermittent(0.1, 0.05), values, seed);
    check(new Expert.Median(12), median(48), values, seed);
  }

  /// Against what really came, over a long series, so that luck does not decide.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldBeatAllOtherExpertsOnIntermittentDemand(long seed) {
    double[] values = demand(20_000, 0.25, seed);
    List<Expert> experts = BaseForecast.MIX.experts(List.of(7), true);
    double[] squares = new double[experts.size()];
    double[][] states =
        experts.stream().map(expert -> new double[expert.stateSize()]).toArray(double[][]::new);
    double[] out = new double[1];
    var series = new Series(SeriesSpec.naive(0), RING, 1);

    for (int t = 0; t < values.length - 1; t++) {
      series.append(t, values[t]);
      for (int k = 0; k < squares.length; k++) {
        experts.get(k).observe(series, states[k], 0);
        forecast(experts.get(k), series, states[k], 0, out);
        squares[k] += (values[t + 1] - out[0]) * (values[t + 1] - out[0]);
      }
    }

    int intermittent = experts.indexOf(new Expert.Intermittent(0.1, 0.05));
    for (int k = 0; k < squares.length; k++) {
      if (k != intermittent) {
        assertThat(squares[intermittent])
            .as("%s, seed %d", experts.get(k), seed)
            .isLessThan(squares[k]);
      }
    }
  }

  @Test
  void shouldForgetDemandThatHasEnded() {
    var expert = new Expert.Intermittent(0.1, 0.05);
    var series = new Series(SeriesSpec.naive(0), RING, 1);
    double[] state = new double[expert.stateSize()];
    double[] out = new double[1];
    for (double value : demand(500, 0.5, 1)) {
      series.append(series.steps(), value);
      expert.observe(series, state, 0);
    }
    forecast(expert, series, state, 0, out);
    double before = out[0];

    for (int t = 0; t < 100; t++) {
      series.append(series.steps(), 0);
      expert.observe(series, state, 0);
    }
    forecast(expert, series, state, 0, out);

    assertThat(before).isGreaterThan(1);
    assertThat(out[0]).isCloseTo(before * Math.pow(0.95, 100), within(1e-12));
  }

  private static void check(Expert expert, Definition definition, double[] values, long seed) {
    var series = new Series(SeriesSpec.naive(0), RING, 1);
    // Room on both sides that is nobody's.
    double[] state = new double[expert.stateSize() + 2];
    state[0] = Double.NaN;
    state[state.length - 1] = Double.NaN;
    double[] out = new double[HORIZON];

    for (int t = 0; t < values.length; t++) {
      series.append(t, values[t]);
      expert.observe(series, state, 1);
      forecast(expert, series, state, 1, out);

      double[] seen = Arrays.copyOf(values, t + 1);
      for (int ahead = 1; ahead <= HORIZON; ahead++) {
        assertThat(out[ahead - 1])
            .as("step %d, %d ahead, seed %d", t, ahead, seed)
            .isCloseTo(definition.forecast(seen, ahead), within(1e-9));
      }
    }
    assertThat(state[0]).isNaN();
    assertThat(state[state.length - 1]).isNaN();
  }

  @ParameterizedTest
  @MethodSource("experts")
  void shouldRepeatAConstant(Expert expert, Definition definition) {
    var series = new Series(SeriesSpec.naive(0), RING, 1);
    double[] state = new double[expert.stateSize()];
    double[] out = new double[HORIZON];

    for (int t = 0; t < 2 * RING; t++) {
      series.append(t, 12.5);
      expert.observe(series, state, 0);
      forecast(expert, series, state, 0, out);

      for (double forecast : out) {
        assertThat(forecast).as("step %d", t).isCloseTo(12.5, within(1e-12));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("experts")
  void shouldStayFiniteAtTheEndsOfDoublesRange(Expert expert, Definition definition) {
    var random = new SplittableRandom(3);
    var series = new Series(SeriesSpec.naive(0), RING, 1);
    double[] state = new double[expert.stateSize()];
    double[] out = new double[1024];

    for (int t = 0; t < 4 * RING; t++) {
      series.append(t, random.nextBoolean() ? Double.MAX_VALUE : -Double.MAX_VALUE);
      expert.observe(series, state, 0);
      forecast(expert, series, state, 0, out);

      for (double forecast : out) {
        assertThat(forecast).as("step %d", t).isFinite();
      }
    }
  }

  /// The forecast that an expert's line and shape stand for.
  ///
  /// @param out (horizon), overwritten
  static void forecast(Expert expert, Series series, double[] state, int at, double[] out) {
    double[] line = new double[Expert.LINE];
    Arrays.fill(line, Double.NaN);
    Arrays.fill(out, 0);
    expert.line(series, state, at, line);
    Expert.Shape shape = expert.shape();
    if (shape != null) {
      shape.addTo(series, state, at, 1, out);
    }
    double fading = line[2];
    for (int h = 0; h < out.length; h++) {
      fading *= expert.rate();
      out[h] += series.image(0) + line[0] + (h + 1) * line[1] + fading;
    }
  }

  // ---- definitions ------------------------------------------------------------------------------

  private static Definition last() {
    return (y, ahead) -> y[y.length - 1];
  }

  private static Definition level(double alpha) {
    return (y, ahead) -> {
      double sum = 0;
      double weight = 1;
      for (int t = y.length - 1; t > 0; t--) {
        sum += alpha * weight * y[t];
        weight *= 1 - alpha;
      }
      return sum + weight * y[0];
    };
  }

  private static Definition dampedTrend(double alpha, double beta, double damping) {
    return (y, ahead) -> {
      double level = y[0];
      double trend = 0;
      for (int t = 1; t < y.length; t++) {
        double error = y[t] - (level + damping * trend);
        level = level + damping * trend + alpha * error;
        trend = damping * trend + beta * error;
      }
      return level + trend * damping * (1 - Math.pow(damping, ahead)) / (1 - damping);
    };
  }

  private static Definition drift() {
    return (y, ahead) -> {
      int t = y.length - 1;
      return t == 0 ? y[0] : y[t] + ahead * (y[t] - y[0]) / t;
    };
  }

  private static Definition intermittent(double alpha, double beta) {
    return (y, ahead) -> {
      double probability = 0;
      double size = 0;
      int demands = 0;
      for (int t = 0; t < y.length; t++) {
        double gain = Math.max(beta, 1.0 / (t + 1));
        if (y[t] == 0) {
          probability = probability - gain * probability;
        } else {
          probability = probability + gain * (1 - probability);
          size = demands == 0 ? y[t] : size + alpha * (y[t] - size);
          demands++;
        }
      }
      return probability * size;
    };
  }

  private static Definition median(int window) {
    return (y, ahead) -> {
      double[] sorted = Arrays.copyOfRange(y, Math.max(0, y.length - window), y.length);
      Arrays.sort(sorted);
      int half = sorted.length / 2;
      return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    };
  }

  private static Definition seasonalShift(int season, int span, double decay) {
    return (y, ahead) -> {
      int t = y.length - 1;
      if (t < season) {
        return y[t];
      }
      int seen = Math.min(span, Math.min(RING, y.length) - season);
      double shift = 0;
      for (int i = 0; i < seen; i++) {
        shift += (y[t - i] - y[t - i - season]) / seen;
      }
      int sameTime = t + ahead;
      while (sameTime > t) {
        sameTime -= season;
      }
      return y[sameTime] + Math.pow(decay, ahead) * shift;
    };
  }

  private record SeasonalSmoothing(
      double alpha, double shortGain, double longGain, double persistence, int shorter, int longer)
      implements Definition {

    @Override
    public double forecast(double[] y, int ahead) {
      int first = Math.max(shorter, longer);
      if (y.length < first) {
        return y[y.length - 1];
      }
      double level = Arrays.stream(y, 0, first).average().orElseThrow();
      double[] shorts = new double[shorter];
      int[] counts = new int[shorter];
      for (int t = 0; t < first; t++) {
        shorts[t % shorter] += y[t] - level;
        counts[t % shorter]++;
      }
      for (int phase = 0; phase < shorter; phase++) {
        shorts[phase] /= counts[phase];
      }
      double[] longs = new double[Math.max(1, longer)]; // one zero stands for no longer season
      for (int t = 0; t < longer; t++) {
        longs[t] = y[t] - level - shorts[t % shorter];
      }
      double before = 0;
      for (int t = first; t < y.length; t++) {
        double error = y[t] - level - shorts[t % shorter] - longs[t % longs.length];
        double rest = error - persistence * before;
        level += alpha * rest;
        shorts[t % shorter] += shortGain * rest;
        longs[t % longs.length] += longer > 0 ? longGain * rest : 0;
        before = error;
      }
      int t = y.length - 1 + ahead;
      return level
          + shorts[t % shorter]
          + longs[t % longs.length]
          + Math.pow(persistence, ahead) * before;
    }
  }

  /// Mostly zeros; where there is demand, its sizes differ much.
  private static double[] demand(int count, double probability, long seed) {
    var random = new SplittableRandom(seed);
    double[] values = new double[count];
    for (int t = 0; t < count; t++) {
      double size = 1 - 10 * StrictMath.log(1 - random.nextDouble());
      values[t] = random.nextDouble() < probability ? Math.rint(size) : 0;
    }
    return values;
  }

  /// A walk with two seasons, so that no term of any expert is nothing.
  private static double[] values(int count, long seed) {
    var random = new SplittableRandom(seed);
    double[] values = new double[count];
    double level = 50;
    for (int t = 0; t < count; t++) {
      level += 0.3 * random.nextGaussian();
      values[t] =
          level + 4 * StrictMath.sin(t * 0.9) + 3 * StrictMath.sin(t * 0.26) + random.nextDouble();
    }
    return values;
  }
}
