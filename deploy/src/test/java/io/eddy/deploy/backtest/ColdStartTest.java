package io.eddy.deploy.backtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.eddy.deploy.backtest.ColdStart.Bucket;
import io.eddy.deploy.backtest.ColdStart.Curve;
import io.eddy.deploy.csv.Columns;
import io.eddy.deploy.csv.CsvReader;
import io.eddy.model.evaluation.Fan;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ColdStartTest {
  private static final int HORIZON = 4;
  private static final int LENGTH = 200;

  @Test
  void shouldFindTheAgeFromWhichErrorsStaySmall() {
    DataSet data = lines(3);

    Curve curve = ColdStart.curve(new Learner(8, 16), data, data.series(), Progress.NONE);

    assertThat(curve.keys()).isEqualTo(3);
    assertThat(curve.coldEvents()).hasValue(8);
    assertThat(curve.coldEventsOfHorizon()).hasValue(16);
    assertThat(curve.buckets()).extracting(Bucket::from).containsExactly(1, 2, 4, 8, 16, 32, 64);
    Bucket youngest = curve.buckets().getFirst();
    assertThat(youngest.forecasts()).isEqualTo(3);
    assertThat(youngest.youngOneStep()).isCloseTo(3, within(1e-12));
    assertThat(youngest.oldOneStep()).isCloseTo(1, within(1e-12));
    assertThat(youngest.oneStep()).isCloseTo(3, within(1e-12));
    assertThat(youngest.wholeHorizon()).isCloseTo(3, within(1e-12));
    // Ages 64 to 99: the last of 100 events has nothing left to be forecast.
    assertThat(curve.buckets().getLast().forecasts()).isEqualTo(3 * 36);
  }

  @Test
  void shouldSayOneForWhatKnowsEverythingAtOnce() {
    DataSet data = lines(2);

    Curve curve = ColdStart.curve(new Learner(0, 0), data, data.series(), Progress.NONE);

    assertThat(curve.coldEvents()).hasValue(1);
    assertThat(curve.coldEventsOfHorizon()).hasValue(1);
  }

  @Test
  void shouldNotSayWhatCannotBeTold() {
    DataSet data = lines(2);

    // Whoever begins in the middle never sees a hundred and one.
    Curve curve = ColdStart.curve(new Learner(101, 101), data, data.series(), Progress.NONE);

    assertThat(curve.coldEvents()).isEmpty();
    assertThat(curve.coldEventsOfHorizon()).isEmpty();
  }

  @Test
  void shouldLeaveOutWhatHasNoScale() {
    DataSet data = of("key,t,value\n" + rows("flat", 0) + rows("line", 1));

    Curve curve = ColdStart.curve(new Learner(8, 8), data, data.series(), Progress.NONE);

    assertThat(curve.keys()).isEqualTo(1);
    assertThat(curve.coldEvents()).hasValue(8);
  }

  @Test
  void shouldHoldOutOneSeriesOfTenByItsName() {
    DataSet data = lines(31);
    List<RecordedSeries> shuffled = data.series().reversed();

    var heldOut = ColdStart.heldOut(data);

    assertThat(heldOut).hasSize(4).isSubsetOf(data.series());
    assertThat(
            ColdStart.heldOut(
                new DataSet(
                    data.name(),
                    data.description(),
                    data.dated(),
                    data.horizon(),
                    data.seasons(),
                    data.lookback(),
                    data.metrics(),
                    data.reference(),
                    shuffled)))
        .isEqualTo(heldOut);
    assertThat(ColdStart.heldOut(lines(1))).hasSize(1);
  }

  private static DataSet lines(int count) {
    var csv = new StringBuilder("key,t,value\n");
    for (int key = 0; key < count; key++) {
      csv.append(rows("key" + key, key + 1));
    }
    return of(csv.toString());
  }

  /// A line of a slope: its scale.
  private static String rows(String key, int slope) {
    var rows = new StringBuilder();
    for (int t = 0; t < LENGTH; t++) {
      rows.append("%s,%d,%d\n".formatted(key, t, slope * t));
    }
    return rows.toString();
  }

  private static DataSet of(String csv) {
    return new RecordedData(HORIZON, List.of(), 5)
        .of(
            "lines",
            CsvReader.read(
                "lines",
                new ByteArrayInputStream(csv.getBytes(StandardCharsets.UTF_8)),
                new Columns(
                    Optional.of("key"), Optional.of("t"), Optional.of("value"), Optional.empty())));
  }

  /// Is off by three scales until it has seen so many values, then by one.
  ///
  /// @param atOneStep values for one step ahead
  /// @param atMore values for more steps
  private record Learner(int atOneStep, int atMore) implements Contender {
    @Override
    public String name() {
      return "learner";
    }

    @Override
    public void train(TrainingData data) {}

    @Override
    public SeriesForecaster begin(TrainingSeries series) {
      double slope = series.values()[1] - series.values()[0];
      return new SeriesForecaster() {
        private int seen;
        private double last;

        @Override
        public void observe(long timeMillis, double value) {
          seen++;
          last = value;
        }

        @Override
        public Fan forecast(int horizon) {
          double[] values = new double[horizon];
          Arrays.setAll(
              values, h -> last + slope * (h + 1 + (seen < (h == 0 ? atOneStep : atMore) ? 3 : 1)));
          return Fan.withoutBounds(values);
        }
      };
    }

    @Override
    public long parameters() {
      return 0;
    }
  }
}
