package io.eddy.deploy.demo;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;

/// How good the forecasts of a run are: judged one step ahead, on the last third of its events, by
/// forecasts that were made before the value was known.
///
/// **Skill** is 1 − MAE / MAE of the last-value forecast (which says that the next value is the one
/// just seen): 1 is perfect, 0 as good as repeating the last value, below 0 worse. So that a series
/// in millions does not drown one in percent, each series' errors are first divided by its own
/// last-value MAE in that third, then all are pooled. A series whose last-value error is zero there
/// (it never changed) has no scale: it is left out and counted.
///
/// **Coverage** is the share of values inside the interval that was announced for them.
///
/// An event counts in the third by its place among all answers, and in a measure only where that
/// measure exists: a series' first value has no last value, a cold series no interval.
///
/// Since the end of a run is not known in advance, events are kept in blocks of primitives, and a
/// block is dropped once even the shortest possible last third begins behind it: memory is a third
/// of the run, 21 bytes an event. Not thread-safe.
public final class SkillMeter {
  private static final int BLOCK = 4096;

  private final Deque<Block> blocks = new ArrayDeque<>();
  private double[] lastValues = new double[64]; // by series; NaN before the first
  private int seriesCount;
  private long events;
  private long dropped;

  public SkillMeter() {
    Arrays.fill(lastValues, Double.NaN);
  }

  /// What came out.
  ///
  /// @param skill NaN if no series could be judged
  /// @param coverage NaN if no interval could be judged
  /// @param scored errors that the skill rests on
  /// @param constantSeries series that were left out, for they never changed
  public record Scores(double skill, double coverage, long scored, int constantSeries) {}

  /// Takes one answer, in the order of the stream.
  ///
  /// @param series number of the series, from 0
  /// @param expected the forecast that had been made for this value; NaN for none
  /// @param lower the lower end of its interval; NaN for none
  /// @param upper the upper end of its interval; NaN for none
  public void add(int series, double actual, double expected, double lower, double upper) {
    if (series >= lastValues.length) {
      int before = lastValues.length;
      lastValues = Arrays.copyOf(lastValues, Math.max(series + 1, 2 * before));
      Arrays.fill(lastValues, before, lastValues.length, Double.NaN);
    }
    seriesCount = Math.max(seriesCount, series + 1);
    Block block = blocks.peekLast();
    if (block == null || block.size == BLOCK) {
      block = new Block();
      blocks.addLast(block);
    }
    block.add(
        series,
        Math.abs(actual - expected),
        Math.abs(actual - lastValues[series]),
        Coverage.of(actual, lower, upper));
    lastValues[series] = actual;
    events++;
    forget();
  }

  /// How many answers were taken.
  public long events() {
    return events;
  }

  /// Judges the last third of what was taken so far.
  public Scores scores() {
    double[] errors = new double[seriesCount]; // sums of |actual - expected|
    double[] naiveErrors = new double[seriesCount]; // sums of |actual - last value|
    long[] counts = new long[seriesCount];
    long intervals = 0;
    long covered = 0;

    long place = dropped;
    for (Block block : blocks) {
      for (int i = 0; i < block.size; i++, place++) {
        if (place < lastThird()) {
          continue;
        }
        if (!Double.isNaN(block.errors[i]) && !Double.isNaN(block.naiveErrors[i])) {
          int series = block.series[i];
          errors[series] += block.errors[i];
          naiveErrors[series] += block.naiveErrors[i];
          counts[series]++;
        }
        if (block.coverage[i] != Coverage.UNKNOWN) {
          intervals++;
          covered += block.coverage[i];
        }
      }
    }

    double scaledErrors = 0;
    long scored = 0;
    int constant = 0;
    for (int series = 0; series < seriesCount; series++) {
      if (counts[series] == 0) {
        continue;
      }
      if (naiveErrors[series] == 0) {
        constant++;
        continue;
      }
      // Divided by its own last-value MAE, the last-value forecast has a sum of exactly the count.
      scaledErrors += errors[series] / (naiveErrors[series] / counts[series]);
      scored += counts[series];
    }
    return new Scores(
        scored == 0 ? Double.NaN : 1 - scaledErrors / scored,
        intervals == 0 ? Double.NaN : (double) covered / intervals,
        scored,
        constant);
  }

  private long lastThird() {
    return events - events / 3;
  }

  private void forget() {
    // The beginning of the last third only ever moves on.
    Iterator<Block> oldest = blocks.iterator();
    while (dropped + BLOCK <= lastThird() && oldest.hasNext()) {
      oldest.next();
      oldest.remove();
      dropped += BLOCK;
    }
  }

  /// Answers in a row, as columns.
  private static final class Block {
    final int[] series = new int[BLOCK];
    final double[] errors = new double[BLOCK]; // NaN for none
    final double[] naiveErrors = new double[BLOCK]; // NaN for none
    final byte[] coverage = new byte[BLOCK];
    int size;

    void add(int one, double error, double naiveError, byte inside) {
      series[size] = one;
      errors[size] = error;
      naiveErrors[size] = naiveError;
      coverage[size] = inside;
      size++;
    }
  }

  /// Whether a value was inside its interval, as a byte.
  private static final class Coverage {
    static final byte OUTSIDE = 0;
    static final byte INSIDE = 1;
    static final byte UNKNOWN = -1;

    static byte of(double actual, double lower, double upper) {
      if (Double.isNaN(lower) || Double.isNaN(upper)) {
        return UNKNOWN;
      }
      return lower <= actual && actual <= upper ? INSIDE : OUTSIDE;
    }
  }
}
