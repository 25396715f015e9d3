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
  private static final CovariateSpec SPEC = new CovariateSpec(List.of("temperature", "load"));
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
    return variance == 0 ? 0 : (value - mean) / Math.sqrt(variance);
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
    var others = new CovariateSpec(List.of("load", "temperature"));
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

  private static byte[] bytes(Series series) {
    ByteBuffer buffer = ByteBuffer.allocate(series.byteSize());
    series.write(buffer);
    assertThat(buffer.hasRemaining()).isFalse();
    return buffer.array();
  }
}
