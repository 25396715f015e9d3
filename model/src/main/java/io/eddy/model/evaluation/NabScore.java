package io.eddy.model.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// The score of the Numenta Anomaly Benchmark (Lavin and Ahmad 2015, arXiv 1510.03336): early
/// detections inside labelled windows earn, missed windows and detections elsewhere cost.
///
/// A row is a detection if its score reaches the threshold, one for all streams. With `σ(p) = 2 /
/// (1 + e^5p) - 1`, w the rows of a window and r its last row:
///
/// ```
/// inside a window    p = -(r - i + 1) / w     the window earns the largest σ(p) / σ(-1) of its
///                                             detections, times truePositive, or -falseNegative
/// elsewhere          p = (i - r) / (w - 1)    each detection costs falsePositive · σ(p), r and w of
///                                             the last window before; σ = -1 beyond p = 3 or if
///                                             there was none
/// normalised         100 · (raw + falseNegative · N) / ((truePositive + falseNegative) · N)
/// ```
///
/// So 0 is a detector that says nothing and 100 is perfect. The first rows of a stream do not
/// count: [#probation].
public final class NabScore {

  private static final double PROBATION_SHARE = 0.15;
  private static final int MOST_PROBATION = 750;

  /// Beyond so many window lengths after a window a detection costs in full.
  private static final double FAR = 3;

  private NabScore() {}

  /// What detections and misses weigh.
  public record Profile(
      String name, double truePositive, double falsePositive, double falseNegative) {

    public static final Profile STANDARD = new Profile("standard", 1, 0.11, 1);
    public static final Profile REWARD_LOW_FALSE_POSITIVES =
        new Profile("reward_low_FP_rate", 1, 0.22, 1);
    public static final Profile REWARD_LOW_FALSE_NEGATIVES =
        new Profile("reward_low_FN_rate", 1, 0.11, 2);
  }

  /// A labelled anomaly: rows `first` to `last`, both inside.
  public record Window(int first, int last) {
    public Window {
      if (first < 0 || last < first) {
        throw new IllegalArgumentException(
            "a window from row " + first + " to row " + last + ": expected 0 <= first <= last");
      }
    }

    int rows() {
      return last - first + 1;
    }
  }

  /// One stream's scores, one for each row, and its windows in order of time.
  public static final class Scored {
    private final double[] scores; // (rows)
    private final List<Window> windows;

    public Scored(double[] scores, List<Window> windows) {
      this.scores = scores.clone();
      this.windows = List.copyOf(windows);
      int next = 0;
      for (Window window : windows) {
        if (window.first() < next || window.last() >= scores.length) {
          throw new IllegalArgumentException(
              window + " overlaps another, is out of order or ends after row " + scores.length);
        }
        next = window.last() + 1;
      }
    }
  }

  /// What the detections at one threshold come to.
  ///
  /// @param threshold least score that counts as a detection
  /// @param raw the sum over all streams
  /// @param normalised 0 for no detections at all, 100 for perfect ones; NaN without any window
  /// @param windowsFound windows with at least one detection
  /// @param falsePositives detections outside windows
  public record Result(
      double threshold, double raw, double normalised, int windowsFound, int falsePositives) {}

  /// Rows at the start of a stream that do not count: 15 %, but not more than 750.
  public static int probation(int rows) {
    return Math.min((int) (PROBATION_SHARE * rows), MOST_PROBATION);
  }

  /// Scores the streams at one threshold.
  public static Result at(double threshold, Profile profile, List<Scored> streams) {
    var tally = new Tally(profile, streams);
    for (Row row : rows(streams)) {
      if (row.score >= threshold) {
        tally.detect(row);
      }
    }
    return tally.result(threshold);
  }

  /// Scores the streams at the threshold that gives the highest raw score, the highest such
  /// threshold; infinity if nothing beats no detections at all. NaN scores detect nothing.
  public static Result best(Profile profile, List<Scored> streams) {
    var tally = new Tally(profile, streams);
    Result best = tally.result(Double.POSITIVE_INFINITY);
    List<Row> rows = rows(streams);
    rows.sort(Comparator.comparingDouble((Row row) -> row.score).reversed());
    for (int index = 0; index < rows.size(); index++) {
      Row row = rows.get(index);
      tally.detect(row);
      boolean lastOfItsScore = index + 1 == rows.size() || rows.get(index + 1).score < row.score;
      if (lastOfItsScore && tally.raw > best.raw) {
        best = tally.result(row.score);
      }
    }
    return best;
  }

  /// The rows that count, with what a detection there is worth before weights.
  ///
  /// @param window index over all streams of the window that the row is in, -1 for none
  /// @param worth σ(p) / σ(-1) inside windows, σ(p) elsewhere
  private record Row(double score, int window, double worth) {}

  private static List<Row> rows(List<Scored> streams) {
    List<Row> rows = new ArrayList<>();
    int windowsBefore = 0;
    for (Scored stream : streams) {
      int next = 0; // first window that does not lie before the row
      for (int row = 0; row < stream.scores.length; row++) {
        while (next < stream.windows.size() && stream.windows.get(next).last() < row) {
          next++;
        }
        if (row < probation(stream.scores.length) || Double.isNaN(stream.scores[row])) {
          continue;
        }
        boolean inside = next < stream.windows.size() && stream.windows.get(next).first() <= row;
        rows.add(
            inside
                ? new Row(
                    stream.scores[row],
                    windowsBefore + next,
                    worthInside(stream.windows.get(next), row))
                : new Row(
                    stream.scores[row],
                    -1,
                    next == 0 ? -1 : worthAfter(stream.windows.get(next - 1), row)));
      }
      windowsBefore += stream.windows.size();
    }
    return rows;
  }

  private static double worthInside(Window window, int row) {
    return sigma(-(window.last() - row + 1) / (double) window.rows()) / sigma(-1);
  }

  private static double worthAfter(Window window, int row) {
    double position = (row - window.last()) / Math.max(1.0, window.rows() - 1);
    return position > FAR ? -1 : sigma(position);
  }

  private static double sigma(double position) {
    return 2 / (1 + StrictMath.exp(5 * position)) - 1;
  }

  /// The raw score while detections are added to it.
  private static final class Tally {
    private final Profile profile;
    private final double[] earned; // (windows of all streams), NaN = not found yet
    private double raw;
    private int found;
    private int falsePositives;

    Tally(Profile profile, List<Scored> streams) {
      this.profile = profile;
      earned = new double[streams.stream().mapToInt(stream -> stream.windows.size()).sum()];
      Arrays.fill(earned, Double.NaN);
      raw = -profile.falseNegative() * earned.length;
    }

    void detect(Row row) {
      if (row.window < 0) {
        raw += profile.falsePositive() * row.worth;
        falsePositives++;
      } else if (Double.isNaN(earned[row.window])) {
        earned[row.window] = row.worth;
        raw += profile.falseNegative() + profile.truePositive() * row.worth;
        found++;
      } else if (row.worth > earned[row.window]) {
        raw += profile.truePositive() * (row.worth - earned[row.window]);
        earned[row.window] = row.worth;
      }
    }

    Result result(double threshold) {
      double most = (profile.truePositive() + profile.falseNegative()) * earned.length;
      double normalised = 100 * (raw + profile.falseNegative() * earned.length) / most;
      return new Result(threshold, raw, normalised, found, falsePositives);
    }
  }
}
