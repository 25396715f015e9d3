package io.eddy.processors.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eddy.processors.config.InputFormat;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.observation.ObservationLimits;
import io.eddy.processors.observation.PatientAvroReader;
import io.eddy.schemas.avro.Reason;
import io.eddy.schemas.serde.SchemaRegistry;
import io.eddy.schemas.serde.SerdeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.avro.generic.IndexedRecord;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/// Finds the text in a record of the user's own topic: the value itself, or a field of a JSON
/// object or an Avro record. Bytes that are no UTF-8 are read as the replacement character, never
/// refused. Not thread-safe.
final class MessageReader {
  private final InputFormat format;
  private final String[] path;
  private final ObjectMapper json = new ObjectMapper();
  private final PatientAvroReader avro;

  MessageReader(ProcessorsConfig config, SchemaRegistry registry) {
    format = config.inputFormat();
    path = config.valueField().split("\\.", -1);
    avro = new PatientAvroReader(registry, config.registryWaitMax());
  }

  /// @throws io.eddy.processors.observation.RegistryOutageException if the schema registry did not
  ///   answer in time; the task must fail and read the record again
  Message read(Record<byte[], byte[]> record) {
    byte[] key = record.key();
    byte[] value = record.value();
    if (key == null) {
      return new Message.Rejected(
          Reason.NULL_KEY, "the record has no key, expected the source of its message");
    }
    if (key.length > ObservationLimits.KEY_BYTES_MAX) {
      return new Message.Rejected(
          Reason.KEY_TOO_LARGE,
          "the key has "
              + key.length
              + " bytes, expected at most "
              + ObservationLimits.KEY_BYTES_MAX);
    }
    if (value == null) {
      return new Message.Rejected(Reason.NULL_VALUE, "the record has no value, expected a message");
    }
    return switch (format) {
      case TEXT -> new Message.Text(new String(value, StandardCharsets.UTF_8));
      case JSON -> readJson(value);
      case AVRO -> readAvro(record);
      case NUMBER -> throw new IllegalStateException("numbers are no messages");
    };
  }

  private Message readJson(byte[] value) {
    JsonNode node;
    try {
      node = json.readTree(value);
    } catch (IOException e) {
      return new Message.Rejected(Reason.MALFORMED, "the value is no JSON: " + e.getMessage());
    }
    for (String name : path) {
      node = node.path(name);
    }
    if (node.isMissingNode()) {
      return missing();
    }
    return node.isTextual() ? new Message.Text(node.textValue()) : wrongType(node.getNodeType());
  }

  private Message readAvro(Record<byte[], byte[]> record) {
    @Nullable Object found;
    try {
      found = avro.read(record.value(), record.headers());
    } catch (SerdeException.UnknownSchema e) {
      return new Message.Rejected(Reason.UNKNOWN_SCHEMA, String.valueOf(e.getMessage()));
    } catch (SerdeException.Malformed e) {
      return new Message.Rejected(Reason.MALFORMED, String.valueOf(e.getMessage()));
    }
    for (String name : path) {
      if (!(found instanceof IndexedRecord holder) || holder.getSchema().getField(name) == null) {
        return missing();
      }
      found = holder.get(holder.getSchema().getField(name).pos());
    }
    return found instanceof CharSequence text
        ? new Message.Text(text.toString())
        : wrongType(found == null ? "null" : found.getClass().getSimpleName());
  }

  private Message missing() {
    return new Message.Rejected(
        Reason.MISSING_FIELD,
        "there is no field "
            + String.join(".", path)
            + ", see "
            + ProcessorsConfig.INPUT_VALUE_FIELD);
  }

  private Message wrongType(Object is) {
    return new Message.Rejected(
        Reason.WRONG_TYPE, String.join(".", path) + " is " + is + ", expected a text");
  }
}
