package io.eddy.processors.text;

import io.eddy.model.sequence.LanguageModel;
import io.eddy.model.sequence.LanguageModelSpec;
import io.eddy.processors.state.StateEnvelope;
import io.eddy.processors.state.UnreadableStateException;
import io.eddy.processors.state.UnreadableStateException.Reason;
import java.nio.ByteBuffer;

/// The state of a key of messages to bytes and back: `TextState.write` in a [StateEnvelope].
///
/// Not thread-safe: one codec per task.
final class TextStateCodec {
  private static final byte VERSION = 1;

  private final int networkSize;
  private final int ringSize;
  private final StateEnvelope envelope;

  /// @param ringSize symbols that are kept
  TextStateCodec(LanguageModelSpec spec, int ringSize) {
    networkSize = new LanguageModel(spec).reading().program().stateSize();
    this.ringSize = ringSize;
    envelope = new StateEnvelope(VERSION, spec + ", ring of " + ringSize, spec.toString());
  }

  /// The state of a key that has said nothing yet.
  TextState fresh() {
    return new TextState(networkSize, ringSize);
  }

  byte[] encode(TextState state) {
    byte[] bytes = new byte[StateEnvelope.HEADER_BYTES + state.byteSize()];
    state.write(ByteBuffer.wrap(bytes).position(StateEnvelope.HEADER_BYTES));
    envelope.seal(bytes);
    return bytes;
  }

  /// @param bytes not modified
  /// @throws UnreadableStateException when they hold none that this release and network can use
  TextState decode(byte[] bytes) {
    ByteBuffer body = envelope.open(bytes);
    TextState state = fresh();
    try {
      state.read(body);
    } catch (RuntimeException e) {
      throw new UnreadableStateException(
          Reason.DAMAGED, "the state's content is wrong, although its checksum is right: " + e);
    }
    if (body.hasRemaining()) {
      throw new UnreadableStateException(
          Reason.DAMAGED, "the state has " + body.remaining() + " bytes more than it needs");
    }
    return state;
  }
}
