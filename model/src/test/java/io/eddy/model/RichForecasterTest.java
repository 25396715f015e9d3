package io.eddy.model;

import static io.eddy.model.Examples.HOUR;
import static io.eddy.model.Examples.bytes;
import static io.eddy.model.Examples.numbers;
import static io.eddy.model.Examples.observe;
import static io.eddy.model.Examples.randomForecaster;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.eddy.model.cell.CellType;
import io.eddy.model.network.ForecastValue;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.series.BaseForecast;
import io.eddy.model.series.CalendarFeature;
import io.eddy.model.series.ScaleUnit;
import io.eddy.model.series.SeriesSpec;
import java.nio.ByteBuffer;
import java.time.ZoneId;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The promises of the online forecaster with every setting in use: two seasons, a mix, a
/// transform, deviations, a calendar, three intervals, means and an average of two networks.
class RichForecasterTest {

  private static final int HORIZON = 5;

  private static ForecasterSpec spec(double power, ForecastValue value) {
    SeriesSpec series =
        SeriesSpec.of(List.of(4, 12), BaseForecast.MIX)
            .withPower(power)
            .withScale(ScaleUnit.DEVIATION)
            .withNonNegative(true)
            .withCalendar(
                List.of(CalendarFeature.HOUR_OF_DAY, CalendarFeature.DAY_OF_WEEK),
                ZoneId.of("Europe/Berlin"));
    return new ForecasterSpec(
            CellType.LSTM, 6, 2, HORIZON, series, 5, List.of(0.8, 0.95, 0.5), value, 10)
        .withEnsemble(2);
  }

  /// Counts with a season, many of them nothing.
  private static double[] counts(int count, long seed) {
    var random = new SplittableRandom(seed);
    double[] values = new double[count];
    for (int t = 0; t < count; t++) {
      double level = 3 + 3 * StrictMath.sin(t * Math.PI / 6);
      values[t] = Math.max(0, Math.rint(level + 2 * random.nextGaussian()));
    }
    return values;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void shouldLayEachIntervalAroundTheNarrowerOnes(long seed) {
    ForecasterSpec spec = spec(seed % 2 == 0 ? 0.5 : 0, ForecastValue.MEDIAN);
    // Random widths of the version, and a calibration of the key for each interval and range.
    var engine = new OnlineForecaster(spec, randomForecaster(spec, seed));
    var state = new SeriesState(spec);

    for (double value : counts(1_000, seed)) {
      Answer answer = observe(engine, state, value);

      assertThat(answer.intervals()).isEqualTo(3);
      for (int ahead = 1; ahead <= HORIZON; ahead++) {
        assertThat(
                new double[] {
                  answer.lower(1, ahead),
                  answer.lower(0, ahead),
                  answer.lower(2, ahead),
                  answer.value(ahead),
                  answer.upper(2, ahead),
                  answer.upper(0, ahead),
                  answer.upper(1, ahead)
                })
            .as("step %d, %d ahead, seed %d", answer.steps(), ahead, seed)
            .isSorted();
        assertThat(answer.lower(ahead)).isEqualTo(answer.lower(0, ahead)).isNotNegative();
        assertThat(answer.upper(ahead)).isEqualTo(answer.upper(0, ahead)).isFinite();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1,0.5", "2,0.5", "13,1", "22,0", "22,0.5"})
  void shouldRewarmToWhatAKeyWouldBeThatOnlyKnewThisVersion(int events, double power) {
    ForecasterSpec spec = spec(power, ForecastValue.MEAN);
    assertThat(events).isLessThanOrEqualTo(spec.ringLength());
    var engine = new OnlineForecaster(spec, randomForecaster(spec, 5));
    var always = new SeriesState(spec);
    Answer expected = observe(engine, always, counts(events, 31));
    var swapped = new SeriesState(spec);
    observe(new OnlineForecaster(spec, randomForecaster(spec, 6)), swapped, counts(events, 31));

    engine.rewarm(swapped);

    assertThat(swapped.network).isEqualTo(always.network);
    assertThat(swapped.outlook).isEqualTo(always.outlook);
    assertThat(engine.peek(swapped, 1).value(3)).isEqualTo(expected.value(3));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.5, 1})
  void shouldBeStoredAfterEveryEventWithoutADifference(double power) {
    ForecasterSpec spec = spec(power, ForecastValue.MEAN);
    var engine = new OnlineForecaster(spec, randomForecaster(spec, 9));
    var kept = new SeriesState(spec);
    var stored = new SeriesState(spec);

    for (double value : counts(200, 52)) {
      Answer expected = observe(engine, kept, value);
      Answer answer = observe(engine, stored, value);
      stored = SeriesState.read(ByteBuffer.wrap(bytes(stored)), spec);

      assertThat(numbers(answer)).isEqualTo(numbers(expected));
      assertThat(bytes(stored)).isEqualTo(bytes(kept));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.5, 1})
  void shouldAnswerTheEndsOfDoublesRangeWithFiniteNumbers(double power) {
    ForecasterSpec spec = spec(power, ForecastValue.MEDIAN);
    var naive = new OnlineForecaster(spec, null);
    var state = new SeriesState(spec);
    var random = new SplittableRandom(3);

    for (int t = 0; t < 200; t++) {
      double size = random.nextInt(4) == 0 ? 1e299 : random.nextBoolean() ? Double.MIN_VALUE : 0;
      Answer answer = naive.observe(state, t * HOUR, random.nextBoolean() ? size : -size);

      for (int ahead = 1; ahead <= HORIZON; ahead++) {
        assertThat(answer.value(ahead)).as("step %d", t).isFinite().isNotNegative();
        assertThat(answer.lower(ahead)).as("step %d", t).isFinite().isNotNegative();
        assertThat(answer.upper(ahead)).as("step %d", t).isNotNaN();
      }
    }
  }

  @Test
  void shouldNeverForecastLessThanNothing() {
    ForecasterSpec bounded = spec(1, ForecastValue.MEAN);
    SeriesSpec free = bounded.series().withNonNegative(false);
    var unbounded =
        new ForecasterSpec(
            bounded.cell(),
            bounded.hiddenSize(),
            bounded.layerCount(),
            HORIZON,
            free,
            bounded.lagCount(),
            bounded.confidences(),
            bounded.value(),
            bounded.windowSize());
    var state = new SeriesState(bounded);
    var freeState = new SeriesState(unbounded);

    Answer answer = observe(new OnlineForecaster(bounded, null), state, counts(40, 7));
    Answer freeAnswer = observe(new OnlineForecaster(unbounded, null), freeState, counts(40, 7));

    for (int ahead = 1; ahead <= HORIZON; ahead++) {
      assertThat(freeAnswer.lower(1, ahead)).isNegative();
      assertThat(answer.lower(1, ahead)).isZero();
      // Its mix knows one expert more, the one of intermittent demand.
      assertThat(answer.upper(1, ahead)).isCloseTo(freeAnswer.upper(1, ahead), withinPercentage(1));
    }
  }

  /// A mean may lie above its interval; what lies between is nothing to be looked at.
  @Test
  void shouldJudgeByTheMedianWhateverTheForecastIs() {
    ForecasterSpec spec = spec(1, ForecastValue.MEAN).withEnsemble(1);
    var forecaster = randomForecaster(spec, 5);
    float[] bias = forecaster.parameters().values("head.bias");
    for (int h = 0; h < HORIZON; h++) {
      bias[spec.quantileCount() * HORIZON + h] = 100; // deviations above everything that comes
    }
    var engine = new OnlineForecaster(spec, forecaster);
    var state = new SeriesState(spec);
    int anomalies = 0;

    for (double value : counts(300, 7)) {
      Answer answer = observe(engine, state, value);
      anomalies += answer.anomaly() ? 1 : 0;
      if (answer.steps() > 30) {
        assertThat(answer.value(1)).isGreaterThan(answer.upper(1));
      }
    }

    assertThat(anomalies).isLessThan(15);
  }
}
