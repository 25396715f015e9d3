package io.eddy.model.series;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// What a key remembers of its series whatever weights answer for it: the ring of its last values
/// with their times, the running scale, and the base forecast with what its experts have learned.
/// In double, since a counter of 10^12 that grows by 1 has no differences in float.
///
/// The *image* of a value is what the spec's transform makes of it; base forecasts, scales and
/// innovations are in images.
///
/// One thread at a time.
public final class Series {

  private final SeriesSpec spec;
  private final PowerTransform transform;
  private final int ringLength;
  private final int horizon;
  private final double[] values; // (ringLength), slot = step mod ringLength
  private final double[]
      images; // (ringLength); the values themselves where the transform is the identity
  private final double[] scales; // (ringLength), the scale right after that step
  private final double[] innovations; // (ringLength), what the base forecast did not see coming
  private final long[] times; // (ringLength), epoch milliseconds
  private final RunningScale scale;
  private final ExpertMix mix;
  private long steps;
  private double greatest; // size of an image

  /// An empty series.
  ///
  /// @param ringLength steps that the ring holds
  /// @param horizon steps ahead that the base forecast covers
  public Series(SeriesSpec spec, int ringLength, int horizon) {
    this(
        spec,
        ringLength,
        horizon,
        new ExpertMix(
            spec.base().experts(spec.seasons()), horizon, spec.scale() == ScaleUnit.ERROR));
  }

  private Series(SeriesSpec spec, int ringLength, int horizon, ExpertMix mix) {
    if (ringLength < spec.longestSeason() + 2) {
      throw new IllegalArgumentException(
          "a ring of "
              + ringLength
              + " steps cannot hold a season of "
              + spec.longestSeason()
              + " and two more: lengthen the window or shorten the season");
    }
    this.spec = spec;
    this.ringLength = ringLength;
    this.horizon = horizon;
    this.mix = mix;
    transform = new PowerTransform(spec.power());
    values = new double[ringLength];
    images = transform.isIdentity() ? values : new double[ringLength];
    scales = new double[ringLength];
    innovations = new double[ringLength];
    times = new long[ringLength];
    scale = new RunningScale(spec.scale(), ringLength);
  }

  /// How values are prepared.
  public SeriesSpec spec() {
    return spec;
  }

  /// Steps that the ring can hold.
  public int ringLength() {
    return ringLength;
  }

  /// Values appended since the key was new.
  public long steps() {
    return steps;
  }

  /// Steps that can be seen, the newest included.
  public int size() {
    return (int) Math.min(steps, ringLength);
  }

  /// Appends the next value.
  ///
  /// @param timeMillis event time, epoch milliseconds
  /// @param value finite, in the series' own unit
  public void append(long timeMillis, double value) {
    double image = transform.apply(value);
    int slot = (int) (steps % ringLength);
    innovations[slot] = steps > 0 ? image - mix.base(1) : 0;
    double before = steps > 0 ? image(0) : image;
    steps++;
    images[slot] = image;
    values[slot] = value;
    times[slot] = timeMillis;
    scale.observe(image, before, steps);
    greatest = Math.max(greatest, Math.abs(image));
    mix.observe(this);
    scales[slot] = mix.knowsError() ? mix.error() : scale.scale();
  }

  /// The value `back` steps before the newest, in the series' own unit.
  public double value(int back) {
    return values[slot(back)];
  }

  /// The image of that value.
  public double image(int back) {
    int slot = slot(back);
    return transform.isIdentity() ? transform.apply(values[slot]) : images[slot];
  }

  /// The running scale as it stood right after the step `back` steps before the newest; 0 as long
  /// as the series has not moved.
  public double scale(int back) {
    return scales[slot(back)];
  }

  /// What scaled answers to that step are multiplied by.
  public double divisor(int back) {
    return RunningScale.divisor(scale(back), image(back));
  }

  /// The image of that step less what the base forecast expected one step before.
  public double innovation(int back) {
    return innovations[slot(back)];
  }

  /// Event time of the value `back` steps before the newest, epoch milliseconds.
  public long time(int back) {
    return times[slot(back)];
  }

  /// The base forecast `ahead` steps after the newest value, as an image.
  ///
  /// @param ahead 1 to the horizon
  public double base(int ahead) {
    return mix.base(ahead);
  }

  /// The image of a value that is no part of the series.
  public double imageOf(double value) {
    return transform.apply(value);
  }

  /// The value whose image a forecast is, in the series' own unit.
  public double valueOf(double image) {
    double value = transform.invert(image);
    return spec.nonNegative() ? Math.max(0, value) : value;
  }

  /// A bound as an image, not further out than makes sense: a width that is harmless in logarithms
  /// has no end in values. Beyond the power of 3/2 of the greatest value there is nothing to say.
  public double bounded(double image) {
    double limit = 1.5 * greatest + 1;
    return transform.isIdentity() ? image : Math.clamp(image, -limit, limit);
  }

  /// A series with the same content that shares nothing with this one.
  public Series copy() {
    Series copy = new Series(spec, ringLength, horizon, mix.copy());
    System.arraycopy(values, 0, copy.values, 0, ringLength);
    System.arraycopy(images, 0, copy.images, 0, ringLength);
    System.arraycopy(scales, 0, copy.scales, 0, ringLength);
    System.arraycopy(innovations, 0, copy.innovations, 0, ringLength);
    System.arraycopy(times, 0, copy.times, 0, ringLength);
    copy.scale.set(scale);
    copy.steps = steps;
    copy.greatest = greatest;
    return copy;
  }

  /// Bytes that [#write] needs.
  public int byteSize() {
    return Long.BYTES
        + Double.BYTES
        + RunningScale.byteSize()
        + mix.byteSize()
        + size() * (3 * Double.BYTES + Long.BYTES);
  }

  /// Writes the steps, what the experts have learned, and the used part of the ring, oldest first.
  public void write(ByteBuffer to) {
    to.putLong(steps).putDouble(greatest);
    scale.write(to);
    mix.write(to);
    for (int back = size() - 1; back >= 0; back--) {
      int slot = slot(back);
      to.putDouble(values[slot]).putDouble(scales[slot]).putDouble(innovations[slot]);
      to.putLong(times[slot]);
    }
  }

  /// Reads what [#write] wrote into this series, replacing its content.
  ///
  /// @throws IllegalArgumentException if what is read cannot be a series of this ring length
  public void read(ByteBuffer from) {
    long count = from.getLong();
    if (count < 0) {
      throw new IllegalArgumentException("the series has " + count + " steps, expected 0 or more");
    }
    steps = count;
    greatest = from.getDouble();
    scale.read(from);
    mix.read(from, steps);
    Arrays.fill(values, 0);
    Arrays.fill(images, 0);
    Arrays.fill(scales, 0);
    Arrays.fill(innovations, 0);
    Arrays.fill(times, 0);
    for (int back = size() - 1; back >= 0; back--) {
      int slot = slot(back);
      double value = from.getDouble();
      images[slot] = transform.apply(value);
      values[slot] = value;
      scales[slot] = from.getDouble();
      innovations[slot] = from.getDouble();
      times[slot] = from.getLong();
    }
  }

  private int slot(int back) {
    if (back < 0 || back >= size()) {
      throw new IndexOutOfBoundsException(
          "step " + back + " back from the newest, but the ring holds " + size());
    }
    return (int) ((steps - 1 - back) % ringLength);
  }
}
