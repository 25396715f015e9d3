package io.eddy.model.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.eddy.model.Examples;
import io.eddy.model.cell.CellType;
import io.eddy.model.series.Preparation;
import io.eddy.model.series.SeriesSpec;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForecasterSpecTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldComeBackFromItsMetadata(long seed) {
    var random = new SplittableRandom(seed);
    for (int i = 0; i < 200; i++) {
      var spec =
          new ForecasterSpec(
              Examples.cell(i),
              random.nextInt(1, 4097),
              random.nextInt(1, 17),
              random.nextInt(1, 1025),
              random.nextBoolean() ? 0 : random.nextInt(2, 10_001),
              random.nextInt(1, 20_001),
              random.nextDouble(0.001, 1),
              random.nextInt(2, 100_001));

      assertThat(ForecasterSpec.fromMetadata(spec.toMetadata()))
          .as("seed %d", seed)
          .isEqualTo(spec);
    }
  }

  @Test
  void shouldNotNeedWhatElseTheMetadataSays() {
    var spec = new ForecasterSpec(CellType.GRU, 8, 1, 3, 0, 5, 0.8, 10);
    Map<String, String> metadata = new HashMap<>(spec.toMetadata());
    metadata.put("provenance.by", "hand");

    assertThat(ForecasterSpec.fromMetadata(metadata)).isEqualTo(spec);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "eddy.cell",
        "eddy.hidden.size",
        "eddy.layer.count",
        "eddy.horizon",
        "eddy.season",
        "eddy.base",
        "eddy.power",
        "eddy.scale",
        "eddy.nonnegative",
        "eddy.calendar",
        "eddy.zone",
        "eddy.frequency",
        "eddy.lag.count",
        "eddy.confidence",
        "eddy.forecast.value",
        "eddy.window.size"
      })
  void shouldNameTheMetadataThatIsMissingOrWrong(String key) {
    var spec = new ForecasterSpec(CellType.GRU, 8, 1, 3, 0, 5, 0.8, 10);
    Map<String, String> missing = new HashMap<>(spec.toMetadata());
    missing.remove(key);
    Map<String, String> wrong = new HashMap<>(spec.toMetadata());
    wrong.put(key, "often");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ForecasterSpec.fromMetadata(missing))
        .withMessage("the metadata has no " + key);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ForecasterSpec.fromMetadata(wrong))
        .withMessageContaining(key + " is often, expected");
  }

  @ParameterizedTest
  @CsvSource({
    "0,1,1,0,1,0.9,2,hidden size is 0",
    "4097,1,1,0,1,0.9,2,hidden size is 4097",
    "1,0,1,0,1,0.9,2,layer count is 0",
    "1,17,1,0,1,0.9,2,layer count is 17",
    "1,1,0,0,1,0.9,2,horizon is 0",
    "1,1,1025,0,1,0.9,2,horizon is 1025",
    "1,1,1,-1,1,0.9,2,season is -1",
    "1,1,1,1,1,0.9,2,season is 1",
    "1,1,1,10001,1,0.9,2,season is 10001",
    "1,1,1,0,0,0.9,2,lag count is 0",
    "1,1,1,0,20001,0.9,2,lag count is 20001",
    "1,1,1,0,1,0,2,confidence is 0.0",
    "1,1,1,0,1,1,2,confidence is 1.0",
    "1,1,1,0,1,NaN,2,confidence is NaN",
    "1,1,1,0,1,0.9,1,window size is 1",
    "1,1,1,0,1,0.9,100001,window size is 100001"
  })
  void shouldRefuseWhatMakesNoForecaster(
      int hiddenSize,
      int layers,
      int horizon,
      int season,
      int lags,
      double confidence,
      int window,
      String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new ForecasterSpec(
                    CellType.LSTM, hiddenSize, layers, horizon, season, lags, confidence, window))
        .withMessageContaining(message)
        .withMessageContaining("expected");
  }

  @ParameterizedTest
  @CsvSource({"0,16", "2,16", "7,16", "8,17", "12,25", "24,49", "84,169", "168,169", "8760,169"})
  void shouldLookBackTwoSeasonsByDefault(int season, int lags) {
    assertThat(ForecasterSpec.automaticLagCount(season)).isEqualTo(lags);
  }

  @ParameterizedTest
  @CsvSource({"0,1,8", "0,8,8", "0,16,16", "4,1,8", "4,9,9", "12,1,12", "12,13,13", "24,16,24"})
  void shouldHoldAWindowAndThePastOfItsFirstStep(int season, int lags, int lookback) {
    var spec = new ForecasterSpec(CellType.LSTM, 8, 1, 3, season, lags, 0.9, 10);

    assertThat(spec.lookback()).isEqualTo(lookback);
    assertThat(spec.ringLength()).isEqualTo(10 + lookback);
    assertThat(new Preparation(SeriesSpec.naive(season), lags).recurrentLookback())
        .isLessThanOrEqualTo(lookback);
  }

  @ParameterizedTest
  @CsvSource({"ELMAN,12", "LSTM,24", "GRU,12"})
  void shouldCountItsState(CellType cell, int floats) {
    var spec = new ForecasterSpec(cell, 6, 2, 5, 0, 3, 0.8, 10);

    assertThat(spec.stateSize()).isEqualTo(floats);
    assertThat(spec.stateSize()).isEqualTo(ForecasterProgram.of(spec).program().stateSize());
    assertThat(spec.outlookSize()).isEqualTo(15);
  }

  @Test
  void shouldAskForTheQuantilesThatItsConfidenceLiesBetween() {
    var spec = new ForecasterSpec(CellType.LSTM, 6, 2, 5, 0, 3, 0.8, 10);

    double[] levels = spec.quantileLevels();

    assertThat(levels[0]).isCloseTo(0.1, within(1e-12));
    assertThat(levels[1]).isEqualTo(0.5);
    assertThat(levels[2]).isCloseTo(0.9, within(1e-12));
    assertThat(levels).hasSize(3).hasSize(spec.quantileCount());
  }
}
