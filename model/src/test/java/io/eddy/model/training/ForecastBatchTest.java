package io.eddy.model.training;

import static io.eddy.model.Examples.HOUR;
import static io.eddy.model.Examples.walk;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.eddy.model.cell.CellType;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterProgram;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Unroller;
import io.eddy.model.series.Absence;
import io.eddy.model.series.Preparation;
import io.eddy.model.series.Series;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForecastBatchTest {

  private static final int CHUNK = 4;
  private static final int HORIZON = 3;

  /// A forecast of history `b`, made at `step` for `ahead` steps later.
  private record Forecast(int b, int step, int ahead) {}

  /// What an unroller was fed for all chunks of one part: targets by forecast.
  private static Map<Forecast, Float> targets(
      ForecasterSpec spec,
      List<SeriesHistory> histories,
      double share,
      ForecastBatch.Part part,
      int[] first) {
    ForecasterProgram program = ForecasterProgram.withLoss(spec);
    int rows = histories.size() + 1; // one row too many weighs nothing
    var unroller =
        new Unroller(
            program.program(),
            Forecaster.initial(spec, 1).parameters(),
            CHUNK,
            rows,
            Kernels.best());
    var batch = new ForecastBatch(spec, histories, share);
    Rows target = unroller.rows(program.objective().target());
    Rows weight = unroller.rows(program.objective().weight());
    Map<Forecast, Float> targets = new HashMap<>();
    for (int chunk = 0; chunk < batch.chunkCount(CHUNK, part); chunk++) {
      // What an earlier chunk left must not count.
      Arrays.fill(weight.values(), 1);
      Arrays.fill(target.values(), Float.NaN);
      int counted = batch.fill(program, unroller, chunk, CHUNK, rows, part);
      int found = 0;
      for (int row = 0; row < CHUNK * rows; row++) {
        for (int h = 0; h < HORIZON; h++) {
          float w = weight.values()[weight.at(row) + h];
          float y = target.values()[target.at(row) + h];
          assertThat(w == 0 || w == 1).isTrue();
          assertThat(y).isFinite();
          if (w == 1) {
            int b = row % rows;
            int step = first[b] + chunk * CHUNK + row / rows;
            assertThat(targets.put(new Forecast(b, step, h + 1), y)).as("counted twice").isNull();
            found++;
          }
        }
      }
      assertThat(counted).isEqualTo(found);
    }
    return targets;
  }

  @ParameterizedTest
  @CsvSource({"0,0", "3,0", "0,5", "0,40", "3,40"})
  void shouldCountEveryForecastOnceWhereItsTargetLies(int season, int eventsBefore) {
    var spec = new ForecasterSpec(CellType.GRU, 2, 1, HORIZON, season, 4, 0.9, 8);
    List<SeriesHistory> histories =
        List.of(
            history(spec, eventsBefore, walk(eventsBefore + 20, 1)),
            history(spec, 0, walk(9, 2)),
            history(spec, eventsBefore, walk(eventsBefore + 3, 3)));
    // A ring that lost the series' beginning: the first steps have no past of their own.
    int skipped = new Preparation(spec.series(), 4).recurrentLookback();
    boolean full = eventsBefore >= spec.ringLength();
    int[] first = {full ? skipped : 0, 0, full ? skipped : 0};

    Map<Forecast, Float> training =
        targets(spec, histories, 0.25, ForecastBatch.Part.TRAINING, first);
    Map<Forecast, Float> validation =
        targets(spec, histories, 0.25, ForecastBatch.Part.VALIDATION, first);

    Set<Forecast> expectedTraining = new HashSet<>();
    Set<Forecast> expectedValidation = new HashSet<>();
    for (int b = 0; b < histories.size(); b++) {
      SeriesHistory history = histories.get(b);
      var cursor = history.new Cursor();
      int run = history.size() - history.runSize();
      int split = run + (int) Math.round(history.runSize() * 0.75);
      for (int step = first[b]; step < history.size(); step++) {
        for (int ahead = 1; ahead <= HORIZON && step + ahead < history.size(); ahead++) {
          var forecast = new Forecast(b, step, ahead);
          // What the ring held before the run has no forecasts: nobody knows what came before it.
          if (step < run - 1 || step + ahead < run || cursor.at(step).scale(0) == 0) {
            continue;
          }
          boolean validates = step + ahead >= split;
          (validates ? expectedValidation : expectedTraining).add(forecast);
          Series series = cursor.at(step);
          double scaled = (history.image(step + ahead) - series.base(ahead)) / series.scale(0);
          Map<Forecast, Float> targets = validates ? validation : training;
          assertThat(targets).containsKey(forecast);
          assertThat((double) targets.getOrDefault(forecast, Float.NaN))
              .isCloseTo(scaled, within(1e-5 * (1 + Math.abs(scaled))));
        }
      }
    }
    assertThat(training.keySet()).isEqualTo(expectedTraining).isNotEmpty();
    assertThat(validation.keySet()).isEqualTo(expectedValidation).isNotEmpty();
  }

  @Test
  void shouldNotTrainOnASeriesThatNeverMoved() {
    var spec = new ForecasterSpec(CellType.GRU, 2, 1, HORIZON, 0, 4, 0.9, 8);
    double[] constant = new double[30];
    Arrays.fill(constant, 5);
    List<SeriesHistory> histories = List.of(history(spec, 0, constant));

    for (ForecastBatch.Part part : ForecastBatch.Part.values()) {
      assertThat(targets(spec, histories, 0.25, part, new int[1])).isEmpty();
    }
  }

  @Test
  void shouldLimitTheWeightOfOneJump() {
    var spec = new ForecasterSpec(CellType.GRU, 2, 1, HORIZON, 0, 4, 0.9, 8);
    double[] values = new double[30];
    for (int t = 0; t < values.length; t++) {
      values[t] = t % 2 + (t == 10 ? 1e6 : 0);
    }

    Map<Forecast, Float> training =
        targets(
            spec, List.of(history(spec, 0, values)), 0.25, ForecastBatch.Part.TRAINING, new int[1]);

    assertThat(training).containsEntry(new Forecast(0, 9, 1), 32f);
    assertThat(training).containsEntry(new Forecast(0, 5, 1), -1f);
  }

  @Test
  void shouldNotTrainOnWhatNeverCame() {
    var spec = new ForecasterSpec(CellType.GRU, 2, 1, HORIZON, 3, 4, 0.9, 8);
    double[] values = walk(12, 1);
    Absence[] absences = new Absence[12];
    Arrays.fill(absences, Absence.NONE);
    absences[6] = Absence.GAP;
    absences[8] = Absence.NULL;
    long[] times = new long[12];
    Arrays.setAll(times, t -> t * HOUR);
    var start = new Series(spec.series(), spec.ringLength(), spec.horizon());
    var history = new SeriesHistory("load", start, times, values, absences, new double[0]);

    Map<Forecast, Float> targets =
        targets(spec, List.of(history), 0, ForecastBatch.Part.TRAINING, new int[1]);

    assertThat(targets.keySet())
        .extracting(forecast -> forecast.step() + forecast.ahead())
        .contains(5, 7, 9, 10)
        .doesNotContain(6, 8);
    assertThat(targets).containsKeys(new Forecast(0, 6, 1), new Forecast(0, 5, 2));
  }

  @Test
  void shouldWriteTheInputsOfEveryStep() {
    var spec = new ForecasterSpec(CellType.GRU, 2, 1, HORIZON, 3, 4, 0.9, 8);
    List<SeriesHistory> histories =
        List.of(history(spec, 0, walk(11, 1)), history(spec, 0, walk(6, 2)));
    var preparation = new Preparation(spec.series(), 4);
    ForecasterProgram program = ForecasterProgram.withLoss(spec);
    var unroller =
        new Unroller(
            program.program(), Forecaster.initial(spec, 1).parameters(), 10, 2, Kernels.best());
    Rows inputs = unroller.rows(program.inputs());
    Arrays.fill(inputs.values(), Float.NaN);

    new ForecastBatch(spec, histories, 0.25)
        .fill(program, unroller, 0, 10, 2, ForecastBatch.Part.VALIDATION);

    for (int t = 0; t < 10; t++) {
      for (int b = 0; b < 2; b++) {
        float[] expected = new float[preparation.inputSize()];
        if (t < histories.get(b).size() - 1) {
          preparation.inputs(histories.get(b).new Cursor().at(t), expected, 0);
        }
        int at = inputs.at(t * 2 + b);
        assertThat(Arrays.copyOfRange(inputs.values(), at, at + expected.length))
            .as("history %d, step %d", b, t)
            .isEqualTo(expected);
      }
    }
  }

  private static SeriesHistory history(ForecasterSpec spec, int eventsBefore, double[] values) {
    var start = new Series(spec.series(), spec.ringLength(), spec.horizon());
    for (int t = 0; t < eventsBefore; t++) {
      start.append(t * HOUR, values[t]);
    }
    long[] times = new long[values.length - eventsBefore];
    for (int t = 0; t < times.length; t++) {
      times[t] = (eventsBefore + t) * HOUR;
    }
    return new SeriesHistory(
        "load", start, times, Arrays.copyOfRange(values, eventsBefore, values.length));
  }
}
