package io.eddy.deploy.backtest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eddy.deploy.terminal.Numbers;
import io.eddy.deploy.terminal.Style;
import io.eddy.deploy.terminal.Text;
import io.eddy.model.evaluation.NabScore;
import io.eddy.model.evaluation.NabScore.Profile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Eddy's detector and the benchmark's own simple one, side by side by the benchmark's score: each
/// at the threshold that is best for all streams at once, as its published figures are.
public final class AnomalyComparison {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int NAME_WIDTH = 22;
  private static final int WIDTH = 16;

  private final List<LabelledStream> streams;
  private final Line eddy;
  private final List<Line> baselines;

  private AnomalyComparison(List<LabelledStream> streams, Line eddy, List<Line> baselines) {
    this.streams = streams;
    this.eddy = eddy;
    this.baselines = baselines;
  }

  /// Lets both score all rows of all streams.
  public static AnomalyComparison run(List<LabelledStream> streams, Progress progress) {
    var backtest = new AnomalyBacktest(streams, progress);
    return new AnomalyComparison(
        streams,
        line(streams, backtest, new DetectorContender()),
        List.of(line(streams, backtest, new WindowedGaussian())));
  }

  /// What a contender reached.
  private record Line(
      String name,
      long parameters,
      double rowsPerSecond,
      NabScore.Result standard,
      NabScore.Result lowFalsePositives,
      NabScore.Result lowFalseNegatives) {}

  private static Line line(
      List<LabelledStream> streams, AnomalyBacktest backtest, AnomalyContender contender) {
    AnomalyBacktest.Scored scored = backtest.run(contender);
    List<NabScore.Scored> scores = new ArrayList<>();
    for (int i = 0; i < streams.size(); i++) {
      scores.add(new NabScore.Scored(scored.scores().get(i), streams.get(i).windows()));
    }
    return new Line(
        contender.name(),
        contender.parameters(),
        scored.rowsPerSecond(),
        NabScore.best(Profile.STANDARD, scores),
        NabScore.best(Profile.REWARD_LOW_FALSE_POSITIVES, scores),
        NabScore.best(Profile.REWARD_LOW_FALSE_NEGATIVES, scores));
  }

  /// One line of JSON: the detector's scores, and those of each baseline under `baselines`.
  public String json() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("data", LabelledStreams.key());
    fields.put("series", streams.size());
    fields.put("contender", eddy.name());
    fields.putAll(scores(eddy));
    Map<String, Object> others = new LinkedHashMap<>();
    baselines.forEach(line -> others.put(line.name(), scores(line)));
    fields.put("baselines", others);
    try {
      return JSON.writeValueAsString(fields);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("numbers and names are always JSON", e);
    }
  }

  private static Map<String, Object> scores(Line line) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("standard", Comparison.rounded(line.standard().normalised(), 2));
    fields.put("reward_low_fp", Comparison.rounded(line.lowFalsePositives().normalised(), 2));
    fields.put("reward_low_fn", Comparison.rounded(line.lowFalseNegatives().normalised(), 2));
    fields.put("threshold", Comparison.rounded(line.standard().threshold(), 6));
    fields.put("windows_found", line.standard().windowsFound());
    fields.put("false_positives", line.standard().falsePositives());
    fields.put("parameters", line.parameters());
    fields.put("rows_per_second", Comparison.rounded(line.rowsPerSecond(), 1));
    return fields;
  }

  /// A table for people.
  public List<String> lines(Style style) {
    int windows = streams.stream().mapToInt(stream -> stream.windows().size()).sum();
    long rows = streams.stream().mapToLong(LabelledStream::rows).sum();
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s: Numenta Anomaly Benchmark. %d streams, %s rows, %d windows to be found"
            .formatted(LabelledStreams.key(), streams.size(), Numbers.count(rows), windows));
    lines.add("");
    var head = new StringBuilder(Text.left("contender", NAME_WIDTH));
    for (String column :
        List.of(
            "standard",
            "reward low FP",
            "reward low FN",
            "windows found",
            "false positives",
            "rows per second")) {
      head.append(Text.right(column, WIDTH));
    }
    lines.add(style.strong(head.toString()));
    lines.add(style.accent(row(eddy)));
    baselines.forEach(line -> lines.add(row(line)));
    return lines;
  }

  private static String row(Line line) {
    var row = new StringBuilder(Text.left(line.name(), NAME_WIDTH));
    for (NabScore.Result result :
        List.of(line.standard(), line.lowFalsePositives(), line.lowFalseNegatives())) {
      row.append(Text.right(String.format(Locale.ROOT, "%.1f", result.normalised()), WIDTH));
    }
    row.append(Text.right(Numbers.count(line.standard().windowsFound()), WIDTH));
    row.append(Text.right(Numbers.count(line.standard().falsePositives()), WIDTH));
    return row.append(Text.right(Numbers.measure(line.rowsPerSecond()), WIDTH)).toString();
  }
}
