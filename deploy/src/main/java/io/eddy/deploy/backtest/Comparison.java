package io.eddy.deploy.backtest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eddy.deploy.terminal.Numbers;
import io.eddy.deploy.terminal.Style;
import io.eddy.deploy.terminal.Text;
import io.eddy.model.evaluation.Confidence;
import io.eddy.model.evaluation.CoverageEstimate;
import io.eddy.model.evaluation.CoverageMeter;
import io.eddy.model.evaluation.Evaluation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// The outcomes of one data set side by side.
///
/// @param data what was forecast
/// @param network how the network did, if one took part
/// @param baselines how the others did
/// @param coldStart how new keys are forecast, if that was asked for
public record Comparison(
    DataSet data,
    Optional<Outcome> network,
    List<Outcome> baselines,
    Optional<ColdStart> coldStart) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int NAME_WIDTH = 22;
  private static final int WIDTH = 10;

  public Comparison {
    baselines = List.copyOf(baselines);
  }

  /// All outcomes, the network's first.
  public List<Outcome> outcomes() {
    List<Outcome> all = new ArrayList<>();
    network.ifPresent(all::add);
    all.addAll(baselines);
    return all;
  }

  /// One line of JSON: the network's scores, and those of each baseline under `baselines`. What is
  /// no number becomes null.
  public String json() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("data", data.name());
    fields.put("series", data.series().size());
    fields.put("origins", data.origins());
    fields.put("horizon", data.horizon());
    fields.put("contender", network.map(Outcome::contender).orElse(null));
    network.ifPresent(outcome -> fields.putAll(scores(outcome)));
    coldStart.ifPresent(
        cold -> {
          OptionalInt events =
              cold.trained().map(ColdStart.Curve::coldEvents).orElse(OptionalInt.empty());
          fields.put("cold_events", orNull(events));
          fields.put("cold_start", cold.curves().stream().map(Comparison::curve).toList());
        });
    Map<String, Object> others = new LinkedHashMap<>();
    baselines.forEach(outcome -> others.put(outcome.contender(), scores(outcome)));
    fields.put("baselines", others);
    try {
      return JSON.writeValueAsString(fields);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("numbers and names are always JSON", e);
    }
  }

  private Map<String, Object> scores(Outcome outcome) {
    Map<String, Object> fields = new LinkedHashMap<>();
    Evaluation evaluation = outcome.evaluation();
    data.scores(evaluation).forEach((name, score) -> fields.put(name, rounded(score, 5)));
    CoverageMeter coverage = evaluation.coverage();
    for (Confidence confidence : Confidence.values()) {
      CoverageEstimate estimate = coverage.estimate(confidence);
      fields.put(name(confidence), rounded(estimate.covered(), 4));
      fields.put(name(confidence) + "_error", rounded(estimate.standardError(), 4));
    }
    List<Map<String, Object>> steps = new ArrayList<>();
    for (int bucket = 0; bucket < coverage.buckets(); bucket++) {
      Map<String, Object> step = new LinkedHashMap<>();
      step.put("from", coverage.firstStep(bucket));
      step.put("to", coverage.lastStep(bucket));
      for (Confidence confidence : Confidence.values()) {
        CoverageEstimate estimate = coverage.estimate(confidence, bucket);
        step.put(name(confidence), rounded(estimate.covered(), 4));
        step.put(name(confidence) + "_error", rounded(estimate.standardError(), 4));
      }
      steps.add(step);
    }
    fields.put("coverage_by_step", steps);
    fields.put("parameters", outcome.parameters());
    fields.put("train_seconds", rounded(outcome.trainSeconds(), 3));
    fields.put("forecasts_per_second", rounded(outcome.forecastsPerSecond(), 1));
    return fields;
  }

  private static @Nullable Integer orNull(OptionalInt number) {
    return number.isPresent() ? number.getAsInt() : null;
  }

  /// Errors by age, for JSON and for the page.
  static Map<String, @Nullable Object> curve(ColdStart.Curve curve) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("contender", curve.contender());
    fields.put("keys", curve.keys());
    fields.put("cold_events", orNull(curve.coldEvents()));
    fields.put("cold_events_horizon", orNull(curve.coldEventsOfHorizon()));
    List<Map<String, @Nullable Object>> ages = new ArrayList<>();
    for (ColdStart.Bucket bucket : curve.buckets()) {
      Map<String, @Nullable Object> age = new LinkedHashMap<>();
      age.put("from", bucket.from());
      age.put("to", bucket.to());
      age.put("forecasts", bucket.forecasts());
      age.put("one_step", rounded(bucket.youngOneStep(), 5));
      age.put("one_step_old", rounded(bucket.oldOneStep(), 5));
      age.put("horizon", rounded(bucket.youngHorizon(), 5));
      age.put("horizon_old", rounded(bucket.oldHorizon(), 5));
      ages.add(age);
    }
    fields.put("by_age", ages);
    return fields;
  }

  private List<String> coldStartLines(ColdStart cold) {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add("a new key's error is within 10 % of the same key's known from the start:");
    for (ColdStart.Curve curve : cold.curves()) {
      lines.add(
          "%s%s one step ahead, %s over all steps (%s)"
              .formatted(
                  Text.left(curve.contender(), NAME_WIDTH),
                  fromEvent(curve.coldEvents()),
                  fromEvent(curve.coldEventsOfHorizon()),
                  curve.keys() == 1 ? "1 key" : Numbers.count(curve.keys()) + " keys"));
    }
    return lines;
  }

  private static String fromEvent(OptionalInt events) {
    return events.isPresent() ? "from event " + events.getAsInt() + " on" : "not yet";
  }

  private static String name(Confidence confidence) {
    return "coverage_" + percent(confidence);
  }

  static long percent(Confidence confidence) {
    return Math.round(100 * confidence.share());
  }

  /// A table for people, the best of each column marked.
  public List<String> lines(Style style) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s: %s. %s series, %s origins, %s ahead"
            .formatted(
                data.name(),
                data.description(),
                Numbers.count(data.series().size()),
                Numbers.count(data.origins()),
                data.horizon() == 1 ? "1 step" : data.horizon() + " steps"));
    lines.add("");
    lines.add(style.strong(head()));
    Map<String, Double> best = best();
    for (Outcome outcome : outcomes()) {
      lines.add(row(outcome, best, style));
    }
    coldStart.ifPresent(cold -> lines.addAll(coldStartLines(cold)));
    return lines;
  }

  private String head() {
    var head = new StringBuilder(Text.left("contender", NAME_WIDTH));
    for (String name : columns()) {
      head.append(Text.right(name, WIDTH));
    }
    for (Confidence confidence : Confidence.values()) {
      head.append(Text.right("in " + percent(confidence) + " %", WIDTH));
    }
    return head.append(Text.right("per second", WIDTH + 2)).toString();
  }

  private String row(Outcome outcome, Map<String, Double> best, Style style) {
    String name = Text.left(outcome.contender(), NAME_WIDTH);
    boolean isNetwork = network.filter(outcome::equals).isPresent();
    var row = new StringBuilder(isNetwork ? style.accent(name) : name);
    data.scores(outcome.evaluation())
        .forEach(
            (column, score) -> {
              String cell = Text.right(cell(score), WIDTH);
              row.append(score.equals(best.get(column)) ? style.good(cell) : cell);
            });
    for (Confidence confidence : Confidence.values()) {
      double covered = outcome.evaluation().coverage().estimate(confidence).covered();
      row.append(
          Text.right(
              Double.isNaN(covered) ? "-" : String.format(Locale.ROOT, "%.1f %%", 100 * covered),
              WIDTH));
    }
    return row.append(Text.right(Numbers.measure(outcome.forecastsPerSecond()), WIDTH + 2))
        .toString();
  }

  private List<String> columns() {
    return outcomes().isEmpty()
        ? List.of()
        : List.copyOf(data.scores(outcomes().getFirst().evaluation()).keySet());
  }

  /// The best score of each column.
  Map<String, Double> best() {
    Map<String, Double> best = new LinkedHashMap<>();
    for (Outcome outcome : outcomes()) {
      data.scores(outcome.evaluation())
          .forEach(
              (column, score) -> {
                if (Double.isFinite(score)) {
                  best.merge(column, score, isHigherBetter(column) ? Double::max : Double::min);
                }
              });
    }
    return best;
  }

  private static boolean isHigherBetter(String column) {
    return column.equals(Metric.ACCURACY.key());
  }

  static String cell(double score) {
    if (!Double.isFinite(score)) {
      return "-";
    }
    double size = Math.abs(score);
    return String.format(Locale.ROOT, size < 10 ? "%.4f" : size < 1_000 ? "%.3f" : "%.0f", score);
  }

  static @Nullable Double rounded(double value, int decimals) {
    if (!Double.isFinite(value)) {
      return null;
    }
    double scale = Math.pow(10, decimals);
    return Math.rint(value * scale) / scale;
  }
}
