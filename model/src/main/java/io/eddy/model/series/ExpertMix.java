package io.eddy.model.series;

import java.nio.ByteBuffer;
import java.util.Arrays;

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
/// No expert's forecast is ever written out. Each is a line and a shape, see [Expert]; the mix adds
/// up the lines of all and is left with one number and one slope, and adds what fades and each
/// shape that differs to that. The forecast that waits is kept in the same way, as differences from
/// the value that it started from in units of the series' scale, which fit a float.
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

  /// Of what waits: sums of a few such are still finite as floats.
  private static final double GREATEST_WAITING = 1e30;

  private final Panel panel;
  private final int memory;
  private final boolean measures;
  private final double[] state; // of all experts
  private final double[] errors; // by expert, of whole horizons
  private final float[] waitingLines; // (experts, LINE), of the forecast that waits
  private final float[] waitingShapes; // every shape that differs, up to where it begins anew
  private final float[] waitingWeights; // by expert, if the mix's own error is measured
  private double waitingFrom; // the value that the forecast started from
  private double waitingUnit;
  private final double[] base; // (T), of the newest step
  private final double[] weights; // by expert, of the newest step
  private final double[] line = new double[Expert.LINE]; // scratch
  private long origin; // steps when the waiting forecast was made, 0 = none waits
  private long nextOrigin = 1;
  private long matured;
  private double error;

  /// @param measures whether the error of the mix itself is measured
  ExpertMix(Panel panel, boolean measures) {
    this.panel = panel;
    this.measures = measures;
    memory = Math.max(LEAST_MEMORY, 2 * panel.horizon());
    state = new double[panel.stateSize()];
    errors = new double[isMix() ? panel.size() : 0];
    waitingLines = new float[waits() ? Expert.LINE * panel.size() : 0];
    waitingShapes = new float[waits() ? panel.shapeSize() : 0];
    waitingWeights = new float[measures ? panel.size() : 0];
    base = new double[panel.horizon()];
    weights = new double[panel.size()];
  }

  /// One forecaster alone needs no weights.
  private boolean isMix() {
    return panel.size() > 1;
  }

  private boolean waits() {
    return isMix() || measures;
  }

  /// Takes the value that the series has just appended.
  void observe(Series series) {
    if (origin > 0) {
      mature(series);
    }
    panel.observe(series, state);
    weigh();
    if (waits()
        && origin == 0
        && series.steps() >= nextOrigin
        && series.absence(0) == Absence.NONE) {
      open(series);
    }
    forecast(series);
  }

  private void mature(Series series) {
    int ahead = (int) (series.steps() - origin);
    if (series.absence(0) == Absence.NONE) {
      learn(series.image(0), ahead);
    }
    if (ahead == panel.horizon()) {
      nextOrigin = series.steps() + Phases.gap(origin, series.time(0), ahead);
      origin = 0;
    }
  }

  private void learn(double value, int ahead) {
    // In units of what waits; the ends of double's range leave it.
    matured++;
    double rate = 1.0 / Math.min(matured, memory);
    double mixed = 0;
    for (int k = 0; k < panel.size(); k++) {
      double waiting = waiting(k, ahead);
      if (isMix()) {
        double error = Math.abs(value - (waitingFrom + waitingUnit * waiting));
        errors[k] += rate * (Math.min(error, GREATEST_ERROR) - errors[k]);
      }
      if (measures) {
        mixed += waitingWeights[k] * waiting;
      }
    }
    if (measures) {
      double own = Math.abs(value - (waitingFrom + waitingUnit * mixed));
      error +=
          (Math.min(own, GREATEST_ERROR) - error)
              / Math.min(matured, (long) ERROR_HORIZONS * memory);
    }
  }

  /// What the waiting forecast of an expert adds to the value that it started from, in its units.
  private double waiting(int expert, int ahead) {
    int at = Expert.LINE * expert;
    int shape = panel.shapeOf(expert);
    return waitingLines[at]
        + (double) waitingLines[at + 1] * ahead
        + waitingLines[at + 2] * panel.power(expert, ahead)
        + (shape < 0 ? 0 : waitingShapes[panel.shapeAt(shape, ahead)]);
  }

  private void weigh() {
    if (!isMix()) {
      weights[0] = 1;
      return;
    }
    double least = Double.POSITIVE_INFINITY;
    for (double error : errors) {
      least = Math.min(least, error);
    }
    double sum = 0;
    for (int k = 0; k < weights.length; k++) {
      weights[k] = weight(least, errors[k]);
      sum += weights[k];
    }
    for (int k = 0; k < weights.length; k++) {
      weights[k] /= sum;
    }
  }

  private static double weight(double least, double error) {
    if (error <= least) {
      return 1;
    }
    double ratio = least / error;
    double squared = ratio * ratio;
    double fourth = squared * squared;
    return fourth * fourth;
  }

  private void open(Series series) {
    origin = series.steps();
    waitingFrom = series.image(0);
    waitingUnit = series.divisor(0);
    for (int k = 0; k < panel.size(); k++) {
      panel.line(k, series, state, line);
      for (int i = 0; i < Expert.LINE; i++) {
        waitingLines[Expert.LINE * k + i] = waiting(line[i]);
      }
    }
    for (int shape = 0; shape < panel.shapeCount(); shape++) {
      Arrays.fill(base, 0); // serves as scratch: it is made anew right after
      panel.addShape(shape, series, state, 1, base);
      int from = panel.shapeOffset(shape);
      int to = panel.shapeOffset(shape + 1);
      for (int at = from; at < to; at++) {
        waitingShapes[at] = waiting(base[at - from]);
      }
    }
    for (int k = 0; k < waitingWeights.length; k++) {
      waitingWeights[k] = (float) weights[k];
    }
  }

  private float waiting(double difference) {
    return (float) Math.clamp(difference / waitingUnit, -GREATEST_WAITING, GREATEST_WAITING);
  }

  private void forecast(Series series) {
    Arrays.fill(base, 0);
    double constant = 0;
    double slope = 0;
    for (int k = 0; k < weights.length; k++) {
      panel.line(k, series, state, line);
      constant += weights[k] * line[0];
      slope += weights[k] * line[1];
      if (line[2] != 0) {
        add(weights[k] * line[2], panel.powers(k));
      }
    }
    for (int shape = 0; shape < panel.shapeCount(); shape++) {
      panel.addShape(shape, series, state, weightOf(shape), base);
    }
    double from = series.image(0) + constant;
    for (int h = 0; h < base.length; h++) {
      // A sum of values at the ends of double's range leaves it.
      base[h] = Math.clamp(from + (h + 1) * slope + base[h], -GREATEST_ERROR, GREATEST_ERROR);
    }
  }

  private void add(double factor, double[] powers) {
    for (int h = 0; h < base.length; h++) {
      base[h] += factor * powers[h];
    }
  }

  /// What all experts of a shape weigh together.
  private double weightOf(int shape) {
    double sum = 0;
    for (int k = 0; k < weights.length; k++) {
      if (panel.shapeOf(k) == shape) {
        sum += weights[k];
      }
    }
    return sum;
  }

  /// The forecast `ahead` steps after the newest value, from 1.
  double base(int ahead) {
    return base[ahead - 1];
  }

  /// Whether one whole horizon has met its values.
  boolean knowsError() {
    return measures && matured >= panel.horizon();
  }

  /// The mean absolute error of the mix over whole horizons, as an image.
  double error() {
    return error;
  }

  ExpertMix copy() {
    var copy = new ExpertMix(panel, measures);
    System.arraycopy(state, 0, copy.state, 0, state.length);
    System.arraycopy(errors, 0, copy.errors, 0, errors.length);
    System.arraycopy(waitingLines, 0, copy.waitingLines, 0, waitingLines.length);
    System.arraycopy(waitingShapes, 0, copy.waitingShapes, 0, waitingShapes.length);
    System.arraycopy(waitingWeights, 0, copy.waitingWeights, 0, waitingWeights.length);
    copy.waitingFrom = waitingFrom;
    copy.waitingUnit = waitingUnit;
    System.arraycopy(base, 0, copy.base, 0, base.length);
    System.arraycopy(weights, 0, copy.weights, 0, weights.length);
    copy.origin = origin;
    copy.nextOrigin = nextOrigin;
    copy.matured = matured;
    copy.error = error;
    return copy;
  }

  int byteSize() {
    return 3 * Long.BYTES + 3 * Double.BYTES + doubles() * Double.BYTES + floats() * Float.BYTES;
  }

  private int doubles() {
    return state.length + errors.length;
  }

  private int floats() {
    return waitingLines.length + waitingShapes.length + waitingWeights.length;
  }

  void write(ByteBuffer to) {
    to.putLong(origin).putLong(nextOrigin).putLong(matured).putDouble(error);
    to.putDouble(waitingFrom).putDouble(waitingUnit);
    to.asDoubleBuffer().put(state).put(errors);
    to.position(to.position() + doubles() * Double.BYTES);
    to.asFloatBuffer().put(waitingLines).put(waitingShapes).put(waitingWeights);
    to.position(to.position() + floats() * Float.BYTES);
  }

  /// Reads what [#write] wrote; the forecast comes back with [#restore].
  ///
  /// @throws IllegalArgumentException if what is read cannot be a mix of this horizon
  void read(ByteBuffer from, long steps) {
    origin = from.getLong();
    nextOrigin = from.getLong();
    matured = from.getLong();
    error = from.getDouble();
    int horizon = panel.horizon();
    if (origin < 0 || origin > steps || (origin > 0 && steps - origin >= horizon) || matured < 0) {
      throw new IllegalArgumentException(
          "the base forecast waits since step " + origin + " of " + steps + ", horizon " + horizon);
    }
    waitingFrom = from.getDouble();
    waitingUnit = from.getDouble();
    from.asDoubleBuffer().get(state).get(errors);
    from.position(from.position() + doubles() * Double.BYTES);
    from.asFloatBuffer().get(waitingLines).get(waitingShapes).get(waitingWeights);
    from.position(from.position() + floats() * Float.BYTES);
  }

  /// Forecasts once more from what was read.
  ///
  /// @param series as it was when the mix was written
  void restore(Series series) {
    if (series.steps() == 0) {
      Arrays.fill(base, 0);
      return;
    }
    weigh();
    forecast(series);
  }
}
