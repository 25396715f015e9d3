package io.eddy.model.series;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Finds the seasons that the series of many keys have in common: none, one or two.
///
/// For every length `m` it asks how well a season repeats itself. A series less its centred moving
/// average over `m` values, as in the classical decomposition, has lost its level and its trend but
/// nothing of such a season; what is left is correlated with itself one and two seasons before:
///
/// ```
/// y[t] = x[t] - mean(x[t - m/2 .. t + m/2])
/// strength(m) = min(r(m), r(2m))              r(k) = the autocorrelation of y at lag k
/// ```
///
/// The moving average is what makes this safe. Seen as a filter of the autocovariance, it cancels
/// at the lags `m` and `2m` everything that is a cubic polynomial of the lag there: noise, random
/// walks, walks whose steps wander, and trends have an expected strength of 0 at every `m`, whereas
/// the autocorrelation of a wandering series itself is high nearly everywhere. The second lag tells
/// a season from a cycle that loses its beat.
///
/// A strength counts if it lies beyond [#CRITICAL] standard errors, by Fisher's transform and
/// Bartlett's formula (1946) with the correlation of neighbours, and tops all lengths near by.
/// Strengths are averaged over keys, so neither unit nor level of a key matters, and keys without a
/// season only thin them out.
///
/// From the lengths that count: the shortest one that is nearly as strong as the strongest (the
/// multiples of a season are as strong as itself). Then a longer one in what is left without the
/// first, or a shorter one beside it.
///
/// Outliers are cut, to Tukey's outer fences (1977) first and again without the trend.
/// Deterministic. At most some [#WORK] steps of work, some seconds: of many long series a sample is
/// looked at.
public final class SeasonDetector {
  /// What repeats itself faster is what lags are for; and noise that turns at every step does, too.
  private static final int SHORTEST = 4;

  /// The longest season that is looked for: a week of values every five minutes is 2016.
  private static final int LONGEST = 2_100;

  /// A series with fewer seasons than this does not tell.
  private static final int LEAST_SEASONS = 4;

  /// Values of one series that are looked at, the newest ones.
  private static final int NEWEST = 20_000;

  private static final long WORK = 200_000_000;

  /// Some hundred lengths are tried, so chance reaches two standard errors now and then.
  private static final double CRITICAL = 3.5;

  /// A season that explains less than this is not worth its state.
  private static final double LEAST_STRENGTH = 0.1;

  /// A length this much weaker than the strongest may still be the season of which that one is a
  /// multiple.
  private static final double NEARLY = 0.9;

  /// A second season must be this much stronger than what is left of the first one.
  private static final double LEAST_GAIN = 0.1;

  /// A shorter second season has at least this share of the strength of the longer one, which
  /// contains it already.
  private static final double LEAST_SHARE = 0.5;

  /// Half a season is a harmonic, not a season of its own.
  private static final int LEAST_RATIO = 3;

  /// Lengths that calendars make of steps of usual sizes, ascending. A hill with a broad top is
  /// taken for the one that lies on it: a year of days peaks anywhere between 360 and 370.
  private static final int[] USUAL = {
    7, 12, 24, 48, 52, 60, 96, 144, 168, 288, 336, 365, 672, 1008, 1440, 2016
  };

  /// A usual length that is less strong than the peak by this or by the standard error lies on the
  /// top of the same hill.
  private static final double TOP = 0.02;

  /// A season that leaves less of a series' variance than this leaves rounding errors.
  private static final double NOTHING = 1e-9;

  /// Share of a series' greatest value that a moving average may be off by rounding.
  private static final double ROUNDING = 1e-11;

  /// Values over the moving average count up to this many times their mean size: twice the standard
  /// deviation of a normal distribution.
  private static final double LIMIT = 2.5;

  /// Share of a length by which hills are wide.
  private static final double WIDTH = 0.1;

  private SeasonDetector() {}

  /// Finds the seasons of histories.
  ///
  /// @param histories the values of each key at even steps, oldest first, NaN where one is missing;
  ///   not changed
  /// @return steps of each season, ascending; empty if there is none
  public static List<Integer> detect(List<double[]> histories) {
    List<double[]> series = new ArrayList<>();
    for (double[] history : sample(histories)) {
      double[] prepared = prepared(history);
      if (longest(prepared.length) >= SHORTEST) {
        series.add(prepared);
      }
    }
    if (series.isEmpty()) {
      return List.of();
    }
    Strengths strengths = Strengths.of(series, SHORTEST - 1);
    int first = strengths.shortestOfTheStrongest(SHORTEST, LONGEST);
    if (first == 0) {
      return List.of();
    }
    List<double[]> rest = new ArrayList<>();
    for (double[] values : series) {
      double[] left = without(values, first);
      if (variance(left) > NOTHING * variance(values)) {
        rest.add(left);
      }
    }
    Strengths restStrengths = Strengths.of(rest, first);
    int longer = restStrengths.shortestOfTheStrongest(2 * first, LONGEST);
    if (longer > 0
        && restStrengths.of(longer) >= Math.max(0, restStrengths.of(first)) + LEAST_GAIN) {
      return List.of(first, longer);
    }
    int shorter = strengths.shortestOfTheStrongest(SHORTEST, first / LEAST_RATIO);
    return shorter > 0 && strengths.of(shorter) >= LEAST_SHARE * strengths.of(first)
        ? List.of(shorter, first)
        : List.of(first);
  }

  private static int longest(int length) {
    return Math.min(LONGEST, length / LEAST_SEASONS);
  }

  /// As many histories as the work allows, evenly spread over all.
  private static List<double[]> sample(List<double[]> histories) {
    long work = 0;
    for (double[] history : histories) {
      int length = Math.min(history.length, NEWEST);
      work += (long) length * longest(length);
    }
    if (work <= WORK) {
      return histories;
    }
    int count = (int) Math.max(1, histories.size() * WORK / work);
    List<double[]> sample = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sample.add(histories.get((int) ((long) i * histories.size() / count)));
    }
    return sample;
  }

  /// The newest values, missing ones on the line between their neighbours, outliers cut.
  ///
  /// @return empty if the series tells nothing
  private static double[] prepared(double[] history) {
    double[] values =
        Arrays.copyOfRange(history, Math.max(0, history.length - NEWEST), history.length);
    int known = 0;
    int last = -1;
    for (int t = 0; t < values.length; t++) {
      if (Double.isNaN(values[t])) {
        continue;
      }
      for (int gap = last + 1; gap < t; gap++) {
        double share = (gap - last) / (double) (t - last);
        values[gap] = last < 0 ? values[t] : (1 - share) * values[last] + share * values[t];
      }
      last = t;
      known++;
    }
    if (known == 0 || known < values.length / 2) {
      return new double[0];
    }
    values = Arrays.copyOf(values, last + 1);
    cutOutliers(values);
    return variance(values) > 0 ? values : new double[0];
  }

  /// Cuts what lies further outside of the middle half than three times its width, and takes the
  /// median off. Where half of the values are equal, a wider middle counts.
  private static void cutOutliers(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double median = sorted[sorted.length / 2];
    for (int tail = 4; tail <= 64; tail *= 2) {
      int cut = sorted.length / tail;
      double low = sorted[cut];
      double high = sorted[sorted.length - 1 - cut];
      double width = high - low;
      if (width > 0) {
        for (int t = 0; t < values.length; t++) {
          values[t] = Math.clamp(values[t], low - 3 * width, high + 3 * width) - median;
        }
        return;
      }
    }
    for (int t = 0; t < values.length; t++) {
      values[t] -= median;
    }
  }

  /// A series without a season: less the mean of what its steps have over the moving average.
  private static double[] without(double[] values, int season) {
    double[] detrended = new double[values.length];
    int from = season / 2;
    int count = detrend(values, season, detrended);
    double[] sums = new double[season];
    int[] counts = new int[season];
    for (int i = 0; i < count; i++) {
      sums[(from + i) % season] += detrended[i];
      counts[(from + i) % season]++;
    }
    double[] rest = values.clone();
    for (int t = 0; t < rest.length; t++) {
      int phase = t % season;
      rest[t] -= counts[phase] > 0 ? sums[phase] / counts[phase] : 0;
    }
    return rest;
  }

  private static double variance(double[] values) {
    double mean = 0;
    for (double value : values) {
      mean += value / values.length;
    }
    double variance = 0;
    for (double value : values) {
      variance += (value - mean) * (value - mean) / values.length;
    }
    return variance;
  }

  /// Values less their centred moving average over a season, less the mean of that.
  ///
  /// @param out overwritten from 0 on; the first one is that of step `season / 2`
  /// @return how many there are; 0 if they differ by rounding alone, as those of a straight line do
  private static int detrend(double[] values, int season, double[] out) {
    int half = season / 2;
    boolean even = season % 2 == 0;
    int count = Math.max(0, values.length - 2 * half);
    double window = 0; // of one season and, where it is even, one step more
    for (int i = 0; i < Math.min(2 * half, values.length); i++) {
      window += values[i];
    }
    double mean = 0;
    double size = 0;
    for (int i = 0; i < count; i++) {
      size = Math.max(size, Math.abs(values[i]));
      double oldest = values[i];
      double newest = values[i + 2 * half];
      window += newest;
      double average = (even ? window - (oldest + newest) / 2 : window) / season;
      window -= oldest;
      out[i] = values[i + half] - average;
      mean += out[i] / count;
    }
    double limit = ROUNDING * size;
    boolean moves = false;
    for (int i = 0; i < count; i++) {
      out[i] -= mean;
      moves |= Math.abs(out[i]) > limit;
    }
    return moves ? count : 0;
  }

  /// Cuts values at some times their mean size, so that none has much of a say: fences around a
  /// series with a trend are far out.
  private static void limit(double[] values, int count) {
    double size = 0;
    for (int i = 0; i < count; i++) {
      size += Math.abs(values[i]) / count;
    }
    double limit = LIMIT * size;
    for (int i = 0; i < count; i++) {
      values[i] = Math.clamp(values[i], -limit, limit);
    }
  }

  /// How strong a season of each length is.
  private static final class Strengths {
    private final double[] strength; // (longest + 1), NaN where no series is long enough
    private final double[] error; // (longest + 1), standard error of Fisher's transform of it
    private final boolean[] counts; // (longest + 1)
    private final double[] squares; // (length + 1), of the first values of the series at hand
    private double ofNeighbours;
    private double ofOne;
    private double ofTwo;

    private Strengths(int length) {
      int longest = longest(length);
      squares = new double[length + 1];
      strength = new double[longest + 1];
      error = new double[longest + 1];
      counts = new boolean[longest + 1];
      Arrays.fill(strength, Double.NaN);
    }

    /// @param from the shortest length that is asked for
    static Strengths of(List<double[]> series, int from) {
      int length = series.stream().mapToInt(one -> one.length).max().orElse(0);
      var strengths = new Strengths(length);
      double[] detrended = new double[length];
      for (int season = from; season < strengths.strength.length; season++) {
        strengths.add(series, season, detrended);
      }
      return strengths;
    }

    private void add(List<double[]> series, int season, double[] detrended) {
      double once = 0;
      double twice = 0;
      double pairs = 0;
      double independent = 0;
      int keys = 0;
      for (double[] values : series) {
        if (longest(values.length) < season) {
          continue;
        }
        int count = detrend(values, season, detrended);
        if (count == 0) {
          continue;
        }
        limit(detrended, count);
        correlate(detrended, count, season);
        int weight = count - 2 * season;
        once += weight * correlation(ofOne, count, season);
        twice += weight * correlation(ofTwo, count, 2 * season);
        pairs += weight;
        double neighbours = correlation(ofNeighbours, count, 1);
        double square = neighbours * neighbours;
        independent += weight * Math.max((1 - square) / (1 + square), 2.0 / season);
        keys++;
      }
      if (keys == 0) {
        return;
      }
      double least = Math.min(once, twice) / pairs;
      strength[season] = least;
      // Keys of one stream share their shocks: they tell less than as many strangers would.
      error[season] = 1 / Math.sqrt(independent / Math.sqrt(keys));
      counts[season] = least >= LEAST_STRENGTH && fisher(least) >= CRITICAL * error[season];
    }

    private static double fisher(double correlation) {
      return 0.5 * StrictMath.log((1 + correlation) / Math.max(1 - correlation, 1e-9));
    }

    /// Sums the squares, and the products of neighbours and of values one and two seasons apart:
    /// all in one loop, which is what the time goes to.
    private void correlate(double[] values, int count, int season) {
      double neighbours = 0;
      double one = 0;
      double two = 0;
      for (int i = 0; i < count; i++) {
        double value = values[i];
        squares[i + 1] = squares[i] + value * value;
        if (i >= 1) {
          neighbours += value * values[i - 1];
        }
        if (i >= season) {
          one += value * values[i - season];
        }
        if (i >= 2 * season) {
          two += value * values[i - 2 * season];
        }
      }
      ofNeighbours = neighbours;
      ofOne = one;
      ofTwo = two;
    }

    /// The correlation of values with those a lag before, of what has a mean of 0; 0 if there is no
    /// variance.
    ///
    /// @param products sum of their products
    private double correlation(double products, int count, int lag) {
      double older = squares[count - lag];
      double newer = squares[count] - squares[lag];
      return older > 0 && newer > 0 ? products / Math.sqrt(older * newer) : 0;
    }

    double of(int season) {
      return strength[season];
    }

    /// The shortest season that is about as strong as the strongest; 0 if none counts.
    ///
    /// @param longest that is looked at
    int shortestOfTheStrongest(int from, int longest) {
      int to = Math.min(longest, strength.length - 1);
      int best = 0;
      for (int season = from; season <= to; season++) {
        if (counts[season] && isHill(season) && (best == 0 || strength[season] > strength[best])) {
          best = season;
        }
      }
      for (int season = from; season < best; season++) {
        if (isHill(season) && isNearly(season, best)) {
          return usual(season);
        }
      }
      return best == 0 ? 0 : usual(best);
    }

    /// Whether a shorter season may be what makes a longer one strong.
    private boolean isNearly(int season, int best) {
      boolean divides = best % season == 0 && strength[season] >= strength[best] - 2 * error[best];
      return strength[season] >= LEAST_STRENGTH
          && (divides || (counts[season] && strength[season] >= NEARLY * strength[best]));
    }

    /// Whether no other length near by is stronger. The longest one of all has no other side: it is
    /// none.
    private boolean isHill(int season) {
      if (season == strength.length - 1) {
        return false;
      }
      int width = width(season);
      for (int other = Math.max(SHORTEST - 1, season - width);
          other <= Math.min(season + width, strength.length - 1);
          other++) {
        if (strength[other] > strength[season]) {
          return false;
        }
      }
      return true;
    }

    private int usual(int season) {
      double least = strength[season] - Math.max(TOP, error[season]);
      int best = season;
      for (int usual : USUAL) {
        if (Math.abs(usual - season) <= width(season)
            && usual < strength.length
            && strength[usual] >= least
            && (best == season || strength[usual] > strength[best])) {
          best = usual;
        }
      }
      return best;
    }

    private static int width(int season) {
      return Math.max(1, (int) (WIDTH * season));
    }
  }
}
