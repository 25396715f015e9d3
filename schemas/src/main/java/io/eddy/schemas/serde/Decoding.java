package io.eddy.schemas.serde;

import java.io.IOException;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DecoderFactory;
import org.jspecify.annotations.Nullable;

/// Reads one Avro datum from the end of a byte array with a decoder that each thread reuses.
final class Decoding {

  private static final ThreadLocal<@Nullable BinaryDecoder> DECODER = new ThreadLocal<>();

  private Decoding() {}

  /// Bytes left over count as malformed: they show that the schema is not the writer's. So does
  /// everything that Avro throws at bytes that do not fit, a stack overflow by nesting included.
  static <T> T read(DatumReader<T> reader, byte[] value, int offset) {
    BinaryDecoder decoder =
        DecoderFactory.get().binaryDecoder(value, offset, value.length - offset, DECODER.get());
    DECODER.set(decoder);
    try {
      @SuppressWarnings("NullAway") // Avro documents the argument as optional.
      T datum = reader.read(null, decoder);
      if (!decoder.isEnd()) {
        throw new SerdeException.Malformed(
            "value of %d bytes has bytes left over after its Avro data".formatted(value.length));
      }
      return datum;
    } catch (SerdeException | SecurityException e) {
      throw e; // Avro's SecurityException speaks of this JVM's settings, not of the value.
    } catch (IOException | RuntimeException | StackOverflowError e) {
      throw new SerdeException.Malformed(
          "value of %d bytes is not what its Avro schema says: %s".formatted(value.length, e));
    }
  }
}
