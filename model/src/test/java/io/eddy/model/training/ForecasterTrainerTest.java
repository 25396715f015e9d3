package io.eddy.model.training;

import static io.eddy.model.Examples.HOUR;
import static io.eddy.model.Examples.randomForecaster;
import static io.eddy.model.Examples.sine;
import static io.eddy.model.Examples.walk;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.eddy.model.Answer;
import io.eddy.model.Examples;
import io.eddy.model.OnlineForecaster;
import io.eddy.model.SeriesState;
import io.eddy.model.cell.CellType;
import io.eddy.model.checkpoint.ForecasterCheckpoint;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.series.Series;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForecasterTrainerTest {

  private static final TrainingSettings SETTINGS = settings(16, 8, 300);
  private static final TrainingListener NOBODY = (epoch, epochs, training, validation) -> {};

  private static TrainingSettings settings(int truncation, int batchSize, int updates) {
    return new TrainingSettings(truncation, batchSize, 100, updates, 8, 0.01, 1, 0.2, 1);
  }

  private static ForecasterSpec spec(CellType cell, int horizon, int season) {
    return new ForecasterSpec(cell, 8, 1, horizon, season, 3, 0.9, 32);
  }

  private static TrainingResult train(
      TrainingSettings settings, Forecaster base, List<SeriesHistory> data) {
    return new ForecasterTrainer(settings).train(base, data, Map.of(), NOBODY, () -> false);
  }

  // ---- determinism ------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({"ELMAN,1", "GRU,1", "LSTM,1", "GRU,3"})
  void shouldGiveTheSameBytesForTheSameDataAndSeedOnAnyNumberOfThreads(CellType cell, int members) {
    ForecasterSpec spec = spec(cell, 3, 4).withEnsemble(members);
    TrainingSettings settings = settings(8, 2, 60);
    Forecaster base = Forecaster.initial(spec, 4);

    byte[] bytes =
        ForecasterCheckpoint.write(
            train(settings, base, histories(spec, 5, k -> walk(60, k))).forecaster());
    byte[] again =
        ForecasterCheckpoint.write(
            train(settings, base, histories(spec, 5, k -> walk(60, k))).forecaster());

    assertThat(again).isEqualTo(bytes);
    assertThat(bytes).isNotEqualTo(ForecasterCheckpoint.write(base));
    try (var team = new Team(3)) {
      TrainingResult shared =
          new ForecasterTrainer(settings, team)
              .train(base, histories(spec, 5, k -> walk(60, k)), Map.of(), NOBODY, () -> false);
      assertThat(ForecasterCheckpoint.write(shared.forecaster())).isEqualTo(bytes);
    }
  }

  @Test
  void shouldTakeTheBatchesInAnotherOrderWithAnotherSeed() {
    ForecasterSpec spec = spec(CellType.GRU, 1, 0);
    Forecaster base = Forecaster.initial(spec, 4);
    List<SeriesHistory> data = histories(spec, 8, k -> sine(60, 12, 5, 0.5, k));

    TrainingResult one = train(new TrainingSettings(8, 2, 9, 60, 8, 0.01, 1, 0.2, 1), base, data);
    TrainingResult other = train(new TrainingSettings(8, 2, 9, 60, 8, 0.01, 1, 0.2, 2), base, data);

    assertThat(weights(other.forecaster())).isNotEqualTo(weights(one.forecaster()));
  }

  @Test
  void shouldDependOnTheDataAndOnTheBase() {
    ForecasterSpec spec = spec(CellType.GRU, 1, 0);
    List<SeriesHistory> data = histories(spec, 2, k -> sine(60, 12, 5, 0.5, k));
    List<SeriesHistory> others = histories(spec, 2, k -> sine(60, 12, 5, 0.5, k + 9));
    float[][] weights = weights(train(SETTINGS, Forecaster.initial(spec, 4), data).forecaster());

    assertThat(weights(train(SETTINGS, Forecaster.initial(spec, 4), others).forecaster()))
        .isNotEqualTo(weights);
    assertThat(weights(train(SETTINGS, Forecaster.initial(spec, 5), data).forecaster()))
        .isNotEqualTo(weights);
  }

  @Test
  void shouldLeaveTheBaseAsItIs() {
    ForecasterSpec spec = spec(CellType.LSTM, 1, 0);
    Forecaster base = randomForecaster(spec, 4);
    byte[] before = ForecasterCheckpoint.write(base);

    TrainingResult result = train(SETTINGS, base, histories(spec, 2, k -> sine(60, 12, 5, 0.5, k)));

    assertThat(ForecasterCheckpoint.write(base)).isEqualTo(before);
    assertThat(weights(result.forecaster())).isNotEqualTo(weights(base));
  }

  // ---- learning ---------------------------------------------------------------------------------

  @Test
  void shouldTrainMembersApartAndJudgeTheirAverage() {
    ForecasterSpec spec = spec(CellType.GRU, 2, 0).withEnsemble(3);
    List<SeriesHistory> data = histories(spec, 6, k -> autoregression(300, k));

    TrainingResult result = train(SETTINGS, Forecaster.initial(spec, 4), data);
    double singles = 0;
    for (int seed = 4; seed < 7; seed++) {
      Forecaster alone = Forecaster.initial(spec.withEnsemble(1), seed);
      singles += train(SETTINGS, alone, data).validationLoss() / 3;
    }

    var weights = result.forecaster().parameters();
    assertThat(weights.values("members.0.head.weight"))
        .isNotEqualTo(weights.values("members.1.head.weight"));
    assertThat(result.validationLoss())
        .isLessThan(0.6 * result.baseValidationLoss())
        .isLessThan(1.03 * singles);
  }

  @ParameterizedTest
  @EnumSource(CellType.class)
  void shouldLearnAnAutoregressionToItsNoise(CellType cell) {
    var spec = new ForecasterSpec(cell, 8, 1, 1, 0, 1, 0.9, 32);
    int keys = 6;
    int length = 500;

    TrainingResult result =
        train(
            settings(16, 8, 1_000),
            Forecaster.initial(spec, 1),
            histories(spec, keys, k -> autoregression(length, k)));

    // What is left to who knows the coefficients, in running scales as the trainer counts.
    double noise = 0;
    int count = 0;
    for (int key = 0; key < keys; key++) {
      double[] y = autoregression(length, key);
      var series = emptySeries(spec);
      for (int t = 0; t < length - 1; t++) {
        series.append(t, y[t]);
        if (t + 1 >= length * 0.8) {
          noise += Math.abs(y[t + 1] - 1.6 * y[t] + 0.9 * y[t - 1]) / series.scale(0);
          count++;
        }
      }
    }
    assertThat(score(result, "validation.mae")).isLessThan(1.2 * noise / count);
    assertThat(score(result, "validation.mae"))
        .isLessThan(0.55 * score(result, "validation.mae.last.value"));
    assertThat(result.validationLoss()).isLessThan(0.4 * result.baseValidationLoss());
  }

  /// `y[t] = 1.6 y[t-1] - 0.9 y[t-2] + noise`: a swing of about eleven steps.
  private static double[] autoregression(int length, int seed) {
    var random = new SplittableRandom(seed);
    double[] values = new double[length];
    double before = 0;
    double last = 0;
    for (int t = 0; t < length; t++) {
      double value = 1.6 * last - 0.9 * before + random.nextGaussian();
      before = last;
      last = value;
      values[t] = value;
    }
    return values;
  }

  @ParameterizedTest
  @CsvSource({"LSTM,0", "GRU,12"})
  void shouldLearnNoisySinesInWhateverUnits(CellType cell, int season) {
    var spec = new ForecasterSpec(cell, 8, 1, 4, season, 8, 0.9, 32);
    Forecaster base = Forecaster.initial(spec, 1);
    IntFunction<double[]> process = k -> sine(300, 12, 10, 1, k);

    TrainingResult result = train(settings(16, 8, 600), base, histories(spec, 6, process));
    TrainingResult inUnits =
        train(
            settings(16, 8, 600),
            base,
            histories(
                spec,
                6,
                k ->
                    Arrays.stream(process.apply(k))
                        .map(value -> Math.scalb(value, 20 * k - 60))
                        .toArray()));

    // A sine of amplitude 10 moves by 3.3 a step; noise of 1 leaves an error of at least 0.8.
    assertThat(score(result, "validation.mae"))
        .isLessThan(0.3 * score(result, "validation.mae.last.value"));
    assertThat(result.validationLoss()).isLessThan(0.7 * result.baseValidationLoss());
    assertThat(weights(inUnits.forecaster())).isEqualTo(weights(result.forecaster()));
  }

  /// Random patterns of seven values that repeat: only the state can know what came seven steps
  /// ago, and gradients reach back four.
  @Test
  void shouldCarryTheStateAcrossTheBordersThatGradientsStopAt() {
    var spec = new ForecasterSpec(CellType.ELMAN, 24, 1, 1, 0, 1, 0.9, 32);

    TrainingResult result =
        train(
            new TrainingSettings(4, 16, 200, 1_500, 20, 0.01, 1, 0.2, 1),
            Forecaster.initial(spec, 1),
            histories(spec, 16, k -> repeated(200, 7, k)));

    assertThat(score(result, "validation.mae.last.value")).isGreaterThan(0.9);
    assertThat(score(result, "validation.mae")).isLessThan(0.1);
  }

  private static double[] repeated(int length, int period, int seed) {
    var random = new SplittableRandom(seed);
    double[] pattern = new double[period];
    for (int i = 0; i < period; i++) {
      pattern[i] = random.nextBoolean() ? 1 : -1;
    }
    double[] values = new double[length];
    for (int t = 0; t < length; t++) {
      values[t] = pattern[t % period];
    }
    return values;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 16, 100})
  void shouldSeeTheSameWhereverTheBordersLie(int truncation) {
    ForecasterSpec spec = spec(CellType.LSTM, 3, 4);
    Forecaster base = randomForecaster(spec, 3);
    List<SeriesHistory> data = histories(spec, 1, k -> walk(90, k));

    double loss = train(settings(truncation, 1, 1), base, data).baseValidationLoss();

    double whole = train(settings(90, 1, 1), base, data).baseValidationLoss();
    assertThat(loss).isCloseTo(whole, within(1e-12 * whole));
  }

  /// Invariant 1 of the design: what the trainer validates is what the stream will score.
  @ParameterizedTest
  @CsvSource({"LSTM,0,0", "GRU,4,0", "ELMAN,4,20", "LSTM,4,60"})
  void shouldValidateWhatTheStreamWillAnswer(CellType cell, int season, int eventsBefore) {
    ForecasterSpec spec = spec(cell, 3, season);
    int run = 60;
    double[] values = sine(eventsBefore + run, 12, 5, 1, 8);
    var start = new SeriesState(spec);
    var naive = new OnlineForecaster(spec, null);
    for (int t = 0; t < eventsBefore; t++) {
      naive.observe(start, t * HOUR, values[t]);
    }
    SeriesHistory history =
        new SeriesHistory(
            "load",
            start.series(),
            times(eventsBefore, run),
            Arrays.copyOfRange(values, eventsBefore, values.length));

    TrainingResult result = train(SETTINGS, randomForecaster(spec, 2), List.of(history));

    var engine = new OnlineForecaster(spec, result.forecaster());
    engine.rewarm(start);
    double error = 0;
    double lastValueError = 0;
    for (int t = eventsBefore; t < values.length; t++) {
      double scale = t == 0 ? 1 : start.series().scale(0);
      Answer answer = engine.observe(start, t * HOUR, values[t]);
      if (t >= eventsBefore + 0.8 * run) {
        error += Math.abs(values[t] - answer.expected()) / scale;
        lastValueError += Math.abs(values[t] - values[t - 1]) / scale;
      }
    }
    int validated = run / 5;
    assertThat(score(result, "validation.mae")).isCloseTo(error / validated, within(1e-5));
    assertThat(score(result, "validation.mae.last.value"))
        .isCloseTo(lastValueError / validated, within(1e-5));
  }

  // ---- never worse ------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void shouldNeverBeWorseThanItsBaseOnTheValidationPart(long seed) {
    ForecasterSpec spec = spec(Examples.cell(seed), 2, 0);
    Forecaster base = seed % 2 == 0 ? Forecaster.initial(spec, seed) : randomForecaster(spec, seed);
    // A walk has nothing to learn but its width, and a rate this high unlearns even that.
    var settings = new TrainingSettings(8, 4, 20, 200, 3, 0.2, 1, 0.3, 1);
    List<SeriesHistory> data = histories(spec, 3, k -> walk(80, seed * 10 + k));

    TrainingResult result = train(settings, base, data);

    assertThat(result.validationLoss()).isLessThanOrEqualTo(result.baseValidationLoss());
    assertThat(train(settings, result.forecaster(), data).baseValidationLoss())
        .as("what it says of the weights that it gives")
        .isEqualTo(result.validationLoss());
  }

  @Test
  void shouldKeepTheBaseWhereNothingIsBetter() {
    ForecasterSpec spec = spec(CellType.GRU, 1, 0);
    List<SeriesHistory> data = histories(spec, 4, k -> sine(200, 12, 5, 0.5, k));
    Forecaster good = train(settings(16, 8, 800), Forecaster.initial(spec, 1), data).forecaster();
    var reckless = new TrainingSettings(16, 8, 100, 400, 3, 0.5, 1, 0.2, 1);

    TrainingResult result = train(reckless, good, data);

    assertThat(result.updates()).isPositive();
    assertThat(weights(result.forecaster())).isEqualTo(weights(good));
    assertThat(result.validationLoss()).isEqualTo(result.baseValidationLoss());
    assertThat(result.trainingLoss()).isNaN();
  }

  @ParameterizedTest
  @EnumSource(CellType.class)
  void shouldGiveNoBadWeightsWhateverTheRate(CellType cell) {
    ForecasterSpec spec = spec(cell, 2, 0);
    var absurd = new TrainingSettings(16, 4, 100, 400, 8, 0.999, 1e30, 0.2, 1);
    List<SeriesHistory> data = histories(spec, 3, k -> walk(100, k));
    Forecaster base = Forecaster.initial(spec, 1);

    try {
      TrainingResult result = train(absurd, base, data);
      assertThat(result.forecaster().parameters().isFinite()).isTrue();
      assertThat(result.validationLoss()).isLessThanOrEqualTo(result.baseValidationLoss());
    } catch (DivergedException e) {
      assertThat(e).hasMessageContaining("lower eddy.training.learning.rate");
    }
  }

  /// A hundred lags at an absurd rate: the first round blows up.
  @Test
  void shouldGoBackToGoodWeightsAfterABlowUp() {
    var spec = new ForecasterSpec(CellType.ELMAN, 4, 1, 1, 0, 100, 0.9, 32);
    var absurd = new TrainingSettings(16, 8, 100, 1_000, 8, 0.9, 1, 0.2, 1);
    Forecaster base = hardlyTrained(spec);
    List<Integer> epochs = new ArrayList<>();
    List<Double> losses = new ArrayList<>();

    TrainingResult result =
        new ForecasterTrainer(absurd)
            .train(
                base,
                histories(spec, 4, k -> sine(300, 12, 10, 1, k)),
                Map.of(),
                (epoch, maxEpochs, training, validation) -> {
                  epochs.add(epoch);
                  losses.add(training);
                },
                () -> false);

    // Fifteen updates an epoch, so three epochs a round, the first of which is not told of.
    assertThat(epochs.subList(0, 2)).containsExactly(0, 6);
    assertThat(losses.get(1)).isLessThan(20 * result.baseValidationLoss());
    assertThat(weights(result.forecaster())).isEqualTo(weights(base));
  }

  @Test
  void shouldSayThatItDivergedWhenEverySetbackWasInVain() {
    ForecasterSpec spec = spec(CellType.ELMAN, 1, 0);
    Parameters broken = Forecaster.initial(spec, 1).parameters().copy();
    broken.values("head.bias")[0] = Float.NaN;
    var base = new Forecaster(spec, broken, new float[] {1, 1}, Map.of());

    assertThatExceptionOfType(DivergedException.class)
        .isThrownBy(() -> train(SETTINGS, base, histories(spec, 2, k -> walk(60, k))))
        .withMessageContaining("NaN")
        .withMessageContaining("lowered to")
        .withMessageContaining("lower eddy.training.learning.rate");
  }

  @Test
  void shouldNotTakeACalmEndForABlowUp() {
    ForecasterSpec spec = spec(CellType.GRU, 1, 0);
    double[] values = walk(200, 1);
    // The base knows the calm that the validation part ends in, so its loss there is next to none.
    double[] calm = walk(200, 2);
    for (int t = 0; t < 200; t++) {
      calm[t] = t < 2 ? t : 1;
      values[t] = t < 150 ? values[t] : values[149];
    }
    Forecaster base =
        train(settings(16, 8, 400), Forecaster.initial(spec, 1), histories(spec, 1, k -> calm))
            .forecaster();

    TrainingResult result = train(settings(16, 8, 400), base, histories(spec, 1, k -> values));

    assertThat(result.updates()).isPositive();
    assertThat(result.baseValidationLoss()).isLessThan(0.005);
  }

  // ---- limits and cancellation ------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({"1,1000", "7,1000", "57,1000", "1000,1", "1000,3"})
  void shouldStopAtItsLimits(int updates, int epochs) {
    ForecasterSpec spec = spec(CellType.GRU, 1, 0);
    var settings = new TrainingSettings(8, 2, epochs, updates, 1_000, 0.001, 1, 0.2, 1);

    TrainingResult result =
        train(
            settings,
            Forecaster.initial(spec, 1),
            histories(spec, 4, k -> sine(100, 12, 5, 0.5, k)));

    assertThat(result.updates()).isPositive().isLessThanOrEqualTo(updates);
    assertThat(result.epochs()).isPositive().isLessThanOrEqualTo(epochs);
    assertThat(result.updates() == updates || result.epochs() == epochs).isTrue();
  }

  @Test
  void shouldStopWhenNothingImproves() {
    ForecasterSpec spec = spec(CellType.GRU, 1, 0);
    List<SeriesHistory> data = histories(spec, 2, k -> walk(100, k));
    List<Double> losses = new ArrayList<>();
    var settings = new TrainingSettings(8, 2, 10_000, 100_000, 4, 0.02, 1, 0.2, 1);

    new ForecasterTrainer(settings)
        .train(
            Forecaster.initial(spec, 1),
            data,
            Map.of(),
            (epoch, epochs, training, validation) -> losses.add(validation),
            () -> false);

    double best = losses.stream().mapToDouble(loss -> loss).min().orElseThrow();
    assertThat(losses.indexOf(best)).isEqualTo(losses.size() - 1 - 4);
  }

  @Test
  void shouldTellTheListenerOfEveryValidation() {
    record Call(int epoch, int maxEpochs, double trainingLoss, double validationLoss) {}
    ForecasterSpec spec = spec(CellType.GRU, 1, 0);
    List<Call> calls = new ArrayList<>();

    TrainingResult result =
        new ForecasterTrainer(SETTINGS)
            .train(
                Forecaster.initial(spec, 1),
                histories(spec, 2, k -> sine(100, 12, 5, 0.5, k)),
                Map.of(),
                (epoch, epochs, training, validation) ->
                    calls.add(new Call(epoch, epochs, training, validation)),
                () -> false);

    assertThat(calls.getFirst())
        .isEqualTo(new Call(0, 100, Double.NaN, result.baseValidationLoss()));
    assertThat(calls.getLast().epoch()).isEqualTo(result.epochs());
    assertThat(calls).extracting(Call::epoch).isSorted().doesNotHaveDuplicates();
    assertThat(calls).extracting(Call::maxEpochs).containsOnly(100);
    assertThat(calls.subList(1, calls.size()))
        .extracting(Call::trainingLoss)
        .allMatch(Double::isFinite);
    assertThat(calls)
        .filteredOn(call -> call.validationLoss() == result.validationLoss())
        .extracting(Call::trainingLoss)
        .containsExactly(result.trainingLoss());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 10, 50})
  void shouldEndAtOnceWhenCancelled(int polls) {
    ForecasterSpec spec = spec(CellType.GRU, 1, 0);
    Forecaster base = Forecaster.initial(spec, 1);
    byte[] before = ForecasterCheckpoint.write(base);
    AtomicInteger polled = new AtomicInteger();

    assertThatExceptionOfType(CancellationException.class)
        .isThrownBy(
            () ->
                new ForecasterTrainer(SETTINGS)
                    .train(
                        base,
                        histories(spec, 2, k -> walk(100, k)),
                        Map.of(),
                        NOBODY,
                        () -> polled.getAndIncrement() >= polls));
    assertThat(polled).hasValue(polls + 1);
    assertThat(ForecasterCheckpoint.write(base)).isEqualTo(before);
  }

  @Test
  void shouldAskBeforeEveryUpdateWhetherItIsCancelled() {
    ForecasterSpec spec = spec(CellType.GRU, 1, 0);
    AtomicInteger polled = new AtomicInteger();

    TrainingResult result =
        new ForecasterTrainer(SETTINGS)
            .train(
                Forecaster.initial(spec, 1),
                histories(spec, 2, k -> walk(100, k)),
                Map.of(),
                NOBODY,
                () -> {
                  polled.incrementAndGet();
                  return false;
                });

    assertThat(polled.get()).isGreaterThanOrEqualTo(result.updates());
  }

  // ---- odd data ---------------------------------------------------------------------------------

  @Test
  void shouldWeighEveryTargetOfUnequalHistoriesAlike() {
    ForecasterSpec spec = spec(CellType.LSTM, 1, 0);
    Forecaster base = randomForecaster(spec, 3);
    int[] lengths = {300, 7, 50, 20, 5, 120, 51};
    List<SeriesHistory> all = new ArrayList<>();
    double lossSum = 0;
    int targets = 0;
    for (int k = 0; k < lengths.length; k++) {
      SeriesHistory history = history(spec, "series " + k, walk(lengths[k], k));
      all.add(history);
      int validated = lengths[k] - (int) Math.round(lengths[k] * 0.8);
      lossSum += validated * train(settings(16, 1, 1), base, List.of(history)).baseValidationLoss();
      targets += validated;
    }

    for (int batchSize : new int[] {1, 2, 3, 7, 20}) {
      double loss = train(settings(16, batchSize, 1), base, all).baseValidationLoss();
      assertThat(loss).as("batches of %d", batchSize).isCloseTo(lossSum / targets, within(1e-6));
    }
  }

  @Test
  void shouldStartEveryHistoryOfAPassFromTheInitialState() {
    ForecasterSpec spec = spec(CellType.LSTM, 1, 0);
    Forecaster base = randomForecaster(spec, 3);
    List<SeriesHistory> data = histories(spec, 5, k -> walk(40, k));
    List<Double> losses = new ArrayList<>();

    for (long seed = 0; seed < 5; seed++) {
      // One pass, batch by batch in an order of its own, at a rate that changes nothing.
      var settings = new TrainingSettings(8, 1, 1, 1_000, 1, 1e-30, 1, 0.2, seed);
      new ForecasterTrainer(settings)
          .train(
              base,
              data,
              Map.of(),
              (epoch, epochs, training, validation) -> losses.add(epoch == 0 ? 0 : training),
              () -> false);
    }

    losses.removeIf(loss -> loss == 0);
    assertThat(losses)
        .hasSize(5)
        .allSatisfy(loss -> assertThat(loss).isCloseTo(losses.getFirst(), within(1e-9)));
  }

  @Test
  void shouldLearnFromUnequalHistories() {
    ForecasterSpec spec = spec(CellType.GRU, 2, 0);
    int[] lengths = {300, 1, 2, 3, 100, 40};
    List<SeriesHistory> data = new ArrayList<>();
    for (int k = 0; k < lengths.length; k++) {
      data.add(history(spec, "series " + k, sine(lengths[k], 12, 5, 0.5, k)));
    }

    TrainingResult result = train(settings(16, 2, 400), Forecaster.initial(spec, 1), data);

    assertThat(result.validationLoss()).isLessThan(0.6 * result.baseValidationLoss());
    assertThat(result.forecaster().provenance())
        .containsEntry("data.series", "6")
        .containsEntry("data.values", "446");
  }

  @ParameterizedTest
  @CsvSource({"1,0", "2,0", "3,0", "4,0", "5,0", "6,0", "1,60", "2,60", "3,60"})
  void shouldSurviveOneTinyHistory(int length, int eventsBefore) {
    ForecasterSpec spec = spec(CellType.LSTM, 3, 4);
    Forecaster base = Forecaster.initial(spec, 1);
    var start = emptySeries(spec);
    double[] values = walk(eventsBefore + length, 4);
    for (int t = 0; t < eventsBefore; t++) {
      start.append(t * HOUR, values[t]);
    }
    var history =
        new SeriesHistory(
            "tiny",
            start,
            times(eventsBefore, length),
            Arrays.copyOfRange(values, eventsBefore, values.length));

    TrainingResult result = train(SETTINGS, base, List.of(history));

    assertThat(result.forecaster().parameters().isFinite()).isTrue();
    assertThat(result.validationLoss()).isLessThanOrEqualTo(result.baseValidationLoss());
    assertThat(result.forecaster().calibration()).containsOnly(1);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 5, -1e300})
  void shouldLearnNothingFromAConstant(double constant) {
    ForecasterSpec spec = spec(CellType.LSTM, 3, 4);
    Forecaster base = Forecaster.initial(spec, 1);
    double[] values = new double[100];
    Arrays.fill(values, constant);

    TrainingResult result = train(SETTINGS, base, histories(spec, 2, k -> values));

    assertThat(weights(result.forecaster())).isEqualTo(weights(base));
    assertThat(result.updates()).isZero();
    assertThat(result.forecaster().calibration()).containsOnly(1);
  }

  @Test
  void shouldLearnBesideAConstantAsWithoutIt() {
    ForecasterSpec spec = spec(CellType.LSTM, 3, 4);
    Forecaster base = Forecaster.initial(spec, 1);
    List<SeriesHistory> alone = histories(spec, 1, k -> sine(200, 12, 5, 0.5, 3));
    List<SeriesHistory> besides = new ArrayList<>(alone);
    besides.add(history(spec, "constant", new double[200]));

    double loss = train(SETTINGS, base, alone).validationLoss();

    assertThat(train(SETTINGS, base, besides).validationLoss()).isCloseTo(loss, within(0.1 * loss));
  }

  @Test
  void shouldRefuseToTrainOnNothing() {
    Forecaster base = Forecaster.initial(spec(CellType.LSTM, 3, 4), 1);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> train(SETTINGS, base, List.of()))
        .withMessageContaining("no history");
  }

  // ---- what the result says ---------------------------------------------------------------------

  @Test
  void shouldSayWhereTheWeightsComeFrom() {
    ForecasterSpec spec = spec(CellType.GRU, 1, 0);
    List<SeriesHistory> data =
        List.of(
            new SeriesHistory("a", emptySeries(spec), times(10, 50), sine(50, 12, 5, 0.5, 1)),
            new SeriesHistory("b", emptySeries(spec), times(2, 40), sine(40, 12, 5, 0.5, 2)));

    TrainingResult result =
        new ForecasterTrainer(SETTINGS)
            .train(
                Forecaster.initial(spec, 1), data, Map.of("topic", "loads"), NOBODY, () -> false);

    assertThat(result.forecaster().provenance())
        .containsEntry("topic", "loads")
        .containsEntry("data.series", "2")
        .containsEntry("data.values", "90")
        .containsEntry("data.from", "1970-01-01T02:00:00Z")
        .containsEntry("data.to", "1970-01-03T11:00:00Z")
        .containsEntry("training.settings", SETTINGS.toString())
        .containsEntry("training.epochs", Integer.toString(result.epochs()))
        .containsEntry("training.updates", Integer.toString(result.updates()))
        .containsEntry("training.loss", Double.toString(result.trainingLoss()))
        .containsEntry("validation.loss", Double.toString(result.validationLoss()))
        .containsEntry("validation.loss.base", Double.toString(result.baseValidationLoss()));
  }

  @Test
  void shouldShipWidthsThatCoverFreshData() {
    var spec = new ForecasterSpec(CellType.GRU, 8, 1, 3, 0, 3, 0.8, 32);
    IntFunction<double[]> process = k -> autoregression(600, k);
    // So few updates that the network's own widths are far off.
    TrainingResult result =
        train(settings(16, 8, 2), Forecaster.initial(spec, 1), histories(spec, 8, process));
    Forecaster forecaster = result.forecaster();
    int[] covered = new int[3];
    int[] coveredByNetwork = new int[3];
    int count = 0;

    for (int key = 100; key < 108; key++) {
      double[] values = process.apply(key);
      // A fresh state at each origin: the key's own correction has nothing to learn from.
      var series = emptySeries(spec);
      var engine = new OnlineForecaster(spec, forecaster);
      for (int t = 0; t < values.length - 3; t++) {
        series.append(t, values[t]);
        if (t >= 60 && t % 7 == 0) {
          Answer answer = rewarmed(engine, spec, values, t);
          count++;
          for (int h = 1; h <= 3; h++) {
            double actual = values[t + h];
            double low = answer.value(h) - answer.lower(h);
            double high = answer.upper(h) - answer.value(h);
            double error = actual - answer.value(h);
            covered[h - 1] += -error <= low && error <= high ? 1 : 0;
            coveredByNetwork[h - 1] +=
                -error <= low / forecaster.width(0, h) && error <= high / forecaster.width(2, h)
                    ? 1
                    : 0;
          }
        }
      }
    }

    for (int h = 1; h <= 3; h++) {
      assertThat((double) covered[h - 1] / count).as("%d ahead", h).isCloseTo(0.8, within(0.06));
    }
    assertThat((double) coveredByNetwork[0] / count).isNotCloseTo(0.8, within(0.06));
  }

  private static Answer rewarmed(
      OnlineForecaster engine, ForecasterSpec spec, double[] values, int t) {
    var state = new SeriesState(spec);
    for (int i = 0; i <= t; i++) {
      state.series().append(i * HOUR, values[i]);
    }
    engine.rewarm(state);
    return engine.peek(state, values[t]);
  }

  // ---- examples ---------------------------------------------------------------------------------

  /// Answers the naive forecast, and yet does not start from a regression, as all zeros would.
  private static Forecaster hardlyTrained(ForecasterSpec spec) {
    Parameters parameters = Forecaster.initial(spec, 1).parameters().copy();
    parameters.values("path.weight")[0] = Float.MIN_NORMAL;
    float[] widths = new float[Forecaster.calibrationSize(spec)];
    Arrays.fill(widths, 1);
    return new Forecaster(spec, parameters, widths, Map.of());
  }

  private static List<SeriesHistory> histories(
      ForecasterSpec spec, int count, IntFunction<double[]> values) {
    List<SeriesHistory> histories = new ArrayList<>();
    for (int k = 0; k < count; k++) {
      histories.add(history(spec, "series " + k, values.apply(k)));
    }
    return histories;
  }

  private static SeriesHistory history(ForecasterSpec spec, String name, double[] values) {
    return new SeriesHistory(name, emptySeries(spec), times(0, values.length), values);
  }

  private static Series emptySeries(ForecasterSpec spec) {
    return new Series(spec.series(), spec.ringLength(), spec.horizon());
  }

  private static long[] times(int first, int count) {
    long[] times = new long[count];
    for (int t = 0; t < count; t++) {
      times[t] = (first + t) * HOUR;
    }
    return times;
  }

  private static float[][] weights(Forecaster forecaster) {
    float[][] weights = new float[forecaster.parameters().count()][];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = forecaster.parameters().values(i);
    }
    return weights;
  }

  private static double score(TrainingResult result, String name) {
    String score = result.forecaster().provenance().get(name);
    if (score == null) {
      throw new AssertionError("no " + name + " in " + result.forecaster().provenance());
    }
    return Double.parseDouble(score);
  }
}
