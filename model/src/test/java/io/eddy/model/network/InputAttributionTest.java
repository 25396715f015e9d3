package io.eddy.model.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.eddy.model.Examples;
import io.eddy.model.cell.CellType;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Stepper;
import io.eddy.model.series.BaseForecast;
import io.eddy.model.series.CalendarFeature;
import io.eddy.model.series.Preparation;
import io.eddy.model.series.Series;
import io.eddy.model.series.SeriesSpec;
import io.eddy.model.training.ForecasterTrainer;
import io.eddy.model.training.SeriesHistory;
import io.eddy.model.training.TrainingSettings;
import java.nio.ByteBuffer;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class InputAttributionTest {

  /// Two seasons, two calendar features, lags: an input of each kind.
  private static ForecasterSpec spec(CellType cell, ForecastValue value) {
    return new ForecasterSpec(
        cell,
        5,
        2,
        3,
        SeriesSpec.of(List.of(4, 7), BaseForecast.NAIVE)
            .withCalendar(
                List.of(CalendarFeature.HOUR_OF_DAY, CalendarFeature.DAY_OF_WEEK),
                ZoneId.of("UTC")),
        6,
        List.of(0.9),
        value,
        10);
  }

  private static Series series(ForecasterSpec spec, int steps, long seed) {
    var series = new Series(spec.series(), spec.ringLength(), spec.horizon());
    double[] values = Examples.walk(steps, seed);
    for (int t = 0; t < steps; t++) {
      series.append((t + 4) * Examples.HOUR, values[t]);
    }
    return series;
  }

  @Test
  void shouldNameTheOneInputThatMatters() {
    ForecasterSpec spec = spec(CellType.LSTM, ForecastValue.MEDIAN);
    var preparation = new Preparation(spec.series(), spec.lagCount());
    List<String> names = preparation.inputNames();
    for (int input = 0; input < names.size(); input++) {
      Forecaster forecaster = hearing(spec, input);

      for (int steps : new int[] {20, 300}) {
        Series series = series(spec, steps, 31 + input);

        assertThat(new InputAttribution(forecaster).loudest(series))
            .as("input %d after %d steps", input, steps)
            .hasValueSatisfying(
                influence -> assertThat(influence.share()).isCloseTo(1, within(1e-12)))
            .map(Influence::input)
            .hasValue(names.get(input));
      }
    }
  }

  /// A random forecaster that is deaf to all inputs but one.
  private static Forecaster hearing(ForecasterSpec spec, int input) {
    var preparation = new Preparation(spec.series(), spec.lagCount());
    Forecaster random = Examples.randomForecaster(spec, 100 + input);
    Parameters parameters = random.parameters();
    int recurrent = preparation.recurrentSize();
    keepInput(parameters.values("rnn.weight_ih_l0"), recurrent, input);
    keepInput(parameters.values("path.weight"), spec.lagCount(), input - recurrent);
    return new Forecaster(spec, parameters, random.calibration(), Map.of());
  }

  /// @param matrix (inputs, outputs), all zero afterwards but for one input's weights
  private static void keepInput(float[] matrix, int inputs, int input) {
    int outputs = matrix.length / inputs;
    for (int i = 0; i < matrix.length; i++) {
      matrix[i] = i / outputs == input ? matrix[i] : 0;
    }
  }

  /// Each value is the one of five steps before, and everything else is noise.
  @Test
  void shouldNameTheLagThatATrainedNetworkLivesOn() {
    ForecasterSpec spec =
        new ForecasterSpec(
            CellType.GRU, 8, 1, 1, SeriesSpec.naive(0), 8, List.of(0.9), ForecastValue.MEDIAN, 100);
    var random = new SplittableRandom(5);
    double[] values = new double[800];
    for (int t = 0; t < values.length; t++) {
      values[t] = t < 5 ? random.nextGaussian() : values[t - 5] + 0.05 * random.nextGaussian();
    }
    long[] times = new long[values.length];
    Arrays.setAll(times, t -> t * Examples.HOUR);
    var start = new Series(spec.series(), spec.ringLength(), spec.horizon());
    Forecaster trained =
        new ForecasterTrainer(TrainingSettings.defaults())
            .train(
                Forecaster.initial(spec, 1),
                List.of(new SeriesHistory("five", start, times, values)),
                Map.of(),
                (epoch, epochs, trainingLoss, validationLoss) -> {},
                () -> false)
            .forecaster();
    Series series = start.copy();
    for (int t = 0; t < 700; t++) {
      series.append(times[t], values[t]);
    }
    // Lag 4 is the value of five steps before the one that is forecast; now it is the one that
    // moves the forecast, unless it happens to equal the newest value.
    int named = 0;
    var attribution = new InputAttribution(trained);
    for (int t = 700; t < values.length; t++) {
      series.append(times[t], values[t]);
      named += attribution.loudest(series).map(Influence::input).orElse("").equals("lag 4") ? 1 : 0;
    }

    assertThat(named).as("events of 100 that name lag 4").isGreaterThan(60);
  }

  @ParameterizedTest
  @EnumSource(CellType.class)
  void shouldDifferentiateAsDifferencesDo(CellType cell) {
    ForecasterSpec spec = spec(cell, ForecastValue.MEAN);
    for (int seed = 0; seed < 3; seed++) {
      Forecaster forecaster = Examples.randomForecaster(spec, seed);
      Series series = series(spec, 12 + 20 * seed, seed);

      float[] gradient = new InputAttribution(forecaster).gradient(series);

      for (int input = 0; input < gradient.length; input++) {
        double step = 0.01;
        double difference =
            (median(forecaster, series, input, step) - median(forecaster, series, input, -step))
                / (2 * step);
        assertThat((double) gradient[input])
            .as("%s, input %d, seed %d", cell, input, seed)
            .isCloseTo(difference, within(1e-3 + 0.01 * Math.abs(difference)));
      }
    }
  }

  /// The one-step median by the stream's stepper, with one of the newest step's inputs moved.
  private static double median(Forecaster forecaster, Series series, int input, double by) {
    ForecasterSpec spec = forecaster.spec();
    var preparation = new Preparation(spec.series(), spec.lagCount());
    ForecasterProgram program = ForecasterProgram.of(spec);
    var stepper = new Stepper(program.program(), forecaster.parameters(), 1, Kernels.best());
    Rows inputs = stepper.rows(program.inputs());
    float[] state = new float[spec.stateSize()];
    stepper.initialState(state, 0);
    stepper.load(0, state, 0);
    int first =
        series.steps() > series.size()
            ? series.size() - preparation.recurrentLookback() - 1
            : series.size() - 1;
    for (int back = first; back > 0; back--) {
      preparation.recurrentInputs(series, back, inputs.values(), inputs.at(0));
      stepper.step();
    }
    preparation.inputs(series, inputs.values(), inputs.at(0));
    inputs.values()[inputs.at(0) + input] += (float) by;
    stepper.step();
    Rows quantiles = stepper.rows(program.quantiles());
    return quantiles.values()[quantiles.at(0) + spec.horizon()]; // of lower, median, upper
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 9, 200})
  void shouldGiveTheSameBitsWhoeverAsks(int steps) {
    ForecasterSpec spec = spec(CellType.GRU, ForecastValue.MEDIAN);
    Forecaster forecaster = Examples.randomForecaster(spec, 3);
    Series series = series(spec, steps, 8);
    ByteBuffer bytes = ByteBuffer.allocate(series.byteSize());
    series.write(bytes);
    var read = new Series(spec.series(), spec.ringLength(), spec.horizon());
    read.read(bytes.flip());
    var used = new InputAttribution(forecaster);
    for (int seed = 0; seed < 5; seed++) {
      used.loudest(series(spec, 10 + 100 * seed, seed));
    }

    assertThat(used.loudest(read)).isEqualTo(new InputAttribution(forecaster).loudest(series));
  }

  @Test
  void shouldNameNothingWhereNothingIsLearned() {
    ForecasterSpec spec = spec(CellType.LSTM, ForecastValue.MEDIAN);
    var attribution = new InputAttribution(Forecaster.initial(spec, 1));

    assertThat(attribution.loudest(series(spec, 50, 2))).isEmpty();
  }
}
