package io.eddy.model;

import static io.eddy.model.Examples.HOUR;
import static io.eddy.model.Examples.bytes;
import static io.eddy.model.Examples.observe;
import static io.eddy.model.Examples.randomForecaster;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.eddy.model.cell.CellType;
import io.eddy.model.distribution.NegativeBinomialDistribution;
import io.eddy.model.distribution.NormalDistribution;
import io.eddy.model.network.ForecastValue;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.network.Head;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.series.Series;
import io.eddy.model.series.SeriesSpec;
import io.eddy.model.training.ForecasterTrainer;
import io.eddy.model.training.SeriesHistory;
import io.eddy.model.training.TrainingSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Paths of processes whose every distribution is known.
class PathSamplerTest {

  private static final int HORIZON = 6;
  private static final int LAGS = 3;
  private static final double PHI = 0.5;
  private static final long SEED = 11;

  private static ForecasterSpec spec(Head head, int window) {
    return new ForecasterSpec(
            CellType.GRU,
            2,
            1,
            HORIZON,
            SeriesSpec.naive(0).withNonNegative(head == Head.NEGATIVE_BINOMIAL),
            LAGS,
            List.of(0.9, 0.5),
            ForecastValue.MEDIAN,
            window)
        .withHead(head);
  }

  // ---- a process that the network can say exactly
  // ------------------------------------------------

  /// Differences that are an autoregression: each is φ times the one before and noise. What comes
  /// is the newest value and a multiple of the last difference, which is the first lag.
  private static double[] integrated(int count, long seed) {
    var random = new SplittableRandom(seed);
    double[] values = new double[count];
    double value = 0;
    double difference = 0;
    for (int t = 0; t < count; t++) {
      difference = PHI * difference + random.nextGaussian();
      value += difference;
      values[t] = value;
    }
    return values;
  }

  /// What noise of one step has become k steps later.
  private static double response(int k) {
    return (1 - StrictMath.pow(PHI, k + 1)) / (1 - PHI);
  }

  private static double deviation(int ahead) {
    double squares = 0;
    for (int k = 0; k < ahead; k++) {
      squares += response(k) * response(k);
    }
    return Math.sqrt(squares);
  }

  /// The running scale: the mean absolute difference.
  private static double scale() {
    return Math.sqrt(2 / Math.PI / (1 - PHI * PHI));
  }

  private static float inverseSoftplus(double x) {
    return (float) StrictMath.log(StrictMath.expm1(x));
  }

  /// The weights that answer this process as it is.
  private static Forecaster knowing(ForecasterSpec spec) {
    Parameters parameters = Forecaster.initial(spec, 1).parameters().copy();
    float[] path = parameters.values("path.weight");
    float[] bias = parameters.values("head.bias");
    boolean gaussian = spec.head() == Head.GAUSSIAN;
    int center = gaussian ? 0 : spec.quantileCount() / 2;
    double[] levels = spec.quantileLevels();
    for (int h = 0; h < HORIZON; h++) {
      path[center * HORIZON + h] = (float) -(response(h + 1) - 1);
      double unit = deviation(h + 1) / scale();
      if (gaussian) {
        bias[HORIZON + h] = inverseSoftplus(unit);
      }
      for (int q = 0; q < levels.length && !gaussian; q++) {
        int inner = q < center ? q + 1 : q - 1;
        double step =
            NormalDistribution.quantile(levels[q]) - NormalDistribution.quantile(levels[inner]);
        if (q != center) {
          bias[q * HORIZON + h] = inverseSoftplus(unit * Math.abs(step));
        }
      }
    }
    float[] widths = new float[Forecaster.calibrationSize(spec)];
    java.util.Arrays.fill(widths, 1);
    return new Forecaster(spec, parameters, widths, Map.of());
  }

  private static SeriesState state(Forecaster forecaster, double... values) {
    var state = new SeriesState(forecaster.spec());
    observe(new OnlineForecaster(forecaster.spec(), forecaster), state, values);
    state.calibration.reset(); // the weights are right as they are
    return state;
  }

  @ParameterizedTest
  @EnumSource(
      value = Head.class,
      names = {"QUANTILES", "GAUSSIAN"})
  void shouldAgreeWithTheDirectQuantilesOfARightModel(Head head) {
    Forecaster forecaster = knowing(spec(head, 2_000));
    SeriesState state = state(forecaster, integrated(3_000, SEED));
    Answer direct = new OnlineForecaster(forecaster.spec(), forecaster).peek(state, 0);

    SampledPaths paths = new PathSampler(forecaster, 4_000).draw(state, HORIZON, SEED);

    for (int ahead = 1; ahead <= HORIZON; ahead++) {
      // Four standard errors of a 5 % quantile of 4,000 draws.
      double error = 4 * Math.sqrt(0.05 * 0.95 / 4_000) / 0.1031 * deviation(ahead);
      assertThat(paths.quantile(0.5, ahead)).isCloseTo(direct.value(ahead), within(error));
      assertThat(paths.quantile(0.05, ahead)).isCloseTo(direct.lower(ahead), within(error));
      assertThat(paths.quantile(0.95, ahead)).isCloseTo(direct.upper(ahead), within(error));
      assertThat(paths.quantile(0.25, ahead)).isCloseTo(direct.lower(1, ahead), within(error));
    }
  }

  @Test
  void shouldKnowTheDistributionOfASum() {
    Forecaster forecaster = knowing(spec(Head.GAUSSIAN, 2_000));
    SeriesState state = state(forecaster, integrated(3_000, SEED));
    SampledPaths paths = new PathSampler(forecaster, 4_000).draw(state, HORIZON, SEED);
    double squares = 0;
    for (int j = 1; j <= HORIZON; j++) {
      double response = 0;
      for (int h = j; h <= HORIZON; h++) {
        response += response(h - j);
      }
      squares += response * response;
    }
    double half = 1.6449 * Math.sqrt(squares);

    double width = paths.quantileOfSum(0.95, 1, HORIZON) - paths.quantileOfSum(0.05, 1, HORIZON);
    double marginal = 0;
    for (int ahead = 1; ahead <= HORIZON; ahead++) {
      marginal += paths.quantile(0.95, ahead) - paths.quantile(0.05, ahead);
    }

    assertThat(width).isCloseTo(2 * half, within(0.08 * 2 * half));
    // What marginal quantiles alone could say is wrong.
    assertThat(marginal).isGreaterThan(1.03 * width);
    assertThat(paths.quantileOfSum(0.5, 2, 2)).isEqualTo(paths.quantile(0.5, 2));
  }

  @Test
  void shouldGoOnBeyondTheNetworksHorizon() {
    Forecaster forecaster = knowing(spec(Head.GAUSSIAN, 2_000));
    SeriesState state = state(forecaster, integrated(3_000, SEED));

    SampledPaths paths = new PathSampler(forecaster, 4_000).draw(state, 2 * HORIZON, SEED);

    double width = paths.quantile(0.95, 2 * HORIZON) - paths.quantile(0.05, 2 * HORIZON);
    double expected = 2 * 1.6449 * deviation(2 * HORIZON);
    assertThat(width).isCloseTo(expected, within(0.08 * expected));
  }

  // ---- a process that is learned
  // -------------------------------------------------------------------

  private static double[] autoregression(int count, long seed) {
    var random = new SplittableRandom(seed);
    double[] values = new double[count];
    double value = 0;
    for (int t = 0; t < count; t++) {
      value = 0.8 * value + random.nextGaussian();
      values[t] = 50 + value;
    }
    return values;
  }

  @ParameterizedTest
  @EnumSource(
      value = Head.class,
      names = {"QUANTILES", "GAUSSIAN", "STUDENT_T"})
  void shouldCoverSumsOfALearnedAutoregression(Head head) {
    ForecasterSpec spec =
        new ForecasterSpec(CellType.GRU, 8, 1, HORIZON, 0, 12, 0.9, 64).withHead(head);
    List<SeriesHistory> histories = new ArrayList<>();
    for (int k = 0; k < 8; k++) {
      double[] values = autoregression(400, k);
      long[] times = new long[values.length];
      for (int t = 0; t < times.length; t++) {
        times[t] = t * HOUR;
      }
      var start = new Series(spec.series(), spec.ringLength(), spec.horizon());
      histories.add(new SeriesHistory("series " + k, start, times, values));
    }
    Forecaster forecaster =
        new ForecasterTrainer(new TrainingSettings(16, 8, 100, 500, 8, 0.01, 1, 0.2, 1))
            .train(
                Forecaster.initial(spec, 1),
                histories,
                Map.of(),
                (epoch, epochs, trainingLoss, validationLoss) -> {},
                () -> false)
            .forecaster();
    var engine = new OnlineForecaster(spec, forecaster);
    var sampler = new PathSampler(forecaster, 200);
    int covered = 0;
    int count = 0;
    for (int key = 100; key < 120; key++) {
      double[] values = autoregression(380, key);
      var state = new SeriesState(spec);
      for (int t = 0; t + HORIZON < values.length; t++) {
        engine.observe(state, t * HOUR, values[t]);
        if (t >= 80 && t % 15 == 0) {
          SampledPaths paths = sampler.draw(state, HORIZON, 1_000L * key + t);
          double sum = 0;
          for (int h = 1; h <= HORIZON; h++) {
            sum += values[t + h];
          }
          covered +=
              sum >= paths.quantileOfSum(0.05, 1, HORIZON)
                      && sum <= paths.quantileOfSum(0.95, 1, HORIZON)
                  ? 1
                  : 0;
          count++;
        }
      }
    }

    // 400 sums, of which neighbours are nearly independent: a standard error of 1.5 %.
    assertThat((double) covered / count).isCloseTo(0.9, within(0.05));
  }

  // ---- promises --------------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource(Head.class)
  void shouldComeAgainByItsSeedHoweverManyAreDrawn(Head head) {
    Forecaster forecaster = randomForecaster(spec(head, 20), 5);
    SeriesState state = counted(forecaster);
    byte[] before = bytes(state);

    SampledPaths paths = new PathSampler(forecaster, 7).draw(state, 9, SEED);
    SampledPaths again = new PathSampler(forecaster, 3).draw(state, 9, SEED);
    SampledPaths others = new PathSampler(forecaster, 7).draw(state, 9, SEED + 1);

    assertThat(bytes(state)).isEqualTo(before);
    assertThat(paths.seed()).isEqualTo(SEED);
    boolean differ = false;
    for (int ahead = 1; ahead <= 9; ahead++) {
      for (int path = 0; path < 3; path++) {
        assertThat(again.value(path, ahead)).isFinite().isEqualTo(paths.value(path, ahead));
        differ |= others.value(path, ahead) != paths.value(path, ahead);
      }
    }
    assertThat(differ).isTrue();
  }

  private static SeriesState counted(Forecaster forecaster) {
    var random = new SplittableRandom(3);
    double[] values = new double[60];
    for (int t = 0; t < values.length; t++) {
      values[t] = random.nextInt(12);
    }
    var state = new SeriesState(forecaster.spec());
    observe(new OnlineForecaster(forecaster.spec(), forecaster), state, values);
    return state;
  }

  @Test
  void shouldDrawCountsFromTheirDistribution() {
    ForecasterSpec spec = spec(Head.NEGATIVE_BINOMIAL, 20);
    Forecaster random = randomForecaster(spec, 5);
    float[] widths = new float[Forecaster.calibrationSize(spec)];
    java.util.Arrays.fill(widths, 1);
    Forecaster forecaster = new Forecaster(spec, random.parameters(), widths, Map.of());
    SeriesState state = counted(forecaster);
    state.calibration.reset();
    double mean = state.outlook[spec.outlookSize() - 2];
    double dispersion = state.outlook[spec.outlookSize() - 1];

    SampledPaths paths = new PathSampler(forecaster, 10_000).draw(state, 3, SEED);

    double sum = 0;
    for (int path = 0; path < paths.count(); path++) {
      sum += paths.value(path, 1);
      for (int ahead = 1; ahead <= 3; ahead++) {
        assertThat(paths.value(path, ahead)).isNotNegative();
        assertThat(paths.value(path, ahead) % 1).isZero();
      }
    }
    double error = 4 * Math.sqrt((mean + dispersion * mean * mean) / paths.count());
    assertThat(sum / paths.count()).isCloseTo(mean, within(error));
    for (double level : new double[] {0.1, 0.5, 0.9}) {
      assertThat(paths.quantile(level, 1))
          .isCloseTo(NegativeBinomialDistribution.quantile(level, mean, dispersion), within(1.0));
    }
  }

  @Test
  void shouldMeetItsCalibratedBoundsOneStepAhead() {
    Forecaster forecaster = randomForecaster(spec(Head.STUDENT_T, 20), 5);
    SeriesState state = counted(forecaster);
    Answer direct = new OnlineForecaster(forecaster.spec(), forecaster).peek(state, 0);

    SampledPaths paths = new PathSampler(forecaster, 20_000).draw(state, 1, SEED);

    double width = direct.upper(1) - direct.lower(1);
    assertThat(paths.quantile(0.05, 1)).isCloseTo(direct.lower(1), within(0.03 * width));
    assertThat(paths.quantile(0.95, 1)).isCloseTo(direct.upper(1), within(0.03 * width));
    assertThat(paths.quantile(0.75, 1)).isCloseTo(direct.upper(1, 1), within(0.03 * width));
  }

  @Test
  void shouldSayWhatCannotBeDrawn() {
    Forecaster forecaster = randomForecaster(spec(Head.QUANTILES, 20), 5);
    var sampler = new PathSampler(forecaster, 2);
    SampledPaths paths = sampler.draw(counted(forecaster), 2, SEED);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PathSampler(forecaster, 0))
        .withMessage("0 paths, expected at least 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> sampler.draw(counted(forecaster), 0, SEED))
        .withMessage("0 steps ahead, expected at least 1");
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(() -> sampler.draw(new SeriesState(forecaster.spec()), 2, SEED))
        .withMessageContaining("observe one first");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> paths.quantile(1.1, 1))
        .withMessageContaining("the level is 1.1");
  }
}
