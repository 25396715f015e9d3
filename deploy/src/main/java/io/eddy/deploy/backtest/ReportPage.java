package io.eddy.deploy.backtest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eddy.deploy.chart.Uplot;
import io.eddy.model.evaluation.Confidence;
import io.eddy.model.evaluation.CoverageEstimate;
import io.eddy.model.evaluation.CoverageMeter;
import io.eddy.model.evaluation.Evaluation;
import io.eddy.model.evaluation.Fan;
import io.eddy.model.evaluation.SeriesScores;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A comparison as one HTML file that needs nothing else: forecasts with their intervals, error by
/// step, calibration, and the series that are forecast worst. The charts are uPlot's, written into
/// the page.
public final class ReportPage {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int DRAWN_BASELINES = 5; // as many as there are colours
  private static final int DRAWN_SERIES_OF_A_KIND = 4;
  private static final int WORST = 20;
  private static final int LEAST_HISTORY = 96;

  private final Comparison comparison;
  private final DataSet data;
  private final Outcome shown;

  /// @param comparison of at least one outcome
  public ReportPage(Comparison comparison) {
    this.comparison = comparison;
    this.data = comparison.data();
    this.shown = comparison.network().orElseGet(() -> byFirstScore().getFirst());
  }

  /// Writes the page.
  ///
  /// @throws IOException if the file cannot be written
  public void write(Path file) throws IOException {
    Files.writeString(file, html(), StandardCharsets.UTF_8);
  }

  String html() throws IOException {
    return resource("report.html")
        .replace("@CHART_STYLE@", chartFile("uPlot.min.css"))
        .replace("@CHART_SCRIPT@", chartFile("uPlot.iife.min.js"))
        // Inside a script element, "</" must not occur.
        .replace("@DATA@", json().replace("<", "\\u003c"));
  }

  private String json() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("name", data.name());
    fields.put("description", data.description());
    fields.put("seriesCount", data.series().size());
    fields.put("origins", data.origins());
    fields.put("horizon", data.horizon());
    fields.put("dated", data.dated());
    fields.put("shown", shown.contender());
    fields.put("metrics", data.scores(shown.evaluation()).keySet());
    fields.put("best", comparison.best());
    Set<Outcome> drawn = new LinkedHashSet<>(List.of(shown));
    byFirstScore().stream().limit(DRAWN_BASELINES).forEach(drawn::add);
    fields.put(
        "outcomes",
        comparison.outcomes().stream()
            .map(outcome -> outcome(outcome, drawn.contains(outcome)))
            .toList());
    fields.put(
        "coldStart",
        comparison.coldStart().map(ColdStart::curves).orElse(List.of()).stream()
            .map(Comparison::curve)
            .toList());
    fields.put("series", series());
    fields.put("worst", worst());
    try {
      return JSON.writeValueAsString(fields);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("numbers and names are always JSON", e);
    }
  }

  /// The baselines, the best by the most important measure first.
  private List<Outcome> byFirstScore() {
    return comparison.baselines().stream()
        .sorted(
            Comparator.comparingDouble(
                outcome -> data.scores(outcome.evaluation()).values().iterator().next()))
        .toList();
  }

  private Map<String, Object> outcome(Outcome outcome, boolean drawn) {
    Evaluation evaluation = outcome.evaluation();
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("name", outcome.contender());
    fields.put("network", comparison.network().filter(outcome::equals).isPresent());
    fields.put("drawn", drawn);
    Map<String, @Nullable Double> scores = new LinkedHashMap<>();
    data.scores(evaluation).forEach((name, score) -> scores.put(name, finite(score)));
    fields.put("scores", scores);
    fields.put("trainSeconds", outcome.trainSeconds());
    fields.put("forecastsPerSecond", outcome.forecastsPerSecond());
    List<@Nullable Double> steps = new ArrayList<>();
    for (int ahead = 1; ahead <= data.horizon(); ahead++) {
      steps.add(finite(evaluation.mase(ahead)));
    }
    fields.put("maseByStep", steps);
    CoverageMeter coverage = evaluation.coverage();
    List<Object> whole = new ArrayList<>();
    for (Confidence confidence : Confidence.values()) {
      whole.add(coverage(coverage.estimate(confidence)));
    }
    fields.put("coverage", whole);
    List<Object> buckets = new ArrayList<>();
    for (int bucket = 0; bucket < coverage.buckets(); bucket++) {
      List<Object> estimates = new ArrayList<>();
      for (Confidence confidence : Confidence.values()) {
        estimates.add(coverage(coverage.estimate(confidence, bucket)));
      }
      buckets.add(
          Map.of(
              "from", coverage.firstStep(bucket),
              "to", coverage.lastStep(bucket),
              "coverage", estimates));
    }
    fields.put("coverageBySteps", buckets);
    return fields;
  }

  private static Map<String, @Nullable Object> coverage(CoverageEstimate estimate) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("nominal", estimate.nominal());
    fields.put("covered", finite(estimate.covered()));
    fields.put("error", finite(estimate.standardError()));
    return fields;
  }

  /// The best, the middle and the worst series, with their last values and forecasts.
  private List<Map<String, @Nullable Object>> series() {
    List<SeriesScores> ranked = ranked();
    Set<Integer> places = new LinkedHashSet<>();
    int middle = ranked.size() / 2 - DRAWN_SERIES_OF_A_KIND / 2;
    for (int i = 0; i < DRAWN_SERIES_OF_A_KIND; i++) {
      places.add(Math.clamp((long) middle + i, 0, ranked.size() - 1));
    }
    for (int i = 0; i < DRAWN_SERIES_OF_A_KIND; i++) {
      places.add(Math.clamp((long) ranked.size() - 1 - i, 0, ranked.size() - 1));
    }
    for (int i = 0; i < DRAWN_SERIES_OF_A_KIND; i++) {
      places.add(Math.min(i, ranked.size() - 1));
    }
    Map<String, RecordedSeries> byKey = new LinkedHashMap<>();
    data.series().forEach(one -> byKey.put(one.key(), one));
    List<Map<String, @Nullable Object>> chosen = new ArrayList<>();
    for (int place : places) {
      SeriesScores scores = ranked.get(place);
      RecordedSeries recorded = byKey.get(scores.series());
      if (recorded != null) {
        chosen.add(drawing(recorded, scores, place + 1, ranked.size()));
      }
    }
    return chosen;
  }

  /// The worst first; those without a scale, such as constant ones, last.
  private List<SeriesScores> ranked() {
    return shown.evaluation().series().stream()
        .sorted(Comparator.comparingDouble(ReportPage::badness).reversed())
        .toList();
  }

  private static double badness(SeriesScores scores) {
    return Double.isFinite(scores.mase()) ? scores.mase() : -1;
  }

  private Map<String, @Nullable Object> drawing(
      RecordedSeries series, SeriesScores scores, int rank, int ranks) {
    List<Outcome.Made> fans = shown.fans().getOrDefault(series.key(), List.of());
    int firstOrigin = fans.isEmpty() ? series.length() : fans.getFirst().origin();
    int start = Math.max(0, firstOrigin - Math.max(LEAST_HISTORY, 2 * data.horizon()));
    int end = Math.min(series.length(), series.origins().last() + data.horizon());
    List<Long> times = new ArrayList<>();
    List<@Nullable Double> values = new ArrayList<>();
    for (int step = start; step < end; step++) {
      times.add(data.dated() ? series.time(step) : step + 1);
      values.add(finite(series.value(step)));
    }
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("key", series.key());
    fields.put("mase", finite(scores.mase()));
    fields.put("rank", rank + " of " + ranks + " from the worst");
    fields.put("times", times);
    fields.put("values", values);
    fields.put("median", line(fans, start, end, Fan::median));
    fields.put("lower80", line(fans, start, end, lower(Confidence.EIGHTY)));
    fields.put("upper80", line(fans, start, end, upper(Confidence.EIGHTY)));
    fields.put("lower95", line(fans, start, end, lower(Confidence.NINETY_FIVE)));
    fields.put("upper95", line(fans, start, end, upper(Confidence.NINETY_FIVE)));
    return fields;
  }

  /// One line of a fan.
  private interface Part {
    double of(Fan fan, int ahead);
  }

  private static Part lower(Confidence confidence) {
    return (fan, ahead) -> fan.hasBounds() ? fan.lower(confidence, ahead) : Double.NaN;
  }

  private static Part upper(Confidence confidence) {
    return (fan, ahead) -> fan.hasBounds() ? fan.upper(confidence, ahead) : Double.NaN;
  }

  private static List<@Nullable Double> line(
      List<Outcome.Made> fans, int start, int end, Part part) {
    @Nullable Double[] line = new @Nullable Double[end - start];
    for (Outcome.Made made : fans) {
      for (int ahead = 1; ahead <= made.fan().horizon(); ahead++) {
        int place = made.origin() + ahead - 1 - start;
        if (place < line.length) {
          line[place] = finite(part.of(made.fan(), ahead));
        }
      }
    }
    List<@Nullable Double> list = new ArrayList<>();
    for (@Nullable Double one : line) {
      list.add(one);
    }
    return list;
  }

  private List<Map<String, @Nullable Object>> worst() {
    List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    for (SeriesScores scores : ranked().stream().limit(WORST).toList()) {
      Map<String, @Nullable Object> row = new LinkedHashMap<>();
      row.put("key", scores.series());
      row.put("mase", finite(scores.mase()));
      row.put("smape", finite(scores.smape()));
      row.put("mae", finite(scores.mae()));
      bestBaseline(scores.series())
          .ifPresent(
              best -> {
                row.put("baseline", best.contender());
                row.put("baselineMase", finite(best.mase()));
              });
      rows.add(row);
    }
    return rows;
  }

  private record OnSeries(String contender, double mase) {}

  private Optional<OnSeries> bestBaseline(String key) {
    return comparison.baselines().stream()
        .filter(outcome -> !outcome.equals(shown))
        .flatMap(
            outcome ->
                outcome.evaluation().series().stream()
                    .filter(one -> one.series().equals(key))
                    .map(one -> new OnSeries(outcome.contender(), one.mase())))
        .filter(one -> Double.isFinite(one.mase()))
        .min(Comparator.comparingDouble(OnSeries::mase));
  }

  private static @Nullable Double finite(double value) {
    return Double.isFinite(value) ? value : null;
  }

  private static String chartFile(String name) throws IOException {
    return new String(Uplot.file(name), StandardCharsets.UTF_8);
  }

  private static String resource(String name) throws IOException {
    try (InputStream bytes = open(name)) {
      return new String(bytes.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static InputStream open(String name) throws IOException {
    InputStream bytes = ReportPage.class.getResourceAsStream(name);
    if (bytes == null) {
      throw new IOException("the class path has no " + name);
    }
    return bytes;
  }
}
