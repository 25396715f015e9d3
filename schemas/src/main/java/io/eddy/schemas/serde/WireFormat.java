package io.eddy.schemas.serde;

import java.nio.ByteBuffer;
import java.util.UUID;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/// How a value names its schema, as Confluent's serializers write it:
///
/// - a zero byte, the schema's id (int32, big-endian), then Avro's binary encoding;
/// - or, since Confluent Platform 8, Avro alone, and the record header `__value_schema_id` holds a
///   zero byte and the id, or a one byte and a 128-bit GUID.
final class WireFormat {

  static final String SCHEMA_ID_HEADER = "__value_schema_id";
  static final byte ID = 0;
  static final byte GUID = 1;

  /// Bytes before the Avro encoding when the value itself names its schema.
  static final int PREFIX_BYTES = 1 + Integer.BYTES;

  private WireFormat() {}

  /// A schema as a record names it.
  sealed interface SchemaName {}

  /// The registry's own number.
  record SchemaId(int id) implements SchemaName {
    @Override
    public String toString() {
      return "schema id " + id;
    }
  }

  /// The same in every registry that holds the schema.
  record SchemaGuid(UUID guid) implements SchemaName {
    @Override
    public String toString() {
      return "schema GUID " + guid;
    }
  }

  /// The schema's name, and where the Avro encoding begins in the value.
  record Envelope(SchemaName schema, int offset) {}

  static Envelope open(byte[] value, @Nullable Headers headers) {
    Header header = headers == null ? null : headers.lastHeader(SCHEMA_ID_HEADER);
    if (header != null) {
      return new Envelope(inHeader(header.value()), 0);
    }
    if (value.length < PREFIX_BYTES) {
      throw new SerdeException.Malformed(
          "value of %d bytes is too short for Confluent's wire format: expected a zero byte, a schema id of 4 bytes and Avro data"
              .formatted(value.length));
    }
    if (value[0] != ID) {
      throw new SerdeException.Malformed(
          "value starts with byte 0x%02x: expected Confluent's wire format, which starts with 0x00 (is the topic Avro?)"
              .formatted(value[0]));
    }
    return new Envelope(new SchemaId(ByteBuffer.wrap(value).getInt(1)), PREFIX_BYTES);
  }

  private static SchemaName inHeader(byte @Nullable [] header) {
    if (header != null && header.length == PREFIX_BYTES && header[0] == ID) {
      return new SchemaId(ByteBuffer.wrap(header).getInt(1));
    }
    if (header != null && header.length == 1 + 2 * Long.BYTES && header[0] == GUID) {
      ByteBuffer guid = ByteBuffer.wrap(header);
      return new SchemaGuid(new UUID(guid.getLong(1), guid.getLong(1 + Long.BYTES)));
    }
    throw new SerdeException.Malformed(
        "header %s has %s bytes: expected 0x00 and an id of 4 bytes, or 0x01 and a GUID of 16 bytes"
            .formatted(SCHEMA_ID_HEADER, header == null ? "no" : header.length));
  }
}
