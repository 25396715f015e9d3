package io.eddy.processors.training;

import java.nio.ByteBuffer;

/// The Kafka key of a history window: the slot as a big-endian `int32`, then the series key's
/// bytes.
///
/// The topic is compacted, so a window lives until the next one with its slot: the history of a key
/// is bounded by its slots, and forgetting it is one tombstone per slot.
public final class HistoryKey {
  /// In the place of the slot, where the record is no window but a correction of one. The trainer
  /// has applied it once it has read it, so the topic need not keep more than a series' last.
  public static final int CORRECTION = -1;

  /// In the place of the slot, where the record asks for a training; its series is empty. See
  /// [TrainingSignal].
  public static final int TRIGGER = -2;

  /// In the place of the slot, where the record asks to join a round of training; its series is
  /// empty. See [TrainingSignal].
  public static final int ROUND = -3;

  private HistoryKey() {}

  /// The key of a series' slot; a new array.
  public static byte[] of(int slot, byte[] series) {
    return ByteBuffer.allocate(Integer.BYTES + series.length).putInt(slot).put(series).array();
  }

  /// Whether the bytes are long enough to be such a key.
  static boolean isValid(byte[] key) {
    return key.length >= Integer.BYTES;
  }

  /// The slot in a key.
  public static int slot(byte[] key) {
    return ByteBuffer.wrap(key).getInt();
  }

  /// The series key in a key; a new array.
  public static byte[] series(byte[] key) {
    byte[] series = new byte[key.length - Integer.BYTES];
    System.arraycopy(key, Integer.BYTES, series, 0, series.length);
    return series;
  }
}
