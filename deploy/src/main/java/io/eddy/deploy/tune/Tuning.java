package io.eddy.deploy.tune;

import io.eddy.deploy.backtest.Backtest;
import io.eddy.deploy.backtest.DataSet;
import io.eddy.deploy.backtest.Metric;
import io.eddy.deploy.backtest.NetworkSettings;
import io.eddy.deploy.backtest.Progress;
import io.eddy.deploy.process.StopSignal;
import io.eddy.model.evaluation.Evaluation;
import io.eddy.model.training.DivergedException;
import io.eddy.processors.config.ProcessorsConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.function.BiConsumer;
import org.apache.kafka.common.config.ConfigException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Searches for the settings that forecast a data set best, on rolling origins inside of its
/// training part; see [DataSet#validation()] and [SuccessiveHalving].
///
/// Less effort is fewer steps of the optimiser, and fewer series where there are many. Everything
/// but the time at which the search ends depends on data and seed alone.
public final class Tuning {
  private static final Logger LOGGER = LoggerFactory.getLogger(Tuning.class);

  /// With fewer series than this, less effort means fewer steps alone.
  private static final int LEAST_SERIES = 12;

  private final DataSet data;
  private final DataSet validation;
  private final Optional<Metric> metric;
  private final long seed;
  private final Candidate first;
  private final StopSignal stop;
  private final Progress progress;
  private final BiConsumer<Trial, Candidate> listener;
  private final List<Trial> trials = new ArrayList<>();
  private String now = ""; // what is tried

  /// @param data what is forecast in the end; what lies behind its first origins is not looked at
  /// @param settings the settings that the search begins with, where they are not the stream's
  ///   defaults
  /// @param metric what is to become least; empty for the data's first measure
  /// @param seed of the draw
  /// @param stop ends the search
  /// @param listener hears of every trial, and of the candidate that the search began with
  /// @throws ConfigException if the settings do not fit
  /// @throws io.eddy.deploy.process.UserException if no series is long enough
  public Tuning(
      DataSet data,
      Map<String, String> settings,
      Optional<Metric> metric,
      long seed,
      StopSignal stop,
      Progress progress,
      BiConsumer<Trial, Candidate> listener) {
    this.data = data;
    this.metric = metric;
    this.seed = seed;
    this.stop = stop;
    this.progress = progress;
    this.listener = listener;
    validation = data.validation();
    first = new Candidate(0, TunedSettings.complete(NetworkSettings.of(data, settings)));
    // All that was given, so that a misspelt key is not just left out.
    NetworkSettings.contender(validation, settings);
  }

  /// What is forecast to choose by.
  public DataSet validation() {
    return validation;
  }

  /// What is to become least.
  public String measure() {
    return metric.map(Metric::key).orElseGet(data::firstMeasure);
  }

  /// Searches.
  ///
  /// @param budget after which no further trial begins
  public TuningResult run(Duration budget) {
    long start = System.nanoTime();
    var space = new SearchSpace(seed, first, seasons(), data.shortestTrainingPart(), this::fits);
    var halving =
        new SuccessiveHalving(
            first,
            space,
            this::score,
            () -> stop.isRequested() || System.nanoTime() - start >= budget.toNanos(),
            new Witness());
    halving.run();
    return new TuningResult(
        validation,
        measure(),
        seed,
        first,
        halving.best(),
        halving.best().map(best -> halving.firstScore(best.rung())).orElse(Double.NaN),
        halving.drawn(),
        halving.completedRungs(),
        (System.nanoTime() - start) / 1e9,
        stop.isRequested(),
        trials);
  }

  /// Those of the first candidate, those that the training part shows, the shorter ones alone, and
  /// none.
  private List<List<Integer>> seasons() {
    progress.begin("looks for seasons", -1);
    Set<List<Integer>> choices = new LinkedHashSet<>();
    for (List<Integer> seasons : List.of(TunedSettings.seasons(first), data.detectSeasons())) {
      choices.add(seasons);
      if (seasons.size() > 1) {
        choices.add(seasons.subList(0, 1));
      }
    }
    choices.add(List.of());
    return List.copyOf(choices);
  }

  private boolean fits(Map<String, String> settings) {
    try {
      NetworkSettings.contender(validation, settings);
      return true;
    } catch (ConfigException e) {
      LOGGER.atDebug().setCause(e).log("draws again: settings do not fit each other");
      return false;
    }
  }

  private double score(Candidate candidate, double share) {
    int series = Math.max(LEAST_SERIES, (int) Math.ceil(share * validation.series().size()));
    DataSet part = validation.sample(series);
    Map<String, String> settings = new TreeMap<>(candidate.settings());
    settings.computeIfPresent(
        ProcessorsConfig.TRAINING_UPDATES_MAX,
        (key, updates) ->
            String.valueOf(Math.max(1, Math.round(share * Integer.parseInt(updates)))));
    try {
      Evaluation evaluation =
          new Backtest(part, new Cancelling())
              .run(NetworkSettings.contender(part, settings, stop::isRequested))
              .evaluation();
      return metric.map(one -> one.of(evaluation)).orElseGet(() -> part.firstScore(evaluation));
    } catch (DivergedException e) {
      LOGGER.atInfo().addKeyValue("candidate", candidate.number()).setCause(e).log("diverged");
      return Double.POSITIVE_INFINITY;
    }
  }

  /// Says what is tried, and to whom it is of interest what came out.
  private final class Witness implements SuccessiveHalving.Listener {
    @Override
    public void trying(Candidate candidate, int bracket, int rung, int place, int field) {
      now = "rung %d/%d, %d/%d".formatted(rung, SuccessiveHalving.RUNGS, place, field);
    }

    @Override
    public void tried(Trial trial) {
      trials.add(trial);
      listener.accept(trial, first);
    }
  }

  /// Ends a trial in its midst when the search is to stop.
  private final class Cancelling implements Progress {
    @Override
    public void begin(String what, long steps) {
      progress.begin(steps < 0 ? now + " trains" : now, steps);
    }

    @Override
    public void advance(long steps) {
      if (stop.isRequested()) {
        throw new CancellationException("the search was stopped");
      }
      progress.advance(steps);
    }
  }
}
