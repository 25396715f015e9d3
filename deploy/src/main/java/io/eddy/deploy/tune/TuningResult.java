package io.eddy.deploy.tune;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eddy.deploy.backtest.DataSet;
import io.eddy.deploy.terminal.Numbers;
import io.eddy.deploy.terminal.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a search found.
///
/// @param validation what was forecast to choose by
/// @param measure what was to become least
/// @param seed of the draw
/// @param first the candidate that the search began with
/// @param best the best trial of the highest completed rung; empty if none was completed
/// @param firstScore what the first candidate reached on that rung; NaN if none was completed
/// @param candidates that were drawn, the first not counted
/// @param completedRungs rungs that were completed, of all brackets
/// @param seconds that it took
/// @param stopped whether it was stopped before its time was over
/// @param trials all, in their order
public record TuningResult(
    DataSet validation,
    String measure,
    long seed,
    Candidate first,
    Optional<Trial> best,
    double firstScore,
    int candidates,
    int completedRungs,
    double seconds,
    boolean stopped,
    List<Trial> trials) {
  private static final ObjectMapper JSON = new ObjectMapper();

  public TuningResult {
    trials = List.copyOf(trials);
  }

  /// The settings that were found: those of the best trial, else of the first candidate.
  public Map<String, String> settings() {
    return new TreeMap<>(best.map(Trial::candidate).orElse(first).settings());
  }

  /// The head of the table of trials.
  public static String head(String measure) {
    return Text.right("rung", 6)
        + Text.right("candidate", 11)
        + Text.right(measure, 11)
        + Text.right("seconds", 9)
        + "  settings";
  }

  /// A trial as a row of that table.
  public static String row(Trial trial, Candidate first) {
    return Text.right("%d/%d".formatted(trial.rung(), SuccessiveHalving.RUNGS), 6)
        + Text.right(String.valueOf(trial.candidate().number()), 11)
        + Text.right(score(trial.score()), 11)
        + Text.right(String.format(Locale.ROOT, "%.1f", trial.seconds()), 9)
        + "  "
        + trial.candidate().describe(first);
  }

  /// What came out, for people.
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add(
        "%s candidates, %d completed rungs, seed %d, %s%s"
            .formatted(
                Numbers.count(candidates),
                completedRungs,
                seed,
                Numbers.seconds(seconds),
                stopped ? ", stopped" : ""));
    if (best.isEmpty()) {
      lines.add("no rung was completed in this time: the settings are those that it began with");
      return lines;
    }
    Trial found = best.get();
    lines.add(
        "%s %s, where the first candidate has %s, at %s origins of %s series before the ones to be judged by%s"
            .formatted(
                measure,
                score(found.score()),
                score(firstScore),
                Numbers.count(validation.origins()),
                Numbers.count(validation.series().size()),
                found.rung() < SuccessiveHalving.RUNGS
                    ? " (with a part of the effort: give it more time)"
                    : ""));
    lines.add(
        "candidate %d: %s"
            .formatted(found.candidate().number(), found.candidate().describe(first)));
    return lines;
  }

  /// What to write above the settings in a file.
  public List<String> comments() {
    List<String> comments = new ArrayList<>();
    comments.add("Found by \"eddy tune\" for %s, seed %d.".formatted(validation.name(), seed));
    best.ifPresent(
        found ->
            comments.add(
                "%s %s on the newest part of what is trained on; the settings that it began with: %s."
                    .formatted(measure, score(found.score()), score(firstScore))));
    return comments;
  }

  /// One line of JSON. What is no number becomes null.
  ///
  /// @param output the file that the settings were written to
  public String json(String output) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("data", validation.name());
    fields.put("series", validation.series().size());
    fields.put("origins", validation.origins());
    fields.put("horizon", validation.horizon());
    fields.put("measure", measure);
    fields.put("seed", seed);
    fields.put("candidates", candidates);
    fields.put("completed_rungs", completedRungs);
    fields.put("seconds", finite(Math.rint(seconds * 10) / 10));
    fields.put("stopped", stopped);
    fields.put("rung", best.map(Trial::rung).orElse(0));
    fields.put("rungs", SuccessiveHalving.RUNGS);
    fields.put("candidate", best.map(trial -> trial.candidate().number()).orElse(0));
    fields.put("score", best.map(trial -> finite(trial.score())).orElse(null));
    fields.put("first_score", finite(firstScore));
    fields.put("settings", settings());
    fields.put("output", output);
    List<Map<String, Object>> tried = new ArrayList<>();
    for (Trial trial : trials) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("candidate", trial.candidate().number());
      one.put("bracket", trial.bracket());
      one.put("rung", trial.rung());
      one.put("score", finite(trial.score()));
      one.put("seconds", finite(Math.rint(trial.seconds() * 1000) / 1000));
      one.put("settings", trial.candidate().differences(first));
      tried.add(one);
    }
    fields.put("tried", tried);
    try {
      return JSON.writeValueAsString(fields);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("numbers and names are always JSON", e);
    }
  }

  private static @Nullable Double finite(double value) {
    return Double.isFinite(value) ? value : null;
  }

  private static String score(double score) {
    return Double.isFinite(score) ? String.format(Locale.ROOT, "%.5f", score) : "failed";
  }
}
