package io.eddy.it.scenario;

import io.eddy.model.Answer;
import io.eddy.model.OnlineForecaster;
import io.eddy.model.SeriesState;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.schemas.avro.Forecast;
import java.util.HashMap;
import java.util.Map;

/// What the answers must be, computed again without Kafka: one event after another, each under the
/// decision that its committed answer names, every swap a re-warmed key.
public final class PinnedReplay {
  private final ForecasterSpec spec;
  private final Map<Integer, Forecaster> versions;
  private final Map<String, SeriesState> states = new HashMap<>();
  private final Map<Integer, OnlineForecaster> engines = new HashMap<>();

  /// @param versions the weights by version number
  public PinnedReplay(ForecasterSpec spec, Map<Integer, Forecaster> versions) {
    this.spec = spec;
    this.versions = versions;
  }

  /// The answer to a series' next event; events of one series must come in their order.
  ///
  /// @param committed the answer that was given; only its decision and version are used
  public Forecast answer(Event event, Origin origin, Forecast committed) {
    SeriesState state = states.computeIfAbsent(event.key(), key -> new SeriesState(spec));
    int version = committed.getModelVersion();
    OnlineForecaster engine = engines.computeIfAbsent(version, this::engine);
    if (version != state.version()) {
      engine.rewarm(state);
    }
    state.stamp(committed.getDecision(), version);
    Answer answer = engine.observe(state, event.time(), event.value());
    return ExpectedForecast.of(
        event, origin, answer, spec.confidences(), version, committed.getDecision());
  }

  private OnlineForecaster engine(int version) {
    Forecaster model = versions.get(version);
    if (version != 0 && model == null) {
      throw new IllegalStateException(
          "an answer names version " + version + ", published are " + versions.keySet());
    }
    return new OnlineForecaster(spec, model);
  }
}
