package io.eddy.deploy.http;

import java.util.ArrayList;
import java.util.List;

/// The newest answers of one key, in arrays that grow as far as they may. Not thread-safe.
final class Track {
  static final int FIRST_POINTS = 32;
  static final int POINTS_MAX = 512;

  private static final int SPARK = 32;
  private static final double MEMORY = 0.05; // weight of the newest error
  private static final byte ANOMALY = 1;
  private static final byte MISSING = 2;

  private final String key;
  private long[] times = new long[FIRST_POINTS];
  private double[] actual = new double[FIRST_POINTS];
  private double[] expected = new double[FIRST_POINTS];
  private double[] lower = new double[FIRST_POINTS];
  private double[] upper = new double[FIRST_POINTS];
  private byte[] marks = new byte[FIRST_POINTS];
  private int size;
  private int next; // slot of the next point
  private double error = Double.NaN; // running means of absolute errors
  private double naiveError = Double.NaN;
  private double previous = Double.NaN;
  private long answers;
  private long anomalies;
  private long lastAnomaly = -1;
  private int version;
  private double forecast = Double.NaN;
  private double forecastLower = Double.NaN;
  private double forecastUpper = Double.NaN;

  Track(String key) {
    this.key = key;
  }

  /// An answer as it was read; numbers that are not there are NaN.
  ///
  /// @param late whether the event is older than the key's newest
  record Answer(
      long time,
      double actual,
      double expected,
      double lower,
      double upper,
      double forecast,
      double forecastLower,
      double forecastUpper,
      boolean anomaly,
      boolean missing,
      boolean late,
      int version) {}

  /// Points that there is room for.
  int capacity() {
    return times.length;
  }

  boolean isFull() {
    return size == times.length && times.length < POINTS_MAX;
  }

  /// Makes room for twice as many points. Only a full ring grows: from its next slot on it is the
  /// oldest first, and afterwards it begins at slot 0.
  void grow() {
    int capacity = times.length;
    times = grown(times, new long[2 * capacity]);
    actual = grown(actual, new double[2 * capacity]);
    expected = grown(expected, new double[2 * capacity]);
    lower = grown(lower, new double[2 * capacity]);
    upper = grown(upper, new double[2 * capacity]);
    marks = grown(marks, new byte[2 * capacity]);
    next = capacity;
  }

  /// @param ring an array of any type
  private <T> T grown(T ring, T larger) {
    System.arraycopy(ring, next, larger, 0, size - next);
    System.arraycopy(ring, 0, larger, size - next, next);
    return larger;
  }

  /// @param index from 0, the oldest
  private int slot(int index) {
    return Math.floorMod(next - size + index, times.length);
  }

  void add(Answer answer) {
    answers++;
    version = answer.version;
    forecast = answer.forecast;
    forecastLower = answer.forecastLower;
    forecastUpper = answer.forecastUpper;
    if (answer.anomaly) {
      anomalies++;
      lastAnomaly = answer.time;
    }
    if (answer.late) {
      return; // It has its place among older points, which charts do not go back to.
    }
    if (!answer.missing && !Double.isNaN(answer.expected)) {
      error = smoothed(error, Math.abs(answer.actual - answer.expected));
      naiveError = smoothed(naiveError, Math.abs(answer.actual - previous));
    }
    previous = answer.actual;
    times[next] = answer.time;
    actual[next] = answer.actual;
    expected[next] = answer.expected;
    lower[next] = answer.lower;
    upper[next] = answer.upper;
    marks[next] = (byte) ((answer.anomaly ? ANOMALY : 0) | (answer.missing ? MISSING : 0));
    next = (next + 1) % times.length;
    size = Math.min(size + 1, times.length);
  }

  private static double smoothed(double mean, double newest) {
    return Double.isNaN(newest)
        ? mean
        : Double.isNaN(mean) ? newest : mean + MEMORY * (newest - mean);
  }

  /// The newest points, oldest first.
  List<Point> points(int limit) {
    List<Point> points = new ArrayList<>();
    for (int i = Math.max(0, size - limit); i < size; i++) {
      int at = slot(i);
      points.add(
          new Point(
              times[at],
              Json.finite(actual[at]),
              Json.finite(expected[at]),
              Json.finite(lower[at]),
              Json.finite(upper[at]),
              (marks[at] & ANOMALY) != 0,
              (marks[at] & MISSING) != 0));
    }
    return points;
  }

  KeyRow row() {
    List<Double> spark = new ArrayList<>();
    for (int i = Math.max(0, size - SPARK); i < size; i++) {
      double value = actual[slot(i)];
      if (Double.isFinite(value)) {
        spark.add(value);
      }
    }
    int newest = slot(size - 1);
    boolean any = size > 0;
    return new KeyRow(
        key,
        any ? times[newest] : -1,
        any ? Json.finite(actual[newest]) : null,
        any ? Json.finite(expected[newest]) : null,
        Json.finite(forecast),
        Json.finite(forecastLower),
        Json.finite(forecastUpper),
        Json.finite(error),
        naiveError > 0 ? Json.finite(error / naiveError) : null,
        anomalies,
        lastAnomaly < 0 ? null : lastAnomaly,
        version,
        answers,
        spark);
  }
}
