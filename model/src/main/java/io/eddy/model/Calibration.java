package io.eddy.model;

import java.nio.ByteBuffer;

/// One key's own correction of its intervals: a factor of all widths, learned online.
///
/// Adaptive conformal inference (Gibbs and Candès 2021) on the logarithm of the width: after every
/// matured forecast the factor grows if the actual lay outside and shrinks a little if inside, so
/// that in the long run the promised share is covered whatever the model believes. The step decays,
/// so that a young key adapts fast and an old one is calm, down to a floor, since series change.
final class Calibration {

  private static final double FIRST_STEP = 0.3;
  private static final double LEAST_STEP = 0.02;
  private static final double LIMIT = 6;

  private double logFactor;
  private long matured;
  private double factor = 1;

  /// What widths are multiplied by.
  double factor() {
    return factor;
  }

  /// Learns from one forecast that met its actual.
  ///
  /// @param confidence share that is to be covered
  void learn(boolean covered, double confidence) {
    double step = Math.max(LEAST_STEP, FIRST_STEP / Math.sqrt(1 + matured / 4.0));
    logFactor += step * ((covered ? 0 : 1) - (1 - confidence));
    set(Math.clamp(logFactor, -LIMIT, LIMIT));
    matured++;
  }

  /// Forgets everything: the widths that it corrected are no longer made in the same way.
  void reset() {
    set(0);
    matured = 0;
  }

  private void set(double newLogFactor) {
    logFactor = newLogFactor;
    factor = StrictMath.exp(newLogFactor);
  }

  static int byteSize() {
    return Double.BYTES + Long.BYTES;
  }

  void write(ByteBuffer to) {
    to.putDouble(logFactor).putLong(matured);
  }

  void read(ByteBuffer from) {
    set(from.getDouble());
    matured = from.getLong();
  }
}
