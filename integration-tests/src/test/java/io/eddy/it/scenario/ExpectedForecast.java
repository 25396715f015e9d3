package io.eddy.it.scenario;

import io.eddy.model.Answer;
import io.eddy.model.network.Influence;
import io.eddy.schemas.avro.Forecast;
import io.eddy.schemas.avro.ForecastInterval;
import io.eddy.schemas.avro.ForecastStep;
import java.time.Instant;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// The record that the topic of forecasts must hold, from what the engine says.
public final class ExpectedForecast {
  private ExpectedForecast() {}

  /// The record of an event that was read once and in its order.
  ///
  /// @param confidences of the answer's intervals
  /// @param version that answered
  /// @param decision that named it
  public static Forecast of(
      Event event,
      Origin origin,
      Answer answer,
      List<Double> confidences,
      int version,
      long decision) {
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
    forecast.setAnomalyEvidence(answer.verdict().evidence().name());
    forecast.setAnomalyInput(answer.influence().map(Influence::input).orElse(null));
    forecast.setAnomalyInputShare(answer.influence().map(Influence::share).orElse(0.0));
    forecast.setForecastValue(answer.value(1));
    forecast.setLowerBound(answer.lower(1));
    forecast.setUpperBound(answer.upper(1));
    forecast.setHorizon(
        IntStream.rangeClosed(1, answer.horizon())
            .mapToObj(
                ahead ->
                    new ForecastStep(
                        ahead, answer.value(ahead), answer.lower(ahead), answer.upper(ahead)))
            .toList());
    forecast.setConfidence(confidences.getFirst());
    forecast.setIntervals(
        IntStream.range(1, confidences.size())
            .mapToObj(
                interval ->
                    new ForecastInterval(
                        confidences.get(interval),
                        steps(answer.horizon(), ahead -> answer.lower(interval, ahead)),
                        steps(answer.horizon(), ahead -> answer.upper(interval, ahead))))
            .toList());
    forecast.setModelVersion(version);
    forecast.setDecision(decision);
    forecast.setSteps(answer.steps());
    forecast.setRedelivered(false);
    forecast.setLate(false);
    forecast.setInputPartition(origin.partition());
    forecast.setInputOffset(origin.offset());
    return forecast;
  }

  private static List<Double> steps(int horizon, IntToDoubleFunction bound) {
    return IntStream.rangeClosed(1, horizon).mapToDouble(bound).boxed().toList();
  }

  private static @Nullable Double unlessNaN(double value) {
    return Double.isNaN(value) ? null : value;
  }
}
