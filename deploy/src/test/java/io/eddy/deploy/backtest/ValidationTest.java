package io.eddy.deploy.backtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eddy.deploy.process.UserException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// The part of the training part that settings are chosen by.
class ValidationTest {

  @Test
  void shouldKnowNothingOfWhatLiesBehindTheFirstOrigin() {
    RecordedSeries one = validation(2, series("a", 400, 380, 380)).series().getFirst();

    assertThat(one.length()).isEqualTo(380);
    assertThat(one.value(380)).isNaN();
    assertThat(one.origins().last() + 2).isEqualTo(380);
  }

  @Test
  void shouldForecastTheNewestFortyEightValuesAHorizonAtATime() {
    RecordedSeries one = validation(3, series("a", 400, 380, 380)).series().getFirst();

    assertThat(one.origins()).isEqualTo(new RecordedSeries.Origins(380 - 48, 377, 3));
    assertThat(one.trainingPart().values()).hasSize(380 - 48);
  }

  @Test
  void shouldForecastFiveHorizonsIfTheyAreLonger() {
    RecordedSeries one = validation(24, series("a", 1000, 900, 900)).series().getFirst();

    assertThat(one.origins()).isEqualTo(new RecordedSeries.Origins(900 - 120, 876, 24));
  }

  @Test
  void shouldSetAsideAQuarterOfAShortSeriesAtMost() {
    RecordedSeries one = validation(1, series("a", 100, 96, 96)).series().getFirst();

    assertThat(one.origins()).isEqualTo(new RecordedSeries.Origins(72, 95, 1));
  }

  @Test
  void shouldTakeThePartThatABenchmarkSetsAside() {
    RecordedSeries one = validation(10, series("a", 1000, 900, 600)).series().getFirst();

    assertThat(one.origins()).isEqualTo(new RecordedSeries.Origins(600, 890, 10));
  }

  @Test
  void shouldMeasureInTheSameUnits() {
    RecordedSeries whole = series("a", 1000, 900, 900);

    RecordedSeries one = validation(10, whole).series().getFirst();

    assertThat(one.scale()).isEqualTo(whole.scale());
    assertThat(one.unit()).isEqualTo(whole.unit());
  }

  @Test
  void shouldLeaveOutSeriesThatAreTooShort() {
    DataSet validation = validation(10, series("a", 100, 90, 90), series("b", 25, 13, 13));

    assertThat(validation.series()).extracting(RecordedSeries::key).containsExactly("a");
  }

  @Test
  void shouldSayThatAllSeriesAreTooShort() {
    assertThatThrownBy(() -> validation(12, series("a", 25, 13, 13)))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("at most 13 values to learn from")
        .hasMessageContaining("lower the horizon");
  }

  @Test
  void shouldSampleSeriesEvenly() {
    DataSet data =
        data(
            1,
            IntStream.range(0, 10)
                .mapToObj(i -> series("k" + i, 30, 20, 20))
                .toArray(RecordedSeries[]::new));

    assertThat(data.sample(4).series())
        .extracting(RecordedSeries::key)
        .containsExactly("k0", "k2", "k5", "k7");
    assertThat(data.sample(10)).isSameAs(data);
  }

  private static DataSet validation(int horizon, RecordedSeries... series) {
    return data(horizon, series).validation();
  }

  private static DataSet data(int horizon, RecordedSeries... series) {
    return new DataSet(
        "test",
        "made up",
        false,
        horizon,
        List.of(4),
        9,
        List.of(Metric.MAE),
        Optional.empty(),
        List.of(series));
  }

  private static RecordedSeries series(String key, int length, int firstOrigin, int train) {
    long[] times = new long[length];
    double[] values = new double[length];
    Arrays.setAll(times, t -> 1000L * t);
    Arrays.setAll(values, t -> t % 4 + t / 10.0);
    return new RecordedSeries(
        key, times, values, train, new RecordedSeries.Origins(firstOrigin, length - 1, 1), 2, 4);
  }
}
