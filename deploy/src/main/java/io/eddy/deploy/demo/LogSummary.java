package io.eddy.deploy.demo;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eddy.deploy.terminal.Numbers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What came of the story of the logs.
///
/// @param lines that were sent
/// @param answers that were read
/// @param modelVersion that answered last
/// @param foreignFlagged whether the foreign line was an anomaly
/// @param foreignSurprise its bits per character
/// @param usualSurprise the median of the broker's own lines that a model read
/// @param firstSurprise the median of the first hundred that one read
/// @param otherAnomalies of the broker's own lines
/// @param anomalies the lines themselves, for people
@JsonPropertyOrder({"lines", "answers", "model_version", "foreign_flagged"})
public record LogSummary(
    @JsonProperty("lines") long lines,
    @JsonProperty("answers") long answers,
    @JsonProperty("model_version") int modelVersion,
    @JsonProperty("foreign_flagged") boolean foreignFlagged,
    @JsonProperty("foreign_surprise") @Nullable Double foreignSurprise,
    @JsonProperty("usual_surprise") @Nullable Double usualSurprise,
    @JsonProperty("first_surprise") @Nullable Double firstSurprise,
    @JsonProperty("other_anomalies") long otherAnomalies,
    @JsonProperty("anomalies") List<String> anomalies,
    @JsonProperty("wall_seconds") double wallSeconds) {

  private static final ObjectMapper JSON = new ObjectMapper();

  public LogSummary {
    anomalies = List.copyOf(anomalies);
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
  public List<String> text() {
    List<String> text = new ArrayList<>();
    text.add(
        "%s lines of the broker's own log, %s answers, model version %d"
            .formatted(Numbers.count(lines), Numbers.count(answers), modelVersion));
    text.add(
        "bits per character: %s at first, %s usually, %s for the foreign line, which was%s flagged"
            .formatted(
                bits(firstSurprise),
                bits(usualSurprise),
                bits(foreignSurprise),
                foreignFlagged ? "" : " not"));
    text.add(
        anomalies.isEmpty()
            ? "nothing was flagged"
            : "flagged, " + otherAnomalies + " of them the broker's own:");
    anomalies.forEach(line -> text.add("  " + line));
    return text;
  }

  private static String bits(@Nullable Double value) {
    return value == null ? "-" : String.format(Locale.ROOT, "%.2f", value);
  }
}
