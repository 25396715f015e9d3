package io.eddy.processors.text;

import io.eddy.processors.training.ExampleFormat;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// What is remembered of a key whose messages are answered each by itself: how far it was read, and
/// the messages to learn from that make up no window yet.
///
/// @param <E> what is kept of a message to learn from
final class ExampleState<E> {
  /// What a window's messages may add up to, so that it fits into one record everywhere.
  private static final int WINDOW_BYTES_MAX = 512 << 10;

  private final ExampleFormat<E> format;
  private final List<E> open = new ArrayList<>();
  private final List<Long> times = new ArrayList<>();
  private long messages;
  private long learned; // before those that are open
  private long windows;
  private int sourcePartition = -1;
  private long sourceOffset = -1;

  ExampleState(ExampleFormat<E> format) {
    this.format = format;
  }

  /// Messages read so far.
  long messages() {
    return messages;
  }

  /// Messages to learn from, before those that make up no window yet.
  long learned() {
    return learned;
  }

  /// Full windows so far.
  long windows() {
    return windows;
  }

  List<E> open() {
    return open;
  }

  /// Times of the open messages, epoch milliseconds.
  List<Long> times() {
    return times;
  }

  boolean hasRead(int partition, long offset) {
    return sourcePartition == partition && offset <= sourceOffset;
  }

  void endMessage(int partition, long offset) {
    messages++;
    sourcePartition = partition;
    sourceOffset = offset;
  }

  /// Adds a message to learn from.
  ///
  /// @param windowSize messages of a window
  /// @return whether they make up a window now
  boolean add(E example, long time, int windowSize) {
    open.add(example);
    times.add(time);
    return open.size() >= windowSize || format.encode(open).length >= WINDOW_BYTES_MAX;
  }

  /// Begins another window.
  void endWindow() {
    windows++;
    learned += open.size();
    open.clear();
    times.clear();
  }

  byte[] write() {
    byte[] examples = format.encode(open);
    var bytes =
        ByteBuffer.allocate(
            4 * Long.BYTES + 2 * Integer.BYTES + times.size() * Long.BYTES + examples.length);
    bytes.putLong(messages).putLong(learned).putLong(windows);
    bytes.putInt(sourcePartition).putLong(sourceOffset).putInt(times.size());
    times.forEach(bytes::putLong);
    return bytes.put(examples).array();
  }

  /// The state that [#write] wrote.
  static <E> ExampleState<E> read(ExampleFormat<E> format, ByteBuffer from) {
    var state = new ExampleState<>(format);
    state.messages = from.getLong();
    state.learned = from.getLong();
    state.windows = from.getLong();
    state.sourcePartition = from.getInt();
    state.sourceOffset = from.getLong();
    int count = from.getInt();
    for (int i = 0; i < count; i++) {
      state.times.add(from.getLong());
    }
    state.open.addAll(format.decode(from));
    if (state.open.size() != count || state.messages < 0) {
      throw new IllegalArgumentException(
          count + " times of " + state.open.size() + " messages, expected one for each");
    }
    return state;
  }
}
