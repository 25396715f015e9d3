package io.eddy.deploy.demo;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eddy.deploy.terminal.Numbers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The account of one run; its JSON form is what `eddy demo --json` prints last.
///
/// @param events sent to the input topic
/// @param forecasts read from the forecasts topic, committed ones only
/// @param deadLetters read from the dead letters, committed ones only
/// @param keys series that were answered
/// @param constantKeys series that did not change in the last third, left out of the skill
/// @param modelVersion the highest version that answered; 0 for the naive forecast
/// @param trainings that ended with a model
/// @param skill see [SkillMeter]; null if it cannot be told
/// @param coverage see [SkillMeter]; null if it cannot be told
/// @param eventsPerSecond events by the time from the first one sent to the last one answered,
///   without the waiting
/// @param wallSeconds the whole run, from the start of the broker
/// @param trainingSeconds during which a training was open
/// @param waitingSeconds that lockstep waited for trainings and swaps
/// @param scenario what came of a scenario, by field; empty without one
/// @param scenarioLines the same for people
@JsonPropertyOrder({
  "events",
  "forecasts",
  "dead_letters",
  "keys",
  "constant_keys",
  "model_version",
  "trainings",
  "skill",
  "coverage",
  "events_per_second",
  "wall_seconds",
  "training_seconds",
  "waiting_seconds"
})
public record Summary(
    @JsonProperty("events") long events,
    @JsonProperty("forecasts") long forecasts,
    @JsonProperty("dead_letters") long deadLetters,
    @JsonProperty("keys") int keys,
    @JsonProperty("constant_keys") int constantKeys,
    @JsonProperty("model_version") int modelVersion,
    @JsonProperty("trainings") long trainings,
    @JsonProperty("skill") @Nullable Double skill,
    @JsonProperty("coverage") @Nullable Double coverage,
    @JsonProperty("events_per_second") double eventsPerSecond,
    @JsonProperty("wall_seconds") double wallSeconds,
    @JsonProperty("training_seconds") double trainingSeconds,
    @JsonProperty("waiting_seconds") double waitingSeconds,
    @JsonAnyGetter Map<String, Object> scenario,
    @JsonIgnore List<String> scenarioLines) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /// Four decimals of shares, three of seconds; what is no number becomes null.
  public Summary {
    skill = rounded(skill, 4);
    coverage = rounded(coverage, 4);
    eventsPerSecond = round(eventsPerSecond, 1);
    wallSeconds = round(wallSeconds, 3);
    trainingSeconds = round(trainingSeconds, 3);
    waitingSeconds = round(waitingSeconds, 3);
    scenario = rounded(scenario);
  }

  private static Map<String, Object> rounded(Map<String, Object> outcome) {
    Map<String, Object> rounded = new LinkedHashMap<>(outcome);
    rounded.replaceAll((field, value) -> value instanceof Double d ? rounded(d, 4) : value);
    return rounded;
  }

  /// Whether each event has exactly one answer or one dead letter.
  @JsonIgnore
  public boolean isComplete() {
    return forecasts + deadLetters == events;
  }

  /// One line of JSON.
  public String json() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a record of numbers is always JSON", e);
    }
  }

  /// A few lines for people.
  public List<String> lines() {
    List<String> lines = new ArrayList<>(scenarioLines);
    lines.addAll(
        List.of(
            "%s events, %s forecasts, %s dead letters, %s series (%s of them constant)"
                .formatted(
                    Numbers.count(events),
                    Numbers.count(forecasts),
                    Numbers.count(deadLetters),
                    Numbers.count(keys),
                    Numbers.count(constantKeys)),
            "skill %s against the last value, coverage %s (last third, one step ahead)"
                .formatted(Numbers.signed(orNaN(skill)), Numbers.percent(orNaN(coverage))),
            "model version %d after %d trainings, which took %s"
                .formatted(modelVersion, trainings, Numbers.seconds(trainingSeconds)),
            "%s in all, %s of it waiting for trainings; %s events a second"
                .formatted(
                    Numbers.seconds(wallSeconds),
                    Numbers.seconds(waitingSeconds),
                    Numbers.count(Math.round(eventsPerSecond)))));
    return lines;
  }

  private static double orNaN(@Nullable Double value) {
    return value == null ? Double.NaN : value;
  }

  private static @Nullable Double rounded(@Nullable Double value, int decimals) {
    return value == null || !Double.isFinite(value) ? null : round(value, decimals);
  }

  private static double round(double value, int decimals) {
    double scale = Math.pow(10, decimals);
    return Math.round(value * scale) / scale;
  }
}
