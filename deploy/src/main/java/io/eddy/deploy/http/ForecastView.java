package io.eddy.deploy.http;

import io.eddy.schemas.avro.Forecast;
import io.eddy.schemas.avro.ForecastInterval;
import io.eddy.schemas.avro.ForecastStep;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A forecast for JSON, with the names of its record in the topic.
///
/// @param eventTime of the event answered, epoch milliseconds
record ForecastView(
    String key,
    long eventTime,
    double actualValue,
    @Nullable Double expectedValue,
    @Nullable Double expectedLowerBound,
    @Nullable Double expectedUpperBound,
    boolean isAnomaly,
    double anomalyScore,
    String anomalyKind,
    String anomalyEvidence,
    @Nullable String anomalyInput,
    double confidence,
    List<Step> horizon,
    List<Interval> intervals,
    int modelVersion,
    long decision,
    long steps,
    boolean missing,
    boolean late) {

  /// One step ahead.
  record Step(int step, double forecastValue, double lowerBound, double upperBound) {
    private static Step of(ForecastStep step) {
      return new Step(
          step.getStep(), step.getForecastValue(), step.getLowerBound(), step.getUpperBound());
    }
  }

  /// Bounds of all steps for another confidence.
  record Interval(double confidence, List<Double> lowerBound, List<Double> upperBound) {
    private static Interval of(ForecastInterval interval) {
      return new Interval(
          interval.getConfidence(), interval.getLowerBound(), interval.getUpperBound());
    }
  }

  static ForecastView of(String key, Forecast forecast) {
    return new ForecastView(
        key,
        forecast.getEventTime().toEpochMilli(),
        forecast.getActualValue(),
        forecast.getExpectedValue(),
        forecast.getExpectedLowerBound(),
        forecast.getExpectedUpperBound(),
        forecast.getIsAnomaly(),
        forecast.getAnomalyScore(),
        forecast.getAnomalyKind(),
        forecast.getAnomalyEvidence(),
        forecast.getAnomalyInput(),
        forecast.getConfidence(),
        forecast.getHorizon().stream().map(Step::of).toList(),
        forecast.getIntervals().stream().map(Interval::of).toList(),
        forecast.getModelVersion(),
        forecast.getDecision(),
        forecast.getSteps(),
        forecast.getMissing(),
        forecast.getLate());
  }
}
