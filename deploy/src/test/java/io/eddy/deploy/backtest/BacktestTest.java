package io.eddy.deploy.backtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eddy.deploy.csv.Columns;
import io.eddy.deploy.csv.CsvReader;
import io.eddy.deploy.csv.Recording;
import io.eddy.deploy.process.UserException;
import io.eddy.model.evaluation.Fan;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BacktestTest {

  @Test
  void shouldFeedAllSeriesInTheOrderOfTime() {
    var witness = new Witness();

    new Backtest(data(2, 1, 2, 6), Progress.NONE).run(witness);

    assertThat(witness.events)
        .containsExactly(
            "train a 0,1",
            "train b 0,10", //
            "a 0",
            "b 0",
            "a 1",
            "a ahead 2",
            "b 10",
            "b ahead 2", //
            "a 2",
            "b 20",
            "a 3",
            "a ahead 2",
            "b 30",
            "b ahead 2");
  }

  @Test
  void shouldScoreEachValueAgainstWhatWasSaidOfIt() {
    Outcome outcome = new Backtest(data(2, 1, 2, 6), Progress.NONE).run(new Witness());

    // The last value, 1 and 2 steps ahead: off by 1 and 2 in a, by 10 and 20 in b.
    assertThat(outcome.evaluation().count()).isEqualTo(8);
    assertThat(outcome.evaluation().mae(1)).isEqualTo((1 + 10) / 2.0);
    assertThat(outcome.evaluation().mase()).isEqualTo(1.5);
    assertThat(outcome.forecasts()).isEqualTo(4);
  }

  @Test
  void shouldKeepTheLastForecastsToDrawThem() {
    Outcome outcome = new Backtest(data(2, 1, 2, 6), Progress.NONE).run(new Witness());

    assertThat(outcome.fans().get("a")).extracting(Outcome.Made::origin).containsExactly(2, 4);
  }

  @Test
  void shouldTellHowFarItHasCome() {
    List<String> told = new ArrayList<>();

    new Backtest(
            data(2, 1, 2, 6),
            new Progress() {
              @Override
              public void begin(String what, long steps) {
                told.add(what + " " + steps);
              }

              @Override
              public void advance(long steps) {
                told.add("+" + steps);
              }
            })
        .run(new Witness());

    assertThat(told).startsWith("witness trains -1", "witness 8").hasSize(2 + 8);
  }

  @Test
  void shouldRefuseAFanThatIsTooShort() {
    var witness = new Witness();
    witness.shorten = true;
    var backtest = new Backtest(data(2, 1, 2, 6), Progress.NONE);

    assertThatThrownBy(() -> backtest.run(witness))
        .hasMessageContaining("witness forecast 1 steps of a, expected 2");
  }

  @Test
  void shouldLeaveOutSeriesThatAreTooShort() {
    Recording recording = read("key,t,value\na,1,1\na,2,2\na,3,3\na,4,4\na,5,5\nb,1,7\n");

    DataSet data = new RecordedData(1, List.of(), 3).of("file", recording);

    assertThat(data.series()).extracting(RecordedSeries::key).containsExactly("a");
    assertThat(data.series().getFirst().origins()).isEqualTo(new RecordedSeries.Origins(2, 4, 1));
  }

  @Test
  void shouldSayWhatToLowerForShortFiles() {
    Recording recording = read("key,t,value\na,1,1\na,2,2\n");

    assertThatThrownBy(() -> new RecordedData(12, List.of(), 5).of("short.csv", recording))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("short.csv")
        .hasMessageContaining("has 2 values")
        .hasMessageContaining("lower --origins or --horizon");
  }

  @Test
  void shouldRunAllBaselines() {
    DataSet data = data(2, 3, 4, 40);

    List<Outcome> outcomes = new ArrayList<>();
    for (Contender contender : BaselineContender.all(3)) {
      outcomes.add(new Backtest(data, Progress.NONE).run(contender));
    }

    assertThat(outcomes).hasSize(9);
    assertThat(outcomes).allSatisfy(outcome -> assertThat(outcome.evaluation().mae()).isFinite());
  }

  /// Two series, 0 1 2 ... and 0 10 20 ...
  private static DataSet data(int horizon, int season, int origins, int length) {
    var csv = new StringBuilder("key,t,value\n");
    for (int t = 0; t < length; t++) {
      csv.append("a,%d,%d\n".formatted(t, t)).append("b,%d,%d\n".formatted(t, 10 * t));
    }
    return new RecordedData(horizon, season > 1 ? List.of(season) : List.of(), origins)
        .of("lines", read(csv.toString()));
  }

  private static Recording read(String csv) {
    return CsvReader.read(
        "lines",
        new ByteArrayInputStream(csv.getBytes(StandardCharsets.UTF_8)),
        new Columns(Optional.of("key"), Optional.of("t"), Optional.of("value"), Optional.empty()));
  }

  /// Repeats the last value and writes down what it is asked.
  private static final class Witness implements Contender {
    private final List<String> events = new ArrayList<>();
    private boolean shorten;

    @Override
    public String name() {
      return "witness";
    }

    @Override
    public void train(TrainingData data) {
      for (TrainingSeries series : data.series()) {
        String values =
            Arrays.stream(series.values())
                .mapToObj(value -> String.format(Locale.ROOT, "%.0f", value))
                .reduce((one, other) -> one + "," + other)
                .orElse("");
        events.add("train " + series.key() + " " + values);
      }
    }

    @Override
    public SeriesForecaster begin(TrainingSeries series) {
      return new SeriesForecaster() {
        private double last;

        @Override
        public void observe(long timeMillis, double value) {
          last = value;
          events.add(String.format(Locale.ROOT, "%s %.0f", series.key(), value));
        }

        @Override
        public Fan forecast(int horizon) {
          events.add(series.key() + " ahead " + horizon);
          double[] values = new double[shorten ? horizon - 1 : horizon];
          Arrays.fill(values, last);
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
