package io.eddy.model.series;

import org.jspecify.annotations.Nullable;

/// One simple forecaster with fixed coefficients, whose memory is a few numbers of a key's state.
///
/// All work on images, see [Series#image]; all are told of every value after the series has taken
/// it. Where an expert has not seen enough yet, it repeats the last value.
///
/// A forecast is said in a few numbers instead of one per step, since a mix of many experts is then
/// a mix of those few:
///
/// ```
/// f[h] = y[t] + constant + slope · h + fading · rate^h + shape[h]      h = 1, 2, …
/// ```
sealed interface Expert {

  /// Numbers of a line: constant, slope and fading, in that order.
  int LINE = 3;

  /// Numbers that it remembers.
  int stateSize();

  /// Takes the value that the series has just appended.
  ///
  /// @param state its numbers begin at `at`
  void observe(Series series, double[] state, int at);

  /// Says the forecast made now, but for its shape.
  ///
  /// @param line constant, slope and fading, overwritten
  void line(Series series, double[] state, int at, double[] line);

  /// What is left of the fading part with every step ahead, 0 to 1.
  default double rate() {
    return 0;
  }

  /// What comes again with every season; null if nothing does.
  default @Nullable Shape shape() {
    return null;
  }

  private static void line(double[] line, double constant, double slope, double fading) {
    line[0] = constant;
    line[1] = slope;
    line[2] = fading;
  }

  /// The part of forecasts that no line gives. Experts with equal shapes share it.
  sealed interface Shape {

    /// Steps after which it begins anew; a number beyond all horizons if never.
    int period();

    /// Adds the shape of a forecast made now.
    ///
    /// @param at where the expert's numbers begin in `state`
    /// @param out (horizon), added to
    void addTo(Series series, double[] state, int at, double weight, double[] out);
  }

  /// The last season as it was, less the newest value; nothing as long as none was seen.
  record LastSeason(int season) implements Shape {

    @Override
    public int period() {
      return season;
    }

    @Override
    public void addTo(Series series, double[] state, int at, double weight, double[] out) {
      if (series.size() <= season) {
        return;
      }
      double newest = series.image(0);
      int back = season;
      for (int h = 0; h < out.length; h++) {
        back = back == 0 ? season - 1 : back - 1;
        out[h] += weight * (series.image(back) - newest);
      }
    }
  }

  /// A level by exponential smoothing (Brown 1959); with an alpha of 1 the last value.
  record Level(double alpha) implements Expert {

    @Override
    public int stateSize() {
      return alpha == 1 ? 0 : 1;
    }

    @Override
    public void observe(Series series, double[] state, int at) {
      if (alpha < 1) {
        double value = series.image(0);
        state[at] = series.steps() == 1 ? value : state[at] + alpha * (value - state[at]);
      }
    }

    @Override
    public void line(Series series, double[] state, int at, double[] line) {
      Expert.line(line, alpha == 1 ? 0 : state[at] - series.image(0), 0, 0);
    }
  }

  /// Level and a trend that fades (Gardner and McKenzie 1985).
  ///
  /// @param damping below 1
  record DampedTrend(double alpha, double beta, double damping) implements Expert {

    @Override
    public int stateSize() {
      return 2;
    }

    @Override
    public void observe(Series series, double[] state, int at) {
      double value = series.image(0);
      if (series.steps() == 1) {
        state[at] = value;
        state[at + 1] = 0;
        return;
      }
      double before = state[at] + damping * state[at + 1];
      double level = before + alpha * (value - before);
      state[at + 1] = damping * state[at + 1] + beta * (value - before);
      state[at] = level;
    }

    @Override
    public double rate() {
      return damping;
    }

    /// A trend of b rises by b · damping · (1 - damping^h) / (1 - damping) in h steps.
    @Override
    public void line(Series series, double[] state, int at, double[] line) {
      double rise = state[at + 1] * (damping / (1 - damping));
      Expert.line(line, state[at] - series.image(0) + rise, 0, -rise);
    }
  }

  /// The line through the first and the last value.
  record Drift() implements Expert {

    @Override
    public int stateSize() {
      return 1;
    }

    @Override
    public void observe(Series series, double[] state, int at) {
      if (series.steps() == 1) {
        state[at] = series.image(0);
      }
    }

    @Override
    public void line(Series series, double[] state, int at, double[] line) {
      long before = series.steps() - 1;
      Expert.line(line, 0, before > 0 ? (series.image(0) - state[at]) / before : 0, 0);
    }
  }

  /// The median of the last values.
  ///
  /// Remembers the two in the middle, which are one where their number is odd. Where one value
  /// comes and one goes on the same side of them they stay; else the ranks move by one at most, so
  /// that one look at the window finds the new ones.
  ///
  /// @param season of which as many whole ones are looked at as make about 56 values, one at least
  record Median(int season) implements Expert {

    private static final int ABOUT = 56;

    private int window() {
      return season * Math.max(1, ABOUT / season);
    }

    @Override
    public int stateSize() {
      return 2;
    }

    @Override
    public void observe(Series series, double[] state, int at) {
      if (series.size() > window()
          && isOnOneSide(series.image(0), series.image(window()), state, at)) {
        return;
      }
      int count = Math.min(window(), series.size());
      int rank = (count - 1) / 2;
      double middle = state[at];
      while (true) {
        int less = 0;
        int equal = 0;
        double below = Double.NEGATIVE_INFINITY;
        double above = Double.POSITIVE_INFINITY;
        for (int back = 0; back < count; back++) {
          double value = series.image(back);
          // Without branches, which would be taken at random.
          less += value < middle ? 1 : 0;
          equal += value == middle ? 1 : 0;
          below = Math.max(below, value < middle ? value : Double.NEGATIVE_INFINITY);
          above = Math.min(above, value > middle ? value : Double.POSITIVE_INFINITY);
        }
        if (rank < less) {
          middle = below;
        } else if (rank >= less + equal) {
          middle = above;
        } else {
          state[at] = middle;
          state[at + 1] = count / 2 < less + equal ? middle : above;
          return;
        }
      }
    }

    /// Whether the value that comes and the one that goes leave the middle where it is.
    private static boolean isOnOneSide(double comes, double goes, double[] state, int at) {
      return Math.max(comes, goes) < state[at] || Math.min(comes, goes) > state[at + 1];
    }

    @Override
    public void line(Series series, double[] state, int at, double[] line) {
      Expert.line(line, (state[at] + state[at + 1]) / 2 - series.image(0), 0, 0);
    }
  }

  /// Intermittent demand: how often a value is not zero, and how large it then is, each smoothed by
  /// itself (Teunter, Syntetos and Babai 2011, "Intermittent demand: linking forecasting to
  /// inventory obsolescence").
  ///
  /// ```
  /// p += beta · (1 - p), z += alpha · (y - z)    where y is not 0
  /// p += beta · (0 - p)                          where it is
  /// forecast = p · z
  /// ```
  ///
  /// Unlike a level, it does not jump with each demand and forget its size until the next; unlike
  /// Croston's method (1972), it fades where demand has ended. The probability begins as the mean
  /// so far, the size as the first one.
  record Intermittent(double alpha, double beta) implements Expert {

    @Override
    public int stateSize() {
      return 2;
    }

    @Override
    public void observe(Series series, double[] state, int at) {
      double value = series.image(0);
      boolean first = state[at] == 0; // a probability once above zero never reaches it again
      double rate = Math.max(beta, 1.0 / series.steps());
      state[at] += rate * ((value == 0 ? 0 : 1) - state[at]);
      if (value != 0) {
        state[at + 1] = first ? value : state[at + 1] + alpha * (value - state[at + 1]);
      }
    }

    @Override
    public void line(Series series, double[] state, int at, double[] line) {
      Expert.line(line, state[at] * state[at + 1] - series.image(0), 0, 0);
    }
  }

  /// The last season again, moved by how far the newest values lie from those a season before.
  ///
  /// @param span values over which the move is averaged, 0 for none
  /// @param decay what is left of it with every step ahead
  record SeasonalShift(int season, int span, double decay) implements Expert {

    @Override
    public int stateSize() {
      return 0;
    }

    @Override
    public void observe(Series series, double[] state, int at) {}

    @Override
    public double rate() {
      return decay;
    }

    @Override
    public Shape shape() {
      return new LastSeason(season);
    }

    @Override
    public void line(Series series, double[] state, int at, double[] line) {
      double shift = 0;
      int seen = Math.clamp(series.size() - season, 0, span);
      for (int back = 0; back < seen; back++) {
        shift += series.image(back) - series.image(back + season);
      }
      Expert.line(line, 0, 0, seen > 0 ? shift / seen : 0);
    }
  }

  /// Level and one or two additive seasons by exponential smoothing, and an autoregressive rest
  /// (Taylor 2003).
  ///
  /// ```
  /// e = y - (level + short + long)     r = e - persistence · e of the step before
  /// level += alpha · r   short += shortGain · r   long += longGain · r
  /// ```
  ///
  /// The first whole longest season gives the level, its mean by short phase the short season, the
  /// rest the long one.
  ///
  /// @param shorter steps of the shorter season
  /// @param longer steps of the longer season, a multiple of the shorter for best results; 0 if
  ///   there is none
  record SeasonalSmoothing(
      double alpha, double shortGain, double longGain, double persistence, int shorter, int longer)
      implements Expert, Shape {

    private int longest() {
      return Math.max(shorter, longer);
    }

    @Override
    public int stateSize() {
      return 2 + shorter + longer;
    }

    @Override
    public void observe(Series series, double[] state, int at) {
      long steps = series.steps();
      if (steps < longest()) {
        return;
      }
      if (steps == longest()) {
        begin(series, state, at);
        return;
      }
      int shortAt = at + 2 + (int) ((steps - 1) % shorter);
      int longAt = longer > 0 ? at + 2 + shorter + (int) ((steps - 1) % longer) : 0;
      double expected = state[at] + state[shortAt] + (longer > 0 ? state[longAt] : 0);
      double error = series.image(0) - expected;
      double rest = error - persistence * state[at + 1];
      state[at] += alpha * rest;
      state[shortAt] += shortGain * rest;
      if (longer > 0) {
        state[longAt] += longGain * rest;
      }
      state[at + 1] = error;
    }

    private void begin(Series series, double[] state, int at) {
      int length = longest();
      double mean = 0;
      for (int back = 0; back < length; back++) {
        mean += series.image(back) / length;
      }
      state[at] = mean;
      state[at + 1] = 0;
      for (int phase = 0; phase < shorter; phase++) {
        double sum = 0;
        int count = 0;
        for (int step = phase; step < length; step += shorter) {
          sum += series.image(length - 1 - step) - mean;
          count++;
        }
        state[at + 2 + phase] = sum / count;
      }
      for (int step = 0; step < longer; step++) {
        state[at + 2 + shorter + step] =
            series.image(length - 1 - step) - mean - state[at + 2 + step % shorter];
      }
    }

    @Override
    public double rate() {
      return persistence;
    }

    @Override
    public Shape shape() {
      return this;
    }

    @Override
    public int period() {
      if (longer == 0) {
        return shorter;
      }
      return longer % shorter == 0 ? longer : Integer.MAX_VALUE;
    }

    @Override
    public void line(Series series, double[] state, int at, double[] line) {
      if (series.steps() < longest()) {
        Expert.line(line, 0, 0, 0);
      } else {
        Expert.line(line, state[at] - series.image(0), 0, state[at + 1]);
      }
    }

    @Override
    public void addTo(Series series, double[] state, int at, double weight, double[] out) {
      addSeason(series.steps(), state, at + 2, shorter, weight, out);
      if (longer > 0) {
        addSeason(series.steps(), state, at + 2 + shorter, longer, weight, out);
      }
    }

    private static void addSeason(
        long steps, double[] state, int at, int season, double weight, double[] out) {
      int phase = (int) (steps % season);
      int h = 0;
      while (h < out.length) {
        int run = Math.min(season - phase, out.length - h);
        for (int i = 0; i < run; i++) {
          out[h + i] += weight * state[at + phase + i];
        }
        h += run;
        phase = 0;
      }
    }
  }
}
