package io.eddy.model.series;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// What a key remembers of its series whatever weights answer for it: the ring of its last values
/// with their times, and the running scale. In double, since a counter of 10^12 that grows by 1 has
/// no differences in float.
///
/// One thread at a time.
public final class Series implements Past {

  private final int ringLength;
  private final int season;
  private final double[] values; // (ringLength), slot = step mod ringLength
  private final double[] scales; // (ringLength), the scale right after that step
  private final long[] times; // (ringLength), epoch milliseconds
  private long steps;

  /// An empty series.
  ///
  /// @param ringLength steps that the ring holds
  /// @param season steps of one season, 0 for none; two of them must fit the naive forecast's needs
  public Series(int ringLength, int season) {
    if (ringLength < season + 2) {
      throw new IllegalArgumentException(
          "a ring of "
              + ringLength
              + " steps cannot hold a season of "
              + season
              + " and two more: lengthen the window or shorten the season");
    }
    this.ringLength = ringLength;
    this.season = season;
    values = new double[ringLength];
    scales = new double[ringLength];
    times = new long[ringLength];
  }

  /// Steps that the ring can hold.
  public int ringLength() {
    return ringLength;
  }

  /// Steps of one season, 0 for none.
  public int season() {
    return season;
  }

  /// Values appended since the key was new.
  public long steps() {
    return steps;
  }

  @Override
  public int size() {
    return (int) Math.min(steps, ringLength);
  }

  /// Appends the next value.
  ///
  /// @param timeMillis event time, epoch milliseconds
  /// @param value finite, in the series' own unit
  public void append(long timeMillis, double value) {
    double scale = 0;
    if (steps > 0) {
      scale = RunningScale.next(scale(0), value - value(0), steps, ringLength);
    }
    int slot = (int) (steps % ringLength);
    values[slot] = value;
    scales[slot] = scale;
    times[slot] = timeMillis;
    steps++;
  }

  @Override
  public double value(int back) {
    return values[slot(back)];
  }

  @Override
  public double scale(int back) {
    return scales[slot(back)];
  }

  /// Event time of the value `back` steps before the newest, epoch milliseconds.
  public long time(int back) {
    return times[slot(back)];
  }

  /// The naive forecast `ahead` steps after the newest value, in the series' own unit; see
  /// [Preparation#base].
  public double base(int ahead) {
    return Preparation.base(this, season, ahead);
  }

  /// A series with the same content that shares nothing with this one.
  public Series copy() {
    Series copy = new Series(ringLength, season);
    System.arraycopy(values, 0, copy.values, 0, ringLength);
    System.arraycopy(scales, 0, copy.scales, 0, ringLength);
    System.arraycopy(times, 0, copy.times, 0, ringLength);
    copy.steps = steps;
    return copy;
  }

  /// Bytes that [#write] needs.
  public int byteSize() {
    return Long.BYTES + size() * (2 * Double.BYTES + Long.BYTES);
  }

  /// Writes the steps and the used part of the ring, oldest first.
  public void write(ByteBuffer to) {
    to.putLong(steps);
    for (int back = size() - 1; back >= 0; back--) {
      int slot = slot(back);
      to.putDouble(values[slot]).putDouble(scales[slot]).putLong(times[slot]);
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
    Arrays.fill(values, 0);
    Arrays.fill(scales, 0);
    Arrays.fill(times, 0);
    for (int back = size() - 1; back >= 0; back--) {
      int slot = slot(back);
      values[slot] = from.getDouble();
      scales[slot] = from.getDouble();
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
