package io.eddy.model;

import static io.eddy.model.Examples.HOUR;
import static io.eddy.model.Examples.bytes;
import static io.eddy.model.Examples.numbers;
import static io.eddy.model.Examples.present;
import static io.eddy.model.Examples.randomForecaster;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.eddy.model.cell.CellType;
import io.eddy.model.checkpoint.CheckpointException;
import io.eddy.model.checkpoint.ForecasterCheckpoint;
import io.eddy.model.checkpoint.Safetensors;
import io.eddy.model.exchange.onnx.OnnxForecaster;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.network.ForecastValue;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterProgram;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.parallel.Team;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Stepper;
import io.eddy.model.program.Unroller;
import io.eddy.model.series.BaseForecast;
import io.eddy.model.series.CovariateSpec;
import io.eddy.model.series.EmbeddingSpec;
import io.eddy.model.series.Series;
import io.eddy.model.series.SeriesSpec;
import io.eddy.model.training.ForecasterTrainer;
import io.eddy.model.training.SeriesHistory;
import io.eddy.model.training.TrainingResult;
import io.eddy.model.training.TrainingSettings;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Forecasts by numbers that were learned of a category: engine, trainer and files together.
class EmbeddingForecastTest {

  private static final int REGIONS = 8;
  private static final double UNKNOWN = Double.NaN;
  private static final EmbeddingSpec REGION = new EmbeddingSpec("region", 32, 4);
  private static final CovariateSpec BLIND = CovariateSpec.observed("promotion");
  private static final CovariateSpec SEEING = BLIND.withEmbedding(REGION);

  private static ForecasterSpec spec(CellType cell, CovariateSpec covariates) {
    SeriesSpec series = SeriesSpec.of(List.of(), BaseForecast.NAIVE).withCovariates(covariates);
    return new ForecasterSpec(cell, 8, 1, 1, series, 4, List.of(0.9), ForecastValue.MEDIAN, 16);
  }

  // ---- what it is worth -------------------------------------------------------------------------

  /// One step in eight is a promotion; the step after it is 10 higher in some regions, 10 lower in
  /// the others. Nothing else tells a region from another.
  private static final class Shop {
    private final double[] values = new double[400];
    private final boolean[] promotion = new boolean[values.length];

    Shop(int key, int region) {
      var random = new SplittableRandom(key);
      for (int t = 0; t < values.length; t++) {
        promotion[t] = random.nextInt(8) == 0;
        double effect = Integer.bitCount(region) % 2 == 0 ? 10 : -10;
        values[t] = 100 + (t > 0 && promotion[t - 1] ? effect : 0) + 0.5 * random.nextGaussian();
      }
    }

    /// What comes with a value, for covariates that know of regions or do not.
    double[] row(int t, CovariateSpec covariates, double region) {
      double promoted = promotion[t] ? 1 : 0;
      return covariates.embedding() == null
          ? new double[] {promoted}
          : new double[] {promoted, region};
    }
  }

  private static SeriesHistory history(ForecasterSpec spec, int key) {
    int region = key % REGIONS;
    var shop = new Shop(key, region);
    long[] times = new long[shop.values.length];
    Arrays.setAll(times, t -> t * HOUR);
    CovariateSpec covariates = spec.series().covariates();
    List<double[]> rows = new ArrayList<>();
    for (int t = 0; t < times.length; t++) {
      rows.add(shop.row(t, covariates, region));
    }
    return new SeriesHistory(
        "shop " + key,
        new Series(spec.series(), spec.ringLength(), spec.horizon()),
        times,
        shop.values,
        present(times.length),
        rows.stream().flatMapToDouble(Arrays::stream).toArray());
  }

  private static Forecaster trained(ForecasterSpec spec, int updates, Team team) {
    List<SeriesHistory> histories = new ArrayList<>();
    for (int key = 0; key < 2 * REGIONS; key++) {
      histories.add(history(spec, key));
    }
    return new ForecasterTrainer(
            new TrainingSettings(16, 8, 100, updates, 8, 0.01, 1, 0.2, 1), team)
        .train(
            Forecaster.initial(spec, 1),
            histories,
            Map.of(),
            (epoch, epochs, training, validation) -> {},
            () -> false)
        .forecaster();
  }

  private static Forecaster trained(ForecasterSpec spec, int updates) {
    return trained(spec, updates, new Team(1));
  }

  /// Mean absolute error of the step after a promotion, over new shops of all regions.
  ///
  /// @param said region that they are said to be in, or -1 for their own
  private static double error(Forecaster forecaster, double said) {
    CovariateSpec covariates = forecaster.spec().series().covariates();
    var engine = new OnlineForecaster(forecaster.spec(), forecaster);
    double sum = 0;
    int count = 0;
    for (int key = 100; key < 100 + REGIONS; key++) {
      int region = key % REGIONS;
      var shop = new Shop(key, region);
      var state = new SeriesState(forecaster.spec());
      for (int t = 0; t + 1 < shop.values.length; t++) {
        double[] row = shop.row(t, covariates, said == -1 ? region : said);
        Answer answer = engine.observe(state, t * HOUR, shop.values[t], row);
        if (shop.promotion[t]) {
          sum += Math.abs(shop.values[t + 1] - answer.value(1));
          count++;
        }
      }
    }
    return sum / count;
  }

  @ParameterizedTest
  @EnumSource(
      value = CellType.class,
      names = {"GRU", "LSTM"})
  void shouldForecastWhatOnlyTheCategoryTells(CellType cell) {
    Forecaster with = trained(spec(cell, SEEING), 500);
    Forecaster without = trained(spec(cell, BLIND), 500);

    double error = error(with, -1);
    double blind = error(without, -1);

    // To know nothing costs 10; to find out from a key's own past, a GRU learns some of.
    assertThat(blind).isGreaterThan(5.5);
    assertThat(error).isLessThan(0.55 * blind).isLessThan(3.5);
  }

  /// A region that nobody was trained on has a row of zeros, as an unknown one has, and the network
  /// was trained to do with that.
  @Test
  void shouldForecastAnUnseenCategoryAsWellAsWithoutCategories() {
    Forecaster with = trained(spec(CellType.LSTM, SEEING), 500);
    Forecaster without = trained(spec(CellType.LSTM, BLIND), 500);

    double unseen = error(with, 20);

    assertThat(unseen).isEqualTo(error(with, UNKNOWN));
    assertThat(unseen).isLessThan(1.1 * error(without, -1));
  }

  @Test
  void shouldLearnTheRowsOfSeenCategoriesAndNoOthers() {
    Forecaster forecaster = trained(spec(CellType.GRU, SEEING), 40);

    float[] table = forecaster.parameters().values("embedding.weight");
    for (int row = 0; row < REGION.rows(); row++) {
      float[] numbers = Arrays.copyOfRange(table, row * 4, row * 4 + 4);
      if (row >= 1 && row <= REGIONS) {
        assertThat(numbers).as("row %d", row).doesNotContain(0);
      } else {
        assertThat(numbers).as("row %d", row).containsOnly(0);
      }
    }
  }

  @Test
  void shouldLearnTheSameOnAnyNumberOfThreads() {
    ForecasterSpec spec = spec(CellType.GRU, SEEING);
    byte[] alone = ForecasterCheckpoint.write(trained(spec, 30));

    try (var team = new Team(3)) {
      assertThat(ForecasterCheckpoint.write(trained(spec, 30, team))).isEqualTo(alone);
    }
  }

  // ---- the same bits everywhere -----------------------------------------------------------------

  private static final CovariateSpec KEYED =
      new CovariateSpec(List.of("temperature"), List.of("price"))
          .withEmbedding(new EmbeddingSpec(EmbeddingSpec.KEY, 7, 3));

  private static ForecasterSpec full(CellType cell, int members) {
    SeriesSpec series = SeriesSpec.of(List.of(5), BaseForecast.MIX).withCovariates(KEYED);
    return new ForecasterSpec(cell, 8, 2, 3, series, 8, List.of(0.9), ForecastValue.MEAN, 16)
        .withEnsemble(members);
  }

  /// A category that changes now and then, and is missing now and then.
  private static double[] row(int t) {
    double category = t % 4 == 1 ? UNKNOWN : Math.floorDiv(t, 7) * 1000.25;
    return new double[] {t * 13 % 9, category, t % 2, 0, 1, t % 5};
  }

  private static Answer observe(OnlineForecaster engine, SeriesState state, int from, int to) {
    Answer answer = null;
    for (int t = from; t < to; t++) {
      answer = engine.observe(state, t * HOUR, 100 + t * 31 % 17, row(t));
    }
    return Objects.requireNonNull(answer);
  }

  @ParameterizedTest
  @CsvSource({"ELMAN,1", "GRU,1", "LSTM,1", "GRU,3"})
  void shouldGiveTheSameBitsStepByStepAndUnrolled(CellType cell, int members) {
    ForecasterSpec spec = full(cell, members);
    Forecaster forecaster = randomForecaster(spec, 3);
    ForecasterProgram program = ForecasterProgram.of(spec);
    int steps = 20;
    var stepper = new Stepper(program.program(), forecaster.parameters(), 1, Kernels.best());
    var unroller =
        new Unroller(program.program(), forecaster.parameters(), steps, 1, Kernels.best());
    var series = new Series(spec.series(), spec.ringLength(), spec.horizon());
    Rows all = unroller.rows(program.inputs());
    float[][] stepped = new float[steps][];

    for (int t = 0; t < steps; t++) {
      series.append(t * HOUR, 100 + t * 31 % 17, row(t));
      Rows one = stepper.rows(program.inputs());
      spec.preparation().inputs(series, one.values(), one.at(0));
      spec.preparation().inputs(series, all.values(), all.at(t));
      stepper.step();
      stepped[t] = copy(stepper.rows(program.quantiles()), 0, program.quantiles().width());
    }
    unroller.forward(steps);

    Rows quantiles = unroller.rows(program.quantiles());
    for (int t = 0; t < steps; t++) {
      assertThat(copy(quantiles, t, program.quantiles().width())).isEqualTo(stepped[t]);
    }
  }

  private static float[] copy(Rows rows, int row, int width) {
    return Arrays.copyOfRange(rows.values(), rows.at(row), rows.at(row) + width);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 13, 24})
  void shouldRewarmToWhatAKeyWouldBeThatOnlyKnewThisVersion(int events) {
    ForecasterSpec spec = full(CellType.LSTM, 1);
    assertThat(events).isLessThanOrEqualTo(spec.ringLength());
    var engine = new OnlineForecaster(spec, randomForecaster(spec, 5));
    var always = new SeriesState(spec);
    Answer expected = observe(engine, always, 0, events);
    var swapped = new SeriesState(spec);
    observe(new OnlineForecaster(spec, randomForecaster(spec, 6)), swapped, 0, events);

    engine.rewarm(swapped);

    assertThat(swapped.network).isEqualTo(always.network);
    assertThat(swapped.outlook).isEqualTo(always.outlook);
    assertThat(engine.peek(swapped, 1).value(3)).isEqualTo(expected.value(3));
  }

  @Test
  void shouldBeStoredAfterEveryEventWithoutADifference() {
    ForecasterSpec spec = full(CellType.LSTM, 1);
    var engine = new OnlineForecaster(spec, randomForecaster(spec, 9));
    var kept = new SeriesState(spec);
    var stored = new SeriesState(spec);

    for (int t = 0; t < 80; t++) {
      Answer expected = observe(engine, kept, t, t + 1);
      Answer answer = observe(engine, stored, t, t + 1);
      stored = SeriesState.read(ByteBuffer.wrap(bytes(stored)), spec);

      assertThat(numbers(answer)).isEqualTo(numbers(expected));
      assertThat(bytes(stored)).isEqualTo(bytes(kept));
    }
  }

  /// The series knows which category it is in, not what a network makes of that.
  @Test
  void shouldReadAStateThatWasWrittenForATableOfAnotherSize() {
    ForecasterSpec spec = spec(CellType.GRU, SEEING);
    ForecasterSpec larger =
        spec(CellType.GRU, BLIND.withEmbedding(new EmbeddingSpec("region", 64, 2)));
    var state = new SeriesState(spec);
    new OnlineForecaster(spec, null).observe(state, 0, 7, new double[] {1, 3});

    SeriesState read = SeriesState.read(ByteBuffer.wrap(bytes(state)), larger);

    double[] row = new double[2];
    read.series().covariates(0, row, 0);
    assertThat(row).containsExactly(1, 3);
  }

  /// Invariant 1 of the design: what the trainer validates is what the stream will score.
  @Test
  void shouldValidateWhatTheStreamWillAnswer() {
    ForecasterSpec spec = full(CellType.LSTM, 1);
    int run = 60;
    long[] times = new long[run];
    double[] values = new double[run];
    double[] rows = new double[run * row(0).length];
    for (int t = 0; t < run; t++) {
      times[t] = t * HOUR;
      values[t] = 100 + t * 31 % 17;
      System.arraycopy(row(t), 0, rows, t * row(t).length, row(t).length);
    }
    var start = new Series(spec.series(), spec.ringLength(), spec.horizon());
    var history = new SeriesHistory("load", start, times, values, present(run), rows);

    TrainingResult result =
        new ForecasterTrainer(new TrainingSettings(16, 8, 1, 1, 8, 0.01, 1, 0.2, 1))
            .train(
                randomForecaster(spec, 2),
                List.of(history),
                Map.of(),
                (epoch, epochs, training, validation) -> {},
                () -> false);

    var engine = new OnlineForecaster(spec, result.forecaster());
    var state = new SeriesState(spec);
    double error = 0;
    for (int t = 0; t < run; t++) {
      double scale = t == 0 ? 1 : state.series().divisor(0);
      double median = t == 0 ? 0 : state.series().base(1) + scale * state.outlook[3];
      observe(engine, state, t, t + 1);
      if (t >= 0.8 * run) {
        error += Math.abs(values[t] - median) / scale;
      }
    }
    double validated = Double.parseDouble(result.forecaster().provenance().get("validation.mae"));
    assertThat(validated).isCloseTo(error / (0.2 * run), within(1e-5));
  }

  // ---- files ------------------------------------------------------------------------------------

  @Test
  void shouldKeepItsTableInACheckpointAndInOnnx() {
    Forecaster written = randomForecaster(full(CellType.LSTM, 2), 4);

    Forecaster read = ForecasterCheckpoint.read(ForecasterCheckpoint.write(written));
    Forecaster exchanged = OnnxForecaster.read(OnnxForecaster.write(written));

    assertThat(read.spec()).isEqualTo(written.spec());
    assertThat(read.parameters().values("embedding.weight"))
        .isEqualTo(written.parameters().values("embedding.weight"));
    assertThat(ForecasterCheckpoint.write(exchanged))
        .isEqualTo(ForecasterCheckpoint.write(written));
  }

  @Test
  void shouldNameAndShapeTheTableAsPyTorchDoes() {
    Forecaster forecaster = randomForecaster(spec(CellType.GRU, SEEING), 4);

    Safetensors file = Safetensors.fromBytes(ForecasterCheckpoint.write(forecaster));

    Safetensors.Tensor table = Objects.requireNonNull(file.tensors().get("embedding.weight"));
    assertThat(table.shape()).containsExactly(32, 4);
    assertThat(table.values()).isEqualTo(forecaster.parameters().values("embedding.weight"));
    assertThat(file.metadata())
        .containsEntry("eddy.covariates", "promotion,region")
        .containsEntry("eddy.embedding", "region")
        .containsEntry("eddy.embedding.rows", "32")
        .containsEntry("eddy.embedding.size", "4");
  }

  @Test
  void shouldRefuseACheckpointWhoseTableIsOfAnotherSize() {
    byte[] bytes = ForecasterCheckpoint.write(randomForecaster(spec(CellType.GRU, SEEING), 4));
    Safetensors file = Safetensors.fromBytes(bytes);
    Map<String, String> metadata = new HashMap<>(file.metadata());
    metadata.put("eddy.embedding.rows", "33");

    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(
            () -> ForecasterCheckpoint.read(new Safetensors(metadata, file.tensors()).toBytes()))
        .withMessageContaining("tensor embedding.weight has shape [32, 4], the network expects");
  }
}
