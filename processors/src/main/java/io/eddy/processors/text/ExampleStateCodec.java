package io.eddy.processors.text;

import io.eddy.processors.state.StateEnvelope;
import io.eddy.processors.state.UnreadableStateException;
import io.eddy.processors.state.UnreadableStateException.Reason;
import io.eddy.processors.training.ExampleFormat;
import java.nio.ByteBuffer;

/// The state of a key whose messages are answered each by itself, to bytes and back.
///
/// Not thread-safe: one codec per task.
///
/// @param <E> what is kept of a message to learn from
final class ExampleStateCodec<E> {
  private static final byte VERSION = 1;

  private final ExampleFormat<E> format;
  private final StateEnvelope envelope;

  /// @param format of the messages to learn from
  ExampleStateCodec(ExampleFormat<E> format) {
    this.format = format;
    // No network's: what is kept does not depend on one.
    envelope = new StateEnvelope(VERSION, format.name(), "job that learns from annotated messages");
  }

  byte[] encode(ExampleState<E> state) {
    byte[] body = state.write();
    byte[] bytes = new byte[StateEnvelope.HEADER_BYTES + body.length];
    System.arraycopy(body, 0, bytes, StateEnvelope.HEADER_BYTES, body.length);
    envelope.seal(bytes);
    return bytes;
  }

  /// @param bytes not modified
  /// @throws UnreadableStateException when they hold none that this release can use
  ExampleState<E> decode(byte[] bytes) {
    ByteBuffer body = envelope.open(bytes);
    try {
      return ExampleState.read(format, body);
    } catch (RuntimeException e) {
      throw new UnreadableStateException(
          Reason.DAMAGED, "the state's content is wrong, although its checksum is right: " + e);
    }
  }
}
