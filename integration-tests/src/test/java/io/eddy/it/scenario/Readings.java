package io.eddy.it.scenario;

import io.eddy.schemas.serde.SchemaRegistry;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Consumer;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.EncoderFactory;
import org.jspecify.annotations.Nullable;

/// Records of a schema that is the user's own, written as any Avro serializer in Confluent's wire
/// format writes them: a zero byte, the schema's id, Avro's binary encoding.
public final class Readings {
  /// What a user with electricity meters may have in their topic.
  public static final Schema SCHEMA =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "Reading", "namespace": "com.example.meters", "fields": [
                {"name": "meter", "type": "string"},
                {"name": "taken", "type": {"type": "long", "logicalType": "timestamp-micros"}},
                {"name": "measured", "type": {"type": "record", "name": "Measured", "fields": [
                  {"name": "voltage", "type": ["null", "float"], "default": null},
                  {"name": "power", "type": ["null", "double"], "default": null}]}}]}
              """);

  /// Path of the measurement.
  public static final String VALUE_FIELD = "measured.power";

  /// Path of the time.
  public static final String TIME_FIELD = "taken";

  private final SchemaRegistry registry;
  private final String topic;
  private final Schema schema;

  /// Registers the schema as that of a topic.
  public Readings(SchemaRegistry registry, String topic) {
    this(registry, topic, SCHEMA);
  }

  /// The same with a later version of the schema, which has all the fields that are named here.
  public Readings(SchemaRegistry registry, String topic, Schema schema) {
    this.registry = registry;
    this.topic = topic;
    this.schema = schema;
    registry.idFor(SchemaRegistry.subject(topic), schema);
  }

  /// An event as a reading.
  public byte[] write(Event event) {
    return write(event.time(), event.value());
  }

  /// A reading of some meter.
  ///
  /// @param time epoch milliseconds
  public byte[] write(long time, @Nullable Object power) {
    return write(
        schema,
        topic,
        reading -> {
          reading.put("meter", "some meter");
          reading.put("taken", 1000 * time);
          var measured = new GenericData.Record(schema.getField("measured").schema());
          measured.put("power", power);
          reading.put("measured", measured);
        });
  }

  /// A record of another schema, registered for another topic.
  public byte[] writeOther(Schema other, Consumer<GenericRecord> content) {
    return write(other, topic + "-" + other.getName(), content);
  }

  private byte[] write(Schema writer, String registeredFor, Consumer<GenericRecord> content) {
    var record = new GenericData.Record(writer);
    content.accept(record);
    var bytes = new ByteArrayOutputStream();
    try {
      var header = new DataOutputStream(bytes);
      header.writeByte(0);
      header.writeInt(registry.idFor(SchemaRegistry.subject(registeredFor), writer));
      var encoder = EncoderFactory.get().binaryEncoder(bytes, null);
      new GenericDatumWriter<GenericRecord>(writer).write(record, encoder);
      encoder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
