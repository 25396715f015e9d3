package io.eddy.processors.state;

import io.eddy.model.SeriesState;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.processors.state.UnreadableStateException.Reason;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// A key's state to bytes and back, for the stores, their changelogs and the anchors of history.
///
/// ```
/// offset  size  content
///      0     1  version of this layout, 4
///      1     4  shape: hash of the forecaster's spec
///      5     4  CRC-32C of the body
///      9     -  body: SeriesState.write
/// ```
///
/// A record that cannot be trusted is refused, never misread: the version says whether the layout
/// is known, the shape whether it was written for the network that is configured now, and the
/// checksum whether it is whole. The checksum costs about a tenth of a microsecond per KiB; a state
/// of the right length with wrong content would cost a key its forecasts for as long as it lives.
///
/// Big-endian throughout. Not thread-safe: one codec per task.
public final class SeriesStateCodec {
  /// The layout that this release writes, and the newest it reads.
  public static final byte VERSION = 4;

  private static final int HEADER_BYTES = 1 + Integer.BYTES + Integer.BYTES;
  private static final int CHECKSUM_OFFSET = 1 + Integer.BYTES;

  private final ForecasterSpec spec;
  private final int shape;
  private final CRC32C checksum = new CRC32C();

  /// A codec for states of this spec.
  public SeriesStateCodec(ForecasterSpec spec) {
    this.spec = spec;
    // The specified hash of a string, so that every JVM computes the same.
    this.shape = spec.shape().toMetadata().toString().hashCode();
  }

  /// The state of a key that no event has reached yet.
  public SeriesState fresh() {
    return new SeriesState(spec);
  }

  /// The state as bytes; the array is new and nobody else's.
  public byte[] encode(SeriesState state) {
    byte[] bytes = new byte[HEADER_BYTES + state.byteSize()];
    var buffer = ByteBuffer.wrap(bytes).position(HEADER_BYTES);
    state.write(buffer);
    buffer.put(0, VERSION).putInt(1, shape).putInt(CHECKSUM_OFFSET, checksumOfBody(bytes));
    return bytes;
  }

  /// The state that the bytes hold.
  ///
  /// @param bytes not modified
  /// @throws UnreadableStateException when they hold none that this release and spec can use
  public SeriesState decode(byte[] bytes) {
    if (bytes.length < HEADER_BYTES) {
      throw new UnreadableStateException(
          Reason.TRUNCATED,
          "the state has "
              + bytes.length
              + " bytes, expected more than "
              + HEADER_BYTES
              + ": the record was cut off");
    }
    var buffer = ByteBuffer.wrap(bytes);
    int version = Byte.toUnsignedInt(buffer.get());
    if (version != VERSION) {
      throw wrongVersion(version);
    }
    if (buffer.getInt() != shape) {
      throw new UnreadableStateException(
          Reason.OTHER_SHAPE,
          "the state was written for a forecaster of another shape than the configured "
              + spec
              + ": the network's settings have changed since");
    }
    if (buffer.getInt() != checksumOfBody(bytes)) {
      throw new UnreadableStateException(
          Reason.DAMAGED, "the state's checksum is wrong: the record was cut off or changed");
    }
    return body(buffer);
  }

  private SeriesState body(ByteBuffer buffer) {
    SeriesState state;
    try {
      state = SeriesState.read(buffer, spec);
    } catch (RuntimeException e) {
      throw new UnreadableStateException(
          Reason.DAMAGED, "the state's content is wrong, although its checksum is right: " + e);
    }
    if (buffer.hasRemaining()) {
      throw new UnreadableStateException(
          Reason.DAMAGED, "the state has " + buffer.remaining() + " bytes more than it needs");
    }
    return state;
  }

  private static UnreadableStateException wrongVersion(int version) {
    String layout = "the state has layout " + version;
    if (version > VERSION) {
      return new UnreadableStateException(
          Reason.NEWER_VERSION,
          layout
              + ", this release reads layout "
              + VERSION
              + ": a newer release wrote it, run that one again to keep it");
    }
    return version > 0
        ? new UnreadableStateException(
            Reason.OLDER_VERSION,
            layout + ", this release reads layout " + VERSION + ": an older release wrote it")
        : new UnreadableStateException(Reason.DAMAGED, layout + ", which no release ever wrote");
  }

  private int checksumOfBody(byte[] bytes) {
    checksum.reset();
    checksum.update(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES);
    return (int) checksum.getValue();
  }
}
