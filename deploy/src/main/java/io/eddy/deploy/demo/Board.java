package io.eddy.deploy.demo;

import io.eddy.processors.progress.DecisionKind;
import io.eddy.processors.progress.Progress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the demo shows, gathered from the threads that know it and read by the one that draws.
///
/// Thread-safe: every method takes the lock, none does more than a few additions under it, but for
/// [#snapshot], which runs a few times a second.
final class Board {
  static final int SPARK_VALUES = 48;
  private static final int RECENT = 64;

  private final Map<String, SeriesView> series = new LinkedHashMap<>();
  private final SkillMeter skill = new SkillMeter();
  private final List<SwapNote> swaps = new ArrayList<>();
  private String contest = "";
  private Optional<Progress.Epoch> training = Optional.empty();
  private Optional<String> lastAnomaly = Optional.empty();
  private long forecasts;
  private long deadLetters;
  private int modelVersion;

  /// What is known of one answer.
  ///
  /// @param expected the forecast that had been made for the value that came; NaN for none
  /// @param expectedLower the lower end of its interval; NaN for none
  /// @param expectedUpper the upper end of its interval; NaN for none
  /// @param anomaly in words, why the value should be looked at; nothing if it should not
  /// @param forecast the forecast of the next value
  record Outcome(
      double actual,
      double expected,
      double expectedLower,
      double expectedUpper,
      Optional<String> anomaly,
      double forecast,
      double lower,
      double upper,
      int modelVersion,
      boolean redelivered) {}

  /// When a version began to answer.
  ///
  /// @param afterForecasts answers that had been seen before
  record SwapNote(int version, long afterForecasts) {}

  /// One series as a row of the table.
  ///
  /// @param recent the last values, oldest first
  /// @param skill 1 − MAE / MAE of the last-value forecast over the last few values; NaN if unknown
  /// @param anomalies how many values were anomalies so far
  record Row(
      String name, List<Double> recent, Outcome last, double skill, long events, long anomalies) {}

  /// Everything at one moment.
  ///
  /// @param contest in words, what runs beside the version that answers; empty if nothing does
  record Snapshot(
      long forecasts,
      long deadLetters,
      int seriesCount,
      int modelVersion,
      List<SwapNote> swaps,
      String contest,
      Optional<Progress.Epoch> training,
      Optional<String> lastAnomaly,
      SkillMeter.Scores scores,
      List<Row> rows) {}

  /// An answer was read from the forecasts topic.
  synchronized void addForecast(String name, Outcome outcome) {
    SeriesView view = series.computeIfAbsent(name, added -> new SeriesView(series.size()));
    forecasts++;
    modelVersion = Math.max(modelVersion, outcome.modelVersion());
    view.add(outcome);
    outcome.anomaly().ifPresent(words -> lastAnomaly = Optional.of(name + ": " + words));
    if (!outcome.redelivered()) {
      skill.add(
          view.number,
          outcome.actual(),
          outcome.expected(),
          outcome.expectedLower(),
          outcome.expectedUpper());
    }
  }

  /// A record was read from the dead letters.
  synchronized void addDeadLetter() {
    deadLetters++;
  }

  /// A training ended an epoch.
  synchronized void setTraining(Progress.Epoch epoch) {
    training = Optional.of(epoch);
  }

  /// No training is under way.
  synchronized void endTraining() {
    training = Optional.empty();
  }

  /// The registry adopted a decision.
  synchronized void addSwap(Progress.Swap swap) {
    if (swaps.isEmpty() || swaps.getLast().version() != swap.version()) {
      swaps.add(new SwapNote(swap.version(), forecasts));
    }
    contest =
        swap.shadow() == null
            ? ""
            : swap.kind() == DecisionKind.TRIAL
                ? "v" + swap.shadow() + " on trial beside it"
                : (swap.shadow() == 0 ? "the naive forecast" : "v" + swap.shadow())
                    + " still beside it";
  }

  /// Forecasts and dead letters read so far.
  synchronized long seen() {
    return forecasts + deadLetters;
  }

  /// The present state.
  ///
  /// @param rows series to describe at most: those that changed last are as good as any, so the
  ///   first ones are taken, which stay in their places
  synchronized Snapshot snapshot(int rows) {
    List<Row> described = new ArrayList<>();
    for (var entry : series.entrySet()) {
      if (described.size() == rows) {
        break;
      }
      described.add(entry.getValue().row(entry.getKey()));
    }
    return new Snapshot(
        forecasts,
        deadLetters,
        series.size(),
        modelVersion,
        List.copyOf(swaps),
        contest,
        training,
        lastAnomaly,
        skill.scores(),
        described);
  }

  /// What is kept of one series.
  private static final class SeriesView {
    final int number;
    private final double[] recent = new double[SPARK_VALUES]; // ring
    private final double[] errors = new double[RECENT]; // ring; NaN where there was no forecast
    private final double[] naiveErrors = new double[RECENT]; // ring; NaN for the first value
    private Optional<Outcome> last = Optional.empty();
    private long events;
    private long anomalies;

    SeriesView(int number) {
      this.number = number;
      Arrays.fill(errors, Double.NaN);
      Arrays.fill(naiveErrors, Double.NaN);
    }

    void add(Outcome outcome) {
      double lastValue = last.map(Outcome::actual).orElse(Double.NaN);
      int place = (int) (events % RECENT);
      errors[place] = Math.abs(outcome.actual() - outcome.expected());
      naiveErrors[place] = Math.abs(outcome.actual() - lastValue);
      recent[(int) (events % SPARK_VALUES)] = outcome.actual();
      last = Optional.of(outcome);
      events++;
      anomalies += outcome.anomaly().isPresent() ? 1 : 0;
    }

    Row row(String name) {
      return new Row(name, recentValues(), last.orElseThrow(), recentSkill(), events, anomalies);
    }

    private List<Double> recentValues() {
      int count = (int) Math.min(events, SPARK_VALUES);
      List<Double> values = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        values.add(recent[(int) ((events - count + i) % SPARK_VALUES)]);
      }
      return values;
    }

    private double recentSkill() {
      double error = 0;
      double naiveError = 0;
      for (int i = 0; i < RECENT; i++) {
        if (!Double.isNaN(errors[i]) && !Double.isNaN(naiveErrors[i])) {
          error += errors[i];
          naiveError += naiveErrors[i];
        }
      }
      return naiveError == 0 ? Double.NaN : 1 - error / naiveError;
    }
  }
}
