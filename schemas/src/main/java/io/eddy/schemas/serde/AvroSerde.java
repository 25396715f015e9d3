package io.eddy.schemas.serde;

import io.eddy.schemas.serde.WireFormat.SchemaName;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DatumWriter;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/// Serde of one generated record type in Confluent's wire format.
///
/// Writes the schema's id and Avro's binary encoding; the id is asked once and kept. Reads what any
/// version of the schema wrote, by Avro's resolution: the writer's schema comes from the registry,
/// once per id. Serializer and deserializer are thread-safe, since Kafka Streams shares them
/// between its threads. They throw [SerdeException].
///
/// Each thread keeps an encoder and one growing buffer; a write allocates the resulting array, and
/// a boxed number for each field of a record with logical types.
///
/// @param <T> the generated record
public final class AvroSerde<T extends SpecificRecord> implements Serde<T> {

  private static final int UNKNOWN = -1;

  private final Schema schema;
  private final SpecificData data;
  private final @Nullable SchemaRegistry registry;
  private final @Nullable String subject;
  private final Map<SchemaName, DatumReader<T>> readers = new ConcurrentHashMap<>();
  private final ThreadLocal<Encoding<T>> encodings;
  private volatile int id = UNKNOWN;

  static {
    TrustedRecords.trust();
  }

  private AvroSerde(Class<T> type, @Nullable SchemaRegistry registry, @Nullable String subject) {
    this.schema = SpecificData.get().getSchema(type);
    this.data = generatedCoders(type);
    this.registry = registry;
    this.subject = subject;
    this.encodings = ThreadLocal.withInitial(() -> new Encoding<>(schema, data));
  }

  /// Records without logical types bring code of their own to write and read their fields: it boxes
  /// no number, which matters for the steps of a horizon.
  private static SpecificData generatedCoders(Class<?> type) {
    var data = new SpecificData(type.getClassLoader());
    SpecificData.getForClass(type).getConversions().forEach(data::addLogicalTypeConversion);
    data.setCustomCoders(true);
    return data;
  }

  static <T extends SpecificRecord> AvroSerde<T> of(
      Class<T> type, SchemaRegistry registry, String topic) {
    return new AvroSerde<>(type, registry, SchemaRegistry.subject(topic));
  }

  /// Reads with the schema of the generated class whatever id a value names, and so never calls a
  /// registry: for what must be readable while none answers. Its serializer throws.
  public static <T extends SpecificRecord> AvroSerde<T> builtIn(Class<T> type) {
    return new AvroSerde<>(type, null, null);
  }

  @Override
  public Serializer<T> serializer() {
    return (topic, value) -> value == null ? null : write(value);
  }

  @Override
  public Deserializer<T> deserializer() {
    return new Deserializer<>() {
      @Override
      public @Nullable T deserialize(String topic, byte @Nullable [] value) {
        return value == null ? null : read(value, null);
      }

      @Override
      public @Nullable T deserialize(String topic, Headers headers, byte @Nullable [] value) {
        return value == null ? null : read(value, headers);
      }
    };
  }

  private byte[] write(T value) {
    Encoding<T> encoding = encodings.get();
    try {
      return encoding.write(schemaId(), value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      encodings.remove(); // The encoder may hold the first part of a record.
      throw e;
    }
  }

  private int schemaId() {
    if (id == UNKNOWN) {
      if (registry == null || subject == null) {
        throw new UnsupportedOperationException(
            "this serde of %s only reads: write with SchemaRegistry.serde(type, topic)"
                .formatted(schema.getName()));
      }
      id = registry.idFor(subject, schema);
    }
    return id;
  }

  private T read(byte[] value, @Nullable Headers headers) {
    WireFormat.Envelope envelope = WireFormat.open(value, headers);
    return Decoding.read(reader(envelope.schema()), value, envelope.offset());
  }

  private DatumReader<T> reader(SchemaName name) {
    DatumReader<T> known = readers.get(name);
    return known != null ? known : readers.computeIfAbsent(name, this::newReader);
  }

  private DatumReader<T> newReader(SchemaName name) {
    Schema writer = registry == null ? schema : registry.writerSchema(name);
    SchemaDifference.between(schema, writer)
        .ifPresent(
            difference -> {
              throw new SerdeException.Malformed(
                  "value with %s is a %s, which cannot be read as %s: %s"
                      .formatted(name, writer.getFullName(), schema.getFullName(), difference));
            });
    return new SpecificDatumReader<>(writer, schema, data);
  }

  /// One thread's encoder, writing to one growing buffer.
  private static final class Encoding<T> {
    private final DatumWriter<T> writer;
    private final GrowingBuffer buffer = new GrowingBuffer();
    private final BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(buffer, null);

    Encoding(Schema schema, SpecificData data) {
      writer = new SpecificDatumWriter<>(schema, data);
    }

    byte[] write(int schemaId, T value) throws IOException {
      buffer.restart(schemaId);
      writer.write(value, encoder);
      encoder.flush();
      return buffer.toByteArray();
    }
  }

  /// A `ByteArrayOutputStream` without locks that starts with the wire format's prefix.
  private static final class GrowingBuffer extends OutputStream {
    private byte[] bytes = new byte[512];
    private int size;

    void restart(int schemaId) {
      bytes[0] = WireFormat.ID;
      bytes[1] = (byte) (schemaId >>> 24);
      bytes[2] = (byte) (schemaId >>> 16);
      bytes[3] = (byte) (schemaId >>> 8);
      bytes[4] = (byte) schemaId;
      size = WireFormat.PREFIX_BYTES;
    }

    byte[] toByteArray() {
      return Arrays.copyOf(bytes, size);
    }

    @Override
    public void write(int value) {
      reserve(1);
      bytes[size++] = (byte) value;
    }

    @Override
    public void write(byte[] source, int offset, int length) {
      reserve(length);
      System.arraycopy(source, offset, bytes, size, length);
      size += length;
    }

    private void reserve(int length) {
      if (bytes.length - size < length) {
        bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(size, length), 2 * bytes.length));
      }
    }
  }
}
