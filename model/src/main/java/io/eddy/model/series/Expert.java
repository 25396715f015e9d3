package io.eddy.model.series;

/// One simple forecaster with fixed coefficients, whose memory is a few numbers of a key's state.
///
/// All work on images, see [Series#image]; all are told of every value after the series has taken
/// it. Where an expert has not seen enough yet, it repeats the last value.
sealed interface Expert {

  /// Numbers that it remembers.
  int stateSize();

  /// Takes the value that the series has just appended.
  ///
  /// @param state its numbers begin at `at`
  void observe(Series series, double[] state, int at);

  /// Forecasts the values to come.
  ///
  /// @param out (horizon), overwritten
  void forecast(Series series, double[] state, int at, double[] out);

  private static void repeat(double value, double[] out) {
    java.util.Arrays.fill(out, value);
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
    public void forecast(Series series, double[] state, int at, double[] out) {
      repeat(alpha == 1 ? series.image(0) : state[at], out);
    }
  }

  /// Level and a trend that fades (Gardner and McKenzie 1985).
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
    public void forecast(Series series, double[] state, int at, double[] out) {
      double trend = state[at + 1];
      double value = state[at];
      for (int h = 0; h < out.length; h++) {
        trend *= damping;
        value += trend;
        out[h] = value;
      }
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
    public void forecast(Series series, double[] state, int at, double[] out) {
      double value = series.image(0);
      double slope = series.steps() > 1 ? (value - state[at]) / (series.steps() - 1) : 0;
      for (int h = 0; h < out.length; h++) {
        out[h] = value + (h + 1) * slope;
      }
    }
  }

  /// The line through the last value and the one a span before.
  record SpanDrift(int span) implements Expert {

    @Override
    public int stateSize() {
      return 0;
    }

    @Override
    public void observe(Series series, double[] state, int at) {}

    @Override
    public void forecast(Series series, double[] state, int at, double[] out) {
      double value = series.image(0);
      int seen = Math.min(span, series.size() - 1);
      double slope = seen > 0 ? (value - series.image(seen)) / span : 0;
      for (int h = 0; h < out.length; h++) {
        out[h] = value + (h + 1) * slope;
      }
    }
  }

  /// The median of the last values.
  ///
  /// @param season of which as many whole ones are looked at as make about 56 values, one at least
  record Median(int season) implements Expert {

    private static final int ABOUT = 56;

    private int window() {
      return season * Math.max(1, ABOUT / season);
    }

    @Override
    public int stateSize() {
      return 0;
    }

    @Override
    public void observe(Series series, double[] state, int at) {}

    @Override
    public void forecast(Series series, double[] state, int at, double[] out) {
      int count = Math.min(window(), series.size());
      double[] sorted = new double[count];
      for (int back = 0; back < count; back++) {
        sorted[back] = series.image(back);
      }
      java.util.Arrays.sort(sorted);
      repeat((sorted[(count - 1) / 2] + sorted[count / 2]) / 2, out);
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
    public void forecast(Series series, double[] state, int at, double[] out) {
      if (series.size() <= season) {
        repeat(series.image(0), out);
        return;
      }
      double shift = 0;
      int seen = Math.min(span, series.size() - season);
      for (int back = 0; back < seen; back++) {
        shift += series.image(back) - series.image(back + season);
      }
      shift = seen > 0 ? shift / seen : 0;
      for (int h = 0; h < out.length; h++) {
        shift *= decay;
        out[h] = series.image(season - 1 - h % season) + shift;
      }
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
      implements Expert {

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
    public void forecast(Series series, double[] state, int at, double[] out) {
      long steps = series.steps();
      if (steps < longest()) {
        repeat(series.image(0), out);
        return;
      }
      double rest = state[at + 1];
      int shortPhase = (int) (steps % shorter);
      int longPhase = longer > 0 ? (int) (steps % longer) : 0;
      for (int h = 0; h < out.length; h++) {
        rest *= persistence;
        out[h] = state[at] + rest + state[at + 2 + shortPhase];
        shortPhase = shortPhase + 1 == shorter ? 0 : shortPhase + 1;
        if (longer > 0) {
          out[h] += state[at + 2 + shorter + longPhase];
          longPhase = longPhase + 1 == longer ? 0 : longPhase + 1;
        }
      }
    }
  }
}
