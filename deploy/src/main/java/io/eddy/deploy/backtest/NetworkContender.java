package io.eddy.deploy.backtest;

import io.eddy.model.OnlineForecaster;
import io.eddy.model.SeriesState;
import io.eddy.model.evaluation.Confidence;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.series.Absence;
import io.eddy.model.series.CovariateSpec;
import io.eddy.model.series.Series;
import io.eddy.model.training.ForecasterTrainer;
import io.eddy.model.training.SeriesHistory;
import io.eddy.model.training.TrainingSettings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Eddy itself: the trainer and the engine of the stream. The network is trained once; then its
/// weights stay, and each series' state goes on from event to event, its calibration included.
///
/// The trainer is given what the stream's would be given of the same windows, so that it comes to
/// the same weights, bit for bit: if the training part of each series is whole windows, if the
/// series are in the order of their keys' bytes, and if the seed is that of the stream's training
/// job, which hashes the configured one with its own number. Only the provenance differs.
public final class NetworkContender implements Contender {
  /// Which version the weights are: any but 0, the naive forecast.
  private static final int VERSION = 1;

  private static final double[] NO_COVARIATES = {};

  private final Forecaster base;
  private final TrainingSettings settings;
  private final int threads;
  private final BooleanSupplier cancelled;
  private @Nullable Forecaster forecaster;

  /// @param base where the training starts, with the confidences of [Confidence] in their order
  /// @param threads that train; their number does not change the weights
  /// @param cancelled polled while it trains, which then ends with a [CancellationException]
  public NetworkContender(
      Forecaster base, TrainingSettings settings, int threads, BooleanSupplier cancelled) {
    this.base = base;
    this.settings = settings;
    this.threads = threads;
    this.cancelled = cancelled;
  }

  @Override
  public String name() {
    return "eddy";
  }

  @Override
  public void train(TrainingData data) {
    List<SeriesHistory> histories = new ArrayList<>();
    double setAside = 0;
    for (TrainingSeries series : data.series()) {
      histories.add(history(series));
      setAside += 1 - series.validationFrom() / (double) series.values().length;
    }
    setAside /= data.series().size();
    TrainingSettings used = setAside > 0 ? settings.withValidationShare(setAside) : settings;
    try (var team = new Team(threads)) {
      forecaster =
          new ForecasterTrainer(used, team)
              .train(
                  base,
                  histories,
                  Map.of(),
                  (epoch, epochs, trainingLoss, validationLoss) -> {},
                  cancelled)
              .forecaster();
    }
  }

  /// What the stream would have sent to the trainer: where a value is missing, the naive forecast
  /// stands in for it.
  private SeriesHistory history(TrainingSeries series) {
    ForecasterSpec spec = base.spec();
    var engine = new OnlineForecaster(spec, null);
    var state = new SeriesState(spec);
    CovariateSpec covariates = spec.series().covariates();
    byte[] key = series.key().getBytes(StandardCharsets.UTF_8);
    var steps = new Steps(series.values().length, state.series().covariateRowSize());
    for (int t = 0; t < series.values().length; t++) {
      long time = series.times()[t];
      double value = series.values()[t];
      double[] said = series.covariates().isEmpty() ? NO_COVARIATES : series.covariates().get(t);
      double[] row = covariates.withKey(said, spec.horizon(), key);
      boolean missing = Double.isNaN(value);
      if (missing && state.series().steps() == 0) {
        continue;
      }
      while (engine.advance(state, time)) {
        steps.add(state.series());
      }
      if (missing) {
        engine.observeMissing(state, time, row);
      } else {
        engine.observe(state, time, value, row);
      }
      steps.add(state.series());
    }
    var start = new Series(spec.series(), spec.ringLength(), spec.horizon());
    return steps.history(series.key(), start);
  }

  /// A series' steps as they were taken.
  private static final class Steps {
    private long[] times;
    private double[] values;
    private Absence[] absences;
    private final int rowSize;
    private double[] covariates;
    private int count;

    Steps(int expected, int rowSize) {
      this.rowSize = rowSize;
      covariates = new double[expected * rowSize];
      times = new long[expected];
      values = new double[expected];
      absences = new Absence[expected];
    }

    void add(Series series) {
      if (count == times.length) {
        times = Arrays.copyOf(times, 2 * count);
        values = Arrays.copyOf(values, 2 * count);
        absences = Arrays.copyOf(absences, 2 * count);
        covariates = Arrays.copyOf(covariates, 2 * count * rowSize);
      }
      series.covariates(0, covariates, count * rowSize);
      times[count] = series.time(0);
      values[count] = series.value(0);
      absences[count] = series.absence(0);
      count++;
    }

    SeriesHistory history(String key, Series start) {
      return new SeriesHistory(
          key,
          start,
          Arrays.copyOf(times, count),
          Arrays.copyOf(values, count),
          Arrays.copyOf(absences, count),
          Arrays.copyOf(covariates, count * rowSize));
    }
  }

  @Override
  public EngineForecaster begin(TrainingSeries series) {
    return new EngineForecaster(base.spec(), trained(), VERSION, series.key());
  }

  @Override
  public long parameters() {
    return trained().parameters().specs().stream().mapToLong(ParameterSpec::size).sum();
  }

  /// What it has learned.
  ///
  /// @throws IllegalStateException before its training
  public Forecaster trained() {
    if (forecaster == null) {
      throw new IllegalStateException("the network forecasts only after its training");
    }
    return forecaster;
  }
}
