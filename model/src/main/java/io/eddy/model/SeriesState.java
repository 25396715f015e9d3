package io.eddy.model;

import io.eddy.model.anomaly.AnomalyDetector;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.series.Series;
import java.nio.ByteBuffer;

/// Everything that one key carries from event to event: its series, the network's state (h, c), the
/// outlook that its next event will be judged by, its calibration, the ledger, the ranks that
/// verdicts come from, and by which decision all this was made.
///
/// The series knows no weights; all else was computed by the version it is stamped with and is
/// never read under another: [OnlineForecaster#rewarm] rebuilds it. Mutable, one thread at a time.
public final class SeriesState {

  private final ForecasterSpec spec;
  private final Series series;
  final float[] network; // stateSize of the spec
  final float[] outlook; // what the newest step answered, see ForecasterSpec.outlookSize
  final Calibration calibration;
  final Ledger ledger;
  final AnomalyDetector detector = new AnomalyDetector();
  private long decision;
  private int version;
  private int sourcePartition = -1;
  private long sourceOffset = -1;
  private long scoredEvents;
  private double absoluteError;
  private double naiveAbsoluteError;
  private double pinball;
  private long covered;
  private long matured;
  private double maturedPinball;
  private double scaleSum;
  private long watchedEvents;
  private double watchedError;

  /// A key that has seen nothing.
  public SeriesState(ForecasterSpec spec) {
    this.spec = spec;
    series = new Series(spec.series(), spec.ringLength(), spec.horizon());
    network = new float[spec.stateSize()];
    outlook = new float[spec.outlookSize()];
    calibration = new Calibration(spec.confidences(), spec.horizon());
    ledger = new Ledger(spec.confidences().size(), spec.horizon());
  }

  /// What the key remembers whatever weights answer for it.
  public Series series() {
    return series;
  }

  /// Number of the decision under which this state was written, 0 before the first.
  public long decision() {
    return decision;
  }

  /// The model version that wrote this state, 0 for the naive forecast.
  public int version() {
    return version;
  }

  /// Names the decision and version that this state now belongs to.
  public void stamp(long byDecision, int byVersion) {
    decision = byDecision;
    version = byVersion;
  }

  /// Partition of the last event that stepped this state, -1 when none did.
  public int sourcePartition() {
    return sourcePartition;
  }

  /// Offset of the last event that stepped this state, -1 when none did.
  public long sourceOffset() {
    return sourceOffset;
  }

  /// Notes which event stepped this state, so that its second delivery is known as such.
  public void position(int partition, long offset) {
    sourcePartition = partition;
    sourceOffset = offset;
  }

  void score(
      double scaledError,
      double scaledNaiveError,
      double scaledPinball,
      boolean inside,
      double by) {
    scoredEvents++;
    watchedEvents++;
    watchedError += scaledError;
    absoluteError += scaledError;
    naiveAbsoluteError += scaledNaiveError;
    pinball += scaledPinball;
    covered += inside ? 1 : 0;
    scaleSum += by;
  }

  void scoreMatured(double scaledPinball) {
    matured++;
    maturedPinball += scaledPinball;
  }

  /// The scores since the last call; starts the next sums at zero.
  public WindowScore takeWindowScore() {
    var score =
        new WindowScore(
            scoredEvents,
            absoluteError,
            naiveAbsoluteError,
            pinball,
            covered,
            matured,
            maturedPinball,
            scaleSum);
    scoredEvents = 0;
    absoluteError = 0;
    naiveAbsoluteError = 0;
    pinball = 0;
    covered = 0;
    matured = 0;
    maturedPinball = 0;
    scaleSum = 0;
    return score;
  }

  /// The mean scaled error one step ahead since the last call, NaN where nothing was scored; starts
  /// the next mean. Apart from [#takeWindowScore], which others take at other times.
  public double takeMeanError() {
    double mean = watchedEvents == 0 ? Double.NaN : watchedError / watchedEvents;
    watchedEvents = 0;
    watchedError = 0;
    return mean;
  }

  /// Bytes that [#write] needs.
  public int byteSize() {
    return 6 * Integer.BYTES // shape
        + 2 * Long.BYTES // decision, source offset
        + 2 * Integer.BYTES // version, source partition
        + 4 * Long.BYTES
        + 6 * Double.BYTES // scores
        + calibration.byteSize()
        + ledger.byteSize()
        + detector.byteSize()
        + (network.length + outlook.length) * Float.BYTES
        + series.byteSize();
  }

  /// Writes this state at the buffer's position, big-endian; the spec's shape first, so that a
  /// reader with another network refuses it.
  public void write(ByteBuffer to) {
    to.putInt(series.ringLength()).putInt(spec.series().longestSeason()).putInt(spec.horizon());
    to.putInt(spec.cell().code()).putInt(spec.hiddenSize()).putInt(spec.recurrentLayers());
    to.putLong(decision).putInt(version).putInt(sourcePartition).putLong(sourceOffset);
    to.putLong(scoredEvents).putDouble(absoluteError).putDouble(naiveAbsoluteError);
    to.putDouble(pinball).putLong(covered).putLong(matured);
    to.putDouble(maturedPinball).putDouble(scaleSum);
    to.putLong(watchedEvents).putDouble(watchedError);
    calibration.write(to);
    ledger.write(to);
    detector.write(to);
    to.asFloatBuffer().put(network).put(outlook);
    to.position(to.position() + (network.length + outlook.length) * Float.BYTES);
    series.write(to);
  }

  /// A state of what [#write] wrote.
  ///
  /// @throws IllegalArgumentException if the state was written for another network; the message
  ///   says what differs
  /// @throws java.nio.BufferUnderflowException if the buffer ends too early
  public static SeriesState read(ByteBuffer from, ForecasterSpec spec) {
    var state = new SeriesState(spec);
    state.read(from);
    return state;
  }

  /// Reads what [#write] wrote into this state, replacing its content; after a failure the content
  /// is undefined.
  ///
  /// @throws IllegalArgumentException if the state was written for another network; the message
  ///   says what differs
  /// @throws java.nio.BufferUnderflowException if the buffer ends too early
  public void read(ByteBuffer from) {
    check("ring", from.getInt(), series.ringLength());
    check("season", from.getInt(), spec.series().longestSeason());
    check("horizon", from.getInt(), spec.horizon());
    check("cell", from.getInt(), spec.cell().code());
    check("hidden size", from.getInt(), spec.hiddenSize());
    check("layer count", from.getInt(), spec.recurrentLayers());
    decision = from.getLong();
    version = from.getInt();
    sourcePartition = from.getInt();
    sourceOffset = from.getLong();
    scoredEvents = from.getLong();
    absoluteError = from.getDouble();
    naiveAbsoluteError = from.getDouble();
    pinball = from.getDouble();
    covered = from.getLong();
    matured = from.getLong();
    maturedPinball = from.getDouble();
    scaleSum = from.getDouble();
    watchedEvents = from.getLong();
    watchedError = from.getDouble();
    calibration.read(from);
    ledger.read(from);
    detector.read(from);
    from.asFloatBuffer().get(network).get(outlook);
    from.position(from.position() + (network.length + outlook.length) * Float.BYTES);
    series.read(from);
  }

  private static void check(String what, int found, int expected) {
    if (found != expected) {
      throw new IllegalArgumentException(
          "the state's "
              + what
              + " is "
              + found
              + ", its configuration expects "
              + expected
              + ": the state was written for another network");
    }
  }
}
