package io.eddy.model.series;

/// From a series to a network's inputs and back: scaled differences for the recurrence, scaled lags
/// for the linear path, and the naive forecast that a network's answer is a correction of.
///
/// Everything is relative to the newest value and divided by the running scale, so nothing here
/// depends on a key's unit or level.
public final class Preparation {

  /// Scaled inputs are clipped to this, so that one outlier cannot saturate a cell for long.
  private static final double INPUT_LIMIT = 8;

  /// Lags wander further from the newest value than neighbours do.
  private static final double LAG_LIMIT = 64;

  private final int season;
  private final int lagCount;

  public Preparation(int season, int lagCount) {
    this.season = season;
    this.lagCount = lagCount;
  }

  /// Inputs that the recurrence sees per step.
  public int recurrentSize() {
    return season > 0 ? 4 : 2;
  }

  /// All inputs per step: the recurrence's, then the lags.
  public int inputSize() {
    return recurrentSize() + lagCount;
  }

  /// Past steps that the recurrence's inputs need, besides the step itself.
  public int recurrentLookback() {
    return season > 0 ? season + 1 : 2;
  }

  /// Writes the inputs of the step `back` steps before the newest. What lies before the series'
  /// first value counts as equal to the step itself: zero.
  ///
  /// @param out overwritten from `offset` on, [#recurrentSize()] floats
  public void recurrentInputs(Past past, int back, float[] out, int offset) {
    double value = past.value(back);
    double divisor = divisor(past, back);
    int seen = past.size() - back;
    out[offset] = scaled(seen > 1 ? value - past.value(back + 1) : 0, divisor, INPUT_LIMIT);
    out[offset + 1] = scaled(seen > 2 ? value - past.value(back + 2) : 0, divisor, INPUT_LIMIT);
    if (season > 0) {
      boolean whole = seen > season + 1;
      out[offset + 1] = scaled(whole ? value - past.value(back + season) : 0, divisor, INPUT_LIMIT);
      out[offset + 2] =
          scaled(
              whole
                  ? value
                      - past.value(back + 1)
                      - (past.value(back + season) - past.value(back + season + 1))
                  : 0,
              divisor,
              INPUT_LIMIT);
      out[offset + 3] =
          scaled(
              whole ? past.value(back + season - 1) - past.value(back + season) : 0,
              divisor,
              INPUT_LIMIT);
    }
  }

  /// Writes all inputs of the newest step: [#recurrentInputs], then lag 1, 2, … less the newest
  /// value.
  ///
  /// @param out overwritten from `offset` on, [#inputSize()] floats
  public void inputs(Past past, float[] out, int offset) {
    recurrentInputs(past, 0, out, offset);
    lags(past, out, offset + recurrentSize());
  }

  private void lags(Past past, float[] out, int offset) {
    double value = past.value(0);
    double divisor = divisor(past, 0);
    int seen = Math.min(lagCount, past.size() - 1);
    for (int lag = 1; lag <= seen; lag++) {
      out[offset + lag - 1] = scaled(past.value(lag) - value, divisor, LAG_LIMIT);
    }
    for (int lag = seen + 1; lag <= lagCount; lag++) {
      out[offset + lag - 1] = 0;
    }
  }

  /// The naive forecast `ahead` steps after the step that `past` stands at: the last value; with a
  /// season m, `y[t+h-m] + y[t] - y[t-m]` (for h > m the last season repeats), as soon as a season
  /// has been seen.
  public static double base(Past past, int season, int ahead) {
    double value = past.value(0);
    if (season == 0 || past.size() <= season) {
      return value;
    }
    int phase = (ahead - 1) % season + 1;
    return past.value(season - phase) + (value - past.value(season));
  }

  /// What scaled answers are multiplied by.
  public static double divisor(Past past, int back) {
    return RunningScale.divisor(past.scale(back), past.value(back));
  }

  private static float scaled(double difference, double divisor, double limit) {
    double ratio = difference / divisor;
    // At the ends of double's range a difference of differences is infinity less infinity.
    return Double.isNaN(ratio) ? 0 : (float) Math.clamp(ratio, -limit, limit);
  }
}
