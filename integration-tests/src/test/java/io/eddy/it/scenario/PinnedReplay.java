package io.eddy.it.scenario;

import io.eddy.model.Answer;
import io.eddy.model.OnlineForecaster;
import io.eddy.model.SeriesState;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.schemas.avro.Forecast;
import io.eddy.schemas.avro.ForecastStep;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

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
    return record(event, origin, answer, state);
  }

  private OnlineForecaster engine(int version) {
    Forecaster model = versions.get(version);
    if (version != 0 && model == null) {
      throw new IllegalStateException(
          "an answer names version " + version + ", published are " + versions.keySet());
    }
    return new OnlineForecaster(spec, model);
  }

  private Forecast record(Event event, Origin origin, Answer answer, SeriesState state) {
    var forecast = new Forecast();
    forecast.setEventTime(Instant.ofEpochMilli(event.time()));
    forecast.setActualValue(event.value());
    forecast.setExpectedValue(unlessNaN(answer.expected()));
    forecast.setExpectedLowerBound(unlessNaN(answer.expectedLower()));
    forecast.setExpectedUpperBound(unlessNaN(answer.expectedUpper()));
    forecast.setIsAnomaly(answer.anomaly());
    forecast.setAnomalyScore(answer.verdict().score());
    forecast.setAnomalyKind(answer.verdict().kind().name());
    forecast.setAnomalySeverity(answer.verdict().severity());
    forecast.setForecastValue(answer.value(1));
    forecast.setLowerBound(answer.lower(1));
    forecast.setUpperBound(answer.upper(1));
    forecast.setHorizon(
        IntStream.rangeClosed(1, spec.horizon())
            .mapToObj(
                ahead ->
                    new ForecastStep(
                        ahead, answer.value(ahead), answer.lower(ahead), answer.upper(ahead)))
            .toList());
    forecast.setConfidence(spec.confidence());
    forecast.setIntervals(List.of());
    forecast.setModelVersion(state.version());
    forecast.setDecision(state.decision());
    forecast.setSteps(answer.steps());
    forecast.setRedelivered(false);
    forecast.setLate(false);
    forecast.setInputPartition(origin.partition());
    forecast.setInputOffset(origin.offset());
    return forecast;
  }

  private static @Nullable Double unlessNaN(double value) {
    return Double.isNaN(value) ? null : value;
  }
}
