package io.eddy.model.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CovariatesTest {

  private static final int RING = 9;
  private static final int HORIZON = 3;
  private static final int LAGS = 2;
  private static final CovariateSpec SPEC = CovariateSpec.observed("temperature", "load");
  private static final double MISSING = Double.NaN;

  private static Series empty(int season, int ring) {
    return new Series(SeriesSpec.naive(season).withCovariates(SPEC), ring, HORIZON);
  }

  private static Series series(double[][] rows) {
    Series series = empty(0, RING);
    for (int t = 0; t < rows.length; t++) {
      series.append(t, t * t % 7, rows[t]);
    }
    return series;
  }

  /// Two covariates of which about one in four is missing.
  private static double[][] rows(int count, long seed) {
    var random = new SplittableRandom(seed);
    double[][] rows = new double[count][2];
    for (double[] row : rows) {
      row[0] = random.nextInt(4) == 0 ? MISSING : 20 + 5 * random.nextGaussian();
      row[1] = random.nextInt(4) == 0 ? MISSING : 1e6 * random.nextDouble();
    }
    return rows;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8, 9, 10, 40})
  void shouldGiveBackWhatCameWithEveryStepItHolds(int count) {
    double[][] rows = rows(count, 3);
    double[] row = new double[4];

    Series series = series(rows);

    for (int back = 0; back < series.size(); back++) {
      series.covariates(back, row, 1);
      assertThat(Arrays.copyOfRange(row, 1, 3)).isEqualTo(rows[count - 1 - back]);
    }
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> series.covariates(series.size(), row, 0));
  }

  @Test
  void shouldTakeAnEmptyRowForAllMissing() {
    Series series = series(new double[][] {{1, 2}, {}, {MISSING, MISSING}});
    series.append(3, 5);
    double[] row = new double[2];

    for (int back = 0; back < 3; back++) {
      series.covariates(back, row, 0);
      assertThat(row).containsOnly(MISSING);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void shouldRefuseARowOfAnotherSize(int size) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> series(new double[][] {new double[size]}))
        .withMessageContaining("are " + size + " numbers, expected 2")
        .withMessageContaining("temperature");
  }

  // ---- inputs -----------------------------------------------------------------------------------

  /// The definition once more, on whole arrays.
  @Test
  void shouldShowTheRecurrenceDeviationSizeAndWhetherItWasMissing() {
    double[][] rows = rows(60, 5);
    Series series = empty(0, RING);
    var preparation = new Preparation(series.spec(), LAGS, HORIZON);
    float[] inputs = new float[preparation.recurrentSize()];
    assertThat(inputs).hasSize(3 + 2 * 3);
    double[] last = {MISSING, MISSING};

    for (int t = 0; t < rows.length; t++) {
      series.append(t, t % 5, rows[t]);
      preparation.recurrentInputs(series, 0, inputs, 0);

      for (int c = 0; c < 2; c++) {
        last[c] = Double.isNaN(rows[t][c]) ? last[c] : rows[t][c];
        double expected = Math.clamp(deviations(rows, t, c, last[c]), -8, 8);
        assertThat((double) inputs[3 + 3 * c]).as("step %d", t).isCloseTo(expected, within(1e-5));
        double size = Double.isNaN(last[c]) ? 0 : Math.log1p(last[c]) / 2;
        assertThat((double) inputs[4 + 3 * c]).isCloseTo(size, within(1e-6));
        assertThat(inputs[5 + 3 * c]).isEqualTo(Double.isNaN(rows[t][c]) ? 1 : 0);
      }
    }
  }

  private static double deviations(double[][] rows, int to, int covariate, double value) {
    double[] known =
        Arrays.stream(rows, 0, to + 1)
            .mapToDouble(row -> row[covariate])
            .filter(number -> !Double.isNaN(number))
            .toArray();
    double mean = Arrays.stream(known).average().orElse(0);
    double variance = Arrays.stream(known).map(x -> (x - mean) * (x - mean)).average().orElse(0);
    if (Double.isNaN(value)) {
      return 0;
    }
    return variance == 0 ? Math.signum(value - mean) : (value - mean) / Math.sqrt(variance);
  }

  /// Lag 0 and 1; with a season of 5 and a horizon of 3 also 2, 3, 4, 5, 6.
  @ParameterizedTest
  @CsvSource({"0,2", "5,7"})
  void shouldShowThePathWhatTheBaseForecastRepeats(int season, int lags) {
    double[][] rows = rows(60, 6);
    Series series = empty(season, RING);
    var preparation = new Preparation(series.spec(), LAGS, HORIZON);
    float[] inputs = new float[preparation.inputSize()];
    assertThat(preparation.pathSize()).isEqualTo(LAGS + 2 * (1 + lags));
    double[][] filled = new double[rows.length][2];

    for (int t = 0; t < rows.length; t++) {
      series.append(t, t % 5, rows[t]);
      preparation.inputs(series, inputs, 0);

      int at = preparation.recurrentSize() + LAGS;
      for (int c = 0; c < 2; c++) {
        filled[t][c] =
            Double.isNaN(rows[t][c]) ? (t == 0 ? MISSING : filled[t - 1][c]) : rows[t][c];
        double size = Double.isNaN(filled[t][c]) ? 0 : Math.log1p(filled[t][c]) / 2;
        assertThat((double) inputs[at++]).isCloseTo(size, within(1e-6));
        for (int lag = 0; lag < lags; lag++) {
          double then = t < lag || lag >= RING ? MISSING : filled[t - lag][c];
          double expected = Double.isNaN(then) ? 0 : deviations(rows, t, c, then);
          assertThat((double) inputs[at++])
              .as("covariate %d, lag %d at step %d", c, lag, t)
              .isCloseTo(Math.clamp(expected, -8, 8), within(1e-5));
        }
      }
    }
  }

  /// A network's state is rebuilt from the ring, so that what a step looked like must not change.
  @Test
  void shouldShowAPastStepAsItLookedWhenItWasNew() {
    double[][] rows = rows(50, 7);
    Series series = empty(0, RING);
    var preparation = new Preparation(series.spec(), LAGS, HORIZON);
    int size = preparation.recurrentSize();
    float[][] seen = new float[rows.length][size];
    float[] again = new float[size];

    for (int t = 0; t < rows.length; t++) {
      series.append(t, t % 5, rows[t]);
      preparation.recurrentInputs(series, 0, seen[t], 0);
    }

    for (int back = 0; back < RING; back++) {
      preparation.recurrentInputs(series, back, again, 0);
      assertThat(Arrays.copyOfRange(again, 3, size))
          .isEqualTo(Arrays.copyOfRange(seen[rows.length - 1 - back], 3, size));
    }
  }

  /// Up to the power of two, units change nothing, not even a bit; but the size tells them apart.
  @Test
  void shouldNotDependOnTheUnitButForTheSize() {
    Series plain = empty(5, RING);
    Series scaled = empty(5, RING);
    var preparation = new Preparation(plain.spec(), LAGS, HORIZON);
    float[] inputs = new float[preparation.inputSize()];
    float[] others = new float[inputs.length];

    for (double[] row : rows(50, 8)) {
      plain.append(plain.steps(), 3, row);
      scaled.append(scaled.steps(), 3, new double[] {1024 * row[0], row[1] / 64});
    }
    preparation.inputs(plain, inputs, 0);
    preparation.inputs(scaled, others, 0);

    int differ = 0;
    for (int i = 0; i < inputs.length; i++) {
      differ += inputs[i] == others[i] ? 0 : 1;
    }
    assertThat(differ).as("the two sizes of the recurrence and of the path").isEqualTo(4);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1, -40, 1e300, -1e300, 0.1})
  void shouldShowOfAStaticFeatureItsSizeAlone(double constant) {
    Series series = empty(0, RING);
    var preparation = new Preparation(series.spec(), LAGS, HORIZON);
    float[] inputs = new float[preparation.inputSize()];

    for (int t = 0; t < 30; t++) {
      series.append(t, 7, new double[] {constant, MISSING});
    }
    preparation.inputs(series, inputs, 0);

    double size = Math.clamp(Math.signum(constant) * Math.log1p(Math.abs(constant)) / 2, -16, 16);
    assertThat(inputs)
        .containsExactly(0, 0, 0, 0, (float) size, 0, 0, 0, 1, 0, 0, (float) size, 0, 0, 0, 0, 0);
  }

  @Test
  void shouldStayFiniteAtTheEndsOfWhatIsAccepted() {
    Series series = empty(5, RING);
    var preparation = new Preparation(series.spec(), LAGS, HORIZON);
    float[] inputs = new float[preparation.inputSize()];
    for (int t = 0; t < 40; t++) {
      series.append(t, 7, new double[] {t % 2 == 0 ? 1e300 : -1e300, t == 20 ? 1e-300 : 0});

      preparation.inputs(series, inputs, 0);

      for (float input : inputs) {
        assertThat(input).as("step %d", t).isFinite();
      }
    }
  }

  @Test
  void shouldNeedTheHorizonOfASeriesWithCovariates() {
    SeriesSpec spec = SeriesSpec.naive(0).withCovariates(SPEC);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Preparation(spec, LAGS))
        .withMessageContaining("depend on the horizon");
  }

  // ---- storing ----------------------------------------------------------------------------------

  @Test
  void shouldComeBackFromBytesAtEveryFillLevel() {
    for (int count = 0; count <= 3 * RING; count++) {
      Series written = series(rows(count, count));
      byte[] bytes = bytes(written);
      Series read = series(rows(2 * RING, 99));

      read.read(ByteBuffer.wrap(bytes));

      assertThat(bytes(read)).as("fill %d", count).isEqualTo(bytes);
      Series copy = read.copy();
      for (double[] row : rows(RING + 1, count + 7)) {
        written.append(1000, 5, row);
        read.append(1000, 5, row);
        copy.append(1000, 5, row);
        assertThat(bytes(read)).as("fill %d", count).isEqualTo(bytes(written));
        assertThat(bytes(copy)).as("fill %d", count).isEqualTo(bytes(written));
      }
    }
  }

  @Test
  void shouldCostNothingWhereThereAreNone() {
    var plain = new Series(SeriesSpec.naive(0), RING, HORIZON);
    Series with = empty(0, RING);
    for (int t = 0; t < 20; t++) {
      plain.append(t, t * t);
      with.append(t, t * t, new double[] {t, MISSING});
    }

    byte[] bytes = bytes(plain);

    assertThat(Arrays.copyOf(bytes(with), bytes.length)).isEqualTo(bytes);
    assertThat(with.byteSize()).isEqualTo(bytes.length + 4 + 2 * 32 + RING * 2 * 13);
  }

  @Test
  void shouldRefuseWhatWasWrittenWithOtherCovariates() {
    var others = CovariateSpec.observed("load", "temperature");
    Series written = series(rows(5, 1));
    var read = new Series(SeriesSpec.naive(0).withCovariates(others), RING, HORIZON);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> read.read(ByteBuffer.wrap(bytes(written))))
        .withMessageContaining("written with other covariates than")
        .withMessageContaining("[load, temperature]");
  }

  @Test
  void shouldRefuseBytesThatEndTooEarly() {
    byte[] bytes = bytes(series(rows(20, 4)));

    for (int length = 0; length < bytes.length; length++) {
      ByteBuffer cut = ByteBuffer.wrap(Arrays.copyOf(bytes, length));
      assertThatExceptionOfType(BufferUnderflowException.class)
          .as("%d of %d bytes", length, bytes.length)
          .isThrownBy(() -> empty(0, RING).read(cut));
    }
  }

  // ---- known ahead ------------------------------------------------------------------------------

  private static final CovariateSpec PRICE = new CovariateSpec(List.of("load"), List.of("price"));

  private static Series priced(int ring) {
    return new Series(SeriesSpec.naive(0).withCovariates(PRICE), ring, HORIZON);
  }

  /// Row by row: load, the price now, and of the next three steps; and what of the price must then
  /// be known, whether it was said or not.
  @Test
  void shouldGoByWhatWasAnnouncedWhereARowDoesNotSay() {
    double[][] rows = {
      {1, 10, 11, 12, 13}, // all said
      {}, // nothing: as announced, and then as it is
      {1, MISSING, 20, MISSING, MISSING}, // one step said anew
      {1, 5, MISSING, MISSING, MISSING}, // only the present
      {1, MISSING, MISSING, MISSING, 7} // only the end
    };
    double[][] expected = {
      {10, 11, 12, 13}, {11, 12, 13, 13}, {12, 20, 13, 13}, {5, 13, 13, 13}, {13, 13, 13, 7}
    };
    Series series = priced(RING);

    for (int t = 0; t < rows.length; t++) {
      series.append(t, 1, rows[t]);

      Covariates covariates = series.covariates();
      assertThat(covariates.value(t, 1)).as("step %d", t).isEqualTo(expected[t][0]);
      for (int ahead = 1; ahead <= HORIZON; ahead++) {
        assertThat(covariates.coming(t, 1, ahead))
            .as("step %d, %d ahead", t, ahead)
            .isEqualTo(expected[t][ahead]);
      }
      assertThat(covariates.isMissing(t, 1)).isEqualTo(t == 1 || t == 2 || t == 4);
    }
  }

  @Test
  void shouldShowThePathEveryStepOfTheHorizon() {
    Series series = priced(RING);
    var preparation = new Preparation(series.spec(), LAGS, HORIZON);
    // Size and two lags of each, and three steps ahead.
    assertThat(preparation.pathSize()).isEqualTo(LAGS + 2 * 3 + HORIZON);
    assertThat(series.covariateRowSize()).isEqualTo(2 + HORIZON);
    double[][] prices = new double[40][1];
    var random = new SplittableRandom(2);
    float[] inputs = new float[preparation.inputSize()];

    for (int t = 0; t < 40; t++) {
      prices[t][0] = t % 4;
      double[] ahead = {random.nextInt(9), random.nextInt(9), random.nextInt(9)};
      series.append(t, 1, new double[] {3, prices[t][0], ahead[0], ahead[1], ahead[2]});
      preparation.inputs(series, inputs, 0);

      for (int h = 1; h <= HORIZON; h++) {
        double expected = Math.clamp(deviations(prices, t, 0, ahead[h - 1]), -8, 8);
        assertThat((double) inputs[inputs.length - 1 - HORIZON + h])
            .as("step %d, %d ahead", t, h)
            .isCloseTo(expected, within(1e-5));
      }
    }
  }

  /// Announcements that hold, that change, that end early, and none.
  private static double[] announcement(SplittableRandom random, int t) {
    double[] row = new double[PRICE.rowSize(HORIZON)];
    for (int i = 0; i < row.length; i++) {
      row[i] =
          switch (random.nextInt(6)) {
            case 0 -> MISSING;
            case 1 -> random.nextInt(3);
            default -> Math.floorDiv(t + i, 4);
          };
    }
    return random.nextInt(5) == 0 ? new double[0] : row;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void shouldComeBackFromBytesWithWhatWasAnnounced(long seed) {
    var random = new SplittableRandom(seed);
    Series kept = priced(RING);
    Series stored = priced(RING);
    double[] row = new double[PRICE.rowSize(HORIZON)];
    double[] other = new double[row.length];

    for (int t = 0; t < 5 * RING; t++) {
      double[] said = announcement(random, t);
      kept.append(t, t, said);
      stored.append(t, t, said);
      Series read = priced(RING);
      read.append(0, 1, new double[] {9, 9, 9, 9, 9});
      read.read(ByteBuffer.wrap(bytes(stored)));
      stored = read;

      assertThat(bytes(stored)).as("seed %d, step %d", seed, t).isEqualTo(bytes(kept));
      for (int back = 0; back < kept.size(); back++) {
        kept.covariates(back, row, 0);
        stored.covariates(back, other, 0);
        assertThat(other).as("seed %d, step %d, %d back", seed, t, back).isEqualTo(row);
      }
    }
  }

  /// What a window holds, appended to the same series, makes the same series.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldBeTheSameAfterAReplayOfItsRows(long seed) {
    var random = new SplittableRandom(seed);
    Series live = priced(RING);
    for (int t = 0; t < 20; t++) {
      live.append(t, t, announcement(random, t));
    }
    Series replayed = live.copy();
    double[] row = new double[live.covariateRowSize()];

    for (int t = 20; t < 60; t++) {
      live.append(t, t, announcement(random, t));
      live.covariates(0, row, 0);
      replayed.append(t, t, row);

      assertThat(bytes(replayed)).as("seed %d, step %d", seed, t).isEqualTo(bytes(live));
    }
  }

  @Test
  void shouldStoreAnAnnouncementThatHoldsInFourBytes() {
    Series constant = priced(RING);
    Series moving = priced(RING);
    for (int t = 0; t < 30; t++) {
      constant.append(t, 1, new double[] {0, 4, 4, 4, 4});
      moving.append(t, 1, new double[] {0, t, t + 1, t + 2, t + 3});
    }

    // A moving one adds the value at its end; the oldest in the ring is there as a whole.
    assertThat(moving.byteSize() - constant.byteSize())
        .isEqualTo((RING - 1 + HORIZON) * Double.BYTES);
    assertThat(constant.byteSize() - series(rows(30, 1)).byteSize()).isEqualTo(RING * 4);
  }

  @Test
  void shouldRefuseAnAnnouncementBeyondTheHorizon() {
    Series constant = priced(RING);
    for (int t = 0; t < 20; t++) {
      constant.append(t, 1, new double[] {0, 4, 4, 4, 4});
    }
    byte[] bytes = bytes(constant);
    // The last four bytes: three steps as announced before, none said anew.
    ByteBuffer.wrap(bytes).putShort(bytes.length - 2, (short) 1);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> priced(RING).read(ByteBuffer.wrap(bytes)))
        .withMessageContaining("announces 4 steps of a covariate, expected 3");
  }

  private static byte[] bytes(Series series) {
    ByteBuffer buffer = ByteBuffer.allocate(series.byteSize());
    series.write(buffer);
    assertThat(buffer.hasRemaining()).isFalse();
    return buffer.array();
  }
}
