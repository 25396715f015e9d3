package io.eddy.model.training;

import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterSpec;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/// How often which ratio of a residual to the predicted distance of a bound was met, counted in
/// bins: what a version's width calibration is made of, in a form that trainings on different data
/// can add up. A quantile of sums is the quantile of all the data; a mean of quantiles is none.
///
/// Bins are equally wide on the scale of logarithms, between the least and the greatest factor that
/// a calibration can have, each 3.5 % wide.
///
/// Immutable.
public final class WidthCounts {
  static final float LEAST_FACTOR = 0.25f;
  static final float GREATEST_FACTOR = 8;

  /// Fewer residuals than this say nothing of a tail.
  static final int LEAST_RESIDUALS = 40;

  private static final int INNER_BINS = 100;
  private static final int BINS = INNER_BINS + 2;
  private static final double SPAN = StrictMath.log(GREATEST_FACTOR / LEAST_FACTOR);

  private final int[][] counts; // (quantiles but the median · horizon), then bins

  private WidthCounts(int[][] counts) {
    this.counts = counts;
  }

  /// Counts of ratios.
  ///
  /// @param ratios by side: (quantiles but the median · horizon)
  /// @param sizes how many there are of each
  static WidthCounts of(float[][] ratios, int[] sizes) {
    int[][] counts = new int[ratios.length][BINS];
    for (int side = 0; side < ratios.length; side++) {
      for (int i = 0; i < sizes[side]; i++) {
        counts[side][bin(ratios[side][i])]++;
      }
    }
    return new WidthCounts(counts);
  }

  private static int bin(float ratio) {
    if (!(ratio > LEAST_FACTOR)) {
      return 0;
    }
    if (ratio > GREATEST_FACTOR) {
      return BINS - 1;
    }
    return 1 + Math.min(INNER_BINS - 1, (int) (position(ratio) * INNER_BINS));
  }

  private static double position(float ratio) {
    return StrictMath.log(ratio / LEAST_FACTOR) / SPAN;
  }

  private static double edge(double bins) {
    return LEAST_FACTOR * StrictMath.exp(SPAN * bins / INNER_BINS);
  }

  /// The counts of both.
  ///
  /// @throws IllegalArgumentException if they are of other sizes
  public WidthCounts plus(WidthCounts other) {
    if (other.counts.length != counts.length) {
      throw new IllegalArgumentException(
          "counts of " + other.counts.length + " sides, expected " + counts.length);
    }
    int[][] sums = new int[counts.length][BINS];
    for (int side = 0; side < sums.length; side++) {
      for (int bin = 0; bin < BINS; bin++) {
        sums[side][bin] = Math.addExact(counts[side][bin], other.counts[side][bin]);
      }
    }
    return new WidthCounts(sums);
  }

  /// The factors by which distances from the median must be multiplied to cover what they promise,
  /// (quantiles but the median · horizon); within a bin as if it were evenly filled.
  ///
  /// @throws IllegalArgumentException if the counts are of another horizon or other quantiles
  public float[] factors(ForecasterSpec spec) {
    if (counts.length != Forecaster.calibrationSize(spec)) {
      throw new IllegalArgumentException(
          "counts of "
              + counts.length
              + " sides, expected "
              + Forecaster.calibrationSize(spec)
              + " for a horizon of "
              + spec.horizon());
    }
    double[] levels = WidthCalibration.levels(spec);
    float[] factors = new float[counts.length];
    for (int side = 0; side < factors.length; side++) {
      factors[side] = factor(counts[side], levels[side / spec.horizon()]);
    }
    return factors;
  }

  private static float factor(int[] bins, double level) {
    long total = 0;
    for (int count : bins) {
      total += count;
    }
    if (total < LEAST_RESIDUALS) {
      return 1;
    }
    long rank = Math.min(total, (long) Math.ceil((total + 1) * level));
    long before = 0;
    for (int bin = 0; bin < BINS; bin++) {
      if (before + bins[bin] >= rank) {
        if (bin == 0) {
          return LEAST_FACTOR;
        }
        return bin == BINS - 1
            ? GREATEST_FACTOR
            : (float) edge(bin - 1 + (rank - before) / (double) bins[bin]);
      }
      before += bins[bin];
    }
    throw new IllegalStateException("rank " + rank + " of " + total);
  }

  /// The counts as bytes, seven bits of a number each, since most are zero.
  public byte[] encode() {
    var out = new ByteArrayOutputStream(counts.length * BINS);
    for (int[] bins : counts) {
      for (int count : bins) {
        int rest = count;
        while (rest > 0x7f) {
          out.write((rest & 0x7f) | 0x80);
          rest >>>= 7;
        }
        out.write(rest);
      }
    }
    return out.toByteArray();
  }

  /// The counts that [#encode] wrote.
  ///
  /// @throws IllegalArgumentException if the bytes are no counts for that spec
  public static WidthCounts decode(ByteBuffer bytes, ForecasterSpec spec) {
    ByteBuffer in = bytes.duplicate();
    int[][] counts = new int[Forecaster.calibrationSize(spec)][BINS];
    for (int[] bins : counts) {
      for (int bin = 0; bin < BINS; bin++) {
        bins[bin] = number(in);
      }
    }
    if (in.hasRemaining()) {
      throw new IllegalArgumentException(in.remaining() + " bytes are left behind the counts");
    }
    return new WidthCounts(counts);
  }

  private static int number(ByteBuffer in) {
    long number = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      if (!in.hasRemaining()) {
        throw new IllegalArgumentException("the counts are cut off");
      }
      byte next = in.get();
      number |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return Math.toIntExact(number);
      }
    }
    throw new IllegalArgumentException("a count has more than 31 bits");
  }
}
