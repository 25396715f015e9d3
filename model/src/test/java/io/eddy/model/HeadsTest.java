package io.eddy.model;

import static io.eddy.model.Examples.HOUR;
import static io.eddy.model.Examples.bytes;
import static io.eddy.model.Examples.numbers;
import static io.eddy.model.Examples.observe;
import static io.eddy.model.Examples.randomForecaster;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import io.eddy.model.cell.CellType;
import io.eddy.model.checkpoint.ForecasterCheckpoint;
import io.eddy.model.network.ForecastValue;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.network.Head;
import io.eddy.model.parallel.Team;
import io.eddy.model.series.BaseForecast;
import io.eddy.model.series.Series;
import io.eddy.model.series.SeriesSpec;
import io.eddy.model.training.ForecasterTrainer;
import io.eddy.model.training.SeriesHistory;
import io.eddy.model.training.TrainingResult;
import io.eddy.model.training.TrainingSettings;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every head from training to answers: what a likelihood has learned, what its intervals cover,
/// and the promises that hold whatever the head.
class HeadsTest {

  private static final int HORIZON = 3;
  private static final List<Double> CONFIDENCES = List.of(0.9, 0.99, 0.5);

  private static ForecasterSpec spec(Head head, ForecastValue value) {
    SeriesSpec series = SeriesSpec.of(List.of(), BaseForecast.MIX).withNonNegative(true);
    return new ForecasterSpec(CellType.GRU, 6, 1, HORIZON, series, 8, CONFIDENCES, value, 32)
        .withHead(head);
  }

  private static TrainingResult train(ForecasterSpec spec, LongFunction<double[]> series) {
    return train(spec, series, 400, new Team(1));
  }

  private static TrainingResult train(
      ForecasterSpec spec, LongFunction<double[]> series, int updates, Team team) {
    List<SeriesHistory> histories = new ArrayList<>();
    for (int k = 0; k < 8; k++) {
      double[] values = series.apply(k);
      long[] times = new long[values.length];
      for (int t = 0; t < times.length; t++) {
        times[t] = t * HOUR;
      }
      var start = new Series(spec.series(), spec.ringLength(), spec.horizon());
      histories.add(new SeriesHistory("series " + k, start, times, values));
    }
    try (team) {
      return new ForecasterTrainer(
              new TrainingSettings(16, 8, 100, updates, 8, 0.01, 1, 0.2, 1), team)
          .train(
              Forecaster.initial(spec, 1),
              histories,
              Map.of(),
              (epoch, epochs, trainingLoss, validationLoss) -> {},
              () -> false);
    }
  }

  /// Shares that each interval covered one step ahead, over new keys.
  private static double[] covered(Forecaster forecaster, LongFunction<double[]> series) {
    ForecasterSpec spec = forecaster.spec();
    var engine = new OnlineForecaster(spec, forecaster);
    double[] covered = new double[CONFIDENCES.size()];
    int count = 0;
    for (int k = 100; k < 108; k++) {
      var state = new SeriesState(spec);
      state.stamp(1, 1);
      Answer before = null;
      for (double value : series.apply(k)) {
        if (before != null && before.steps() > 40) {
          count++;
          for (int i = 0; i < covered.length; i++) {
            covered[i] += value >= before.lower(i, 1) && value <= before.upper(i, 1) ? 1 : 0;
          }
        }
        before = observe(engine, state, value);
      }
    }
    for (int i = 0; i < covered.length; i++) {
      covered[i] /= count;
    }
    return covered;
  }

  private static double gaussian(SplittableRandom random) {
    return random.nextGaussian();
  }

  /// Around 500, of 3 degrees of freedom.
  private static double[] heavyTailed(int count, long seed) {
    var random = new SplittableRandom(seed);
    double[] values = new double[count];
    for (int t = 0; t < count; t++) {
      double squares = 0;
      for (int i = 0; i < 3; i++) {
        double normal = gaussian(random);
        squares += normal * normal;
      }
      values[t] = 500 + 3 * gaussian(random) / Math.sqrt(squares / 3);
    }
    return values;
  }

  private static double[] normal(int count, long seed) {
    var random = new SplittableRandom(seed);
    double[] values = new double[count];
    for (int t = 0; t < count; t++) {
      values[t] = 500 + 3 * gaussian(random);
    }
    return values;
  }

  /// Counts whose mean differs by key from 2 to 200: Poisson of a Gamma of shape 4.
  private static double[] counts(int count, long seed) {
    var random = new SplittableRandom(seed);
    double mean = 2 * StrictMath.pow(100, (seed % 8) / 7.0);
    double[] values = new double[count];
    for (int t = 0; t < count; t++) {
      double gamma = 0;
      for (int i = 0; i < 4; i++) {
        gamma -= StrictMath.log(1 - random.nextDouble()) / 4;
      }
      double waiting = -StrictMath.log(1 - random.nextDouble());
      while (waiting < mean * gamma) {
        values[t]++;
        waiting -= StrictMath.log(1 - random.nextDouble());
      }
    }
    return values;
  }

  @Test
  void shouldLearnTailsThatAreHeavierThanNormalOnes() {
    ForecasterSpec spec = spec(Head.STUDENT_T, ForecastValue.MEDIAN);

    double heavy = degreesOfFreedom(spec, k -> heavyTailed(300, k));
    double light = degreesOfFreedom(spec, k -> normal(300, k));

    assertThat(heavy).isBetween(2.2, 5.0);
    assertThat(light).isGreaterThan(1.5 * heavy);
  }

  private static double degreesOfFreedom(ForecasterSpec spec, LongFunction<double[]> series) {
    Forecaster forecaster = train(spec, series).forecaster();
    var state = new SeriesState(spec);
    double sum = 0;
    double[] values = series.apply(200);
    for (double value : values) {
      observe(new OnlineForecaster(spec, forecaster), state, value);
      sum += state.outlook[spec.outlookSize() - 1];
    }
    return sum / values.length;
  }

  @ParameterizedTest
  @EnumSource(
      value = Head.class,
      names = {"QUANTILES", "GAUSSIAN", "STUDENT_T"})
  void shouldCoverWhatItPromisesWhateverTheHead(Head head) {
    ForecasterSpec spec = spec(head, ForecastValue.MEDIAN);

    TrainingResult result = train(spec, k -> heavyTailed(300, k));
    double[] covered = covered(result.forecaster(), k -> heavyTailed(300, k));

    assertThat(result.validationLoss()).isLessThan(result.baseValidationLoss());
    assertThat(covered[0]).isCloseTo(0.9, within(0.03));
    assertThat(covered[1]).isCloseTo(0.99, within(0.015));
    assertThat(covered[2]).isCloseTo(0.5, within(0.06));
  }

  @Test
  void shouldBoundCountsByCounts() {
    ForecasterSpec spec = spec(Head.NEGATIVE_BINOMIAL, ForecastValue.MEDIAN);

    TrainingResult result = train(spec, k -> counts(300, k));
    double[] covered = covered(result.forecaster(), k -> counts(300, k));

    assertThat(result.validationLoss()).isLessThan(result.baseValidationLoss());
    // A count on the bound is inside, so some more are covered than was promised.
    assertThat(covered[0]).isBetween(0.87, 0.95);
    assertThat(covered[1]).isBetween(0.975, 1.0);
    assertThat(covered[2]).isBetween(0.45, 0.62);
    var engine = new OnlineForecaster(spec, result.forecaster());
    for (long key = 0; key < 8; key++) {
      var state = new SeriesState(spec);
      for (double value : counts(100, key)) {
        Answer answer = observe(engine, state, value);
        for (int ahead = 1; ahead <= HORIZON; ahead++) {
          for (int interval = 0; interval < answer.intervals(); interval++) {
            assertThat(answer.lower(interval, ahead)).isNotNegative();
            assertThat(answer.lower(interval, ahead) % 1).isZero();
            assertThat(answer.upper(interval, ahead) % 1).isZero();
            assertThat(answer.value(ahead) % 1).isZero();
            assertThat(answer.value(ahead))
                .isBetween(answer.lower(interval, ahead), answer.upper(interval, ahead));
          }
        }
      }
    }
  }

  @Test
  void shouldAnswerTheMeanOfACountWhereThatIsTheForecast() {
    ForecasterSpec spec = spec(Head.NEGATIVE_BINOMIAL, ForecastValue.MEAN);

    Forecaster forecaster = train(spec, k -> counts(300, k)).forecaster();

    var engine = new OnlineForecaster(spec, forecaster);
    for (long key = 0; key < 8; key += 7) {
      var state = new SeriesState(spec);
      double actual = 0;
      double forecast = 0;
      int count = 0;
      Answer before = null;
      for (double value : counts(1_000, key + 800)) {
        if (before != null && before.steps() > 40) {
          actual += value;
          forecast += before.value(1);
          count++;
        }
        before = observe(engine, state, value);
      }
      assertThat(forecast / count).isCloseTo(actual / count, within(0.08 * actual / count));
    }
  }

  @ParameterizedTest
  @EnumSource(Head.class)
  void shouldGiveTheSameBytesOnAnyNumberOfThreads(Head head) {
    ForecasterSpec spec = spec(head, ForecastValue.MEAN).withEnsemble(2);

    byte[] alone =
        ForecasterCheckpoint.write(train(spec, k -> counts(60, k), 60, new Team(1)).forecaster());
    byte[] shared =
        ForecasterCheckpoint.write(train(spec, k -> counts(60, k), 60, new Team(3)).forecaster());

    assertThat(shared).isEqualTo(alone);
    assertThat(alone).isNotEqualTo(ForecasterCheckpoint.write(Forecaster.initial(spec, 1)));
    assertThat(ForecasterCheckpoint.write(ForecasterCheckpoint.read(alone))).isEqualTo(alone);
  }

  @ParameterizedTest
  @EnumSource(Head.class)
  void shouldRewarmToWhatAKeyWouldBeThatOnlyKnewThisVersion(Head head) {
    ForecasterSpec spec = spec(head, ForecastValue.MEAN).withEnsemble(2);
    var engine = new OnlineForecaster(spec, randomForecaster(spec, 5));
    var always = new SeriesState(spec);
    observe(engine, always, counts(25, 6));
    var swapped = new SeriesState(spec);
    observe(new OnlineForecaster(spec, randomForecaster(spec, 6)), swapped, counts(25, 6));

    engine.rewarm(swapped);

    assertThat(swapped.network).isEqualTo(always.network);
    assertThat(swapped.outlook).isEqualTo(always.outlook);
  }

  @ParameterizedTest
  @EnumSource(Head.class)
  void shouldBeStoredAfterEveryEventWithoutADifference(Head head) {
    ForecasterSpec spec = spec(head, ForecastValue.MEAN);
    var engine = new OnlineForecaster(spec, randomForecaster(spec, 9));
    var kept = new SeriesState(spec);
    var stored = new SeriesState(spec);

    for (double value : counts(100, 5)) {
      Answer expected = observe(engine, kept, value);
      Answer answer = observe(engine, stored, value);
      stored = SeriesState.read(ByteBuffer.wrap(bytes(stored)), spec);

      assertThat(numbers(answer)).isEqualTo(numbers(expected));
      assertThat(bytes(stored)).isEqualTo(bytes(kept));
    }
  }

  @ParameterizedTest
  @EnumSource(Head.class)
  void shouldAnswerExtremeValuesWithNumbers(Head head) {
    ForecasterSpec spec = spec(head, ForecastValue.MEDIAN);
    var engine = new OnlineForecaster(spec, randomForecaster(spec, 3));
    var state = new SeriesState(spec);
    var random = new SplittableRandom(3);

    for (int t = 0; t < 100; t++) {
      double value = t < 5 || random.nextInt(3) == 0 ? 0 : random.nextBoolean() ? 1e12 : 1;
      Answer answer = observe(engine, state, value);

      for (int ahead = 1; ahead <= HORIZON; ahead++) {
        assertThat(answer.value(ahead)).as("step %d", t).isFinite().isNotNegative();
        assertThat(answer.upper(1, ahead))
            .as("step %d", t)
            .isFinite()
            .isGreaterThanOrEqualTo(answer.lower(1, ahead));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Head.class)
  void shouldAllocateNothingPerEventButTheAnswer(Head head) {
    ForecasterSpec spec = spec(head, ForecastValue.MEDIAN);
    var engine = new OnlineForecaster(spec, randomForecaster(spec, 5));
    var state = new SeriesState(spec);
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    double[] values = counts(1_000, 3);
    long allowed = 80 + 16 + 7 * HORIZON * Double.BYTES + 40;

    // Vectors are objects until the compiler has seen them often enough, so only the best counts.
    long perEvent = Long.MAX_VALUE;
    for (int round = 0; round < 300 && perEvent > allowed; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (double value : values) {
        engine.observe(state, state.series().steps() * HOUR, value);
      }
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;
      perEvent = Math.min(perEvent, allocated / values.length);
    }

    assertThat(perEvent).isLessThanOrEqualTo(allowed);
  }
}
