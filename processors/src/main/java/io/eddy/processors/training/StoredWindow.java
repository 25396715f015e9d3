package io.eddy.processors.training;

import io.eddy.model.series.Absence;
import io.eddy.schemas.avro.HistoryWindow;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// One window of history as the trainer keeps it: in the store as bytes, in the heap as this.
/// Immutable: its arrays are never written again, so that a job can hold on to it while its slot is
/// overwritten.
///
/// The bytes, big-endian:
///
/// ```
/// int8 version, int64 offset, int64 window, int64 first step, int32 count,
/// int64 time * count, float64 value * count, int8 absence * count,
/// int32 size of the covariates, covariates, anchor to the end
/// ```
public final class StoredWindow {
  private static final byte VERSION = 2;

  private static final int STEP_BYTES = Long.BYTES + Double.BYTES + 1;
  private static final int HEADER_BYTES = 1 + 3 * Long.BYTES + Integer.BYTES;

  /// Heap bytes of a window besides its arrays' contents: headers, references, its place in a map.
  private static final int OVERHEAD_BYTES = 224;

  private final byte[] historyKey;
  private final byte[] series;
  private final long offset;
  private final long window;
  private final long firstStep;
  private final long[] times;
  private final double[] values;
  private final Absence[] absences;
  private final byte[] covariates;
  private final byte[] anchor;

  /// @param historyKey slot and series key
  /// @param offset of the window's record in the history partition: the order of arrival
  /// @param window number of the window in the key's life
  /// @param firstStep steps of the key before the window's first event
  /// @param times of the events, epoch milliseconds
  /// @param values of the events, as many
  /// @param absences which of them are missing, as many
  /// @param covariates of the events, as a `HistoryWindow` holds them
  /// @param anchor encoded state as it stood before the first event
  StoredWindow(
      byte[] historyKey,
      long offset,
      long window,
      long firstStep,
      long[] times,
      double[] values,
      Absence[] absences,
      byte[] covariates,
      byte[] anchor) {
    if (times.length != values.length || times.length != absences.length || times.length == 0) {
      throw new IllegalArgumentException(
          "a window has "
              + times.length
              + " times, "
              + values.length
              + " values and "
              + absences.length
              + " absences, expected as many of each and at least one");
    }
    if (covariates.length % times.length != 0) {
      throw new IllegalArgumentException(
          "a window has "
              + covariates.length
              + " bytes of covariates for "
              + times.length
              + " events, expected as many for each");
    }
    this.historyKey = historyKey;
    this.series = HistoryKey.series(historyKey);
    this.offset = offset;
    this.window = window;
    this.firstStep = firstStep;
    this.times = times;
    this.values = values;
    this.absences = absences;
    this.covariates = covariates;
    this.anchor = anchor;
  }

  byte[] historyKey() {
    return historyKey;
  }

  byte[] series() {
    return series;
  }

  int slot() {
    return HistoryKey.slot(historyKey);
  }

  long offset() {
    return offset;
  }

  long window() {
    return window;
  }

  long firstStep() {
    return firstStep;
  }

  int length() {
    return times.length;
  }

  /// Steps of the key after the window's last event.
  long endStep() {
    return firstStep + times.length;
  }

  long firstTime() {
    return times[0];
  }

  long lastTime() {
    return times[times.length - 1];
  }

  /// Not to be modified.
  double[] values() {
    return values;
  }

  byte[] anchor() {
    return anchor;
  }

  byte[] covariates() {
    return covariates;
  }

  int covariateBytesPerEvent() {
    return covariates.length / times.length;
  }

  /// This window with a value that has come after all, or again.
  ///
  /// @param newOffset of the record that brought it
  /// @param step of the value in the key's life, one of this window's
  /// @param row its covariates, as many bytes as the window has for each event
  StoredWindow corrected(long newOffset, long step, long time, double value, byte[] row) {
    int at = (int) (step - firstStep);
    long[] newTimes = times.clone();
    double[] newValues = values.clone();
    Absence[] newAbsences = absences.clone();
    byte[] newCovariates = covariates.clone();
    newTimes[at] = time;
    newValues[at] = value;
    newAbsences[at] = Absence.NONE;
    System.arraycopy(row, 0, newCovariates, at * row.length, row.length);
    return new StoredWindow(
        historyKey,
        newOffset,
        window,
        firstStep,
        newTimes,
        newValues,
        newAbsences,
        newCovariates,
        anchor);
  }

  void copyInto(long[] toTimes, double[] toValues, Absence[] toAbsences, int at) {
    System.arraycopy(times, 0, toTimes, at, times.length);
    System.arraycopy(values, 0, toValues, at, values.length);
    System.arraycopy(absences, 0, toAbsences, at, absences.length);
  }

  /// Bytes of heap that the window takes, roughly.
  long heapBytes() {
    return OVERHEAD_BYTES
        + 2L * historyKey.length
        + (long) times.length * (Long.BYTES + Double.BYTES + Integer.BYTES)
        + covariates.length
        + anchor.length;
  }

  /// Bytes that the trainer's store keeps of a window of history.
  public static int encodedBytes(HistoryWindow window) {
    return HEADER_BYTES
        + window.getTimes().size() * STEP_BYTES
        + Integer.BYTES
        + window.getCovariates().remaining()
        + window.getAnchor().remaining();
  }

  byte[] encode() {
    int contentBytes = times.length * STEP_BYTES + Integer.BYTES + covariates.length;
    var buffer = ByteBuffer.allocate(HEADER_BYTES + contentBytes + anchor.length);
    buffer.put(VERSION).putLong(offset).putLong(window).putLong(firstStep).putInt(times.length);
    buffer.asLongBuffer().put(times);
    buffer.position(buffer.position() + times.length * Long.BYTES);
    buffer.asDoubleBuffer().put(values);
    buffer.position(buffer.position() + values.length * Double.BYTES);
    for (Absence absence : absences) {
      buffer.put((byte) absence.code());
    }
    return buffer.putInt(covariates.length).put(covariates).put(anchor).array();
  }

  /// The window that the store holds, or `null` when this release cannot read it: a window is one
  /// of many, and training goes on without it.
  static @Nullable StoredWindow decode(byte[] historyKey, byte[] bytes) {
    if (bytes.length < HEADER_BYTES || bytes[0] != VERSION || !HistoryKey.isValid(historyKey)) {
      return null;
    }
    var buffer = ByteBuffer.wrap(bytes).position(1);
    long offset = buffer.getLong();
    long window = buffer.getLong();
    long firstStep = buffer.getLong();
    int count = buffer.getInt();
    if (count <= 0 || count > buffer.remaining() / STEP_BYTES) {
      return null;
    }
    long[] times = new long[count];
    double[] values = new double[count];
    buffer.asLongBuffer().get(times);
    buffer.position(buffer.position() + count * Long.BYTES);
    buffer.asDoubleBuffer().get(values);
    buffer.position(buffer.position() + count * Double.BYTES);
    Absence[] absences = new Absence[count];
    for (int i = 0; i < count; i++) {
      byte code = buffer.get();
      if (!Absence.isCode(code)) {
        return null;
      }
      absences[i] = Absence.of(code);
    }
    int size = buffer.remaining() < Integer.BYTES ? -1 : buffer.getInt();
    if (size < 0 || size > buffer.remaining() || size % count != 0) {
      return null;
    }
    byte[] covariates = new byte[size];
    buffer.get(covariates);
    byte[] anchor = new byte[buffer.remaining()];
    buffer.get(anchor);
    return new StoredWindow(
        historyKey, offset, window, firstStep, times, values, absences, covariates, anchor);
  }
}
