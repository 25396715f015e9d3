package io.eddy.model.series;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// What a series remembers of its covariates: a ring beside that of its values, and of each
/// covariate the running mean and deviation, by which a network sees it whatever its unit is.
///
/// A covariate that is missing keeps its last known value and is noted as missing; one that was
/// never known is `NaN`. A covariate that is known ahead keeps, of what was announced for this step
/// and the next ones, all that the row does not say anew.
///
/// A step's scaled value is kept as it was when the step was new: computed again from what came
/// later, a network's state that is rebuilt from the ring would not be the one that it had.
final class Covariates {

  private final CovariateSpec spec;
  private final int count;
  private final int observed;
  private final int known;
  private final int horizon;
  private final int ringLength;
  private final double[] values; // (ringLength, count), the last known ones
  private final float[] scaled; // (ringLength, count), at their time
  private final boolean[] missing; // (ringLength, count)
  private final double[] coming; // (ringLength, known, horizon), what was announced at the step
  private final RunningScale[] scales; // by covariate
  private final long[] seen; // by covariate, the values that were not missing

  /// @param ringLength steps that the ring holds
  /// @param horizon steps ahead that are forecast
  Covariates(CovariateSpec spec, int ringLength, int horizon) {
    this.spec = spec;
    this.ringLength = ringLength;
    this.horizon = horizon;
    count = spec.count();
    observed = spec.observed().size();
    known = spec.known().size();
    coming = new double[ringLength * known * horizon];
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
    if (row.length != 0 && row.length != spec.rowSize(horizon)) {
      throw new IllegalArgumentException(
          "the covariates of an event are "
              + row.length
              + " numbers, expected "
              + spec.rowSize(horizon)
              + " for "
              + spec
              + ", or none if all are missing");
    }
    for (int c = 0; c < count; c++) {
      int at = at(step, c);
      int offset = spec.offset(c, horizon);
      double value = row.length == 0 ? Double.NaN : row[offset];
      missing[at] = Double.isNaN(value);
      if (missing[at]) {
        values[at] = expected(step, c);
      } else {
        values[at] = value;
        seen[c]++;
        scales[c].observe(value, 0, seen[c]);
      }
      scaled[at] = scaled(c, values[at]);
      if (c >= observed) {
        for (int ahead = 1; ahead <= horizon; ahead++) {
          double announced = row.length == 0 ? Double.NaN : row[offset + ahead];
          coming[comingAt(step, c, ahead)] =
              Double.isNaN(announced) ? expected(step, c, ahead) : announced;
        }
      }
    }
  }

  /// What counts as a covariate's value at a step that does not say it: what was announced for that
  /// step, or the value before.
  private double expected(long step, int covariate) {
    if (step == 0) {
      return Double.NaN;
    }
    double announced = covariate < observed ? Double.NaN : coming(step - 1, covariate, 1);
    return Double.isNaN(announced) ? value(step - 1, covariate) : announced;
  }

  /// What counts as announced at a step that does not say it: what the step before announced for
  /// the same time, or else that it stays as it is.
  private double expected(long step, int covariate, int ahead) {
    double announced =
        step == 0 || ahead == horizon ? Double.NaN : coming(step - 1, covariate, ahead + 1);
    return Double.isNaN(announced) ? announced(step, covariate, ahead - 1) : announced;
  }

  /// What was announced at a step for `ahead` steps later; at 0, the value itself.
  private double announced(long step, int covariate, int ahead) {
    return ahead == 0 ? value(step, covariate) : coming(step, covariate, ahead);
  }

  /// What a step announced of a covariate that is known ahead.
  ///
  /// @param ahead 1 to the horizon
  double coming(long step, int covariate, int ahead) {
    return coming[comingAt(step, covariate, ahead)];
  }

  /// A value of a covariate in standard deviations from its mean, as both are now; 0 for one that
  /// was never known. The first change of one that has never moved, which may be announced, counts
  /// as one deviation.
  float scaled(int covariate, double value) {
    RunningScale scale = scales[covariate];
    double change = value - scale.mean();
    double deviations =
        scale.scale() == 0
            ? Math.signum(change)
            : change / RunningScale.divisor(scale.scale(), value);
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
      int at = offset + spec.offset(c, horizon);
      to[at] = isMissing(step, c) ? Double.NaN : value(step, c);
      if (c >= observed) {
        System.arraycopy(coming, comingAt(step, c, 1), to, at + 1, horizon);
      }
    }
  }

  void set(Covariates other) {
    System.arraycopy(other.values, 0, values, 0, values.length);
    System.arraycopy(other.scaled, 0, scaled, 0, scaled.length);
    System.arraycopy(other.missing, 0, missing, 0, missing.length);
    System.arraycopy(other.coming, 0, coming, 0, coming.length);
    System.arraycopy(other.seen, 0, seen, 0, count);
    for (int c = 0; c < count; c++) {
      scales[c].set(other.scales[c]);
    }
  }

  /// Bytes that [#write] needs; none without covariates.
  ///
  /// @param steps of the series
  /// @param size steps that the ring holds now
  int byteSize(long steps, int size) {
    if (count == 0) {
      return 0;
    }
    int each = Double.BYTES + Float.BYTES + 1;
    int bytes =
        Integer.BYTES + count * (RunningScale.byteSize() + Long.BYTES) + size * count * each;
    for (long step = steps - size; step < steps; step++) {
      for (int c = observed; c < count; c++) {
        int kept = kept(step, c, step > steps - size);
        bytes += 2 * Short.BYTES + said(step, c, kept) * Double.BYTES;
      }
    }
    return bytes;
  }

  /// How many of the announced values, the nearest first, are what the step before in the ring led
  /// to expect: an announcement usually repeats the one before, and adds a value at its end.
  private int kept(long step, int covariate, boolean hasBefore) {
    int ahead = 1;
    while (ahead <= horizon
        && same(
            coming(step, covariate, ahead),
            hasBefore ? expected(step, covariate, ahead) : announced(step, covariate, ahead - 1))) {
      ahead++;
    }
    return ahead - 1;
  }

  /// How many values after the kept ones must be written, if the last of them is repeated.
  private int said(long step, int covariate, int kept) {
    int ahead = horizon;
    while (ahead > kept
        && same(coming(step, covariate, ahead), announced(step, covariate, ahead - 1))) {
      ahead--;
    }
    return ahead - kept;
  }

  private static boolean same(double one, double other) {
    return Double.doubleToLongBits(one) == Double.doubleToLongBits(other);
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
      for (int c = observed; c < count; c++) {
        int kept = kept(step, c, step > steps - size);
        int said = said(step, c, kept);
        to.putShort((short) kept).putShort((short) said);
        for (int ahead = kept + 1; ahead <= kept + said; ahead++) {
          to.putDouble(coming(step, c, ahead));
        }
      }
    }
  }

  /// Reads what [#write] wrote, replacing everything.
  ///
  /// @throws IllegalArgumentException if it was written for other covariates or another horizon
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
    Arrays.fill(coming, 0);
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
      for (int c = observed; c < count; c++) {
        readComing(from, step, c, step > steps - size);
      }
    }
  }

  private void readComing(ByteBuffer from, long step, int covariate, boolean hasBefore) {
    int kept = from.getShort();
    int said = from.getShort();
    if (kept < 0 || said < 0 || kept + said > horizon) {
      throw new IllegalArgumentException(
          "the series announces " + (kept + said) + " steps of a covariate, expected " + horizon);
    }
    for (int ahead = 1; ahead <= horizon; ahead++) {
      double value;
      if (ahead > kept && ahead <= kept + said) {
        value = from.getDouble();
      } else if (ahead <= kept && hasBefore) {
        value = expected(step, covariate, ahead);
      } else {
        value = announced(step, covariate, ahead - 1);
      }
      coming[comingAt(step, covariate, ahead)] = value;
    }
  }

  private int comingAt(long step, int covariate, int ahead) {
    return ((int) (step % ringLength) * known + covariate - observed) * horizon + ahead - 1;
  }

  private int at(long step, int covariate) {
    return (int) (step % ringLength) * count + covariate;
  }
}
