package io.eddy.model.series;

import java.util.Arrays;

/// What a distribution of counts is built around: the base forecast of every step ahead, and the
/// unit that tells how far counts stray from it.
///
/// A count's mean must be positive, so a correction of the base cannot simply be added. With the
/// unit d as DeepAR's scale ν (Salinas et al. 2020, section 3.3), a network's numbers o make
///
/// ```
/// mean       = d · softplus(link + o₁)        link = softplus⁻¹(level), level = base / d
/// dispersion = noise · softplus(o₂)           noise = 1 / (1 + level²)
/// ```
///
/// At o₁ = 0 the mean is the base; far above zero a correction adds, near zero it multiplies.
/// DeepAR scales the dispersion by 1/√ν. A network that sees everything in units of d cannot know
/// how large ν is, so here the dispersion's share of the variance, α μ² ≈ softplus(o₂) · d², is
/// what it answers, which means the same for every key.
public final class CountAnchor {

  /// A base of nothing would leave the network nothing to multiply.
  private static final double LEAST_LEVEL = 0.1;

  /// Beyond it a softplus has no curve left.
  private static final double STRAIGHT = 30;

  /// Greater ones are no counts any more.
  private static final double GREATEST_BASE = 1e15;

  private static final int BLOCKS = 4;

  private CountAnchor() {}

  /// Floats for a horizon: link, base, unit and noise of every step ahead.
  public static int size(int horizon) {
    return BLOCKS * horizon;
  }

  /// Writes the anchor of forecasts made at the series' newest value.
  ///
  /// @param out overwritten from `offset` on, [#size] floats
  public static void write(Series series, int horizon, float[] out, int offset) {
    double unit = series.spread();
    for (int h = 0; h < horizon; h++) {
      double base = Math.clamp(series.base(h + 1), -GREATEST_BASE, GREATEST_BASE);
      double level = Math.max(base / unit, LEAST_LEVEL);
      int at = offset + h;
      out[at] = (float) (level > STRAIGHT ? level : StrictMath.log(StrictMath.expm1(level)));
      out[at + horizon] = (float) base;
      out[at + 2 * horizon] = (float) unit;
      out[at + 3 * horizon] = (float) (1 / (1 + level * level));
    }
  }

  /// Writes an anchor that any arithmetic gets through, for rows that nobody reads.
  ///
  /// @param out overwritten from `offset` on, [#size] floats
  public static void writeNeutral(int horizon, float[] out, int offset) {
    Arrays.fill(out, offset, offset + 2 * horizon, 0);
    Arrays.fill(out, offset + 2 * horizon, offset + size(horizon), 1);
  }
}
