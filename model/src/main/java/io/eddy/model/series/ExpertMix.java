package io.eddy.model.series;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/// A key's base forecast: many simple forecasters, each weighted by how it did on this very key.
///
/// ```
/// base[h] = Σ_k w_k · f_k[h]      w_k ∝ (least error / error of k)^8
/// ```
///
/// Errors are those of whole horizons: one forecast of all experts waits for what happens, each
/// value that comes is one absolute error per expert, and a hashed number of steps after its last
/// step the next one opens, so that all phases of a season occur. No coefficient is fitted to a
/// key, so a key needs a handful of events, not a history; and whatever the network does not know
/// yet, its answer is at least as good as the best simple rule.
///
/// Weighting by inverse errors goes back to Bates and Granger (1969). Measured on M4 (OWA, no
/// network at all): hourly 0.46, weekly 0.72, where the best single expert has 0.63 and 0.97.
final class ExpertMix {

  /// An error counts for this many values, or for two horizons. Chosen on the training parts of
  /// M4's hourly and weekly series, where twice as long and half as long are both a little worse.
  private static final int LEAST_MEMORY = 50;

  /// How many times as long the mix's own error is remembered: weights shall be quick, a unit
  /// steady.
  private static final int ERROR_HORIZONS = 4;

  private static final double GREATEST_ERROR = 1e300;

  private final List<Expert> experts;
  private final int horizon;
  private final int memory;
  private final int[] offsets; // by expert, into state
  private final double[] state;
  private final double[] errors; // by expert, of whole horizons
  private final double[] pending; // (experts, T), the forecast that waits
  private final double[] pendingBase; // (T) if measured, the mix's own
  private final boolean measures;
  private final double[] base; // (T), of the newest step
  private final double[] scratch; // (T)
  private long origin; // steps when the waiting forecast was made, 0 = none waits
  private long nextOrigin = 1;
  private long matured;
  private double error;

  /// @param measures whether the error of the mix itself is measured
  ExpertMix(List<Expert> experts, int horizon, boolean measures) {
    this.experts = experts;
    this.measures = measures;
    this.horizon = horizon;
    memory = Math.max(LEAST_MEMORY, 2 * horizon);
    offsets = new int[experts.size()];
    int size = 0;
    for (int k = 0; k < offsets.length; k++) {
      offsets[k] = size;
      size += experts.get(k).stateSize();
    }
    state = new double[size];
    errors = new double[offsets.length];
    pending = new double[isMix() ? offsets.length * horizon : 0];
    pendingBase = new double[measures ? horizon : 0];
    base = new double[horizon];
    scratch = new double[horizon];
  }

  /// One forecaster alone needs no weights.
  private boolean isMix() {
    return offsets.length > 1;
  }

  /// Takes the value that the series has just appended.
  void observe(Series series) {
    if (origin > 0) {
      mature(series);
    }
    for (int k = 0; k < offsets.length; k++) {
      experts.get(k).observe(series, state, offsets[k]);
    }
    forecast(series);
  }

  private void mature(Series series) {
    int ahead = (int) (series.steps() - origin);
    if (series.absence(0) == Absence.NONE) {
      learn(series.image(0), ahead);
    }
    if (ahead == horizon) {
      nextOrigin = series.steps() + Phases.gap(origin, series.time(0), horizon);
      origin = 0;
    }
  }

  private void learn(double value, int ahead) {
    matured++;
    double rate = 1.0 / Math.min(matured, memory);
    for (int k = 0; isMix() && k < errors.length; k++) {
      double error = Math.abs(value - pending[k * horizon + ahead - 1]);
      errors[k] += rate * (Math.min(error, GREATEST_ERROR) - errors[k]);
    }
    if (measures) {
      double own = Math.min(Math.abs(value - pendingBase[ahead - 1]), GREATEST_ERROR);
      error += (own - error) / Math.min(matured, (long) ERROR_HORIZONS * memory);
    }
  }

  private void forecast(Series series) {
    boolean opens =
        (isMix() || measures)
            && origin == 0
            && series.steps() >= nextOrigin
            && series.absence(0) == Absence.NONE;
    double least = Double.POSITIVE_INFINITY;
    for (double error : errors) {
      least = Math.min(least, error);
    }
    double sum = 0;
    Arrays.fill(base, 0);
    for (int k = 0; k < errors.length; k++) {
      experts.get(k).forecast(series, state, offsets[k], scratch);
      double weight = weight(least, errors[k]);
      sum += weight;
      for (int h = 0; h < horizon; h++) {
        // A sum of values at the ends of double's range leaves it.
        double value = Math.clamp(scratch[h], -GREATEST_ERROR, GREATEST_ERROR);
        base[h] += weight * (value - base[h]) / sum;
        if (opens && isMix()) {
          pending[k * horizon + h] = value;
        }
      }
    }
    if (opens) {
      origin = series.steps();
      System.arraycopy(base, 0, pendingBase, 0, pendingBase.length);
    }
  }

  private static double weight(double least, double error) {
    if (error <= least) {
      return 1;
    }
    double ratio = least / error;
    double squared = ratio * ratio;
    double fourth = squared * squared;
    // Never nothing: the running mean of the base divides by the sum so far.
    return Math.max(fourth * fourth, 1e-30);
  }

  /// The forecast `ahead` steps after the newest value, from 1.
  double base(int ahead) {
    return base[ahead - 1];
  }

  /// Whether one whole horizon has met its values.
  boolean knowsError() {
    return measures && matured >= horizon;
  }

  /// The mean absolute error of the mix over whole horizons, as an image.
  double error() {
    return error;
  }

  ExpertMix copy() {
    var copy = new ExpertMix(experts, horizon, measures);
    System.arraycopy(pendingBase, 0, copy.pendingBase, 0, pendingBase.length);
    copy.error = error;
    System.arraycopy(state, 0, copy.state, 0, state.length);
    System.arraycopy(errors, 0, copy.errors, 0, errors.length);
    System.arraycopy(pending, 0, copy.pending, 0, pending.length);
    System.arraycopy(base, 0, copy.base, 0, base.length);
    copy.origin = origin;
    copy.nextOrigin = nextOrigin;
    copy.matured = matured;
    return copy;
  }

  int byteSize() {
    return 3 * Long.BYTES + (1 + numbers()) * Double.BYTES;
  }

  private int numbers() {
    return state.length + errors.length + pending.length + pendingBase.length + base.length;
  }

  void write(ByteBuffer to) {
    to.putLong(origin).putLong(nextOrigin).putLong(matured).putDouble(error);
    to.asDoubleBuffer().put(state).put(errors).put(pending).put(pendingBase).put(base);
    to.position(to.position() + numbers() * Double.BYTES);
  }

  /// @throws IllegalArgumentException if what is read cannot be a mix of this horizon
  void read(ByteBuffer from, long steps) {
    origin = from.getLong();
    nextOrigin = from.getLong();
    matured = from.getLong();
    error = from.getDouble();
    if (origin < 0 || origin > steps || (origin > 0 && steps - origin >= horizon) || matured < 0) {
      throw new IllegalArgumentException(
          "the base forecast waits since step " + origin + " of " + steps + ", horizon " + horizon);
    }
    from.asDoubleBuffer().get(state).get(errors).get(pending).get(pendingBase).get(base);
    from.position(from.position() + numbers() * Double.BYTES);
  }
}
