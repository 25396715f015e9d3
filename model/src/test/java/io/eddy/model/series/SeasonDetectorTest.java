package io.eddy.model.series;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SeasonDetectorTest {

  @ParameterizedTest(name = "season {0}, {1} values, seed {2}")
  @CsvSource({
    "7, 200, 1",
    "7, 200, 2",
    "12, 150, 3",
    "24, 500, 4",
    "24, 500, 5",
    "52, 400, 6",
    "96, 700, 7",
    "168, 1500, 8",
    "288, 1600, 9"
  })
  void shouldFindTheSeasonOfKeysOfAnyUnitUnderNoiseTrendAndOutliers(
      int season, int length, long seed) {
    var random = new Random(seed);
    List<double[]> histories = new ArrayList<>();
    for (int key = 0; key < 5; key++) {
      double[] pattern = noise(season, random);
      double[] walk = walk(length, random);
      double[] values = new double[length];
      double unit = StrictMath.pow(10, 2 * key - 4);
      for (int t = 0; t < length; t++) {
        double outlier = random.nextInt(100) == 0 ? 1000 : 0;
        double level = 50 * key + 0.01 * t + 0.05 * walk[t];
        values[t] = unit * (level + pattern[t % season] + 0.7 * random.nextGaussian() + outlier);
      }
      histories.add(values);
    }

    assertThat(SeasonDetector.detect(histories)).containsExactly(season);
  }

  @ParameterizedTest(name = "seasons {0} and {1}, {2} values, seed {3}")
  @CsvSource({
    "24, 168, 1000, 1",
    "24, 168, 1000, 2",
    "7, 365, 2500, 3",
    "7, 365, 2500, 4",
    "48, 336, 2000, 5"
  })
  void shouldFindTwoSeasons(int shorter, int longer, int length, long seed) {
    var random = new Random(seed);
    List<double[]> histories = new ArrayList<>();
    for (int key = 0; key < 4; key++) {
      double[] values = noise(length, random);
      for (int t = 0; t < length; t++) {
        values[t] = 0.3 * values[t] + sine(t, shorter) + sine(t, longer);
      }
      histories.add(values);
    }

    assertThat(SeasonDetector.detect(histories)).containsExactly(shorter, longer);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void shouldFindAWeekInHoursByItsQuietDays(long seed) {
    var random = new Random(seed);
    double[] values = noise(1000, random);
    for (int t = 0; t < values.length; t++) {
      boolean weekend = t / 24 % 7 >= 5;
      values[t] = 20 + 0.5 * values[t] + (weekend ? 2 : 8) * (1 + sine(t, 24));
    }

    assertThat(SeasonDetector.detect(List.of(values))).containsExactly(24, 168);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void shouldFindNoneWhereThereIsNone(long seed) {
    assertNone(seed, 400, 1, (random) -> walk(400, random));
    assertNone(seed, 400, 10, (random) -> walk(400, random));
    assertNone(seed, 1500, 1, (random) -> walk(1500, random));
    assertNone(seed, 400, 10, (random) -> noise(400, random));
    assertNone(seed, 1500, 1, (random) -> noise(1500, random));
    assertNone(seed, 1000, 1, (random) -> sums(walk(1000, random)));
    assertNone(seed, 1000, 5, (random) -> autoregressive(1000, 0.8, random));
  }

  private interface Drawn {
    double[] from(Random random);
  }

  private static void assertNone(long seed, int length, int keys, Drawn drawn) {
    var random = new Random(seed);
    List<double[]> histories = new ArrayList<>();
    for (int key = 0; key < keys; key++) {
      histories.add(drawn.from(random));
    }
    assertThat(SeasonDetector.detect(histories))
        .as("%d keys of %d values, seed %d", keys, length, seed)
        .isEmpty();
  }

  @Test
  void shouldFindNoneInTrendsConstantsAndTooLittle() {
    assertThat(SeasonDetector.detect(List.of())).isEmpty();
    assertThat(SeasonDetector.detect(List.of(new double[0], new double[] {1}))).isEmpty();
    assertThat(detect(100, t -> 5.1)).isEmpty();
    assertThat(detect(500, t -> 3.3 * t)).isEmpty();
    assertThat(detect(500, t -> StrictMath.exp(t / 50.0))).isEmpty();
    assertThat(detect(500, t -> Double.NaN)).isEmpty();
    // Three seasons and a bit could be chance.
    assertThat(detect(40, t -> sine(t, 12))).isEmpty();
  }

  @Test
  void shouldFindASeasonWithoutAnyNoise() {
    assertThat(detect(200, t -> t % 6)).containsExactly(6);
    assertThat(detect(1000, t -> sine(t, 24))).containsExactly(24);
    assertThat(detect(1000, t -> t % 24 == 3 ? 100 : 0)).containsExactly(24);
    assertThat(detect(1000, t -> 1e12 + t + sine(t, 24))).containsExactly(24);
  }

  @Test
  void shouldFindASeasonWhoseSwingsGrowWithTheLevel() {
    double[] noise = noise(200, new Random(1));

    assertThat(detect(200, t -> StrictMath.exp(t / 80.0 + 0.3 * sine(t, 12) + 0.05 * noise[t])))
        .containsExactly(12);
  }

  @Test
  void shouldSeeASeasonThroughMissingValues() {
    var random = new Random(1);

    assertThat(detect(600, t -> random.nextInt(5) == 0 ? Double.NaN : sine(t, 24)))
        .containsExactly(24);
  }

  @Test
  void shouldNotLetKeysWithoutASeasonHideThatOfOthers() {
    var random = new Random(1);
    List<double[]> histories = new ArrayList<>();
    for (int key = 0; key < 20; key++) {
      double[] values = key % 2 == 0 ? walk(500, random) : noise(500, random);
      if (key % 2 == 1) {
        for (int t = 0; t < values.length; t++) {
          values[t] = 0.5 * values[t] + 2 * sine(t, 24);
        }
      }
      histories.add(values);
    }

    assertThat(SeasonDetector.detect(histories)).containsExactly(24);
  }

  @Test
  void shouldLeaveTheHistoriesAsTheyAre() {
    double[] values = {1, 2, Double.NaN, 400, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4};
    double[] before = values.clone();

    SeasonDetector.detect(List.of(values));

    assertThat(values).isEqualTo(before);
  }

  @Test
  void shouldNotTakeLongForMuchData() {
    var random = new Random(1);
    double[] values = new double[60_000];
    for (int t = 0; t < values.length; t++) {
      values[t] = sine(t, 288) + 0.2 * random.nextGaussian();
    }
    List<double[]> histories = new ArrayList<>();
    for (int key = 0; key < 300; key++) {
      histories.add(values);
    }

    // Looking at all of it would take minutes, and the test run's patience.
    assertThat(SeasonDetector.detect(histories)).containsExactly(288);
  }

  private static List<Integer> detect(int length, IntFunction<Number> value) {
    double[] values = new double[length];
    Arrays.setAll(values, t -> value.apply(t).doubleValue());
    return SeasonDetector.detect(List.of(values));
  }

  private static double sine(int t, int season) {
    return StrictMath.sin(2 * Math.PI * t / season);
  }

  private static double[] noise(int length, Random random) {
    return random.doubles(length).map(one -> random.nextGaussian()).toArray();
  }

  private static double[] walk(int length, Random random) {
    return sums(noise(length, random));
  }

  private static double[] sums(double[] steps) {
    double[] sums = steps.clone();
    Arrays.parallelPrefix(sums, Double::sum);
    return sums;
  }

  private static double[] autoregressive(int length, double persistence, Random random) {
    double[] values = noise(length, random);
    for (int t = 1; t < length; t++) {
      values[t] += persistence * values[t - 1];
    }
    return values;
  }
}
