package io.eddy.model;

import static io.eddy.model.Examples.HOUR;
import static io.eddy.model.Examples.bytes;
import static io.eddy.model.Examples.numbers;
import static io.eddy.model.Examples.present;
import static io.eddy.model.Examples.randomForecaster;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.eddy.model.cell.CellType;
import io.eddy.model.checkpoint.ForecasterCheckpoint;
import io.eddy.model.network.ForecastValue;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.series.BaseForecast;
import io.eddy.model.series.CovariateSpec;
import io.eddy.model.series.Series;
import io.eddy.model.series.SeriesSpec;
import io.eddy.model.training.ForecasterTrainer;
import io.eddy.model.training.SeriesHistory;
import io.eddy.model.training.TrainingResult;
import io.eddy.model.training.TrainingSettings;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Forecasts that know more than the series: engine, trainer and stored state together.
class CovariateForecastTest {

  private static final double MISSING = Double.NaN;
  private static final CovariateSpec TEMPERATURE = CovariateSpec.observed("temperature");

  /// A series and what comes with its values.
  private static final class Example {
    private final double[] values;
    private final double[][] rows;

    Example(double[] values, double[][] rows) {
      this.values = values;
      this.rows = rows;
    }

    double[] flat(int from) {
      return Arrays.stream(rows).skip(from).flatMapToDouble(Arrays::stream).toArray();
    }

    Example withoutRows() {
      return new Example(values, new double[values.length][0]);
    }
  }

  private static ForecasterSpec spec(
      CellType cell, int horizon, int season, BaseForecast base, CovariateSpec covariates) {
    SeriesSpec series =
        SeriesSpec.of(season == 0 ? List.of() : List.of(season), base).withCovariates(covariates);
    return new ForecasterSpec(
        cell, 8, 1, horizon, series, 8, List.of(0.9), ForecastValue.MEDIAN, 16);
  }

  private static Forecaster trained(ForecasterSpec spec, IntFunction<Example> process) {
    List<SeriesHistory> histories = new ArrayList<>();
    for (int key = 0; key < 6; key++) {
      histories.add(history(spec, process.apply(key)));
    }
    var settings = new TrainingSettings(16, 8, 100, 300, 8, 0.01, 1, 0.2, 1);
    return new ForecasterTrainer(settings)
        .train(
            Forecaster.initial(spec, 1),
            histories,
            Map.of(),
            (epoch, epochs, training, validation) -> {},
            () -> false)
        .forecaster();
  }

  private static SeriesHistory history(ForecasterSpec spec, Example example) {
    var start = new Series(spec.series(), spec.ringLength(), spec.horizon());
    return new SeriesHistory(
        "load",
        start,
        times(0, example.values.length),
        example.values,
        present(example.values.length),
        example.flat(0));
  }

  private static long[] times(int first, int count) {
    long[] times = new long[count];
    Arrays.setAll(times, t -> (first + t) * HOUR);
    return times;
  }

  /// Mean absolute error `ahead` steps ahead over the second half of a series.
  private static double error(Forecaster forecaster, Example example, int ahead) {
    var engine = new OnlineForecaster(forecaster.spec(), forecaster);
    var state = new SeriesState(forecaster.spec());
    double sum = 0;
    int count = 0;
    for (int t = 0; t + ahead < example.values.length; t++) {
      Answer answer = engine.observe(state, t * HOUR, example.values[t], example.rows[t]);
      if (t >= example.values.length / 2) {
        sum += Math.abs(example.values[t + ahead] - answer.value(ahead));
        count++;
      }
    }
    return sum / count;
  }

  // ---- what they are worth ----------------------------------------------------------------------

  /// `y[t] = season + 10 x[t-1] + noise`, where x is drawn anew at each step, in a unit of the
  /// key's own.
  private static Example followsYesterday(int season, int key, double missingShare) {
    var random = new SplittableRandom(key);
    double unit = StrictMath.pow(10, key % 4);
    int length = 500;
    double[] values = new double[length];
    double[][] rows = new double[length][1];
    double before = 0;
    for (int t = 0; t < length; t++) {
      double x = random.nextGaussian();
      double wave = season == 0 ? 0 : 15 * StrictMath.sin(2 * Math.PI * t / season);
      values[t] = 200 + wave + 10 * before + 0.5 * random.nextGaussian();
      rows[t][0] = random.nextDouble() < missingShare ? MISSING : unit * (30 + 4 * x);
      before = x;
    }
    return new Example(values, rows);
  }

  @ParameterizedTest
  @CsvSource({"LSTM,0,NAIVE", "GRU,0,MIX", "LSTM,12,NAIVE", "GRU,12,MIX"})
  void shouldForecastWhatAnObservedCovariateForetells(
      CellType cell, int season, BaseForecast base) {
    IntFunction<Example> process = key -> followsYesterday(season, key, 0);

    Forecaster with = trained(spec(cell, 1, season, base, TEMPERATURE), process);
    Forecaster without =
        trained(
            spec(cell, 1, season, base, CovariateSpec.NONE),
            key -> process.apply(key).withoutRows());

    // To know nothing of x costs 8 at least, the mean of |10 x|; the noise is 0.4.
    double error = error(with, process.apply(77), 1);
    double blind = error(without, process.apply(77).withoutRows(), 1);
    assertThat(blind).isGreaterThan(7.5);
    assertThat(error).isLessThan(blind / 4);
  }

  /// One in ten is missing: those steps cannot be known, all others still are.
  @Test
  void shouldForecastTheRestWhereACovariateIsMissingNowAndThen() {
    IntFunction<Example> process = key -> followsYesterday(0, key, 0.1);

    Forecaster with = trained(spec(CellType.GRU, 1, 0, BaseForecast.MIX, TEMPERATURE), process);

    double error = error(with, process.apply(78), 1);
    assertThat(error).isLessThan(3.5);
  }

  /// `y[t] = wave + 20 p[t] + noise`, where a promotion p comes by chance and is known three steps
  /// ahead.
  private static Example followsPromotions(int key) {
    var random = new SplittableRandom(500 + key);
    int length = 500;
    boolean[] promotion = new boolean[length + 4];
    for (int t = 0; t < promotion.length; t++) {
      promotion[t] = random.nextInt(5) == 0;
    }
    double[] values = new double[length];
    double[][] rows = new double[length][4];
    for (int t = 0; t < length; t++) {
      double wave = 10 * StrictMath.sin(2 * Math.PI * t / 7);
      values[t] = 300 + wave + (promotion[t] ? 20 : 0) + 0.5 * random.nextGaussian();
      for (int ahead = 0; ahead <= 3; ahead++) {
        rows[t][ahead] = promotion[t + ahead] ? 1 : 0;
      }
    }
    return new Example(values, rows);
  }

  @ParameterizedTest
  @CsvSource({"LSTM,NAIVE", "GRU,MIX"})
  void shouldForecastWhatIsKnownAhead(CellType cell, BaseForecast base) {
    var promotion = new CovariateSpec(List.of(), List.of("promotion"));

    Forecaster with =
        trained(spec(cell, 3, 7, base, promotion), CovariateForecastTest::followsPromotions);
    Forecaster without =
        trained(
            spec(cell, 3, 7, base, CovariateSpec.NONE),
            key -> followsPromotions(key).withoutRows());

    Example example = followsPromotions(77);
    for (int ahead : new int[] {1, 3}) {
      double error = error(with, example, ahead);
      double blind = error(without, example.withoutRows(), ahead);
      // One step in five is 20 higher: 4 off in the mean for whoever expects none.
      assertThat(blind).as("%d ahead", ahead).isGreaterThan(3.5);
      assertThat(error).as("%d ahead", ahead).isLessThan(blind / 2.2);
    }
  }

  /// `y[t] = y[t-1] + slope + noise`, where each key has one of two slopes and a feature that tells
  /// which. The noise is larger than the slope, so that a few values do not tell.
  private static Example climbs(int key) {
    var random = new SplittableRandom(1_000 + key);
    double feature = key % 2 == 0 ? 20 : 400;
    double value = 50;
    double[] values = new double[200];
    double[][] rows = new double[values.length][1];
    for (int t = 0; t < values.length; t++) {
      value += (feature == 20 ? 1 : -1) + 1.5 * random.nextGaussian();
      values[t] = value;
      rows[t][0] = feature;
    }
    return new Example(values, rows);
  }

  @Test
  void shouldForecastANewKeyByItsStaticFeature() {
    ForecasterSpec spec = spec(CellType.GRU, 4, 0, BaseForecast.NAIVE, TEMPERATURE);
    Forecaster forecaster = trained(spec, CovariateForecastTest::climbs);

    for (int key : new int[] {100, 101}) {
      Example example = climbs(key);
      var state = new SeriesState(spec);
      var engine = new OnlineForecaster(spec, forecaster);
      // Up and down by as much: no slope shows yet.
      engine.observe(state, 0, 10, example.rows[0]);
      engine.observe(state, HOUR, 11.5, example.rows[0]);
      Answer answer = engine.observe(state, 2 * HOUR, 10, example.rows[0]);

      double slope = key % 2 == 0 ? 1 : -1;
      assertThat(answer.value(4) - 10).as("key %d", key).isCloseTo(4 * slope, within(2.0));
    }
  }

  // ---- the same bits everywhere -----------------------------------------------------------------

  private static final CovariateSpec TWO =
      new CovariateSpec(List.of("temperature"), List.of("price"));

  private static Example random(int length, long seed) {
    var random = new SplittableRandom(seed);
    double[] values = new double[length];
    double[][] rows = new double[length][TWO.rowSize(3)];
    for (int t = 0; t < length; t++) {
      values[t] = 100 + 10 * random.nextGaussian();
      for (int i = 0; i < rows[t].length; i++) {
        rows[t][i] = random.nextInt(5) == 0 ? MISSING : 1000 * random.nextGaussian();
      }
    }
    return new Example(values, rows);
  }

  private static Answer observe(
      OnlineForecaster engine, SeriesState state, Example example, int from, int to) {
    Answer answer = null;
    for (int t = from; t < to; t++) {
      answer = engine.observe(state, t * HOUR, example.values[t], example.rows[t]);
    }
    return java.util.Objects.requireNonNull(answer);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5})
  void shouldBeStoredAfterEveryEventWithoutADifference(int season) {
    ForecasterSpec spec = spec(CellType.LSTM, 3, season, BaseForecast.MIX, TWO);
    var engine = new OnlineForecaster(spec, randomForecaster(spec, 9));
    Example example = random(120, 52);
    var kept = new SeriesState(spec);
    var stored = new SeriesState(spec);

    for (int t = 0; t < 120; t++) {
      Answer expected = observe(engine, kept, example, t, t + 1);
      Answer answer = observe(engine, stored, example, t, t + 1);
      stored = SeriesState.read(ByteBuffer.wrap(bytes(stored)), spec);

      assertThat(numbers(answer)).isEqualTo(numbers(expected));
      assertThat(bytes(stored)).isEqualTo(bytes(kept));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 13, 24})
  void shouldRewarmToWhatAKeyWouldBeThatOnlyKnewThisVersion(int events) {
    ForecasterSpec spec = spec(CellType.LSTM, 3, 5, BaseForecast.MIX, TWO);
    assertThat(events).isLessThanOrEqualTo(spec.ringLength());
    var engine = new OnlineForecaster(spec, randomForecaster(spec, 5));
    Example example = random(events, 31);
    var always = new SeriesState(spec);
    Answer expected = observe(engine, always, example, 0, events);
    var swapped = new SeriesState(spec);
    observe(new OnlineForecaster(spec, randomForecaster(spec, 6)), swapped, example, 0, events);

    engine.rewarm(swapped);

    assertThat(swapped.network).isEqualTo(always.network);
    assertThat(swapped.outlook).isEqualTo(always.outlook);
    assertThat(engine.peek(swapped, 1).value(3)).isEqualTo(expected.value(3));
  }

  /// Invariant 1 of the design: what the trainer validates is what the stream will score.
  @ParameterizedTest
  @CsvSource({"0,0", "5,0", "5,20", "5,60"})
  void shouldValidateWhatTheStreamWillAnswer(int season, int eventsBefore) {
    ForecasterSpec spec = spec(CellType.LSTM, 3, season, BaseForecast.MIX, TWO);
    int run = 60;
    Example example = random(eventsBefore + run, 8);
    var state = new SeriesState(spec);
    if (eventsBefore > 0) {
      observe(new OnlineForecaster(spec, null), state, example, 0, eventsBefore);
    }
    var history =
        new SeriesHistory(
            "load",
            state.series(),
            times(eventsBefore, run),
            Arrays.copyOfRange(example.values, eventsBefore, eventsBefore + run),
            present(run),
            example.flat(eventsBefore));

    TrainingResult result =
        new ForecasterTrainer(new TrainingSettings(16, 8, 1, 1, 8, 0.01, 1, 0.2, 1))
            .train(
                randomForecaster(spec, 2),
                List.of(history),
                Map.of(),
                (epoch, epochs, training, validation) -> {},
                () -> false);

    var engine = new OnlineForecaster(spec, result.forecaster());
    engine.rewarm(state);
    double error = 0;
    for (int t = eventsBefore; t < eventsBefore + run; t++) {
      double scale = t == 0 ? 1 : state.series().divisor(0);
      Answer answer = observe(engine, state, example, t, t + 1);
      if (t >= eventsBefore + 0.8 * run) {
        error += Math.abs(example.values[t] - answer.expected()) / scale;
      }
    }
    double validated = Double.parseDouble(result.forecaster().provenance().get("validation.mae"));
    assertThat(validated).isCloseTo(error / (0.2 * run), within(1e-5));
  }

  @Test
  void shouldKeepItsCovariatesInACheckpoint() {
    ForecasterSpec spec = spec(CellType.LSTM, 3, 5, BaseForecast.MIX, TWO);
    Forecaster written = randomForecaster(spec, 4);

    Forecaster read = ForecasterCheckpoint.read(ForecasterCheckpoint.write(written));

    assertThat(read.spec()).isEqualTo(spec);
    assertThat(read.spec().series().covariates()).isEqualTo(TWO);
  }

  @Test
  void shouldAnswerWithAllCovariatesMissingAsWithoutARow() {
    ForecasterSpec spec = spec(CellType.LSTM, 3, 5, BaseForecast.MIX, TWO);
    var engine = new OnlineForecaster(spec, randomForecaster(spec, 4));
    var one = new SeriesState(spec);
    var other = new SeriesState(spec);
    for (int t = 0; t < 40; t++) {
      engine.observe(one, t * HOUR, t % 7);
      engine.observe(
          other, t * HOUR, t % 7, new double[] {MISSING, MISSING, MISSING, MISSING, MISSING});

      assertThat(bytes(one)).isEqualTo(bytes(other));
    }
  }
}
