package io.eddy.model;

import java.nio.ByteBuffer;
import java.util.List;

/// One key's own correction of its intervals: factors of their widths, learned online, one for each
/// interval and range of steps ahead.
///
/// Adaptive conformal inference (Gibbs and Candès 2021) on the logarithm of the width: after every
/// matured forecast the factor grows if the actual lay outside and shrinks a little if inside, so
/// that in the long run the promised share is covered whatever the model believes. The step decays,
/// so that a young key adapts fast and an old one is calm, down to a floor, since series change.
///
/// Steps ahead share a factor with their neighbours, 1, 2 to 3, 4 to 7, …: a forecast that waits
/// meets one actual per step, and a single step would take tens of horizons to learn anything. A
/// range that has met fewer than 40 actuals answers with the factor that all of them together have
/// learned.
final class Calibration {

  private static final double FIRST_STEP = 0.3;
  private static final double LEAST_STEP = 0.02;
  private static final double LIMIT = 6;
  private static final int LEAST_MATURED = 40;

  private final List<Double> confidences;
  private final int ranges; // range 0 is all steps together
  private final double[] logFactors; // (ranges, intervals)
  private final double[] factors; // (ranges, intervals), NaN until somebody asks
  private final long[] matured; // (ranges)

  Calibration(List<Double> confidences, int horizon) {
    this.confidences = confidences;
    ranges = range(horizon) + 1;
    logFactors = new double[ranges * confidences.size()];
    factors = new double[logFactors.length];
    matured = new long[ranges];
    reset();
  }

  private static int range(int ahead) {
    return Integer.SIZE - Integer.numberOfLeadingZeros(ahead);
  }

  /// What an interval's width is multiplied by.
  ///
  /// @param interval index into the confidences
  double factor(int interval, int ahead) {
    int range = matured[range(ahead)] < LEAST_MATURED ? 0 : range(ahead);
    int at = range * confidences.size() + interval;
    if (Double.isNaN(factors[at])) {
      factors[at] = StrictMath.exp(logFactors[at]);
    }
    return factors[at];
  }

  /// Learns from one forecast that met its actual.
  ///
  /// @param covered by interval
  void learn(int ahead, boolean[] covered) {
    learnRange(0, covered);
    learnRange(range(ahead), covered);
  }

  private void learnRange(int range, boolean[] covered) {
    double step = Math.max(LEAST_STEP, FIRST_STEP / Math.sqrt(1 + matured[range] / 4.0));
    for (int interval = 0; interval < covered.length; interval++) {
      double missed = (covered[interval] ? 0 : 1) - (1 - confidences.get(interval));
      int at = range * covered.length + interval;
      set(at, Math.clamp(logFactors[at] + step * missed, -LIMIT, LIMIT));
    }
    matured[range]++;
  }

  /// Forgets everything: the widths that it corrected are no longer made in the same way.
  void reset() {
    for (int i = 0; i < logFactors.length; i++) {
      set(i, 0);
    }
    java.util.Arrays.fill(matured, 0);
  }

  private void set(int at, double newLogFactor) {
    logFactors[at] = newLogFactor;
    factors[at] = Double.NaN;
  }

  int byteSize() {
    return logFactors.length * Double.BYTES + matured.length * Long.BYTES;
  }

  void write(ByteBuffer to) {
    for (double logFactor : logFactors) {
      to.putDouble(logFactor);
    }
    for (long count : matured) {
      to.putLong(count);
    }
  }

  void read(ByteBuffer from) {
    for (int i = 0; i < logFactors.length; i++) {
      set(i, from.getDouble());
    }
    for (int i = 0; i < matured.length; i++) {
      matured[i] = from.getLong();
    }
  }
}
