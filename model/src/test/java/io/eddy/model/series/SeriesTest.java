package io.eddy.model.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SeriesTest {

  private static final int RING = 7;

  /// Far enough for three seasons of twelve.
  private static final int HORIZON = 40;

  private static final long HOUR = 3_600_000;

  @Test
  void shouldStartEmpty() {
    var series = new Series(SeriesSpec.naive(5), RING, HORIZON);

    assertThat(series.steps()).isZero();
    assertThat(series.size()).isZero();
    assertThat(series.ringLength()).isEqualTo(RING);
    assertThat(series.spec()).isEqualTo(SeriesSpec.naive(5));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 6, 7, 8, 13, 14, 15, 100})
  void shouldHoldTheNewestStepsInOrder(int count) {
    double[] values = walk(count, 5);

    Series series = series(RING, 0, values);

    assertThat(series.steps()).isEqualTo(count);
    assertThat(series.size()).isEqualTo(Math.min(count, RING));
    for (int back = 0; back < series.size(); back++) {
      assertThat(series.value(back)).isEqualTo(values[count - 1 - back]);
      assertThat(series.time(back)).isEqualTo((count - 1 - back) * HOUR);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 6, 7, 20})
  void shouldRefuseToLookBeyondTheRing(int count) {
    Series series = series(RING, 0, walk(count, 5));

    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> series.value(series.size()))
        .withMessageContaining("holds " + series.size());
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> series.scale(series.size()));
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> series.time(series.size()));
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> series.value(-1));
  }

  @Test
  void shouldRefuseARingThatCannotHoldASeason() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Series(SeriesSpec.naive(12), 13, HORIZON))
        .withMessageContaining("ring of 13")
        .withMessageContaining("season of 12")
        .withMessageContaining("lengthen the window");
  }

  @Test
  void shouldScaleByTheMeanAbsoluteDifferenceWhileTheRingFillsAndForgetSlowlyAfter() {
    double[] values = walk(40, 7);
    var series = new Series(SeriesSpec.naive(0), RING, HORIZON);
    double exponential = 0;

    for (int t = 0; t < values.length; t++) {
      series.append(t * HOUR, values[t]);

      double sum = 0;
      for (int i = 1; i <= t; i++) {
        sum += Math.abs(values[i] - values[i - 1]);
      }
      double expected;
      if (t == 0) {
        expected = 0;
      } else if (t <= RING) {
        expected = sum / t;
      } else {
        expected = exponential * (RING - 1) / RING + Math.abs(values[t] - values[t - 1]) / RING;
      }
      exponential = expected;
      assertThat(series.scale(0)).as("step %d", t).isCloseTo(expected, within(1e-12));
    }
  }

  @Test
  void shouldRememberTheScaleOfEveryStepItHolds() {
    double[] values = walk(30, 8);
    double[] scales = new double[values.length];
    var series = new Series(SeriesSpec.naive(0), RING, HORIZON);

    for (int t = 0; t < values.length; t++) {
      series.append(t * HOUR, values[t]);
      scales[t] = series.scale(0);
    }

    for (int back = 0; back < RING; back++) {
      assertThat(series.scale(back)).isEqualTo(scales[values.length - 1 - back]);
    }
    assertThat(series.scale(0)).isNotEqualTo(series.scale(RING - 1));
  }

  @Test
  void shouldSeeTheStepsOfAHugeCounter() {
    var series = new Series(SeriesSpec.naive(0), RING, HORIZON);

    for (int t = 0; t < 50; t++) {
      series.append(t, 1e12 + t);
    }

    assertThat(series.scale(0)).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 9, 60})
  void shouldForecastTheLastValueWithoutASeason(int count) {
    double[] values = walk(count, 9);
    Series series = series(RING, 0, values);

    for (int ahead = 1; ahead <= 20; ahead++) {
      assertThat(series.base(ahead)).isEqualTo(values[count - 1]);
    }
  }

  @ParameterizedTest
  @CsvSource({"2,4", "2,40", "5,7", "5,9", "12,14", "12,50"})
  void shouldForecastTheLastSeasonMovedByItsChange(int season, int ringLength) {
    long seed = 21;
    double[] values = walk(3 * ringLength, seed);
    var series = new Series(SeriesSpec.naive(season), ringLength, HORIZON);

    for (int t = 0; t < values.length; t++) {
      series.append(t * HOUR, values[t]);
      for (int ahead = 1; ahead <= 3 * season + 1; ahead++) {
        int sameTimeOfSeason = t + ahead;
        while (sameTimeOfSeason > t) {
          sameTimeOfSeason -= season;
        }
        double expected =
            t < season ? values[t] : values[sameTimeOfSeason] + values[t] - values[t - season];
        assertThat(series.base(ahead))
            .as("step %d, %d ahead, seed %d", t, ahead, seed)
            .isCloseTo(expected, within(1e-12));
      }
    }
  }

  @Test
  void shouldForecastAPeriodicSeriesExactly() {
    double[] pattern = {3, -1, 4, 1, -5};
    var series = new Series(SeriesSpec.naive(5), 12, HORIZON);
    for (int t = 0; t < 23; t++) {
      series.append(t * HOUR, pattern[t % 5]);
    }

    for (int ahead = 1; ahead <= 40; ahead++) {
      assertThat(series.base(ahead)).isEqualTo(pattern[(22 + ahead) % 5]);
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 3, 3", "5, 3, 5", "5, 5, 5", "5, 6, 10"})
  void shouldReachAsFarAsItsLargestChangeOverSeasonsAsLongAsTheHorizon(
      int season, int horizon, int lag) {
    int ringLength = 60;
    double[] values = walk(150, 9);
    var series = new Series(SeriesSpec.naive(season).withPower(0), ringLength, horizon);
    for (int t = 0; t < values.length; t++) {
      series.append(t * HOUR, values[t]);
      double largest = 0;
      int changes = 0;
      for (int step = Math.max(0, t + 1 - ringLength) + lag; step <= t; step++) {
        largest = Math.max(largest, Math.abs(values[step] - values[step - lag]));
        changes++;
      }

      assertThat(series.reach())
          .as("step %d", t)
          .isEqualTo(changes < 40 ? Double.POSITIVE_INFINITY : largest);
    }
    var read = new Series(SeriesSpec.naive(season).withPower(0), ringLength, horizon);
    assertThat(read.reach()).isInfinite();
    read.read(ByteBuffer.wrap(bytes(series)));
    assertThat(read.reach()).isEqualTo(series.reach());
    assertThat(series.copy().reach()).isEqualTo(series.reach());
  }

  @Test
  void shouldReachWithoutAnEndWhereValuesAreTheirOwnImages() {
    assertThat(series(100, 0, walk(150, 9)).reach()).isInfinite();
  }

  @Test
  void shouldReachWithoutAnEndAsLongAsNothingHasMoved() {
    var series = new Series(SeriesSpec.naive(0).withPower(0), 100, 1);
    for (int t = 0; t < 100; t++) {
      series.append(t * HOUR, 7);
    }

    assertThat(series.reach()).isInfinite();
  }

  @Test
  void shouldNotReachFurtherForWhatWasImputed() {
    var series = new Series(SeriesSpec.naive(0).withPower(0), 100, 1);
    for (int t = 0; t < 90; t++) {
      series.append(t * HOUR, 7 + t % 2);
    }
    series.impute(90 * HOUR, 1000, Absence.GAP, new double[0]);
    series.append(91 * HOUR, 7);

    assertThat(series.reach()).isEqualTo(1);
  }

  @Test
  void shouldShareNothingWithItsCopy() {
    double[] values = walk(10, 3);
    Series series = series(RING, 0, values);
    Series copy = series.copy();
    byte[] before = bytes(copy);

    for (int t = 0; t < RING; t++) {
      series.append(t, 1000 + t);
    }

    assertThat(before).isEqualTo(bytes(series(RING, 0, values)));
    assertThat(bytes(copy)).isEqualTo(before);
    assertThat(bytes(series)).isNotEqualTo(before);
  }

  @Test
  void shouldComeBackFromBytesAtEveryFillLevel() {
    for (int count = 0; count <= 3 * RING; count++) {
      Series written = series(RING, 3, walk(count, 30 + count));
      byte[] bytes = bytes(written);
      // What was in there before must not shine through.
      Series read = series(RING, 3, walk(2 * RING, 99));

      read.read(ByteBuffer.wrap(bytes));

      assertThat(bytes).as("fill %d", count).hasSize(written.byteSize());
      assertThat(bytes(read)).as("fill %d", count).isEqualTo(bytes);
      for (int t = 0; t < 2 * RING; t++) {
        written.append(count + t, t * t);
        read.append(count + t, t * t);
        assertThat(read.base(2)).isEqualTo(written.base(2));
        assertThat(bytes(read)).as("fill %d, %d later", count, t).isEqualTo(bytes(written));
      }
    }
  }

  @Test
  void shouldReadNoFurtherThanItWrote() {
    ByteBuffer buffer = ByteBuffer.allocate(1000);
    buffer.putInt(17);
    series(RING, 0, walk(4, 1)).write(buffer);
    buffer.putInt(42).flip();

    assertThat(buffer.getInt()).isEqualTo(17);
    new Series(SeriesSpec.naive(0), RING, HORIZON).read(buffer);

    assertThat(buffer.getInt()).isEqualTo(42);
    assertThat(buffer.hasRemaining()).isFalse();
  }

  @Test
  void shouldRefuseBytesThatEndTooEarly() {
    byte[] bytes = bytes(series(RING, 0, walk(20, 4)));

    for (int length = 0; length < bytes.length; length++) {
      ByteBuffer cut = ByteBuffer.wrap(Arrays.copyOf(bytes, length));
      assertThatExceptionOfType(BufferUnderflowException.class)
          .as("%d of %d bytes", length, bytes.length)
          .isThrownBy(() -> new Series(SeriesSpec.naive(0), RING, HORIZON).read(cut));
    }
  }

  @Test
  void shouldRefuseANegativeNumberOfSteps() {
    ByteBuffer bytes = ByteBuffer.allocate(400).putLong(0, -3);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Series(SeriesSpec.naive(0), RING, HORIZON).read(bytes))
        .withMessageContaining("-3 steps")
        .withMessageContaining("0 or more");
  }

  private static Series series(int ringLength, int season, double[] values) {
    var series = new Series(SeriesSpec.naive(season), ringLength, HORIZON);
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

  private static double[] walk(int count, long seed) {
    var random = new SplittableRandom(seed);
    double[] values = new double[count];
    double value = 100;
    for (int t = 0; t < count; t++) {
      value += random.nextGaussian();
      values[t] = value;
    }
    return values;
  }
}
