package io.eddy.processors.state;

import io.eddy.processors.state.UnreadableStateException.Reason;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// What stands around every key's state, in stores, changelogs and anchors:
///
/// ```
/// offset  size  content
///      0     1  version of the body's layout
///      1     4  shape: hash of the network's settings
///      5     4  CRC-32C of the body
///      9     -  body
/// ```
///
/// A record that cannot be trusted is refused, never misread: the version says whether the layout
/// is known, the shape whether it was written for the network that is configured now, and the
/// checksum whether it is whole. The checksum costs about a tenth of a microsecond per KiB; a state
/// of the right length with wrong content would cost a key its answers for as long as it lives.
///
/// Big-endian throughout. Not thread-safe: one per task.
public final class StateEnvelope {
  /// Bytes before the body.
  public static final int HEADER_BYTES = 1 + Integer.BYTES + Integer.BYTES;

  private static final int CHECKSUM_OFFSET = 1 + Integer.BYTES;

  private final byte version;
  private final int shape;
  private final String network;
  private final CRC32C checksum = new CRC32C();

  /// @param version of the layout that this release writes, and the newest it reads
  /// @param settings of the network, as a text that is the same on every machine
  /// @param network what they are, for messages
  public StateEnvelope(byte version, String settings, String network) {
    this.version = version;
    // The specified hash of a string, so that every JVM computes the same.
    this.shape = settings.hashCode();
    this.network = network;
  }

  /// Writes the header of a state whose body is there.
  public void seal(byte[] bytes) {
    ByteBuffer.wrap(bytes)
        .put(0, version)
        .putInt(1, shape)
        .putInt(CHECKSUM_OFFSET, checksumOfBody(bytes));
  }

  /// The body of a state.
  ///
  /// @param bytes not modified
  /// @throws UnreadableStateException when this release and network cannot use it
  public ByteBuffer open(byte[] bytes) {
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
    int found = Byte.toUnsignedInt(buffer.get());
    if (found != version) {
      throw wrongVersion(found);
    }
    if (buffer.getInt() != shape) {
      throw new UnreadableStateException(
          Reason.OTHER_SHAPE,
          "the state was written for a network of another shape than the configured "
              + network
              + ": the network's settings have changed since");
    }
    if (buffer.getInt() != checksumOfBody(bytes)) {
      throw new UnreadableStateException(
          Reason.DAMAGED, "the state's checksum is wrong: the record was cut off or changed");
    }
    return buffer;
  }

  private UnreadableStateException wrongVersion(int found) {
    String layout = "the state has layout " + found;
    if (found > version) {
      return new UnreadableStateException(
          Reason.NEWER_VERSION,
          layout
              + ", this release reads layout "
              + version
              + ": a newer release wrote it, run that one again to keep it");
    }
    return found > 0
        ? new UnreadableStateException(
            Reason.OLDER_VERSION,
            layout + ", this release reads layout " + version + ": an older release wrote it")
        : new UnreadableStateException(Reason.DAMAGED, layout + ", which no release ever wrote");
  }

  private int checksumOfBody(byte[] bytes) {
    checksum.reset();
    checksum.update(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES);
    return (int) checksum.getValue();
  }
}
