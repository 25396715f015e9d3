package io.eddy.model.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.eddy.model.cell.CellType;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.network.ForecastValue;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterProgram;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Unroller;
import io.eddy.model.series.Preparation;
import io.eddy.model.series.SeriesSpec;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class LinearStartTest {

  private static final int LAGS = 4;
  private static final int HORIZON = 2;
  private static final int ROWS = 3_000;

  private static ForecasterSpec spec(ForecastValue value) {
    return new ForecasterSpec(
        CellType.GRU, 2, 1, HORIZON, SeriesSpec.naive(0), LAGS, List.of(0.9), value, 10);
  }

  /// Rows as the trainer has them, of one network's inputs, targets and weights.
  private static final class Chunk {
    final ForecasterProgram program;
    final Rows inputs;
    final Rows target;
    final Rows weight;
    private final int firstLag;

    Chunk(ForecasterSpec spec) {
      program = ForecasterProgram.withLoss(spec);
      var unroller =
          new Unroller(
              program.program(),
              Forecaster.initial(spec, 1).parameters(),
              ROWS,
              1,
              Kernels.scalar());
      inputs = unroller.rows(program.inputs());
      target = unroller.rows(program.objective().target());
      weight = unroller.rows(program.objective().weight());
      firstLag = new Preparation(spec.series(), LAGS).recurrentSize();
      Arrays.fill(weight.values(), 1);
      // What the recurrence sees is none of the path's business.
      Arrays.fill(inputs.values(), Float.NaN);
    }

    void set(int row, double[] lags, double... targets) {
      for (int lag = 0; lag < LAGS; lag++) {
        inputs.values()[inputs.at(row) + firstLag + lag] = (float) lags[lag];
      }
      for (int h = 0; h < HORIZON; h++) {
        target.values()[target.at(row) + h] = (float) targets[h];
      }
    }

    void addTo(LinearStart start, ForecastBatch.Part part) {
      start.add(inputs, target, weight, ROWS, part);
    }
  }

  /// A series whose steps depend on the two before: `d[t+1] = 0.6 d[t] - 0.3 d[t-1] + noise`.
  private static void fillAutoregression(Chunk chunk, double noise, long seed) {
    var random = new SplittableRandom(seed);
    double[] y = new double[ROWS + LAGS + HORIZON];
    for (int t = 2; t < y.length; t++) {
      double last = y[t - 1] - y[t - 2];
      double before = t > 2 ? y[t - 2] - y[t - 3] : 0;
      y[t] = y[t - 1] + 0.6 * last - 0.3 * before + noise * random.nextGaussian();
    }
    for (int row = 0; row < ROWS; row++) {
      int t = row + LAGS;
      double[] lags = new double[LAGS];
      for (int lag = 1; lag <= LAGS; lag++) {
        lags[lag - 1] = y[t - lag] - y[t];
      }
      chunk.set(row, lags, y[t + 1] - y[t], y[t + 2] - y[t]);
    }
  }

  private static Parameters zeros(ForecasterSpec spec) {
    return Forecaster.initial(spec, 1).parameters().copy();
  }

  @ParameterizedTest
  @EnumSource(ForecastValue.class)
  void shouldFindTheCoefficientsOfAnAutoregression(ForecastValue value) {
    ForecasterSpec spec = spec(value);
    var start = new LinearStart(spec, 1);
    var chunk = new Chunk(spec);
    fillAutoregression(chunk, 1, 5);
    chunk.addTo(start, ForecastBatch.Part.TRAINING);
    fillAutoregression(chunk, 1, 6);
    chunk.addTo(start, ForecastBatch.Part.VALIDATION);
    Parameters parameters = zeros(spec);

    start.applyTo(parameters);

    // 0.6 d[t] - 0.3 d[t-1] in lags less the newest value, and the same put into itself once more.
    double[][] expected = {{-0.9, 0.3, 0, 0}, {-1.14, 0.48, 0, 0}};
    float[] path = parameters.values("path.weight");
    float[] bias = parameters.values("head.bias");
    int outputs = spec.outlookSize();
    for (int output = 0; output < outputs; output++) {
      int block = output / HORIZON;
      boolean forecast = block == 1 || block == 3; // the median, and the mean behind the quantiles
      for (int lag = 0; lag < LAGS; lag++) {
        double weight = forecast ? expected[output % HORIZON][lag] : 0;
        assertThat((double) path[lag * outputs + output])
            .as("lag %d of output %d", lag + 1, output)
            .isCloseTo(weight, within(forecast ? 0.08 : 0));
      }
      assertThat(Math.abs(bias[output])).isLessThan(forecast ? 0.1f : Float.MIN_VALUE);
    }
    assertThat(parameters.isZero("head.weight")).isTrue();
  }

  @ParameterizedTest
  @EnumSource(ForecastValue.class)
  void shouldTakeNoPathWhereNoneHelps(ForecastValue value) {
    ForecasterSpec spec = spec(value);
    var start = new LinearStart(spec, 1);
    var chunk = new Chunk(spec);
    var random = new SplittableRandom(3);
    // What holds in training is wrong afterwards.
    for (ForecastBatch.Part part : ForecastBatch.Part.values()) {
      double sign = part == ForecastBatch.Part.TRAINING ? 1 : -1;
      for (int row = 0; row < ROWS; row++) {
        double[] lags = random.doubles(LAGS, -1, 1).toArray();
        chunk.set(row, lags, sign * lags[0], sign * lags[1]);
      }
      chunk.addTo(start, part);
    }
    Parameters parameters = zeros(spec);

    start.applyTo(parameters);

    assertThat(parameters.isZero("path.weight")).isTrue();
    assertThat(parameters.isZero("head.bias")).isTrue();
  }

  @Test
  void shouldPenaliseMoreWhereThereIsMoreNoise() {
    ForecasterSpec spec = spec(ForecastValue.MEAN);
    var start = new LinearStart(spec, 1);
    var random = new SplittableRandom(3);
    var chunk = new Chunk(spec);
    Arrays.fill(chunk.weight.values(), 0);
    // A dozen rows of training: without a penalty they would be learned by heart.
    for (int row = 0; row < 12; row++) {
      Arrays.fill(chunk.weight.values(), chunk.weight.at(row), chunk.weight.at(row) + HORIZON, 1);
      double[] lags = random.doubles(LAGS, -1, 1).toArray();
      chunk.set(row, lags, random.nextGaussian(), 0.3 * lags[0] + random.nextGaussian());
    }
    chunk.addTo(start, ForecastBatch.Part.TRAINING);
    Arrays.fill(chunk.weight.values(), 1);
    for (int row = 0; row < ROWS; row++) {
      double[] lags = random.doubles(LAGS, -1, 1).toArray();
      chunk.set(row, lags, random.nextGaussian(), 0.3 * lags[0] + random.nextGaussian());
    }
    chunk.addTo(start, ForecastBatch.Part.VALIDATION);
    Parameters parameters = zeros(spec);

    start.applyTo(parameters);

    for (float weight : parameters.values("path.weight")) {
      assertThat(Math.abs(weight)).isLessThan(0.4f);
    }
  }

  @ParameterizedTest
  @CsvSource({"1,3000", "3000,1", "0,3000", "3000,0"})
  void shouldTakeNoPathOfTooLittleData(int training, int validation) {
    ForecasterSpec spec = spec(ForecastValue.MEDIAN);
    var start = new LinearStart(spec, 1);
    var chunk = new Chunk(spec);
    fillAutoregression(chunk, 1, 5);
    start.add(chunk.inputs, chunk.target, chunk.weight, training, ForecastBatch.Part.TRAINING);
    start.add(chunk.inputs, chunk.target, chunk.weight, validation, ForecastBatch.Part.VALIDATION);
    Parameters parameters = zeros(spec);

    start.applyTo(parameters);

    assertThat(parameters.isZero("path.weight")).isTrue();
  }

  /// Lags that never move make a matrix that has no inverse.
  @Test
  void shouldSurviveLagsThatNeverMove() {
    ForecasterSpec spec = spec(ForecastValue.MEDIAN);
    var start = new LinearStart(spec, 1);
    var chunk = new Chunk(spec);
    for (int row = 0; row < ROWS; row++) {
      chunk.set(row, new double[LAGS], 1, 1);
    }
    chunk.addTo(start, ForecastBatch.Part.TRAINING);
    chunk.addTo(start, ForecastBatch.Part.VALIDATION);
    Parameters parameters = zeros(spec);

    start.applyTo(parameters);

    assertThat(parameters.isFinite()).isTrue();
    assertThat(parameters.isZero("path.weight")).isTrue();
    assertThat(parameters.values("head.bias")[HORIZON]).isBetween(0.9f, 1f);
  }

  @Test
  void shouldSkipRowsWhoseTargetsAreNotAllKnown() {
    ForecasterSpec spec = spec(ForecastValue.MEDIAN);
    Parameters expected = zeros(spec);
    Parameters parameters = zeros(spec);
    for (boolean spoiled : new boolean[] {false, true}) {
      var start = new LinearStart(spec, 1);
      var chunk = new Chunk(spec);
      fillAutoregression(chunk, 1, 5);
      for (int row = 0; row < ROWS; row += 3) {
        chunk.weight.values()[chunk.weight.at(row) + row % HORIZON] = 0;
        if (spoiled) {
          chunk.set(row, new double[] {50, 50, 50, 50}, 1e6, 1e6);
        }
      }
      chunk.addTo(start, ForecastBatch.Part.TRAINING);
      chunk.addTo(start, ForecastBatch.Part.VALIDATION);
      start.applyTo(spoiled ? parameters : expected);
    }

    assertThat(parameters.values("path.weight")).isEqualTo(expected.values("path.weight"));
    assertThat(parameters.isZero("path.weight")).isFalse();
  }
}
