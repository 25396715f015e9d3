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

/// What came of the story of the text.
///
/// @param messages that were sent and answered
/// @param prompts beginnings that were asked about and answered
/// @param modelVersion that answered last
/// @param firstSurprise median bits per character of the first messages that a model read
/// @param lastSurprise the same of the last
/// @param anomalies messages that were flagged
/// @param completions the last beginnings, and how the model went on with them
@JsonPropertyOrder({"messages", "prompts", "model_version", "first_surprise", "last_surprise"})
public record TextSummary(
    @JsonProperty("messages") long messages,
    @JsonProperty("prompts") long prompts,
    @JsonProperty("model_version") int modelVersion,
    @JsonProperty("first_surprise") @Nullable Double firstSurprise,
    @JsonProperty("last_surprise") @Nullable Double lastSurprise,
    @JsonProperty("anomalies") long anomalies,
    @JsonProperty("completions") List<Example> completions,
    @JsonProperty("wall_seconds") double wallSeconds) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /// A beginning that a model went on with.
  ///
  /// @param beginning of a message that the model had not read
  /// @param completion by the model
  /// @param rest how the message really went on
  public record Example(
      @JsonProperty("beginning") String beginning,
      @JsonProperty("completion") String completion,
      @JsonProperty("rest") String rest) {}

  public TextSummary {
    completions = List.copyOf(completions);
  }

  /// One line of JSON.
  public String json() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a record of numbers and texts is always JSON", e);
    }
  }

  /// A few lines for people.
  public List<String> text() {
    List<String> text = new ArrayList<>();
    text.add(
        "%s messages scored, %s flagged, %s beginnings completed, model version %d"
            .formatted(
                Numbers.count(messages),
                Numbers.count(anomalies),
                Numbers.count(prompts),
                modelVersion));
    text.add(
        "bits per character: %s at first, %s at last"
            .formatted(bits(firstSurprise), bits(lastSurprise)));
    for (Example example : completions) {
      text.add("  %s [%s]".formatted(example.beginning, example.completion));
      text.add("  %s [%s]".formatted(" ".repeat(example.beginning.length()), example.rest));
    }
    return text;
  }

  private static String bits(@Nullable Double value) {
    return value == null ? "-" : String.format(Locale.ROOT, "%.2f", value);
  }
}
