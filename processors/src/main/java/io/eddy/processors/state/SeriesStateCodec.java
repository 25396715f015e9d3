package io.eddy.processors.state;

import io.eddy.model.SeriesState;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.processors.state.UnreadableStateException.Reason;
import java.nio.ByteBuffer;

/// The state of a key of the forecasts to bytes and back, for the stores, their changelogs and the
/// anchors of history: `SeriesState.write` in a [StateEnvelope].
///
/// Not thread-safe: one codec per task.
public final class SeriesStateCodec {
  /// The layout that this release writes, and the newest it reads.
  public static final byte VERSION = 4;

  private final ForecasterSpec spec;
  private final StateEnvelope envelope;

  /// A codec for states of this spec.
  public SeriesStateCodec(ForecasterSpec spec) {
    this.spec = spec;
    this.envelope =
        new StateEnvelope(VERSION, spec.shape().toMetadata().toString(), spec.toString());
  }

  /// The state of a key that no event has reached yet.
  public SeriesState fresh() {
    return new SeriesState(spec);
  }

  /// The state as bytes; the array is new and nobody else's.
  public byte[] encode(SeriesState state) {
    byte[] bytes = new byte[StateEnvelope.HEADER_BYTES + state.byteSize()];
    state.write(ByteBuffer.wrap(bytes).position(StateEnvelope.HEADER_BYTES));
    envelope.seal(bytes);
    return bytes;
  }

  /// The state that the bytes hold.
  ///
  /// @param bytes not modified
  /// @throws UnreadableStateException when they hold none that this release and spec can use
  public SeriesState decode(byte[] bytes) {
    SeriesState state = fresh();
    decode(bytes, state);
    return state;
  }

  /// Reads the state that the bytes hold into one of this spec, replacing its content: no more is
  /// allocated. After a failure the content is undefined.
  ///
  /// @param bytes not modified
  /// @throws UnreadableStateException when they hold none that this release and spec can use
  public void decode(byte[] bytes, SeriesState into) {
    ByteBuffer buffer = envelope.open(bytes);
    try {
      into.read(buffer);
    } catch (RuntimeException e) {
      throw new UnreadableStateException(
          Reason.DAMAGED, "the state's content is wrong, although its checksum is right: " + e);
    }
    if (buffer.hasRemaining()) {
      throw new UnreadableStateException(
          Reason.DAMAGED, "the state has " + buffer.remaining() + " bytes more than it needs");
    }
  }
}
