package io.eddy.deploy.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eddy.deploy.backtest.DataSet;
import io.eddy.deploy.backtest.Metric;
import io.eddy.deploy.backtest.Progress;
import io.eddy.deploy.backtest.RecordedData;
import io.eddy.deploy.csv.Columns;
import io.eddy.deploy.csv.CsvReader;
import io.eddy.deploy.process.StopSignal;
import io.eddy.processors.config.ProcessorsConfig;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TuningTest {
  /// So that a trial takes little time.
  private static final Map<String, String> SMALL =
      Map.of(
          ProcessorsConfig.HIDDEN_SIZE, "2",
          ProcessorsConfig.TRAINING_UPDATES_MAX, "9",
          ProcessorsConfig.TRAINING_EPOCHS_MAX, "2");

  @Test
  void shouldFindWhatTheTrainingPartShowsAndNeverLookBehindIt() {
    TuningResult one = search(data(step -> 0), 3, 14);
    TuningResult other = search(data(step -> 1e6 * step), 3, 14);

    assertThat(scores(one)).isEqualTo(scores(other)).hasSize(14);
    assertThat(one.settings()).isEqualTo(other.settings());
    assertThat(one.best().orElseThrow().rung()).isEqualTo(2);
    assertThat(one.best().orElseThrow().score()).isLessThanOrEqualTo(one.firstScore());
  }

  @Test
  void shouldDrawOtherCandidatesFromAnotherSeed() {
    TuningResult one = search(data(step -> 0), 3, 10);
    TuningResult other = search(data(step -> 0), 4, 10);

    assertThat(one.trials().getFirst().score()).isEqualTo(other.trials().getFirst().score());
    assertThat(one.trials().get(1).candidate()).isNotEqualTo(other.trials().get(1).candidate());
  }

  @Test
  void shouldBeginWithTheSettingsItIsGivenAndTheSeasonOfTheData() {
    TuningResult result = search(data(step -> 0), 1, 0);

    assertThat(result.settings())
        .containsEntry(ProcessorsConfig.HIDDEN_SIZE, "2")
        .containsEntry(ProcessorsConfig.SEASON, "6")
        .containsEntry(ProcessorsConfig.HORIZON, "2")
        .containsEntry(ProcessorsConfig.CELL, "lstm")
        .containsKeys(ProcessorsConfig.WINDOW_SIZE, ProcessorsConfig.TRAINING_PATIENCE)
        .doesNotContainKeys(ProcessorsConfig.CONFIDENCE, ProcessorsConfig.INPUT_TOPIC);
    assertThat(result.lines()).last().asString().contains("no rung was completed");
  }

  @Test
  void shouldLetTheUserChooseTheMeasure() {
    var tuning = tuning(data(step -> 0), 1, Optional.of(Metric.PINBALL), new StopSignal(), 0);

    assertThat(tuning.measure()).isEqualTo("pinball");
  }

  @Test
  void shouldRefuseSettingsThatDoNotFit() {
    var settings = new HashMap<>(SMALL);
    settings.put(ProcessorsConfig.CELL, "lstn");

    assertThatThrownBy(
            () ->
                new Tuning(
                    data(step -> 0),
                    settings,
                    Optional.empty(),
                    1,
                    new StopSignal(),
                    Progress.NONE,
                    (_, _) -> {}))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("eddy.cell");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void shouldDrawSettingsThatAreValidAndNew(long seed) {
    Map<String, String> base = new HashMap<>();
    base.put(ProcessorsConfig.SEASON, "24");
    var first = new Candidate(0, TunedSettings.complete(base));
    var space =
        new SearchSpace(
            seed,
            first,
            List.of(List.of(24), List.of(24, 168), List.of()),
            400,
            TuningTest::isValid);

    Candidate around = first;
    for (int number = 1; number <= 60; number++) {
      Candidate drawn = space.next(number, around).orElseThrow();
      assertThat(drawn.differences(first)).as("seed %d", seed).isNotEmpty();
      assertThat(drawn.settings().keySet()).isEqualTo(first.settings().keySet());
      assertThat(drawn.settings().get(ProcessorsConfig.HORIZON)).isEqualTo("8");
      around = drawn;
    }
  }

  private static boolean isValid(Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.put(ProcessorsConfig.TOPIC_PREFIX, "test");
    try {
      ProcessorsConfig.of(all);
      return true;
    } catch (ConfigException e) {
      return false;
    }
  }

  /// Stops after so many trials, which makes a run that can be repeated.
  private static TuningResult search(DataSet data, long seed, int trials) {
    var stop = new StopSignal();
    if (trials == 0) {
      stop.request();
    }
    return tuning(data, seed, Optional.empty(), stop, trials).run(Duration.ofHours(1));
  }

  private static Tuning tuning(
      DataSet data, long seed, Optional<Metric> metric, StopSignal stop, int trials) {
    int[] seen = new int[1];
    return new Tuning(
        data,
        SMALL,
        metric,
        seed,
        stop,
        Progress.NONE,
        (_, _) -> {
          seen[0]++;
          if (seen[0] == trials) {
            stop.request();
          }
        });
  }

  private static List<Double> scores(TuningResult result) {
    return result.trials().stream().map(Trial::score).toList();
  }

  /// Two noisy series of 120 values with a season of six, the last ten of which are kept to be
  /// judged by.
  private static DataSet data(IntToDoubleFunction behind) {
    var random = new Random(7);
    var csv = new StringBuilder("key,t,value\n");
    for (int t = 1; t <= 120; t++) {
      for (String key : List.of("a", "b")) {
        double value =
            10 + t % 6 + random.nextGaussian() + (t > 110 ? behind.applyAsDouble(t - 110) : 0);
        csv.append("%s,%d,%s\n".formatted(key, t, value));
      }
    }
    return new RecordedData(2, List.of(6), 5)
        .of(
            "waves",
            CsvReader.read(
                "waves",
                new ByteArrayInputStream(csv.toString().getBytes(StandardCharsets.UTF_8)),
                new Columns(
                    Optional.of("key"), Optional.of("t"), Optional.of("value"), Optional.empty())));
  }
}
