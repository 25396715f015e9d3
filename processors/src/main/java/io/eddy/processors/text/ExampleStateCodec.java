package io.eddy.processors.text;

import io.eddy.processors.state.StateEnvelope;
import io.eddy.processors.state.UnreadableStateException;
import io.eddy.processors.state.UnreadableStateException.Reason;
import java.nio.ByteBuffer;

/// The state of a key whose messages are answered each by itself, to bytes and back.
///
/// Not thread-safe: one codec per task.
final class ExampleStateCodec {
  private static final byte VERSION = 1;

  // No network's: what is kept does not depend on one.
  private final StateEnvelope envelope =
      new StateEnvelope(VERSION, "examples", "job that learns from annotated messages");

  byte[] encode(ExampleState state) {
    byte[] body = state.write();
    byte[] bytes = new byte[StateEnvelope.HEADER_BYTES + body.length];
    System.arraycopy(body, 0, bytes, StateEnvelope.HEADER_BYTES, body.length);
    envelope.seal(bytes);
    return bytes;
  }

  /// @param bytes not modified
  /// @throws UnreadableStateException when they hold none that this release can use
  ExampleState decode(byte[] bytes) {
    ByteBuffer body = envelope.open(bytes);
    try {
      return ExampleState.read(body);
    } catch (RuntimeException e) {
      throw new UnreadableStateException(
          Reason.DAMAGED, "the state's content is wrong, although its checksum is right: " + e);
    }
  }
}
