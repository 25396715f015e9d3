package io.eddy.processors.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eddy.processors.config.InputFormat;
import io.eddy.processors.config.Job;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.observation.ObservationLimits;
import io.eddy.processors.observation.PatientAvroReader;
import io.eddy.schemas.avro.Reason;
import io.eddy.schemas.serde.SchemaRegistry;
import io.eddy.schemas.serde.SerdeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.avro.generic.GenericEnumSymbol;
import org.apache.avro.generic.IndexedRecord;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/// Finds the text in a record of the user's own topic: the value itself, or a field of a JSON
/// object or an Avro record; and for jobs that learn from them, what people say of the text. Bytes
/// that are no UTF-8 are read as the replacement character, never refused. Not thread-safe.
final class MessageReader {
  private final InputFormat format;
  private final String[] textPath;
  private final String @Nullable [] labelPath;
  private final String @Nullable [] tagsPath;
  private final ObjectMapper json = new ObjectMapper();
  private final PatientAvroReader avro;

  MessageReader(ProcessorsConfig config, SchemaRegistry registry) {
    format = config.inputFormat();
    textPath = names(config.valueField());
    labelPath =
        config.job().learnsFromAnnotations()
            ? config.labelField().map(MessageReader::names).orElse(null)
            : null;
    tagsPath = config.job() == Job.TAG ? names(config.tagsField()) : null;
    avro = new PatientAvroReader(registry, config.registryWaitMax());
  }

  private static String[] names(String path) {
    return path.split("\\.", -1);
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
    try {
      return switch (format) {
        case TEXT -> new Message.Text(new String(value, StandardCharsets.UTF_8), null, null);
        case JSON -> readJson(value);
        case AVRO -> readAvro(record);
        case NUMBER -> throw new IllegalStateException("numbers are no messages");
      };
    } catch (WrongTypeException e) {
      return new Message.Rejected(Reason.WRONG_TYPE, String.valueOf(e.getMessage()));
    }
  }

  private Message readJson(byte[] value) {
    JsonNode whole;
    try {
      whole = json.readTree(value);
    } catch (IOException e) {
      return new Message.Rejected(Reason.MALFORMED, "the value is no JSON: " + e.getMessage());
    }
    JsonNode text = find(whole, textPath);
    if (text.isMissingNode()) {
      return missing();
    }
    if (!text.isTextual()) {
      return wrongType(text.getNodeType());
    }
    return message(
        text.textValue(),
        labelPath == null ? null : plain(find(whole, labelPath)),
        tagsPath == null ? null : plain(find(whole, tagsPath)));
  }

  private static JsonNode find(JsonNode whole, String[] path) {
    JsonNode node = whole;
    for (String name : path) {
      node = node.path(name);
    }
    return node;
  }

  /// A text, a list of texts, another type's name in a [WrongType], or null.
  private static @Nullable Object plain(JsonNode node) {
    if (node.isMissingNode() || node.isNull()) {
      return null;
    }
    if (node.isTextual()) {
      return node.textValue();
    }
    if (node.isArray()) {
      List<Object> elements = new ArrayList<>();
      node.forEach(
          element ->
              elements.add(
                  element.isTextual()
                      ? element.textValue()
                      : new WrongType(element.getNodeType())));
      return elements;
    }
    return new WrongType(node.getNodeType());
  }

  private Message readAvro(Record<byte[], byte[]> record) {
    IndexedRecord whole;
    try {
      whole = avro.read(record.value(), record.headers());
    } catch (SerdeException.UnknownSchema e) {
      return new Message.Rejected(Reason.UNKNOWN_SCHEMA, String.valueOf(e.getMessage()));
    } catch (SerdeException.Malformed e) {
      return new Message.Rejected(Reason.MALFORMED, String.valueOf(e.getMessage()));
    }
    if (!has(whole, textPath)) {
      return missing();
    }
    Object text = find(whole, textPath);
    if (!(text instanceof CharSequence)) {
      return wrongType(text == null ? "null" : text.getClass().getSimpleName());
    }
    return message(
        text.toString(),
        labelPath == null ? null : find(whole, labelPath),
        tagsPath == null ? null : find(whole, tagsPath));
  }

  private static boolean has(IndexedRecord whole, String[] path) {
    @Nullable Object place = whole;
    for (String name : path) {
      if (!(place instanceof IndexedRecord holder) || holder.getSchema().getField(name) == null) {
        return false;
      }
      place = holder.get(holder.getSchema().getField(name).pos());
    }
    return true;
  }

  private static @Nullable Object find(IndexedRecord whole, String[] path) {
    @Nullable Object place = whole;
    for (String name : path) {
      if (!(place instanceof IndexedRecord holder) || holder.getSchema().getField(name) == null) {
        return null;
      }
      place = holder.get(holder.getSchema().getField(name).pos());
    }
    return place;
  }

  private Message message(String text, @Nullable Object label, @Nullable Object tags) {
    return new Message.Text(
        // Halves of surrogate pairs, which JSON can hold, become question marks.
        new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8),
        label == null ? null : text(label, labelPath),
        tags == null ? null : texts(tags));
  }

  private static String text(Object found, String @Nullable [] path) {
    if (found instanceof CharSequence || found instanceof GenericEnumSymbol) {
      return found.toString();
    }
    throw new WrongTypeException(
        (path == null ? "" : String.join(".", path))
            + " is "
            + (found instanceof WrongType(Object is) ? is : found.getClass().getSimpleName())
            + ", expected a text");
  }

  private List<String> texts(Object found) {
    if (found instanceof Collection<?> elements) {
      List<String> texts = new ArrayList<>();
      for (Object element : elements) {
        texts.add(text(element == null ? new WrongType("null") : element, tagsPath));
      }
      return texts;
    }
    String text = text(found, tagsPath).strip();
    return text.isEmpty() ? List.of() : List.of(text.split("\\s+"));
  }

  private Message missing() {
    return new Message.Rejected(
        Reason.MISSING_FIELD,
        "there is no field "
            + String.join(".", textPath)
            + ", see "
            + ProcessorsConfig.INPUT_VALUE_FIELD);
  }

  private Message wrongType(Object is) {
    return new Message.Rejected(
        Reason.WRONG_TYPE, String.join(".", textPath) + " is " + is + ", expected a text");
  }

  /// What stands where a text is expected.
  private record WrongType(Object is) {}

  /// Thrown where a label or a tag is no text; never leaves the reader.
  private static final class WrongTypeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    WrongTypeException(String message) {
      super(message, null, false, false);
    }
  }
}
