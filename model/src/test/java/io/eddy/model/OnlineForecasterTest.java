package io.eddy.model;

import static io.eddy.model.Examples.HOUR;
import static io.eddy.model.Examples.bytes;
import static io.eddy.model.Examples.numbers;
import static io.eddy.model.Examples.observe;
import static io.eddy.model.Examples.randomForecaster;
import static io.eddy.model.Examples.spec;
import static io.eddy.model.Examples.walk;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import io.eddy.model.anomaly.Evidence;
import io.eddy.model.cell.CellType;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.network.ForecastValue;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterProgram;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Stepper;
import io.eddy.model.series.Absence;
import io.eddy.model.series.Preparation;
import io.eddy.model.series.Series;
import io.eddy.model.series.SeriesSpec;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class OnlineForecasterTest {

  private static final double[] NOTHING = {}; // covariates
  private static final int LARGEST_DETECTOR = 2_200; // bytes

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldAnswerTheFirstEvent(boolean naive) {
    ForecasterSpec spec = spec(CellType.LSTM, 3, 4);
    var engine = new OnlineForecaster(spec, naive ? null : randomForecaster(spec, 1));

    Answer answer = engine.observe(new SeriesState(spec), HOUR, 42);

    assertThat(answer.actual()).isEqualTo(42);
    assertThat(answer.expected()).isNaN();
    assertThat(answer.expectedLower()).isNaN();
    assertThat(answer.expectedUpper()).isNaN();
    assertThat(answer.anomaly()).isFalse();
    assertThat(answer.steps()).isEqualTo(1);
    assertThat(answer.horizon()).isEqualTo(3);
    for (int ahead = 1; ahead <= 3; ahead++) {
      assertThat(answer.value(ahead)).isCloseTo(42, within(1e-6));
      assertThat(answer.lower(ahead)).isFinite().isLessThan(answer.value(ahead));
      assertThat(answer.upper(ahead)).isFinite().isGreaterThan(answer.value(ahead));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {42, -3e9, 1e-7, 0})
  void shouldBoundTheFirstForecastByTheValuesOwnSize(double value) {
    ForecasterSpec spec = spec(CellType.LSTM, 3, 4);

    Answer answer = new OnlineForecaster(spec, null).observe(new SeriesState(spec), HOUR, value);

    double size = value == 0 ? 1 : Math.abs(value);
    assertThat(answer.lower(1)).isLessThan(value - size);
    assertThat(answer.upper(1)).isGreaterThan(value + size);
  }

  @ParameterizedTest
  @CsvSource({"0,true", "4,true", "0,false", "4,false"})
  void shouldForecastTheBaseAsLongAsItHasLearnedNothing(int season, boolean naive) {
    ForecasterSpec spec = spec(CellType.GRU, 9, season);
    var engine = new OnlineForecaster(spec, naive ? null : Forecaster.initial(spec, 7));
    var state = new SeriesState(spec);

    for (double value : walk(60, 2)) {
      Answer answer = observe(engine, state, value);

      for (int ahead = 1; ahead <= 9; ahead++) {
        assertThat(answer.value(ahead)).isEqualTo(state.series().base(ahead));
      }
    }
  }

  @Test
  void shouldWidenTheNaiveIntervalAsARandomWalkWidens() {
    ForecasterSpec spec = spec(CellType.GRU, 9, 0);
    var state = new SeriesState(spec);

    // So few that no range of steps ahead has learned a factor of its own.
    Answer answer = observe(new OnlineForecaster(spec, null), state, walk(40, 2));

    double oneStep = answer.upper(1) - answer.value(1);
    for (int ahead = 1; ahead <= 9; ahead++) {
      assertThat(answer.upper(ahead) - answer.value(ahead))
          .isCloseTo(oneStep * Math.sqrt(ahead), within(1e-5 * oneStep));
      assertThat(answer.value(ahead) - answer.lower(ahead))
          .isCloseTo(oneStep * Math.sqrt(ahead), within(1e-5 * oneStep));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void shouldNeverLetQuantilesCross(long seed) {
    ForecasterSpec spec = spec(Examples.cell(seed), 5, seed % 2 == 0 ? 0 : 3);
    var engine = new OnlineForecaster(spec, randomForecaster(spec, seed));
    var state = new SeriesState(spec);

    for (double value : walk(2000, seed, OnlineForecasterTest::cauchy)) {
      Answer answer = observe(engine, state, value);

      for (int ahead = 1; ahead <= 5; ahead++) {
        assertThat(answer.value(ahead))
            .as("step %d, %d ahead, seed %d", answer.steps(), ahead, seed)
            .isFinite()
            .isBetween(answer.lower(ahead), answer.upper(ahead));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldJudgeAValueByWhatItSaidOneStepBefore(boolean naive) {
    ForecasterSpec spec = spec(CellType.LSTM, 4, 3);
    var engine = new OnlineForecaster(spec, naive ? null : randomForecaster(spec, 8));
    var state = new SeriesState(spec);
    double[] values = walk(200, 8);
    Answer before = observe(engine, state, values[0]);

    for (int t = 1; t < values.length; t++) {
      Answer answer = observe(engine, state, values[t]);

      assertThat(answer.actual()).isEqualTo(values[t]);
      assertThat(answer.expected()).isEqualTo(before.value(1));
      assertThat(answer.expectedLower()).isEqualTo(before.lower(1));
      assertThat(answer.expectedUpper()).isEqualTo(before.upper(1));
      assertThat(answer.steps()).isEqualTo(t + 1);
      before = answer;
    }
  }

  @Test
  void shouldAnswerEachKeyAsIfItWereAlone() {
    ForecasterSpec spec = spec(CellType.LSTM, 3, 4);
    Forecaster forecaster = randomForecaster(spec, 4);
    var shared = new OnlineForecaster(spec, forecaster);
    var random = new SplittableRandom(12);
    int keys = 5;
    SeriesState[] states = new SeriesState[keys];
    SeriesState[] aloneStates = new SeriesState[keys];
    OnlineForecaster[] alone = new OnlineForecaster[keys];
    for (int key = 0; key < keys; key++) {
      states[key] = new SeriesState(spec);
      aloneStates[key] = new SeriesState(spec);
      alone[key] = new OnlineForecaster(spec, forecaster);
    }

    for (int event = 0; event < 500; event++) {
      int key = random.nextInt(keys);
      double value = 100 * key + random.nextGaussian();
      Answer answer = observe(shared, states[key], value);

      assertThat(numbers(answer)).isEqualTo(numbers(observe(alone[key], aloneStates[key], value)));
    }
    for (int key = 0; key < keys; key++) {
      assertThat(bytes(states[key])).isEqualTo(bytes(aloneStates[key]));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-30, -1, 10, 100})
  void shouldAnswerInTheSeriesOwnUnit(int exponent) {
    ForecasterSpec spec = spec(CellType.LSTM, 3, 4);
    var engine = new OnlineForecaster(spec, randomForecaster(spec, 4));
    double factor = Math.scalb(1.0, exponent);
    var state = new SeriesState(spec);
    var scaledState = new SeriesState(spec);

    for (double value : walk(100, 14)) {
      double[] expected = numbers(observe(engine, state, value));
      double[] scaled = numbers(observe(engine, scaledState, factor * value));

      for (int i = 0; i < expected.length; i++) {
        boolean hasUnit = i != 4 && i != 5; // all but the verdict and the steps
        expected[i] *= hasUnit ? factor : 1;
      }
      assertThat(scaled).isEqualTo(expected);
    }
  }

  @Test
  void shouldRefuseAModelOfAnotherShape() {
    ForecasterSpec spec = spec(CellType.LSTM, 3, 4);
    Forecaster other = Forecaster.initial(spec(CellType.GRU, 3, 4), 1);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new OnlineForecaster(spec, other))
        .withMessageContaining("GRU")
        .withMessageContaining("LSTM")
        .withMessageContaining("expects");
  }

  // ---- coverage and anomalies -------------------------------------------------------------------

  enum Noise implements ToDoubleFunction<SplittableRandom> {
    GAUSSIAN {
      @Override
      public double applyAsDouble(SplittableRandom random) {
        return random.nextGaussian();
      }
    },
    LAPLACE {
      @Override
      public double applyAsDouble(SplittableRandom random) {
        double magnitude = -StrictMath.log(1 - random.nextDouble());
        return random.nextBoolean() ? magnitude : -magnitude;
      }
    },
    CAUCHY {
      @Override
      public double applyAsDouble(SplittableRandom random) {
        return cauchy(random);
      }
    },
    UNIFORM {
      @Override
      public double applyAsDouble(SplittableRandom random) {
        return random.nextDouble();
      }
    },
    EXPONENTIAL {
      @Override
      public double applyAsDouble(SplittableRandom random) {
        return -StrictMath.log(1 - random.nextDouble());
      }
    };
  }

  private static double cauchy(SplittableRandom random) {
    return StrictMath.tan(Math.PI * (random.nextDouble() - 0.5));
  }

  @ParameterizedTest
  @EnumSource(Noise.class)
  void shouldCoverWhatItPromisesWhateverTheNoiseAndTheModel(Noise noise) {
    for (double confidence : new double[] {0.5, 0.8, 0.95}) {
      for (boolean naive : new boolean[] {true, false}) {
        for (boolean wandering : new boolean[] {true, false}) {
          var spec = new ForecasterSpec(CellType.GRU, 4, 1, 1, 0, 3, confidence, 10);
          Forecaster model = naive ? null : randomForecaster(spec, 3);
          double coverage = coverage(spec, model, noise, wandering, 5);

          assertThat(coverage)
              .as("naive %s, wandering %s, seed 5", naive, wandering)
              .isCloseTo(confidence, within(0.015));
        }
      }
    }
  }

  private static double coverage(
      ForecasterSpec spec,
      @Nullable Forecaster model,
      ToDoubleFunction<SplittableRandom> noise,
      boolean wandering,
      long seed) {
    var engine = new OnlineForecaster(spec, model);
    var state = new SeriesState(spec);
    var random = new SplittableRandom(seed);
    int young = 500;
    int events = 6_000;
    int covered = 0;
    double value = 0;
    for (int event = 0; event < events; event++) {
      value = noise.applyAsDouble(random) + (wandering ? value : 0);
      Answer answer = engine.observe(state, event * HOUR, value);
      if (event >= young && value >= answer.expectedLower() && value <= answer.expectedUpper()) {
        covered++;
      }
    }
    return (double) covered / (events - young);
  }

  /// Nights of a dozen and days of thousands: in logarithms a width that the nights need makes the
  /// days' bounds many times as great as anything that ever came.
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldEndAnUpperBoundInValuesNotInLogarithms(boolean naive) {
    int season = 6;
    ForecasterSpec spec = logarithmic(season, 12);
    var engine = new OnlineForecaster(spec, naive ? null : randomForecaster(spec, 4));
    var state = new SeriesState(spec);
    var random = new SplittableRandom(8);
    double[] values = new double[300];
    int beyond = 0;
    for (int t = 0; t < values.length; t++) {
      double level = t % season < 3 ? 12 : 4000;
      values[t] = level * StrictMath.exp(0.8 * random.nextGaussian());
      Answer answer = engine.observe(state, t * HOUR, values[t]);
      if (t < 100) {
        continue;
      }
      double change = 0;
      for (int step = t - spec.ringLength() + 1 + 2 * season; step <= t; step++) {
        change = Math.max(change, Math.abs(values[step] - values[step - 2 * season]));
      }
      for (int ahead = 1; ahead <= spec.horizon(); ahead++) {
        double reach = change * (1 + 1e-12);
        assertThat(answer.upper(ahead)).isLessThanOrEqualTo(answer.value(ahead) + reach);
        assertThat(answer.lower(ahead)).isGreaterThanOrEqualTo(answer.value(ahead) - reach);
        beyond += answer.upper(ahead) == answer.value(ahead) + change ? 1 : 0;
      }
    }
    assertThat(beyond).as("bounds that ended there").isPositive();
  }

  @ParameterizedTest
  @EnumSource(
      value = Noise.class,
      names = {"CAUCHY"},
      mode = EnumSource.Mode.EXCLUDE)
  void shouldCoverWhatItPromisesInLogarithmsToo(Noise noise) {
    ForecasterSpec spec = logarithmic(0, 1);
    for (boolean wandering : new boolean[] {true, false}) {
      double coverage =
          coverage(
              spec,
              randomForecaster(spec, 3),
              random -> 0.1 * noise.applyAsDouble(random),
              wandering,
              5);

      assertThat(coverage).as("wandering %s", wandering).isCloseTo(0.9, within(0.015));
    }
  }

  private static ForecasterSpec logarithmic(int season, int horizon) {
    SeriesSpec series = SeriesSpec.naive(season).withPower(0);
    return new ForecasterSpec(
        CellType.GRU, 6, 2, horizon, series, 5, List.of(0.9), ForecastValue.MEDIAN, 60);
  }

  @Test
  void shouldCoverWhatItPromisesOverAllStepsAheadTogether() {
    ForecasterSpec spec = spec(CellType.GRU, 6, 0);
    var engine = new OnlineForecaster(spec, randomForecaster(spec, 3));
    var state = new SeriesState(spec);
    int matured = 0;
    int covered = 0;
    double[] values = walk(6_000, 77);

    for (int t = 0; t < values.length; t++) {
      int ahead = state.ledger.ahead(t + 1);
      boolean inside = ahead > 1 && state.ledger.covers(0, ahead, values[t]);
      Answer answer = observe(engine, state, values[t]);
      if (t >= 500) {
        matured += ahead > 1 ? 2 : 1;
        covered += inside ? 1 : 0;
        covered +=
            values[t] >= answer.expectedLower() && values[t] <= answer.expectedUpper() ? 1 : 0;
      }
    }

    assertThat(matured).isGreaterThan(8_000);
    assertThat((double) covered / matured).isCloseTo(0.9, within(0.01));
  }

  @Test
  void shouldLearnOnceFromEveryForecastThatMatured() {
    ForecasterSpec spec = spec(CellType.GRU, 6, 0);
    var engine = new OnlineForecaster(spec, randomForecaster(spec, 3));
    var state = new SeriesState(spec);
    double[] values = walk(200, 77);
    long matured = 0;

    for (int t = 0; t < values.length; t++) {
      // The first forecast was made at a scale of nothing, and nothing is learned from it.
      matured += t < 2 ? 0 : state.ledger.ahead(t + 1) > 1 ? 2 : 1;
      observe(engine, state, values[t]);

      ByteBuffer bytes = ByteBuffer.allocate(state.calibration.byteSize());
      state.calibration.write(bytes);
      // A factor for all steps ahead together and one for each of the ranges 1, 2 to 3, 4 to 6.
      assertThat(bytes.getLong(4 * Double.BYTES)).as("step %d", t).isEqualTo(matured);
    }
    assertThat(matured).isGreaterThan(300);
  }

  @Test
  void shouldWidenEachSideByItsVersionsFactor() {
    ForecasterSpec spec = spec(CellType.GRU, 2, 0);
    Forecaster plain = Forecaster.initial(spec, 1);
    var widened = new Forecaster(spec, plain.parameters(), new float[] {2, 3, 4, 5}, Map.of());
    double[] values = {100, 101};

    Answer expected = observe(new OnlineForecaster(spec, plain), new SeriesState(spec), values);
    Answer answer = observe(new OnlineForecaster(spec, widened), new SeriesState(spec), values);

    for (int ahead = 1; ahead <= 2; ahead++) {
      double median = expected.value(ahead);
      assertThat(answer.value(ahead)).isEqualTo(median);
      assertThat(median - answer.lower(ahead))
          .isCloseTo((1 + ahead) * (median - expected.lower(ahead)), within(1e-9));
      assertThat(answer.upper(ahead) - median)
          .isCloseTo((3 + ahead) * (expected.upper(ahead) - median), within(1e-9));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1, 1})
  void shouldCallAnObviousSpikeAnAnomaly(double sign) {
    ForecasterSpec spec = spec(CellType.LSTM, 3, 0);
    var engine = new OnlineForecaster(spec, null);
    var state = new SeriesState(spec);
    Answer calm = observe(engine, state, Examples.sine(300, 24, 10, 0.5, 6));

    Answer spike = observe(engine, state, 100 + sign * 300);

    assertThat(calm.anomaly()).isFalse();
    assertThat(spike.anomaly()).isTrue();
  }

  @Test
  void shouldNameTheInputBehindAMissedForecastOnlyOfAnAnomaly() {
    ForecasterSpec spec = spec(CellType.LSTM, 3, 0);
    Forecaster model = randomForecaster(spec, 2);
    float[] path = model.parameters().values("path.weight");
    // Lag 3 drowns everything else.
    Arrays.fill(path, 2 * spec.outlookSize(), 3 * spec.outlookSize(), 40);
    var engine = new OnlineForecaster(spec, model);
    var state = new SeriesState(spec);
    double[] usual = Examples.sine(300, 24, 10, 0.5, 6);
    for (double value : usual) {
      Answer answer = observe(engine, state, value);
      assertThat(answer.influence().isPresent()).isEqualTo(answer.anomaly());
    }
    byte[] before = bytes(state);

    Answer spike = observe(engine, state, 400);

    assertThat(spike.anomaly()).isTrue();
    assertThat(spike.influence())
        .hasValueSatisfying(influence -> assertThat(influence.input()).isEqualTo("lag 3"))
        .hasValueSatisfying(influence -> assertThat(influence.share()).isBetween(0.5, 1.0));
    SeriesState restored = SeriesState.read(ByteBuffer.wrap(before), spec);
    Answer again = observe(new OnlineForecaster(spec, model), restored, 400);
    assertThat(again.influence()).as("after a restart").isEqualTo(spike.influence());
    assertThat(again.verdict()).isEqualTo(spike.verdict());
    assertThat(bytes(restored)).isEqualTo(bytes(state));
  }

  @Test
  void shouldNameTheEvidenceButNoInputWithoutANetwork() {
    ForecasterSpec spec = spec(CellType.LSTM, 3, 0);
    var engine = new OnlineForecaster(spec, null);
    var state = new SeriesState(spec);
    observe(engine, state, Examples.sine(300, 24, 10, 0.5, 6));

    Answer spike = observe(engine, state, 400);

    assertThat(spike.verdict().evidence()).isNotEqualTo(Evidence.NONE);
    assertThat(spike.influence()).isEmpty();
  }

  @Test
  void shouldNotJudgeAKeyItHardlyKnows() {
    ForecasterSpec spec = spec(CellType.LSTM, 3, 0);
    var engine = new OnlineForecaster(spec, null);

    for (int known = 1; known < 110; known++) {
      var state = new SeriesState(spec);
      observe(engine, state, walk(known, 6));

      Answer spike = observe(engine, state, 1e6);

      assertThat(spike.anomaly()).as("after %d events", known).isEqualTo(known >= 100);
    }
  }

  @Test
  void shouldSeldomCallAWanderingSeriesAnAnomaly() {
    ForecasterSpec spec = spec(CellType.LSTM, 1, 0);
    int anomalies = 0;

    for (long seed = 0; seed < 10; seed++) {
      var engine = new OnlineForecaster(spec, null);
      var state = new SeriesState(spec);
      for (double value : walk(1_000, seed)) {
        anomalies += observe(engine, state, value).anomaly() ? 1 : 0;
      }
    }

    // A young walk goes where it has never been.
    assertThat(anomalies).as("in 10,000 Gaussian steps of young keys").isLessThanOrEqualTo(50);
  }

  @Test
  void shouldHardlyEverCallSteadyNoiseAnAnomaly() {
    ForecasterSpec spec = spec(CellType.LSTM, 1, 0);
    int anomalies = 0;

    for (long seed = 0; seed < 10; seed++) {
      var engine = new OnlineForecaster(spec, null);
      var state = new SeriesState(spec);
      for (double value : Examples.sine(1_000, 24, 0, 1, seed)) {
        anomalies += observe(engine, state, value).anomaly() ? 1 : 0;
      }
    }

    assertThat(anomalies).as("in 10,000 events of young keys").isLessThanOrEqualTo(25);
  }

  @Test
  void shouldHardlyEverCallAWanderingSeriesThatItKnowsAnAnomaly() {
    ForecasterSpec spec = spec(CellType.LSTM, 1, 0);
    int anomalies = 0;

    for (long seed = 0; seed < 5; seed++) {
      var engine = new OnlineForecaster(spec, null);
      var state = new SeriesState(spec);
      double[] values = walk(25_000, seed);
      observe(engine, state, Arrays.copyOf(values, 5_000));
      for (int t = 5_000; t < values.length; t++) {
        anomalies += observe(engine, state, values[t]).anomaly() ? 1 : 0;
      }
    }

    assertThat(anomalies).as("in 100,000 events").isLessThanOrEqualTo(100);
  }

  // ---- missing values
  // -----------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldStepThroughAGapOnItsOwnMedian(boolean naive) {
    ForecasterSpec spec = spec(CellType.LSTM, 3, 4);
    var engine = new OnlineForecaster(spec, naive ? null : randomForecaster(spec, 1));
    var state = new SeriesState(spec);
    Answer before = observe(engine, state, walk(40, 1));

    Answer after = engine.observe(state, HOUR * 42, 3);

    Series series = state.series();
    assertThat(after.steps()).isEqualTo(43);
    assertThat(series.absence(0)).isEqualTo(Absence.NONE);
    assertThat(series.absence(1)).isEqualTo(Absence.GAP);
    assertThat(series.absence(2)).isEqualTo(Absence.GAP);
    assertThat(series.absence(3)).isEqualTo(Absence.NONE);
    assertThat(series.time(1)).isEqualTo(HOUR * 41);
    assertThat(series.time(2)).isEqualTo(HOUR * 40);
    assertThat(series.value(2)).isEqualTo(before.value(1));
  }

  @Test
  void shouldWidenItsBoundsUntilTheNextValue() {
    ForecasterSpec spec = spec(CellType.LSTM, 3, 4);
    var engine = new OnlineForecaster(spec, null);
    var state = new SeriesState(spec);
    Answer answer = observe(engine, state, walk(200, 1));
    double first = answer.upper(1) - answer.lower(1);
    double width = first;
    for (int event = 200; event < 210; event++) {

      answer = engine.observeMissing(state, HOUR * event, NOTHING);

      double wider = answer.upper(1) - answer.lower(1);
      assertThat(wider).as("event %d", event).isGreaterThanOrEqualTo(width);
      width = wider;
    }
    answer = engine.observe(state, HOUR * 210, answer.value(1));

    assertThat(width).isGreaterThan(1.5 * first);
    assertThat(answer.upper(1) - answer.lower(1)).isLessThan(0.8 * width);
  }

  @Test
  void shouldCoverWhatComesAfterAGap() {
    ForecasterSpec spec = spec(CellType.LSTM, 6, 0);
    int gaps = 0;
    int inside = 0;
    for (long seed = 0; seed < 4; seed++) {
      var engine = new OnlineForecaster(spec, null);
      var state = new SeriesState(spec);
      double[] values = walk(6_000, seed);
      var random = new SplittableRandom(seed);
      int next = 500;
      for (int t = 0; t < values.length; t++) {
        if (t < 500 || t == next) {
          Answer answer = engine.observe(state, HOUR * t, values[t]);
          if (t > 500 && state.series().absence(1) == Absence.GAP) {
            gaps++;
            inside +=
                values[t] >= answer.expectedLower() && values[t] <= answer.expectedUpper() ? 1 : 0;
          }
          next = t + (random.nextInt(20) == 0 ? 2 + random.nextInt(8) : 1);
        }
      }
    }

    assertThat(gaps).isGreaterThan(500);
    assertThat(inside / (double) gaps).isCloseTo(spec.confidence(), within(0.05));
  }

  @Test
  void shouldNotJudgeNorLearnFromWhatNeverCame() {
    ForecasterSpec spec = spec(CellType.LSTM, 3, 4);
    var engine = new OnlineForecaster(spec, randomForecaster(spec, 1));
    var state = new SeriesState(spec);
    observe(engine, state, walk(100, 1));
    state.takeWindowScore();
    double scale = state.series().scale(0);
    double factor = state.calibration.factor(0, 1);

    Answer answer = engine.observeMissing(state, HOUR * 100, NOTHING);

    assertThat(answer.anomaly()).isFalse();
    assertThat(state.takeWindowScore().events()).isZero();
    assertThat(state.series().scale(0)).isEqualTo(scale);
    assertThat(state.calibration.factor(0, 1)).isEqualTo(factor);
  }

  @Test
  void shouldShortenAnAbsenceThatIsLongerThanItsRingByWholeSeasons() {
    ForecasterSpec spec = spec(CellType.LSTM, 3, 4);
    var engine = new OnlineForecaster(spec, null);
    var state = new SeriesState(spec);
    for (int event = 0; event < 40; event++) {
      engine.observe(state, HOUR * event, event % 4);
    }

    Answer answer = engine.observe(state, HOUR * (40 + 4 * spec.ringLength() + 2), 2);

    assertThat(answer.steps()).isEqualTo(43);
    assertThat(answer.expected()).isEqualTo(2, within(1e-6));
    assertThat(answer.value(1)).isEqualTo(3, within(1e-6));
  }

  @Test
  void shouldRefuseAFirstEventWithoutAValue() {
    ForecasterSpec spec = spec(CellType.LSTM, 3, 4);

    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new OnlineForecaster(spec, null)
                    .observeMissing(new SeriesState(spec), HOUR, NOTHING))
        .withMessageContaining("no value");
  }

  @Test
  void shouldRewarmThroughMissingStepsAsIfItHadSeenTheRing() {
    ForecasterSpec spec = spec(CellType.LSTM, 3, 4);
    var first = new OnlineForecaster(spec, randomForecaster(spec, 1));
    var state = new SeriesState(spec);
    observe(first, state, walk(40, 1));
    first.observe(state, HOUR * 43, 1);
    first.observeMissing(state, HOUR * 44, NOTHING);
    Forecaster other = randomForecaster(spec, 2);

    new OnlineForecaster(spec, other).rewarm(state);

    assertThat(state.network).isEqualTo(steppedThroughRing(other, state.series()));
  }

  // ---- window scores ----------------------------------------------------------------------------

  /// A network that has learned nothing says the same of everything, stepped or not.
  @Test
  void shouldDoAllButStepTheNetworkForWhoMeasuresWhatThatCosts() {
    ForecasterSpec spec = spec(CellType.LSTM, 3, 4);
    Forecaster untrained = Forecaster.initial(spec, 1);
    var engine = new OnlineForecaster(spec, untrained);
    var still = OnlineForecaster.withoutSteps(spec, untrained);
    var state = new SeriesState(spec);
    var stillState = new SeriesState(spec);
    var random = new SplittableRandom(1);
    for (int step = 1; step <= 200; step++) {
      double value = random.nextDouble();

      Answer answer = engine.observe(state, step * HOUR, value);
      Answer stillAnswer = still.observe(stillState, step * HOUR, value);

      assertThat(stillAnswer)
          .usingRecursiveComparison()
          .withEqualsForType((one, other) -> Double.compare(one, other) == 0, Double.class)
          .isEqualTo(answer);
    }
    assertThat(stillState.network).containsOnly(0);
    assertThat(state.network).isNotEqualTo(stillState.network);
    Arrays.fill(state.network, 0);
    assertThat(bytes(stillState)).isEqualTo(bytes(state));
  }

  private static byte[] bytes(SeriesState state) {
    var bytes = ByteBuffer.allocate(state.byteSize());
    state.write(bytes);
    return bytes.array();
  }

  @Test
  void shouldSumTheScoresOfItsOneStepForecasts() {
    ForecasterSpec spec = spec(CellType.LSTM, 3, 4);
    var engine = new OnlineForecaster(spec, randomForecaster(spec, 4));
    var state = new SeriesState(spec);
    double[] values = walk(50, 14);
    observe(engine, state, Arrays.copyOf(values, 20));
    state.takeWindowScore();
    double error = 0;
    double naiveError = 0;
    double pinball = 0;
    double scales = 0;
    long covered = 0;

    for (int t = 20; t < 50; t++) {
      double scale = state.series().scale(0);
      Answer answer = observe(engine, state, values[t]);
      double below = values[t] - answer.expectedLower();
      double above = values[t] - answer.expectedUpper();
      error += Math.abs(values[t] - answer.expected()) / scale;
      naiveError += Math.abs(values[t] - values[t - 1]) / scale;
      // Levels 0.05 and 0.95: the level for what lies above a quantile, its rest for what is below.
      pinball += (below > 0 ? 0.05 * below : -0.95 * below) / scale;
      pinball += (above > 0 ? 0.95 * above : -0.05 * above) / scale;
      covered += below >= 0 && above <= 0 ? 1 : 0;
      scales += scale;
    }
    WindowScore score = state.takeWindowScore();

    assertThat(score.events()).isEqualTo(30);
    assertThat(score.absoluteError()).isCloseTo(error, within(1e-9));
    assertThat(score.naiveAbsoluteError()).isCloseTo(naiveError, within(1e-9));
    assertThat(score.pinball()).isCloseTo(pinball, within(1e-9));
    assertThat(score.scaleSum()).isCloseTo(scales, within(1e-9));
    assertThat(score.covered()).isEqualTo(covered).isPositive().isLessThan(30);
    assertThat(state.takeWindowScore()).isEqualTo(new WindowScore(0, 0, 0, 0, 0, 0, 0, 0));
  }

  @Test
  void shouldNotScoreAKeysFirstMoveInUnitsOfNothing() {
    ForecasterSpec spec = spec(CellType.LSTM, 3, 0);
    var engine = new OnlineForecaster(spec, null);
    var state = new SeriesState(spec);

    observe(engine, state, 100, 100, 100, 101, 100, 101, 100);
    WindowScore score = state.takeWindowScore();

    // Three values after the first move, at scales of 1/3, 2/4 and 3/5.
    assertThat(score.events()).isEqualTo(3);
    assertThat(score.naiveAbsoluteError()).isCloseTo(3 + 2 + 5 / 3.0, within(1e-9));
  }

  @Test
  void shouldNotNarrowItsIntervalsWhileNothingMoves() {
    ForecasterSpec spec = spec(CellType.LSTM, 3, 0);
    var engine = new OnlineForecaster(spec, null);
    var state = new SeriesState(spec);
    double[] silence = new double[5_000];

    observe(engine, state, silence);

    assertThat(state.calibration.factor(0, 1)).isEqualTo(1);
  }

  // ---- rewarm and peek --------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({"0,1", "0,2", "0,15", "0,18", "4,1", "4,3", "4,6", "4,15", "4,18", "11,21"})
  void shouldRewarmToWhatAKeyWouldBeThatOnlyKnewThisVersion(int season, int events) {
    for (CellType cell : CellType.values()) {
      ForecasterSpec spec = spec(cell, 3, season);
      assertThat(events).isLessThanOrEqualTo(spec.ringLength());
      var engine = new OnlineForecaster(spec, randomForecaster(spec, 5));
      var other = new OnlineForecaster(spec, randomForecaster(spec, 6));
      double[] values = walk(events, 31);
      var always = new SeriesState(spec);
      Answer expected = observe(engine, always, values);
      var swapped = new SeriesState(spec);
      observe(other, swapped, values);
      assertThat(swapped.network).isNotEqualTo(always.network);
      // Something stale in the engine's buffers.
      observe(engine, new SeriesState(spec), walk(20, 32));

      engine.rewarm(swapped);

      assertThat(swapped.network).isEqualTo(always.network);
      assertThat(swapped.outlook).isEqualTo(always.outlook);
      assertThat(engine.peek(swapped, 1).value(3)).isEqualTo(expected.value(3));
    }
  }

  @ParameterizedTest
  @CsvSource({"0,19", "0,20", "0,100", "4,19", "4,20", "4,100", "11,22", "11,100"})
  void shouldRewarmAFullRingFromTheFirstStepThatHasItsPast(int season, int events) {
    for (CellType cell : CellType.values()) {
      ForecasterSpec spec = spec(cell, 3, season);
      assertThat(events).isGreaterThan(spec.ringLength());
      Forecaster forecaster = randomForecaster(spec, 5);
      var state = new SeriesState(spec);
      observe(new OnlineForecaster(spec, null), state, walk(events, 31));

      new OnlineForecaster(spec, forecaster).rewarm(state);

      assertThat(state.network).isEqualTo(steppedThroughRing(forecaster, state.series()));
    }
  }

  /// From the initial state through all steps of the ring whose inputs need nothing that it lost.
  private static float[] steppedThroughRing(Forecaster forecaster, Series series) {
    ForecasterSpec spec = forecaster.spec();
    ForecasterProgram program = ForecasterProgram.of(spec);
    var stepper = new Stepper(program.program(), forecaster.parameters(), 1, Kernels.scalar());
    var preparation = new Preparation(spec.series(), spec.lagCount());
    Rows inputs = stepper.rows(program.inputs());
    // Eight innovations, and a season.
    int needed = Math.max(8, spec.series().longestSeason());
    for (int back = series.size() - 1 - needed; back >= 0; back--) {
      preparation.recurrentInputs(series, back, inputs.values(), inputs.at(0));
      stepper.step();
    }
    float[] network = new float[spec.stateSize()];
    stepper.store(0, network, 0);
    return network;
  }

  @Test
  void shouldRewarmToTheNaiveForecastAsIfNoModelHadEverBeen() {
    ForecasterSpec spec = spec(CellType.LSTM, 3, 4);
    var naive = new OnlineForecaster(spec, null);
    var always = new SeriesState(spec);
    observe(naive, always, walk(50, 31));
    var swapped = new SeriesState(spec);
    observe(new OnlineForecaster(spec, randomForecaster(spec, 5)), swapped, walk(50, 31));

    naive.rewarm(swapped);

    assertThat(swapped.network).isEqualTo(always.network).containsOnly(0);
    assertThat(swapped.outlook).isEqualTo(always.outlook);
    Answer next = observe(naive, swapped, walk(51, 31)[50]);
    assertThat(next.expectedLower()).isLessThan(next.expected());
    assertThat(next.expectedUpper()).isGreaterThan(next.expected());
    assertThat(next.anomaly()).isFalse();
  }

  @Test
  void shouldRewarmTwiceToTheSameBytes() {
    ForecasterSpec spec = spec(CellType.LSTM, 3, 4);
    var engine = new OnlineForecaster(spec, randomForecaster(spec, 5));
    var state = new SeriesState(spec);
    observe(engine, state, walk(100, 31));
    engine.rewarm(state);
    byte[] once = bytes(state);

    engine.rewarm(state);

    assertThat(bytes(state)).isEqualTo(once);
  }

  @Test
  void shouldChangeNothingOfTheSeriesAndTheScoresByRewarming() {
    ForecasterSpec spec = spec(CellType.LSTM, 3, 4);
    var engine = new OnlineForecaster(spec, randomForecaster(spec, 5));
    var state = new SeriesState(spec);
    var twin = new SeriesState(spec);
    observe(engine, state, walk(100, 31));
    observe(engine, twin, walk(100, 31));
    state.stamp(3, 2);
    state.position(1, 17);

    engine.rewarm(state);

    for (int back = 0; back < spec.ringLength(); back++) {
      assertThat(state.series().value(back)).isEqualTo(twin.series().value(back));
      assertThat(state.series().scale(back)).isEqualTo(twin.series().scale(back));
    }
    assertThat(state.series().steps()).isEqualTo(100);
    assertThat(state.takeWindowScore()).isEqualTo(twin.takeWindowScore());
    assertThat(state.decision()).isEqualTo(3);
    assertThat(state.sourceOffset()).isEqualTo(17);
  }

  @Test
  void shouldRewarmAKeyThatHasSeenNothing() {
    ForecasterSpec spec = spec(CellType.LSTM, 3, 4);
    var engine = new OnlineForecaster(spec, randomForecaster(spec, 5));
    var state = new SeriesState(spec);

    engine.rewarm(state);

    assertThat(numbers(observe(engine, state, walk(30, 1))))
        .isEqualTo(numbers(observe(engine, new SeriesState(spec), walk(30, 1))));
  }

  @Test
  void shouldKeepWhatAKeyLearnedOfItsWidthsFromOneVersionToTheNextOnly() {
    ForecasterSpec spec = spec(CellType.LSTM, 3, 4);
    var naive = new OnlineForecaster(spec, null);
    var engine = new OnlineForecaster(spec, randomForecaster(spec, 5));
    var state = new SeriesState(spec);
    observe(naive, state, walk(100, 31));
    assertThat(state.calibration.factor(0, 1)).isNotEqualTo(1);

    engine.rewarm(state);
    assertThat(state.calibration.factor(0, 1)).as("from naive").isEqualTo(1);
    state.stamp(1, 1);
    observe(engine, state, walk(50, 32));
    double learned = state.calibration.factor(0, 1);
    assertThat(learned).isNotEqualTo(1);

    new OnlineForecaster(spec, randomForecaster(spec, 6)).rewarm(state);
    assertThat(state.calibration.factor(0, 1)).as("to the next version").isEqualTo(learned);
    state.stamp(2, 2);

    naive.rewarm(state);
    assertThat(state.calibration.factor(0, 1)).as("to naive").isEqualTo(1);
  }

  @Test
  void shouldDropTheOpenForecastOfOtherWeights() {
    ForecasterSpec spec = spec(CellType.LSTM, 8, 0);
    var engine = new OnlineForecaster(spec, null);
    var state = new SeriesState(spec);
    observe(engine, state, walk(3, 31));
    assertThat(state.ledger.ahead(4)).isPositive();

    engine.rewarm(state);

    assertThat(state.ledger.ahead(4)).isZero();
    observe(engine, state, 101);
    assertThat(state.ledger.ahead(5)).as("a new one opens at once").isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldChangeNothingByPeeking(boolean naive) {
    ForecasterSpec spec = spec(CellType.LSTM, 3, 4);
    var engine = new OnlineForecaster(spec, naive ? null : randomForecaster(spec, 5));
    var state = new SeriesState(spec);
    for (double value : walk(60, 3)) {
      Answer answer = observe(engine, state, value);
      byte[] before = bytes(state);

      Answer peeked = engine.peek(state, 1e9);

      assertThat(bytes(state)).isEqualTo(before);
      assertThat(peeked.actual()).isEqualTo(1e9);
      assertThat(peeked.expected()).isNaN();
      assertThat(peeked.expectedLower()).isNaN();
      assertThat(peeked.expectedUpper()).isNaN();
      assertThat(peeked.anomaly()).isFalse();
      assertThat(peeked.steps()).isEqualTo(answer.steps());
      assertThat(Arrays.copyOfRange(numbers(peeked), 6, 15))
          .isEqualTo(Arrays.copyOfRange(numbers(answer), 6, 15));
    }
  }

  // ---- cost -------------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldAllocateNothingPerEventButTheAnswer(boolean naive) {
    ForecasterSpec spec = spec(CellType.LSTM, 8, 4);
    var engine = new OnlineForecaster(spec, naive ? null : randomForecaster(spec, 5));
    var state = new SeriesState(spec);
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    double[] values = walk(1_000, 3);
    // The answer: an object of six fields and three references, an array of 3 · 8 doubles, and now
    // and then a verdict that has something to say.
    long allowed = 80 + 16 + 3 * 8 * Double.BYTES + 40;

    // Vectors are objects until the compiler has seen them often enough, so only the best counts.
    long perEvent = Long.MAX_VALUE;
    for (int round = 0; round < 500 && perEvent > allowed; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (double value : values) {
        engine.observe(state, state.series().steps() * HOUR, value);
      }
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;
      perEvent = Math.min(perEvent, allocated / values.length);
    }

    assertThat(perEvent).isLessThanOrEqualTo(allowed);
  }

  @Test
  void shouldNotGrowWithTheNumberOfEvents() {
    ForecasterSpec spec = spec(CellType.LSTM, 8, 4);
    var engine = new OnlineForecaster(spec, randomForecaster(spec, 5));
    var state = new SeriesState(spec);
    observe(engine, state, walk(spec.ringLength(), 3));
    int full = state.byteSize() - state.detector.byteSize();

    observe(engine, state, walk(20_000, 3));

    assertThat(state.byteSize() - state.detector.byteSize()).isEqualTo(full);
    // Sketches of ranks take a while to fill.
    assertThat(state.detector.byteSize()).isLessThanOrEqualTo(LARGEST_DETECTOR);
  }
}
