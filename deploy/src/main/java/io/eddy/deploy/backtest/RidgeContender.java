package io.eddy.deploy.backtest;

import io.eddy.model.baseline.Ridge;
import io.eddy.model.baseline.RidgeTraining;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Ridge regression over the values looked back at, pooled over all series.
final class RidgeContender implements Contender {
  /// Windows that are plenty for a few hundred weights a step.
  private static final long MOST_WINDOWS = 40_000;

  /// Where the benchmark sets nothing aside.
  private static final double VALIDATION_SHARE = 0.2;

  private @Nullable Ridge ridge;

  @Override
  public String name() {
    return "ridge";
  }

  @Override
  public void train(TrainingData data) {
    var training = new RidgeTraining(data.lookback(), data.horizon());
    int stride = stride(data);
    boolean setAside = true;
    for (TrainingSeries series : data.series()) {
      double[] values = withoutGaps(series.values());
      int validationFrom = series.validationFrom();
      if (validationFrom == values.length) {
        setAside = false;
        validationFrom =
            values.length
                - Math.max(data.horizon(), (int) Math.round(VALIDATION_SHARE * values.length));
      }
      training.add(values, validationFrom, stride);
    }
    ridge = training.train(!setAside);
  }

  @Override
  public SeriesForecaster begin(TrainingSeries series) {
    return BaselineContender.forecaster(trained());
  }

  @Override
  public long parameters() {
    return trained().parameterCount();
  }

  private Ridge trained() {
    if (ridge == null) {
      throw new IllegalStateException("the ridge forecasts only after its training");
    }
    return ridge;
  }

  /// Odd and no multiple of 3 or 7, so that all phases of the usual seasons occur.
  private static int stride(TrainingData data) {
    long windows = data.series().stream().mapToLong(series -> series.values().length).sum();
    int stride = (int) Math.max(1, windows / MOST_WINDOWS);
    while (stride % 2 == 0 || (stride > 1 && (stride % 3 == 0 || stride % 7 == 0))) {
      stride++;
    }
    return stride;
  }

  /// In the place of a missing value the one before it, at the beginning the first one.
  private static double[] withoutGaps(double[] values) {
    double[] filled = values.clone();
    int start = 0;
    while (start < filled.length && Double.isNaN(filled[start])) {
      start++;
    }
    Arrays.fill(filled, 0, start, start < filled.length ? filled[start] : 0);
    for (int t = start + 1; t < filled.length; t++) {
      filled[t] = Double.isNaN(filled[t]) ? filled[t - 1] : filled[t];
    }
    return filled;
  }
}
