package io.eddy.model.training;

import io.eddy.model.series.Absence;
import io.eddy.model.series.Series;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One contiguous run of a key's values with what the key remembered before the first of them.
public final class SeriesHistory {

  private final String name;
  private final Series start;
  private final long[] times; // of the run
  private final double[] run;
  private final Absence[] absences; // of the run
  private final double[] covariates; // (run, covariates of one event)
  private final double[] images; // what the ring held, then the run
  private final int contextSize;

  /// A run without a missing value, all of whose covariates are missing if there are any.
  public SeriesHistory(String name, Series start, long[] times, double[] run) {
    this(name, start, times, run, none(run.length), missing(run.length * start.covariateRowSize()));
  }

  /// A run that follows on a series.
  ///
  /// @param name of the key, for messages
  /// @param start the series as it stood before the run, from the window's anchor; not changed
  /// @param times event times of the run, epoch milliseconds
  /// @param run values, as many as times; where one is missing, what stood in for it
  /// @param absences which of them are missing, as many
  /// @param covariates rows, one after the other, as many as times
  public SeriesHistory(
      String name,
      Series start,
      long[] times,
      double[] run,
      Absence[] absences,
      double[] covariates) {
    if (times.length != run.length || absences.length != run.length || run.length == 0) {
      throw new IllegalArgumentException(
          "the history of "
              + name
              + " has "
              + times.length
              + " times, "
              + run.length
              + " values and "
              + absences.length
              + " absences, expected as many of each and at least one");
    }
    int rowSize = start.covariateRowSize();
    if (covariates.length != rowSize * run.length) {
      throw new IllegalArgumentException(
          "the history of "
              + name
              + " has "
              + covariates.length
              + " numbers of covariates, expected "
              + rowSize
              + " for each of "
              + run.length
              + " values");
    }
    this.name = name;
    this.covariates = covariates.clone();
    this.start = start.copy();
    this.times = times.clone();
    this.run = run.clone();
    this.absences = absences.clone();
    contextSize = start.size();
    images = new double[contextSize + run.length];
    for (int i = 0; i < contextSize; i++) {
      images[i] = start.image(contextSize - 1 - i);
    }
    for (int i = 0; i < run.length; i++) {
      images[contextSize + i] = start.imageOf(run[i]);
    }
  }

  private static Absence[] none(int count) {
    Absence[] absences = new Absence[count];
    Arrays.fill(absences, Absence.NONE);
    return absences;
  }

  private static double[] missing(int count) {
    double[] missing = new double[count];
    Arrays.fill(missing, Double.NaN);
    return missing;
  }

  /// The key's name.
  public String name() {
    return name;
  }

  /// Values, the ones that were in the ring before the run included.
  int size() {
    return images.length;
  }

  /// Values of the run itself.
  int runSize() {
    return run.length;
  }

  /// The image of a value.
  double image(int step) {
    return images[step];
  }

  /// Whether a value of the run is missing, and the image only stands in for it.
  boolean isMissing(int step) {
    return absences[step - contextSize] != Absence.NONE;
  }

  long firstTime() {
    return contextSize > 0 ? start.time(contextSize - 1) : times[0];
  }

  long lastTime() {
    return times[times.length - 1];
  }

  /// The series as it stood at one of its steps after another: the run is replayed exactly as the
  /// stream did it.
  final class Cursor {
    private @Nullable Series series;
    private final double[] row = new double[start.covariateRowSize()];
    private int step;

    /// Moves to a step; cheap forward, from the start backward.
    ///
    /// @return the series, as it stood after the step, or after the last one before the run if the
    ///   step lies further back: before its run a history knows the ring's content, not how the
    ///   series came by it
    Series at(int newStep) {
      int aim = Math.max(newStep, contextSize - 1);
      Series current = series;
      if (current == null || aim < step) {
        current = start.copy();
        series = current;
        step = contextSize - 1;
      }
      while (step < aim) {
        step++;
        int at = step - contextSize;
        System.arraycopy(covariates, at * row.length, row, 0, row.length);
        if (absences[at] == Absence.NONE) {
          current.append(times[at], run[at], row);
        } else {
          current.impute(times[at], run[at], absences[at], row);
        }
      }
      return current;
    }

    /// Steps that a step lies before the one that [#at] gives for it.
    int back(int ofStep) {
      return Math.max(0, contextSize - 1 - ofStep);
    }
  }
}
