package io.eddy.schemas.serde;

import io.eddy.schemas.serde.WireFormat.SchemaName;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DatumReader;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/// Reads any Avro record as its writer wrote it: the schema is asked once per id and kept.
/// Thread-safe.
///
/// Not a `Deserializer`: a throw in one cannot be retried by Kafka Streams, so an outage of the
/// registry would turn good records into dead letters.
public final class GenericAvroReader {

  private final SchemaRegistry registry;
  private final Map<SchemaName, DatumReader<GenericRecord>> readers = new ConcurrentHashMap<>();

  /// Reads with the schemas of this registry.
  public GenericAvroReader(SchemaRegistry registry) {
    this.registry = registry;
  }

  /// Logical types are left as they are stored: a `timestamp-millis` is a `Long`.
  ///
  /// @param headers of the record, where newer serializers put the schema's id
  /// @throws SerdeException.Malformed if the bytes do not fit their schema: a dead letter
  /// @throws SerdeException.UnknownSchema if the registry does not know it: a dead letter
  /// @throws SerdeException.RegistryUnavailable if the registry does not answer: wait, try again
  public GenericRecord read(byte[] value, @Nullable Headers headers) {
    WireFormat.Envelope envelope = WireFormat.open(value, headers);
    SchemaName name = envelope.schema();
    DatumReader<GenericRecord> reader = readers.get(name);
    if (reader == null) {
      reader = readers.computeIfAbsent(name, this::newReader);
    }
    return Decoding.read(reader, value, envelope.offset());
  }

  private DatumReader<GenericRecord> newReader(SchemaName name) {
    Schema schema = registry.writerSchema(name);
    if (schema.getType() != Schema.Type.RECORD) {
      throw new SerdeException.Malformed(
          "value with %s is a bare %s: expected a record with named fields"
              .formatted(name, schema.getType().getName()));
    }
    return new GenericDatumReader<>(schema);
  }
}
