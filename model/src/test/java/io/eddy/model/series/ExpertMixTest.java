package io.eddy.model.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExpertMixTest {

  private static final int RING = 60;
  private static final long HOUR = 3_600_000;
  private static final Expert LAST = new Expert.Level(1);
  private static final Expert CALM = new Expert.Level(0.05);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldFavourTheExpertThatDidWellOnThisKey(long seed) {
    int horizon = 4;
    var random = new SplittableRandom(seed);
    List<Expert> experts = List.of(LAST, CALM);
    var noise = new Key(experts, horizon);
    var walk = new Key(experts, horizon);
    for (int t = 0; t < 300; t++) {
      noise.append(random.nextGaussian());
      walk.append(t == 0 ? 0 : walk.series.value(0) + random.nextGaussian());
    }

    // One that is wrong by 1.4 times as much has a sixteenth of the weight.
    assertThat(shareOfFirst(noise)).as("seed %d", seed).isLessThan(0.2);
    assertThat(shareOfFirst(walk)).as("seed %d", seed).isGreaterThan(0.8);
  }

  /// How much of the base is the first expert's, where there are two.
  private static double shareOfFirst(Key key) {
    double first = key.forecast(0)[0];
    double second = key.forecast(1)[0];
    return (key.mix.base(1) - second) / (first - second);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 7})
  void shouldBeTheExpertItselfWhereItIsAlone(int season) {
    List<Integer> seasons = season == 0 ? List.of() : List.of(season);
    List<Expert> experts = BaseForecast.NAIVE.experts(seasons, false);
    var key = new Key(experts, 9);

    for (double value : values(150, 5)) {
      key.append(value);

      double[] alone = key.forecast(0);
      for (int ahead = 1; ahead <= 9; ahead++) {
        assertThat(key.mix.base(ahead)).isCloseTo(alone[ahead - 1], within(1e-12));
      }
    }
    assertThat(experts).hasSize(1);
  }

  /// The weights once more, by the definition.
  @ParameterizedTest
  @CsvSource({"1,0", "5,0", "5,7", "30,7"})
  void shouldWeighByTheErrorsOfWholeHorizons(int horizon, int season) {
    List<Integer> seasons = season == 0 ? List.of() : List.of(season);
    List<Expert> experts = BaseForecast.MIX.experts(seasons, false);
    var key = new Key(experts, horizon);
    double[][] waiting = new double[experts.size()][];
    double[] errors = new double[experts.size()];
    int origin = 0;
    int next = 1;
    int matured = 0;
    double[] values = values(200, 6);

    for (int t = 0; t < values.length; t++) {
      key.append(values[t]);
      int steps = t + 1;
      if (origin > 0) {
        matured++;
        for (int k = 0; k < errors.length; k++) {
          double error = Math.abs(values[t] - waiting[k][steps - origin - 1]);
          errors[k] += (error - errors[k]) / Math.min(matured, Math.max(50, 2 * horizon));
        }
        if (steps - origin == horizon) {
          next = steps + Phases.gap(origin, t * HOUR, horizon);
          origin = 0;
        }
      }
      double[][] forecasts = new double[errors.length][];
      for (int k = 0; k < errors.length; k++) {
        forecasts[k] = key.forecast(k);
      }
      if (origin == 0 && steps >= next) {
        origin = steps;
        waiting = forecasts;
      }

      double least = Arrays.stream(errors).min().orElseThrow();
      for (int ahead = 1; ahead <= horizon; ahead++) {
        double sum = 0;
        double weights = 0;
        for (int k = 0; k < errors.length; k++) {
          double weight = errors[k] == 0 ? 1 : Math.pow(least / errors[k], 8);
          sum += weight * forecasts[k][ahead - 1];
          weights += weight;
        }
        assertThat(key.mix.base(ahead))
            .as("step %d, %d ahead", t, ahead)
            // What waits is kept in floats.
            .isCloseTo(sum / weights, within(1e-6));
      }
    }
    assertThat(matured).isGreaterThan(80);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 5, -1e300, Double.MIN_VALUE, Double.MAX_VALUE})
  void shouldRepeatAConstantToTheBit(double constant) {
    var series = series(SeriesSpec.of(List.of(5, 20), BaseForecast.MIX));

    for (int t = 0; t < 3 * RING; t++) {
      series.append(t * HOUR, constant);

      for (int ahead = 1; ahead <= 6; ahead++) {
        assertThat(series.base(ahead))
            .isCloseTo(
                series.imageOf(constant), within(1e-14 * Math.abs(series.imageOf(constant))));
      }
    }
  }

  @Test
  void shouldStayFiniteAtTheEndsOfDoublesRange() {
    var random = new SplittableRandom(4);
    var series = series(SeriesSpec.of(List.of(5, 20), BaseForecast.MIX));

    for (int t = 0; t < 10 * RING; t++) {
      double size = random.nextBoolean() ? Double.MAX_VALUE : Double.MIN_VALUE;
      series.append(t * HOUR, random.nextBoolean() ? size : -size);

      for (int ahead = 1; ahead <= 6; ahead++) {
        assertThat(series.base(ahead)).as("step %d", t).isFinite();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 6})
  void shouldAllocateNothingPerEvent(int horizon) {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    var spec = SeriesSpec.of(List.of(5, 20), BaseForecast.MIX).withNonNegative(true);
    var series = new Series(spec, RING, horizon);
    double[] values = values(200, 8);
    long allocated = Long.MAX_VALUE;

    // What a round that is compiled meanwhile allocates is the compiler's.
    for (int round = 0; round < 50 && allocated > 0; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (double value : values) {
        series.append(series.steps() * HOUR, value);
      }
      allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
    }

    assertThat(allocated).isZero();
  }

  /// The mean of many simple forecasters must not need a key's worth of them.
  @Test
  void shouldTakeFewBytesOfAKey() {
    var panel = new Panel(BaseForecast.MIX.experts(List.of(24), true), 48);

    assertThat(new ExpertMix(panel, true).byteSize()).isLessThan(2_000);
  }

  @Test
  void shouldComeBackFromBytesAtEveryFillLevel() {
    var spec = SeriesSpec.of(List.of(5, 20), BaseForecast.MIX);
    double[] values = values(200, 8);
    for (int count = 0; count < 150; count += count < 30 ? 1 : 7) {
      Series kept = series(spec, Arrays.copyOf(values, count));
      byte[] bytes = bytes(kept);
      // What was in there before must not shine through.
      Series read = series(spec, values(77, 9));

      read.read(ByteBuffer.wrap(bytes));

      assertThat(bytes(read)).as("fill %d", count).isEqualTo(bytes);
      for (int t = count; t < count + 40; t++) {
        kept.append(t * HOUR, values[t]);
        read.append(t * HOUR, values[t]);
        assertThat(bytes(read)).as("fill %d, step %d", count, t).isEqualTo(bytes(kept));
      }
    }
  }

  @Test
  void shouldShareNothingWithItsCopy() {
    var spec = SeriesSpec.of(List.of(5, 20), BaseForecast.MIX);
    Series series = series(spec, values(100, 8));
    Series copy = series.copy();
    byte[] before = bytes(series);
    assertThat(bytes(copy)).isEqualTo(before);

    for (double value : values(50, 9)) {
      series.append(series.steps() * HOUR, value);
    }

    assertThat(bytes(copy)).isEqualTo(before);
    for (double value : values(50, 9)) {
      copy.append(copy.steps() * HOUR, value);
    }
    assertThat(bytes(copy)).isEqualTo(bytes(series));
  }

  @ParameterizedTest
  @CsvSource({"-1,9", "10,9", "3,9", "2,-1"})
  void shouldRefuseAForecastThatCannotBeWaiting(long origin, long matured) {
    var key = new Key(List.of(LAST, CALM), 4);
    for (double value : values(9, 1)) {
      key.append(value);
    }
    ByteBuffer bytes = ByteBuffer.allocate(key.mix.byteSize());
    key.mix.write(bytes);
    bytes.putLong(0, origin).putLong(16, matured).flip();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ExpertMix(new Panel(List.of(LAST, CALM), 4), false).read(bytes, 9))
        .withMessageContaining("since step " + origin + " of 9");
  }

  /// A mix that is told of the same values as a second life of each of its experts.
  private static final class Key {
    final Series series = new Series(SeriesSpec.naive(0), RING, 1);
    final ExpertMix mix;
    private final List<Expert> experts;
    private final double[][] states;
    private final int horizon;

    Key(List<Expert> experts, int horizon) {
      this.experts = experts;
      this.horizon = horizon;
      mix = new ExpertMix(new Panel(experts, horizon), false);
      states =
          experts.stream().map(expert -> new double[expert.stateSize()]).toArray(double[][]::new);
    }

    void append(double value) {
      series.append(series.steps() * HOUR, value);
      mix.observe(series);
      for (int k = 0; k < states.length; k++) {
        experts.get(k).observe(series, states[k], 0);
      }
    }

    double[] forecast(int expert) {
      double[] out = new double[horizon];
      ExpertTest.forecast(experts.get(expert), series, states[expert], 0, out);
      return out;
    }
  }

  private static Series series(SeriesSpec spec, double... values) {
    var series = new Series(spec, RING, 6);
    for (int t = 0; t < values.length; t++) {
      series.append(t * HOUR, values[t]);
    }
    return series;
  }

  private static byte[] bytes(Series series) {
    ByteBuffer buffer = ByteBuffer.allocate(series.byteSize());
    series.write(buffer);
    assertThat(buffer.hasRemaining()).isFalse();
    return buffer.array();
  }

  private static double[] values(int count, long seed) {
    var random = new SplittableRandom(seed);
    double[] values = new double[count];
    double level = 50;
    for (int t = 0; t < count; t++) {
      level += 0.3 * random.nextGaussian();
      values[t] = level + 4 * StrictMath.sin(t * 0.9) + random.nextDouble();
    }
    return values;
  }
}
