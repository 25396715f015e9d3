package io.eddy.model.anomaly;

import io.eddy.model.kernel.Functions;
import java.nio.ByteBuffer;

/// One key's judge of its events: how rare is what just came, in this key's own history?
///
/// Five pieces of evidence, each ranked among its own past by a [RankSketch]: the value itself, the
/// value against what is usual at this time of day, the mean of the last 16 values (level), the
/// mean of the last 32 absolute residuals (variance), and the residual itself. The first four are
/// combined by Fisher's method; the result is ranked once more, since evidence of a series that
/// wanders is neither independent nor uniform, and the geometric mean of both counts. A residual or
/// a variance that nothing else supports may speak alone, at a tenth of its chance.
///
/// ```
/// Q = p(value) p(time of day) p(level) p(variance)
/// F = Q Σ (-ln Q)^j / j!, j = 0..3          chance of such a product of four uniform numbers
/// R = rank p-value of F
/// p = min(max(sqrt(F R), R / 100), 10 p(residual), 10 p(variance))
/// score = (-log10 p - raised) / 6
/// ```
///
/// After an alarm the bar is raised, since a condition that lasts is one alarm and not many: for a
/// while to a hundred times rarer than what raised the alarm, then by a decade that fades.
/// `docs/anomaly.md` has the reasons and the measurements.
///
/// No clock, no randomness, the same bits on every machine. One thread at a time.
public final class AnomalyDetector {

  /// The score from which on an event is an anomaly unless said otherwise: a chance of one in a
  /// thousand.
  public static final double THRESHOLD = 0.5;

  /// The chance that scores 1, in decades. Beyond it the sketches extrapolate.
  private static final double DECADES = 6;

  /// Events before the first verdict: with fewer, one in a thousand is not to be seen.
  private static final int WARM_UP = 100;

  /// At so many events a chance counts twice what it was found to be, since a short history says
  /// little of how rare a value is, and less if the series wanders.
  private static final double YOUTH = 300;

  /// Values whose mean is the level. A spike of one value moves it little, a shift in a few steps.
  private static final int LEVEL_VALUES = 16;

  /// Absolute residuals whose mean is the variance: twice the level's, as a scatter is harder to
  /// tell than a mean. It is learned when its window has passed, or a variance that changes slowly
  /// would be ranked against its own beginning.
  private static final int VARIANCE_RESIDUALS = 32;

  private static final int HOURS = 24;
  private static final long HOUR_MILLIS = 3_600_000;

  /// Values per hour of the day that its mean remembers: two weeks of 5-minute values.
  private static final int HOUR_MEMORY = 14 * 12;

  /// How much rarer than its rank the combined evidence may be called: a counter that only grows is
  /// at its highest on every event, and there is nothing rare about that.
  private static final double BEYOND_RANK = 100;

  /// A piece of evidence that speaks alone must be so many times rarer.
  private static final double ALONE = 10;

  /// Share of the remembered events for which alarms are held back after one.
  private static final double QUIET_SHARE = 0.03;

  /// Share of the remembered events over which the raised bar then comes down.
  private static final double RAISED_SHARE = 0.3;

  /// Decades by which an event must be rarer than the one that raised the alarm, while others are
  /// held back.
  private static final double QUIET_DECADES = 2;

  private static final double RAISED_DECADES = 1;

  /// Values in a row among the twentieth on one side, from which on a spike is a change of level:
  /// by chance once in 80,000. Twice as many where the values scatter.
  private static final int STAYED = 4;

  private static final double FAR_SIDE = 0.05;

  /// Residuals of the last 16 among the largest tenth, from which on it is the variance that has
  /// grown: by chance once in 2,000, and no single spike.
  private static final int RESTLESS = 7;

  private static final double LARGE_RESIDUAL = 0.1;

  private static final double LEAST_CHANCE = 1e-7;
  private static final double LEAST_SCALE = 1e-30;
  private static final float LIMIT = 1e37f;
  private static final float LEAST_LOG = -69; // ln(1e-30)
  private static final double LOG10_E = 0.4342944819032518;

  private final double threshold;
  private final RankSketch values = new RankSketch();
  private final RankSketch daily = new RankSketch();
  private final RankSketch levels = new RankSketch();
  private final RankSketch variances = new RankSketch();
  private final RankSketch residuals = new RankSketch();
  private final RankSketch combined = new RankSketch();
  private final float[] lastValues = new float[LEVEL_VALUES]; // less the anchor
  private final float[] lastResiduals = new float[VARIANCE_RESIDUALS]; // absolute
  private final float[] unlearned = new float[VARIANCE_RESIDUALS]; // the last logs of variances
  private final float[] hourMeans = new float[HOURS]; // less the anchor
  private final short[] hourCounts = new short[HOURS]; // up to HOUR_MEMORY
  private long events;
  private double anchor; // the first value: floats are precise enough for differences to it
  private double previous;
  private long alarmed = -1; // number of the last event that raised an alarm, -1 for none
  private float alarmedDecades; // how rare it was
  private int stayed; // values in a row on one far side, negative for the lower
  private boolean spokeAlone; // what made the last chance; scratch, and no part of what is written
  private short restless; // bits of the last 16 events: whether the residual was large

  /// A detector that has seen nothing and raises alarms from [#THRESHOLD] on.
  public AnomalyDetector() {
    this(THRESHOLD);
  }

  /// A detector that has seen nothing.
  ///
  /// @param threshold score from which on an event is an anomaly, above 0 and at most 1: a sixth
  ///   more is a decade, and leaves a third of the false alarms in noise; a setting, and so no part
  ///   of what is written
  public AnomalyDetector(double threshold) {
    if (!(threshold > 0 && threshold <= 1)) {
      throw new IllegalArgumentException(
          "the threshold is " + threshold + ", expected above 0 and at most 1");
    }
    this.threshold = threshold;
  }

  /// Judges one event, and learns from it. A value that is not finite teaches nothing and is
  /// nothing rare.
  ///
  /// @param timeMillis event time, epoch milliseconds
  /// @param value what came
  /// @param expected what was forecast for it; NaN if nothing was: then the value before it
  /// @param scale what severity is measured in, such as the running scale before the event
  public Verdict observe(long timeMillis, double value, double expected, double scale) {
    if (!Double.isFinite(value)) {
      return Verdict.NONE;
    }
    if (events == 0) {
      anchor = value;
      previous = value;
    }
    float centred = bounded(value - anchor);
    float residual = bounded(value - (Double.isFinite(expected) ? expected : previous));
    values.observe(centred);
    daily.observe(centred - usual(timeMillis, centred));
    residuals.observe(Math.abs(residual));
    double level = level(centred);
    levels.observe((float) level);
    float logVariance = logVariance(Math.abs(residual));
    double chance = chance(chance() * (1 + YOUTH / (events + 1)));
    double decades = Math.min(DECADES, -LOG10_E * Functions.log((float) chance));
    followSide();
    restless = (short) (restless << 1 | (residuals.upper() < LARGE_RESIDUAL ? 1 : 0));
    previous = value;
    events++;
    if (events <= WARM_UP) {
      return Verdict.NONE;
    }
    double score = Math.max(0, decades - raised()) / DECADES;
    boolean anomaly = score >= threshold;
    if (anomaly) {
      alarmed = events;
      alarmedDecades = (float) decades;
    }
    AnomalyKind kind = decades >= threshold * DECADES ? kind() : AnomalyKind.NONE;
    return new Verdict(
        score,
        anomaly,
        kind,
        severity(kind, residual, level, logVariance, scale),
        kind == AnomalyKind.NONE ? Evidence.NONE : loudest());
  }

  private static float bounded(double difference) {
    return (float) Math.clamp(difference, -LIMIT, LIMIT);
  }

  private double level(float centred) {
    lastValues[(int) (events % LEVEL_VALUES)] = centred;
    return mean(lastValues);
  }

  /// Ranks the variance, and learns the one of a window before.
  private float logVariance(float absoluteResidual) {
    int slot = (int) (events % VARIANCE_RESIDUALS);
    lastResiduals[slot] = absoluteResidual;
    float log = Math.max(Functions.log((float) mean(lastResiduals)), LEAST_LOG);
    if (events > VARIANCE_RESIDUALS) { // the first event's residual is none
      variances.rank(log);
      if (events > 2 * VARIANCE_RESIDUALS) {
        variances.add(unlearned[slot]);
      }
    }
    unlearned[slot] = log;
    return log;
  }

  /// Four sums, so that no addition has to wait for the one before.
  private static double mean(float[] numbers) {
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    for (int index = 0; index < numbers.length; index += 4) {
      sum0 += numbers[index];
      sum1 += numbers[index + 1];
      sum2 += numbers[index + 2];
      sum3 += numbers[index + 3];
    }
    return (sum0 + sum1 + sum2 + sum3) / numbers.length;
  }

  /// The mean of this hour of the day before the event, which it then learns; the value itself if
  /// it is the hour's first.
  private float usual(long timeMillis, float centred) {
    int hour = Math.floorMod(Math.floorDiv(timeMillis, HOUR_MILLIS), HOURS);
    float mean = hourCounts[hour] == 0 ? centred : hourMeans[hour];
    hourCounts[hour] = (short) Math.min(hourCounts[hour] + 1, HOUR_MEMORY);
    hourMeans[hour] = mean + (centred - mean) / hourCounts[hour];
    return mean;
  }

  private double chance() {
    double product =
        chance(values.twoSided())
            * chance(daily.twoSided())
            * chance(levels.twoSided())
            * chance(variances.twoSided());
    double log = -Functions.log((float) product);
    double fisher = Math.min(1, product * (1 + log * (1 + log / 2 * (1 + log / 3))));
    combined.observe(-Functions.log((float) fisher));
    double rank = combined.upper();
    double together = Math.max(Math.sqrt(fisher * rank), rank / BEYOND_RANK);
    double alone = ALONE * Math.min(residuals.upper(), variances.twoSided());
    spokeAlone = alone < together;
    return chance(Math.min(together, alone));
  }

  /// The rarest of the pieces that made the last chance: of the two that may speak alone if one of
  /// them did, else of the four that were combined. Of equals the first in the order of the enum.
  private Evidence loudest() {
    double variance = variances.twoSided();
    if (spokeAlone) {
      return variance <= residuals.upper() ? Evidence.VARIANCE : Evidence.RESIDUAL;
    }
    Evidence loudest = Evidence.VALUE;
    double rarest = values.twoSided();
    if (daily.twoSided() < rarest) {
      loudest = Evidence.TIME_OF_DAY;
      rarest = daily.twoSided();
    }
    if (levels.twoSided() < rarest) {
      loudest = Evidence.LEVEL;
      rarest = levels.twoSided();
    }
    return variance < rarest ? Evidence.VARIANCE : loudest;
  }

  private static double chance(double found) {
    return Math.clamp(found, LEAST_CHANCE, 1);
  }

  /// Decades by which a past alarm raises the bar.
  private double raised() {
    if (alarmed < 0) {
      return 0;
    }
    double since = (double) (events - alarmed) / Math.min(events, RankSketch.MEMORY);
    return since <= QUIET_SHARE
        ? alarmedDecades - threshold * DECADES + QUIET_DECADES
        : RAISED_DECADES * Math.max(0, 1 - since / RAISED_SHARE);
  }

  private void followSide() {
    if (values.upper() < FAR_SIDE) {
      stayed = Math.max(stayed, 0) + 1;
    } else if (values.lower() < FAR_SIDE) {
      stayed = Math.min(stayed, 0) - 1;
    } else {
      stayed = 0;
    }
  }

  private AnomalyKind kind() {
    boolean scattered = Integer.bitCount(restless & 0xffff) >= RESTLESS;
    if (Math.abs(stayed) >= (scattered ? 2 * STAYED : STAYED)) {
      return AnomalyKind.LEVEL;
    }
    if (scattered) {
      return AnomalyKind.VARIANCE;
    }
    double spike = Math.min(Math.min(values.twoSided(), daily.twoSided()), residuals.upper());
    return variances.lower() < spike ? AnomalyKind.VARIANCE : AnomalyKind.SPIKE;
  }

  private double severity(
      AnomalyKind kind, float residual, double level, float logVariance, double scale) {
    return switch (kind) {
      case NONE -> 0;
      case SPIKE -> inScales(residual, scale);
      case LEVEL -> inScales(level - values.mean(), scale);
      case VARIANCE -> Functions.exp((float) Math.abs(logVariance - variances.mean()));
    };
  }

  private static double inScales(double departure, double scale) {
    double divisor = scale > LEAST_SCALE ? scale : LEAST_SCALE; // NaN too
    return Math.min(Math.abs(departure) / divisor, LIMIT);
  }

  /// Bytes that [#write] needs.
  public int byteSize() {
    return Long.BYTES // events
        + 2 * Double.BYTES // anchor, previous
        + Long.BYTES // alarmed
        + Float.BYTES // how rare it was
        + Integer.BYTES // stayed
        + Short.BYTES // restless
        + (LEVEL_VALUES + 2 * VARIANCE_RESIDUALS) * Float.BYTES
        + HOURS * (Float.BYTES + Short.BYTES)
        + values.byteSize()
        + daily.byteSize()
        + levels.byteSize()
        + variances.byteSize()
        + residuals.byteSize()
        + combined.byteSize();
  }

  /// Writes this state at the buffer's position, big-endian.
  public void write(ByteBuffer to) {
    to.putLong(events).putDouble(anchor).putDouble(previous);
    to.putLong(alarmed).putFloat(alarmedDecades).putInt(stayed).putShort(restless);
    write(lastValues, to);
    write(lastResiduals, to);
    write(unlearned, to);
    for (int hour = 0; hour < HOURS; hour++) {
      to.putFloat(hourMeans[hour]).putShort(hourCounts[hour]);
    }
    values.write(to);
    daily.write(to);
    levels.write(to);
    variances.write(to);
    residuals.write(to);
    combined.write(to);
  }

  /// Reads what [#write] wrote into this detector, replacing its content.
  ///
  /// @throws IllegalArgumentException if what is read cannot be a detector
  /// @throws java.nio.BufferUnderflowException if the buffer ends too early
  public void read(ByteBuffer from) {
    events = from.getLong();
    if (events < 0) {
      throw new IllegalArgumentException(
          "the detector has seen " + events + " events, expected 0 or more");
    }
    anchor = from.getDouble();
    previous = from.getDouble();
    alarmed = from.getLong();
    alarmedDecades = from.getFloat();
    stayed = from.getInt();
    restless = from.getShort();
    read(lastValues, from);
    read(lastResiduals, from);
    read(unlearned, from);
    for (int hour = 0; hour < HOURS; hour++) {
      hourMeans[hour] = from.getFloat();
      hourCounts[hour] = from.getShort();
    }
    values.read(from);
    daily.read(from);
    levels.read(from);
    variances.read(from);
    residuals.read(from);
    combined.read(from);
  }

  private static void write(float[] numbers, ByteBuffer to) {
    for (float number : numbers) {
      to.putFloat(number);
    }
  }

  private static void read(float[] numbers, ByteBuffer from) {
    for (int index = 0; index < numbers.length; index++) {
      numbers[index] = from.getFloat();
    }
  }
}
