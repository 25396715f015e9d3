package io.eddy.processors.topic;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// The names of the topics that Eddy owns.
///
/// @param forecasts one answer for each event, keyed as the input
/// @param history windows of events for the trainer, keyed by slot and series
/// @param scores sums of errors per series, window and model version
/// @param candidates trained models that wait for a decision, in chunks
/// @param models numbered versions and the decisions which of them answers
/// @param deadLetters what could not be processed, and why
/// @param control what operators tell the application
public record Topics(
    String forecasts,
    String history,
    String scores,
    String candidates,
    String models,
    String deadLetters,
    String control) {
  private static final Pattern LEGAL = Pattern.compile("[a-zA-Z0-9._-]{1,249}");

  public Topics {
    Set<String> seen = new LinkedHashSet<>();
    List<String> all =
        List.of(forecasts, history, scores, candidates, models, deadLetters, control);
    for (String name : all) {
      if (!legal(name)) {
        throw new IllegalArgumentException(
            "topic name \"" + name + "\" is not legal, expected " + legalName());
      }
      if (!seen.add(name)) {
        throw new IllegalArgumentException(
            "topic \"" + name + "\" is named twice, expected seven different topics");
      }
    }
  }

  /// What the topic of answers is usually called where series are forecast.
  public static final String FORECASTS = "forecasts";

  /// What the topic of answers is usually called where messages are read.
  public static final String ANSWERS = "answers";

  /// The usual names under a prefix where series are forecast: `prefix-forecasts`, `prefix-history`
  /// and so on.
  public static Topics withPrefix(String prefix) {
    return withPrefix(prefix, FORECASTS);
  }

  /// The usual names under a prefix.
  ///
  /// @param answers what the topic of answers is called
  public static Topics withPrefix(String prefix, String answers) {
    return new Topics(
        prefix + "-" + answers,
        prefix + "-history",
        prefix + "-scores",
        prefix + "-candidates",
        prefix + "-models",
        prefix + "-dead-letters",
        prefix + "-control");
  }

  /// All seven, in the order in which a plan lists them.
  public List<String> all() {
    return List.of(forecasts, history, scores, candidates, models, deadLetters, control);
  }

  /// Whether Kafka takes the name for a topic.
  public static boolean legal(String name) {
    return LEGAL.matcher(name).matches() && !name.equals(".") && !name.equals("..");
  }

  /// What [#legal] expects, for messages.
  public static String legalName() {
    return "1 to 249 letters, digits, dots, underscores or hyphens";
  }
}
