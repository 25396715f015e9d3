package io.eddy.model.series;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// What a key remembers of its series whatever weights answer for it: the ring of its last values
/// with their times and covariates, the running scale, and the base forecast with what its experts
/// have learned. In double, since a counter of 10^12 that grows by 1 has no differences in float.
///
/// The *image* of a value is what the spec's transform makes of it; base forecasts, scales and
/// innovations are in images.
///
/// A step whose value never came is *missing*: the ring holds in its place what was then forecast,
/// so that seasons keep their phase and a network something to step on. Nothing is learned from it:
/// no scale, no weight of an expert, no frequency.
///
/// One thread at a time.
public final class Series {

  private static final double[] NO_COVARIATES = {};

  /// Changes that must have been seen before the largest says anything: a bound that holds 95 % is
  /// missed twice in so many.
  private static final int LEAST_CHANGES = 40;

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
  private final Absence[] absences; // (ringLength)
  private final RunningScale scale;
  private final Spacing spacing;
  private final ExpertMix mix;
  private final Covariates covariates;
  private long steps;
  private long observed; // steps that are not missing
  private long lastEvent; // time of the last event that came, epoch milliseconds
  private int newest; // its slot
  private double greatest; // size of an image
  private double reach; // as of the step below, since few ask for it
  private long reachedAt = -1;

  /// An empty series.
  ///
  /// @param ringLength steps that the ring holds
  /// @param horizon steps ahead that the base forecast covers
  public Series(SeriesSpec spec, int ringLength, int horizon) {
    this(
        spec,
        ringLength,
        horizon,
        new ExpertMix(Panel.of(spec, horizon), spec.scale() == ScaleUnit.ERROR));
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
    absences = new Absence[ringLength];
    Arrays.fill(absences, Absence.NONE);
    scale = new RunningScale(spec.scale(), ringLength);
    spacing = new Spacing(spec.frequency());
    covariates = new Covariates(spec.covariates(), ringLength, horizon);
  }

  /// How values are prepared.
  public SeriesSpec spec() {
    return spec;
  }

  /// Steps that the ring can hold.
  public int ringLength() {
    return ringLength;
  }

  /// Steps since the key was new, missing ones included.
  public long steps() {
    return steps;
  }

  /// Steps that can be seen, the newest included.
  public int size() {
    return (int) Math.min(steps, ringLength);
  }

  /// Appends the next value; covariates, if there are any, are missing.
  ///
  /// @param timeMillis event time, epoch milliseconds
  /// @param value finite, in the series' own unit
  public void append(long timeMillis, double value) {
    append(timeMillis, value, NO_COVARIATES);
  }

  /// Appends the next value.
  ///
  /// @param timeMillis event time, epoch milliseconds
  /// @param value finite, in the series' own unit
  /// @param row what came with it, as [CovariateSpec] describes it: finite, or NaN if missing
  public void append(long timeMillis, double value, double[] row) {
    covariates.append(steps, row);
    double image = transform.apply(value);
    double before = steps > 0 ? image(0) : image;
    double innovation = steps > 0 ? image - mix.base(1) : 0;
    cameAt(timeMillis);
    observed++;
    scale.observe(image, before, observed);
    greatest = Math.max(greatest, Math.abs(image));
    put(timeMillis, value, image, innovation, Absence.NONE);
  }

  /// Appends a step whose value is missing.
  ///
  /// @param timeMillis when it should have come, epoch milliseconds
  /// @param value what stands in for it, finite, in the series' own unit
  /// @param absence how it is missing
  /// @param row what came with it, as for a value; none where nothing came
  public void impute(long timeMillis, double value, Absence absence, double[] row) {
    covariates.append(steps, row);
    if (absence == Absence.NULL) {
      cameAt(timeMillis);
    }
    put(timeMillis, value, transform.apply(value), 0, absence);
  }

  private void cameAt(long timeMillis) {
    if (steps > 0) {
      spacing.observe(timeMillis - lastEvent);
    }
    lastEvent = timeMillis;
  }

  private void put(
      long timeMillis, double value, double image, double innovation, Absence absence) {
    int slot = (int) (steps % ringLength);
    steps++;
    images[slot] = image;
    values[slot] = value;
    times[slot] = timeMillis;
    innovations[slot] = innovation;
    absences[slot] = absence;
    newest = slot;
    scales[slot] = scale.scale();
    mix.observe(this);
    if (mix.knowsError()) {
      scales[slot] = mix.error();
    }
  }

  /// Steps that are missing before an event at this time, by the series' frequency; 0 if that is
  /// not known. An absence longer than the ring is shortened by whole seasons: what was forecast
  /// would push all that was seen out of the ring.
  public int missingBefore(long timeMillis) {
    double step = spacing.stepMillis();
    if (steps == 0 || step == 0) {
      return 0;
    }
    long missing = Math.round((timeMillis - time(0)) / step) - 1;
    if (missing > ringLength) {
      missing = spec.seasons().isEmpty() ? 0 : missing % spec.longestSeason();
    }
    return (int) Math.max(0, missing);
  }

  /// Milliseconds between two events, 0 if that is not known.
  public double stepMillis() {
    return spacing.stepMillis();
  }

  /// Whether and how the step `back` steps before the newest is missing.
  public Absence absence(int back) {
    return absences[slot(back)];
  }

  /// Missing steps since the last value, the newest step included.
  public int missingSince() {
    int missing = 0;
    while (missing < size() && absence(missing) != Absence.NONE) {
      missing++;
    }
    return missing;
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

  /// What widths of answers to the newest step are multiplied by: the divisor, or the value's own
  /// size as long as there is no difference to measure a scale by, so that a key's first bounds are
  /// wide.
  public double spread() {
    if (steps > 1) {
      return divisor(0);
    }
    double size = Math.abs(image(0));
    return size > 0 ? size : 1;
  }

  /// The image of that step less what the base forecast expected one step before.
  public double innovation(int back) {
    return innovations[slot(back)];
  }

  /// Event time of the value `back` steps before the newest, epoch milliseconds.
  public long time(int back) {
    return times[slot(back)];
  }

  /// Numbers of covariates that come with one value, as [CovariateSpec] describes them.
  public int covariateRowSize() {
    return spec.covariates().rowSize(horizon);
  }

  /// Writes the covariates that came with that value, as [CovariateSpec] describes them.
  ///
  /// @param to overwritten from `offset` on
  public void covariates(int back, double[] to, int offset) {
    slot(back); // refuses a step that the ring does not hold
    covariates.row(steps - 1 - back, to, offset);
  }

  Covariates covariates() {
    return covariates;
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

  /// How far a bound may lie from the median, in the series' own unit: as far as the largest change
  /// that the ring holds, over whole seasons that are at least as long as the horizon. Without an
  /// end where values are their own images, as long as too few changes were seen, and where there
  /// were none.
  ///
  /// What a width in logarithms is in values grows exponentially with it. The change over seasons
  /// is what the key itself has shown in values.
  public double reach() {
    if (transform.isIdentity()) {
      return Double.POSITIVE_INFINITY;
    }
    if (reachedAt != steps) {
      reach = largestChange();
      reachedAt = steps;
    }
    return reach;
  }

  private double largestChange() {
    int season = Math.max(1, spec.longestSeason());
    int lag = season * Math.ceilDiv(horizon, season);
    int changes = 0;
    double largest = 0;
    for (int back = 0; back + lag < size(); back++) {
      int to = slot(back);
      int from = slot(back + lag);
      if (absences[to] == Absence.NONE && absences[from] == Absence.NONE) {
        largest = Math.max(largest, Math.abs(values[to] - values[from]));
        changes++;
      }
    }
    return changes < LEAST_CHANGES || largest == 0 ? Double.POSITIVE_INFINITY : largest;
  }

  /// A series with the same content that shares nothing with this one.
  public Series copy() {
    Series copy = new Series(spec, ringLength, horizon, mix.copy());
    System.arraycopy(values, 0, copy.values, 0, ringLength);
    System.arraycopy(images, 0, copy.images, 0, ringLength);
    System.arraycopy(scales, 0, copy.scales, 0, ringLength);
    System.arraycopy(innovations, 0, copy.innovations, 0, ringLength);
    System.arraycopy(times, 0, copy.times, 0, ringLength);
    System.arraycopy(absences, 0, copy.absences, 0, ringLength);
    copy.scale.set(scale);
    copy.spacing.set(spacing);
    copy.covariates.set(covariates);
    copy.steps = steps;
    copy.observed = observed;
    copy.lastEvent = lastEvent;
    copy.newest = newest;
    copy.greatest = greatest;
    return copy;
  }

  /// Bytes that [#write] needs.
  public int byteSize() {
    return 3 * Long.BYTES
        + Double.BYTES
        + RunningScale.byteSize()
        + Spacing.byteSize()
        + mix.byteSize()
        + size() * (3 * Double.BYTES + Long.BYTES + 1)
        + covariates.byteSize(steps, size());
  }

  /// Writes the steps, what the experts have learned, and the used part of the ring, oldest first.
  public void write(ByteBuffer to) {
    to.putLong(steps).putLong(observed).putLong(lastEvent).putDouble(greatest);
    scale.write(to);
    spacing.write(to);
    mix.write(to);
    for (int back = size() - 1; back >= 0; back--) {
      int slot = slot(back);
      to.putDouble(values[slot]).putDouble(scales[slot]).putDouble(innovations[slot]);
      to.putLong(times[slot]).put((byte) absences[slot].code());
    }
    covariates.write(to, steps, size());
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
    reachedAt = -1;
    observed = from.getLong();
    lastEvent = from.getLong();
    newest = steps == 0 ? 0 : (int) ((steps - 1) % ringLength);
    greatest = from.getDouble();
    scale.read(from);
    spacing.read(from);
    mix.read(from, steps);
    Arrays.fill(values, 0);
    Arrays.fill(images, 0);
    Arrays.fill(scales, 0);
    Arrays.fill(innovations, 0);
    Arrays.fill(times, 0);
    Arrays.fill(absences, Absence.NONE);
    for (int back = size() - 1; back >= 0; back--) {
      int slot = slot(back);
      double value = from.getDouble();
      images[slot] = transform.apply(value);
      values[slot] = value;
      scales[slot] = from.getDouble();
      innovations[slot] = from.getDouble();
      times[slot] = from.getLong();
      absences[slot] = Absence.of(from.get());
    }
    covariates.read(from, steps, size());
    mix.restore(this);
  }

  private int slot(int back) {
    if (back < 0 || back >= size()) {
      throw new IndexOutOfBoundsException(
          "step " + back + " back from the newest, but the ring holds " + size());
    }
    // A division for each value looked at would cost more than all that is done with it.
    int slot = newest - back;
    return slot < 0 ? slot + ringLength : slot;
  }
}
