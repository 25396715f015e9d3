package io.eddy.deploy.demo;

import io.eddy.deploy.demo.Board.Outcome;
import io.eddy.deploy.demo.Board.Row;
import io.eddy.deploy.demo.Board.Snapshot;
import io.eddy.deploy.demo.Board.SwapNote;
import io.eddy.deploy.terminal.Numbers;
import io.eddy.deploy.terminal.Sparkline;
import io.eddy.deploy.terminal.Style;
import io.eddy.deploy.terminal.Text;
import io.eddy.processors.progress.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// The board in words and bars: lines for a terminal of a given width, and one line for everywhere
/// else. Pure: the same snapshot gives the same text.
final class BoardText {
  /// Lines above the first series.
  static final int HEAD_LINES = 7;

  private static final int SWAPS_SHOWN = 6;
  private static final int NUMBER_WIDTH = 8;
  private static final int SKILL_WIDTH = 7;
  private static final int NAME_WIDTH_MAX = 30;

  private final Style style;
  private final String title;
  private final double confidence;

  /// @param title what runs, at the top of the screen
  /// @param confidence the share of values that intervals are made to contain
  BoardText(Style style, String title, double confidence) {
    this.style = style;
    this.title = title;
    this.confidence = confidence;
  }

  /// What the clock and the counters outside the board say.
  ///
  /// @param seconds since the first event
  /// @param sent events sent
  /// @param eventsPerSecond lately
  record Pace(double seconds, long sent, double eventsPerSecond) {}

  /// A screen, at most `height` lines of at most `width` columns.
  List<String> screen(Snapshot snapshot, Pace pace, int width, int height) {
    List<String> lines = new ArrayList<>();
    lines.add(style.strong(Text.left(title, width)));
    lines.add(Text.left(counters(snapshot, pace), width));
    lines.add(Text.left(model(snapshot), width));
    lines.add(training(snapshot, width));
    lines.add(Text.left(quality(snapshot), width));
    lines.add(
        Text.left(snapshot.lastAnomaly().map(words -> "anomaly  " + words).orElse(""), width));
    lines.addAll(table(snapshot, width, Math.max(0, height - HEAD_LINES - 1)));
    return lines;
  }

  /// One line that says it all, for logs and pipes.
  String line(Snapshot snapshot, Pace pace) {
    String line =
        "%s  %s  %s"
            .formatted(
                Text.right(Numbers.seconds(pace.seconds()), 8),
                counters(snapshot, pace),
                quality(snapshot));
    return snapshot.training().map(epoch -> line + "  " + trainingWords(epoch)).orElse(line);
  }

  /// The table of series: a heading and at most `rows` rows.
  List<String> table(Snapshot snapshot, int width, int rows) {
    int nameWidth =
        Math.clamp(
            snapshot.rows().stream().mapToInt(row -> row.name().length()).max().orElse(0),
            6,
            NAME_WIDTH_MAX);
    // Six numbers, the skill, the mark of an anomaly, and two blanks between columns.
    int fixed = nameWidth + 2 + 5 * (NUMBER_WIDTH + 2) + SKILL_WIDTH + 3;
    int sparkWidth = Math.clamp(width - fixed - 2L, 0, Board.SPARK_VALUES);

    List<String> lines = new ArrayList<>();
    lines.add(
        style.dim(
            cells(
                Text.left("series", nameWidth),
                Text.left("last values", sparkWidth),
                Text.right("actual", NUMBER_WIDTH),
                Text.right("expected", NUMBER_WIDTH),
                " ",
                Text.right("next", NUMBER_WIDTH),
                Text.right("from", NUMBER_WIDTH),
                Text.right("to", NUMBER_WIDTH),
                Text.right("skill", SKILL_WIDTH))));
    for (Row row : snapshot.rows()) {
      if (lines.size() > rows) {
        break;
      }
      lines.add(row(row, nameWidth, sparkWidth));
    }
    int hidden = snapshot.seriesCount() - (lines.size() - 1);
    if (hidden > 0) {
      lines.add(style.dim("and " + Numbers.count(hidden) + " more series"));
    }
    return lines;
  }

  private String row(Row row, int nameWidth, int sparkWidth) {
    Outcome last = row.last();
    String skill = Text.right(Numbers.signed(row.skill()), SKILL_WIDTH);
    return cells(
        Text.left(row.name(), nameWidth),
        Sparkline.of(row.recent(), sparkWidth),
        Text.right(Numbers.measure(last.actual()), NUMBER_WIDTH),
        style.dim(Text.right(Numbers.measure(last.expected()), NUMBER_WIDTH)),
        last.anomaly().isPresent() ? style.warning("!") : " ",
        style.accent(Text.right(Numbers.measure(last.forecast()), NUMBER_WIDTH)),
        style.dim(Text.right(Numbers.measure(last.lower()), NUMBER_WIDTH)),
        style.dim(Text.right(Numbers.measure(last.upper()), NUMBER_WIDTH)),
        row.skill() > 0 ? style.good(skill) : row.skill() < 0 ? style.bad(skill) : skill);
  }

  private static String cells(String... cells) {
    return String.join("  ", cells);
  }

  private String counters(Snapshot snapshot, Pace pace) {
    return "events %s  forecasts %s  dead letters %s  series %s  %s/s"
        .formatted(
            Numbers.count(pace.sent()),
            Numbers.count(snapshot.forecasts()),
            Numbers.count(snapshot.deadLetters()),
            Numbers.count(snapshot.seriesCount()),
            Numbers.count(Math.round(pace.eventsPerSecond())));
  }

  private static String model(Snapshot snapshot) {
    if (snapshot.modelVersion() == 0 && snapshot.swaps().isEmpty()) {
      return "model    none yet: naive forecasts until the first training is done";
    }
    List<SwapNote> swaps = snapshot.swaps();
    String history =
        swaps.stream()
            .skip(Math.max(0, swaps.size() - SWAPS_SHOWN))
            .map(swap -> "v" + swap.version() + " after " + Numbers.count(swap.afterForecasts()))
            .collect(Collectors.joining(", "));
    return "model    v"
        + snapshot.modelVersion()
        + (snapshot.contest().isEmpty() ? "" : "   " + snapshot.contest())
        + (history.isEmpty() ? "" : "   swapped in: " + history);
  }

  private String training(Snapshot snapshot, int width) {
    String words =
        snapshot.training().map(BoardText::trainingWords).orElse("waits for more windows");
    String bar =
        snapshot
            .training()
            .map(epoch -> Text.bar((double) epoch.epoch() / epoch.maxEpochs(), 20) + "  ")
            .orElse("");
    return Text.left("training " + bar + words, width);
  }

  private static String trainingWords(Progress.Epoch epoch) {
    return "epoch %d of at most %d, loss %s, validation %s"
        .formatted(
            epoch.epoch(),
            epoch.maxEpochs(),
            Numbers.measure(epoch.trainingLoss()),
            Numbers.measure(epoch.validationLoss()));
  }

  private String quality(Snapshot snapshot) {
    return "skill %s against the last value  coverage %s (aim %s)"
        .formatted(
            Numbers.signed(snapshot.scores().skill()),
            Numbers.percent(snapshot.scores().coverage()),
            Numbers.percent(confidence));
  }
}
