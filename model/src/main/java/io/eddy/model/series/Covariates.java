package io.eddy.model.series;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// What a series remembers of its covariates: a ring beside that of its values, and of each
/// covariate the running mean and deviation, by which a network sees it whatever its unit is.
///
/// A covariate that is missing keeps its last known value and is noted as missing; one that was
/// never known is `NaN`.
///
/// A step's scaled value is kept as it was when the step was new: computed again from what came
/// later, a network's state that is rebuilt from the ring would not be the one that it had.
final class Covariates {

  private final CovariateSpec spec;
  private final int count;
  private final int ringLength;
  private final double[] values; // (ringLength, count), the last known ones
  private final float[] scaled; // (ringLength, count), at their time
  private final boolean[] missing; // (ringLength, count)
  private final RunningScale[] scales; // by covariate
  private final long[] seen; // by covariate, the values that were not missing

  /// @param ringLength steps that the ring holds
  Covariates(CovariateSpec spec, int ringLength) {
    this.spec = spec;
    this.ringLength = ringLength;
    count = spec.count();
    values = new double[ringLength * count];
    scaled = new float[ringLength * count];
    missing = new boolean[ringLength * count];
    seen = new long[count];
    scales = new RunningScale[count];
    Arrays.setAll(scales, c -> new RunningScale(ScaleUnit.DEVIATION, ringLength));
  }

  /// Takes what came with a step.
  ///
  /// @param step how many came before
  /// @param row of the spec's size, or empty
  void append(long step, double[] row) {
    if (row.length != 0 && row.length != spec.rowSize()) {
      throw new IllegalArgumentException(
          "the covariates of an event are "
              + row.length
              + " numbers, expected "
              + spec.rowSize()
              + " for "
              + spec
              + ", or none if all are missing");
    }
    for (int c = 0; c < count; c++) {
      int at = at(step, c);
      double value = row.length == 0 ? Double.NaN : row[c];
      missing[at] = Double.isNaN(value);
      if (missing[at]) {
        values[at] = step == 0 ? Double.NaN : values[at(step - 1, c)];
      } else {
        values[at] = value;
        seen[c]++;
        scales[c].observe(value, 0, seen[c]);
      }
      scaled[at] = scaled(c, values[at]);
    }
  }

  /// A value of a covariate in standard deviations from its mean, as both are now; 0 for one that
  /// was never known.
  float scaled(int covariate, double value) {
    RunningScale scale = scales[covariate];
    double deviations = (value - scale.mean()) / RunningScale.divisor(scale.scale(), value);
    return Double.isNaN(deviations)
        ? 0
        : (float) Math.clamp(deviations, -CovariateInputs.LIMIT, CovariateInputs.LIMIT);
  }

  /// The last known value at a step.
  double value(long step, int covariate) {
    return values[at(step, covariate)];
  }

  /// That value in standard deviations from the mean, as both were at that step.
  float scaledThen(long step, int covariate) {
    return scaled[at(step, covariate)];
  }

  /// Whether the covariate was missing at that step.
  boolean isMissing(long step, int covariate) {
    return missing[at(step, covariate)];
  }

  /// Writes the row that came with a step.
  void row(long step, double[] to, int offset) {
    for (int c = 0; c < count; c++) {
      to[offset + c] = isMissing(step, c) ? Double.NaN : value(step, c);
    }
  }

  void set(Covariates other) {
    System.arraycopy(other.values, 0, values, 0, values.length);
    System.arraycopy(other.scaled, 0, scaled, 0, scaled.length);
    System.arraycopy(other.missing, 0, missing, 0, missing.length);
    System.arraycopy(other.seen, 0, seen, 0, count);
    for (int c = 0; c < count; c++) {
      scales[c].set(other.scales[c]);
    }
  }

  /// Bytes that [#write] needs; none without covariates.
  ///
  /// @param size steps that the ring holds now
  int byteSize(int size) {
    int each = Double.BYTES + Float.BYTES + 1;
    return count == 0
        ? 0
        : Integer.BYTES + count * (RunningScale.byteSize() + Long.BYTES) + size * count * each;
  }

  /// Writes the names' shape, the running scales, and the used part of the ring, oldest first.
  ///
  /// @param steps of the series
  /// @param size steps that the ring holds now
  void write(ByteBuffer to, long steps, int size) {
    if (count == 0) {
      return;
    }
    to.putInt(spec.shape());
    for (int c = 0; c < count; c++) {
      scales[c].write(to);
      to.putLong(seen[c]);
    }
    for (long step = steps - size; step < steps; step++) {
      for (int c = 0; c < count; c++) {
        int at = at(step, c);
        to.putDouble(values[at]).putFloat(scaled[at]).put((byte) (missing[at] ? 1 : 0));
      }
    }
  }

  /// Reads what [#write] wrote, replacing everything.
  ///
  /// @throws IllegalArgumentException if it was written for other covariates
  void read(ByteBuffer from, long steps, int size) {
    if (count == 0) {
      return;
    }
    if (from.getInt() != spec.shape()) {
      throw new IllegalArgumentException(
          "the series was written with other covariates than " + spec);
    }
    Arrays.fill(values, 0);
    Arrays.fill(scaled, 0);
    Arrays.fill(missing, false);
    for (int c = 0; c < count; c++) {
      scales[c].read(from);
      seen[c] = from.getLong();
    }
    for (long step = steps - size; step < steps; step++) {
      for (int c = 0; c < count; c++) {
        int at = at(step, c);
        values[at] = from.getDouble();
        scaled[at] = from.getFloat();
        missing[at] = from.get() != 0;
      }
    }
  }

  private int at(long step, int covariate) {
    return (int) (step % ringLength) * count + covariate;
  }
}
