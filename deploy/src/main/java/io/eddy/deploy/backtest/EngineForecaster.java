package io.eddy.deploy.backtest;

import io.eddy.model.Answer;
import io.eddy.model.OnlineForecaster;
import io.eddy.model.SeriesState;
import io.eddy.model.evaluation.Confidence;
import io.eddy.model.evaluation.Fan;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterSpec;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One series under the engine of the stream: as a key is answered whose version never changes.
public final class EngineForecaster implements SeriesForecaster {
  private static final double[] NO_COVARIATES = {};

  private final OnlineForecaster engine;
  private final SeriesState state;
  private final ForecasterSpec spec;
  private final byte[] key;
  private @Nullable Answer answer;

  /// A series that has seen nothing.
  ///
  /// @param spec with the confidences of [Confidence], in their order
  /// @param model of that spec; null to answer naively
  /// @param version the model's number; 0 for none
  /// @param key the series' name
  EngineForecaster(ForecasterSpec spec, @Nullable Forecaster model, int version, String key) {
    this.spec = spec;
    this.key = key.getBytes(StandardCharsets.UTF_8);
    engine = new OnlineForecaster(spec, model);
    state = new SeriesState(spec);
    state.stamp(version, version);
  }

  @Override
  public void observe(long timeMillis, double value) {
    observe(timeMillis, value, NO_COVARIATES);
  }

  @Override
  public void observe(long timeMillis, double value, double[] covariates) {
    double[] row = spec.series().covariates().withKey(covariates, spec.horizon(), key);
    if (!Double.isNaN(value)) {
      answer = engine.observe(state, timeMillis, value, row);
    } else if (answer != null) {
      answer = engine.observeMissing(state, timeMillis, row);
    }
  }

  /// What the stream would have answered the newest value with; nothing before the first.
  public Optional<Answer> answer() {
    return Optional.ofNullable(answer);
  }

  @Override
  public Fan forecast(int horizon) {
    Answer newest = answer;
    if (newest == null) {
      throw new IllegalStateException("a forecast before the first value of its series");
    }
    double[] values = new double[horizon];
    double[][] lower = new double[Confidence.values().length][horizon];
    double[][] upper = new double[lower.length][horizon];
    for (int h = 0; h < horizon; h++) {
      values[h] = newest.value(h + 1);
      for (int interval = 0; interval < lower.length; interval++) {
        lower[interval][h] = newest.lower(interval, h + 1);
        upper[interval][h] = newest.upper(interval, h + 1);
      }
    }
    return new Fan(values, values, lower, upper);
  }
}
