package io.eddy.model.training;

import static io.eddy.model.Examples.HOUR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.eddy.model.Answer;
import io.eddy.model.OnlineForecaster;
import io.eddy.model.SeriesState;
import io.eddy.model.cell.CellType;
import io.eddy.model.network.ForecastValue;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.series.BaseForecast;
import io.eddy.model.series.Series;
import io.eddy.model.series.SeriesSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Several intervals and the two forecast values, from training to answers, on noise that is skewed
/// so that its mean lies far above its median.
class ForecastValueTest {

  private static final int HORIZON = 2;
  private static final List<Double> CONFIDENCES = List.of(0.8, 0.95, 0.5);

  private static ForecasterSpec spec(BaseForecast base, ForecastValue value) {
    return new ForecasterSpec(
        CellType.GRU, 6, 1, HORIZON, SeriesSpec.of(List.of(), base), 8, CONFIDENCES, value, 32);
  }

  /// Exponential noise: median 0.69, mean 1.
  private static double[] skewed(int count, long seed) {
    var random = new SplittableRandom(seed);
    double[] values = new double[count];
    for (int t = 0; t < count; t++) {
      values[t] = 50 - 4 * StrictMath.log(1 - random.nextDouble());
    }
    return values;
  }

  private static Forecaster train(ForecasterSpec spec) {
    List<SeriesHistory> histories = new ArrayList<>();
    for (int k = 0; k < 8; k++) {
      double[] values = skewed(300, k);
      long[] times = new long[values.length];
      for (int t = 0; t < times.length; t++) {
        times[t] = t * HOUR;
      }
      var start = new Series(spec.series(), spec.ringLength(), spec.horizon());
      histories.add(new SeriesHistory("series " + k, start, times, values));
    }
    var settings = new TrainingSettings(16, 8, 100, 400, 8, 0.01, 1, 0.2, 1);
    return new ForecasterTrainer(settings)
        .train(
            Forecaster.initial(spec, 1),
            histories,
            Map.of(),
            (epoch, epochs, training, validation) -> {},
            () -> false)
        .forecaster();
  }

  /// Errors on series that nobody has trained on.
  private record Errors(double absolute, double squared) {}

  private static Errors errors(Forecaster forecaster) {
    ForecasterSpec spec = forecaster.spec();
    double absolute = 0;
    double squared = 0;
    int count = 0;
    for (long seed = 100; seed < 110; seed++) {
      var engine = new OnlineForecaster(spec, forecaster);
      var state = new SeriesState(spec);
      double[] values = skewed(400, seed);
      for (int t = 0; t < values.length - HORIZON; t++) {
        Answer answer = engine.observe(state, t * HOUR, values[t]);
        for (int ahead = 1; ahead <= HORIZON && t >= 50; ahead++) {
          double error = values[t + ahead] - answer.value(ahead);
          absolute += Math.abs(error);
          squared += error * error;
          count++;
        }
      }
    }
    return new Errors(absolute / count, squared / count);
  }

  @ParameterizedTest
  @EnumSource(BaseForecast.class)
  void shouldHaveTheLeastErrorOfTheKindThatItIsTrainedFor(BaseForecast base) {
    Errors ofMedian = errors(train(spec(base, ForecastValue.MEDIAN)));
    Errors ofMean = errors(train(spec(base, ForecastValue.MEAN)));

    assertThat(ofMean.squared()).isLessThan(ofMedian.squared());
    assertThat(ofMedian.absolute()).isLessThan(ofMean.absolute());
    // Whoever knows the distribution has 16 and 4 · 0.693, whoever takes a mean of nine values
    // 17.8.
    assertThat(ofMean.squared()).isCloseTo(16, within(2.5));
    assertThat(ofMedian.absolute()).isCloseTo(2.77, within(0.3));
  }

  @Test
  void shouldCoverWhatEachIntervalPromises() {
    ForecasterSpec spec = spec(BaseForecast.MIX, ForecastValue.MEAN);
    Forecaster forecaster = train(spec);
    int[] covered = new int[CONFIDENCES.size()];
    int count = 0;

    for (long seed = 100; seed < 110; seed++) {
      var engine = new OnlineForecaster(spec, forecaster);
      var state = new SeriesState(spec);
      double[] values = skewed(400, seed);
      for (int t = 0; t < values.length - HORIZON; t++) {
        Answer answer = engine.observe(state, t * HOUR, values[t]);
        for (int ahead = 1; ahead <= HORIZON && t >= 50; ahead++) {
          count++;
          for (int interval = 0; interval < covered.length; interval++) {
            boolean inside =
                values[t + ahead] >= answer.lower(interval, ahead)
                    && values[t + ahead] <= answer.upper(interval, ahead);
            covered[interval] += inside ? 1 : 0;
          }
        }
      }
    }

    for (int interval = 0; interval < covered.length; interval++) {
      assertThat((double) covered[interval] / count)
          .as("confidence %s", CONFIDENCES.get(interval))
          .isCloseTo(CONFIDENCES.get(interval), within(0.04));
    }
  }

  @Test
  void shouldShipAFactorForEveryBound() {
    Forecaster forecaster = train(spec(BaseForecast.MIX, ForecastValue.MEAN));

    assertThat(forecaster.calibration()).hasSize(6 * HORIZON);
    for (int quantile = 0; quantile < 7; quantile++) {
      if (quantile != 3) {
        assertThat(forecaster.width(quantile, HORIZON)).isBetween(0.25f, 8f);
      }
    }
    assertThat(forecaster.parameters().isFinite()).isTrue();
  }
}
