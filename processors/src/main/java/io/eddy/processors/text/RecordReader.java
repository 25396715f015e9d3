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
import org.apache.avro.generic.GenericEnumSymbol;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/// Finds what is to be answered in a record of the user's own topic. Not thread-safe.
///
/// @param <C> what is read of a record
abstract class RecordReader<C> {
  private final InputFormat format;
  private final ObjectMapper json = new ObjectMapper();
  private final PatientAvroReader avro;

  RecordReader(ProcessorsConfig config, SchemaRegistry registry) {
    format = config.inputFormat();
    avro = new PatientAvroReader(registry, config.registryWaitMax());
  }

  /// Names from the outermost field in.
  static String[] names(String path) {
    return path.split("\\.", -1);
  }

  /// What a value without fields holds.
  abstract C ofText(String text);

  /// What a value with fields holds.
  ///
  /// @throws UnusableException if it holds nothing that can be answered
  abstract C ofFields(RecordFields fields);

  /// @throws io.eddy.processors.observation.RegistryOutageException if the schema registry did not
  ///   answer in time; the task must fail and read the record again
  final Message<C> read(Record<byte[], byte[]> record) {
    byte[] key = record.key();
    byte[] value = record.value();
    if (key == null) {
      return new Message.Rejected<>(
          Reason.NULL_KEY, "the record has no key, expected the source of its message");
    }
    if (key.length > ObservationLimits.KEY_BYTES_MAX) {
      return new Message.Rejected<>(
          Reason.KEY_TOO_LARGE,
          "the key has "
              + key.length
              + " bytes, expected at most "
              + ObservationLimits.KEY_BYTES_MAX);
    }
    if (value == null) {
      return new Message.Rejected<>(
          Reason.NULL_VALUE, "the record has no value, expected a message");
    }
    try {
      return new Message.Read<>(
          switch (format) {
            case TEXT -> ofText(new String(value, StandardCharsets.UTF_8));
            case JSON -> ofFields(new RecordFields.OfJson(json(value)));
            case AVRO -> ofFields(new RecordFields.OfAvro(avro.read(value, record.headers())));
            case NUMBER -> throw new IllegalStateException("numbers are no messages");
          });
    } catch (UnusableException e) {
      return new Message.Rejected<>(e.reason, String.valueOf(e.getMessage()));
    } catch (SerdeException.UnknownSchema e) {
      return new Message.Rejected<>(Reason.UNKNOWN_SCHEMA, String.valueOf(e.getMessage()));
    } catch (SerdeException.Malformed e) {
      return new Message.Rejected<>(Reason.MALFORMED, String.valueOf(e.getMessage()));
    }
  }

  private JsonNode json(byte[] value) {
    try {
      return json.readTree(value);
    } catch (IOException e) {
      throw new UnusableException(Reason.MALFORMED, "the value is no JSON: " + e.getMessage());
    }
  }

  /// The value's own field.
  ///
  /// @throws UnusableException if there is none
  static @Nullable Object value(RecordFields fields, String[] path) {
    if (!fields.has(path)) {
      throw new UnusableException(
          Reason.MISSING_FIELD,
          "there is no field "
              + String.join(".", path)
              + ", see "
              + ProcessorsConfig.INPUT_VALUE_FIELD);
    }
    return fields.find(path);
  }

  /// A text that somebody may have added; null for none.
  ///
  /// @param path of its field; null where none is configured
  /// @throws UnusableException if something else stands there
  static @Nullable String addedText(RecordFields fields, String @Nullable [] path) {
    Object found = path == null ? null : fields.find(path);
    return path == null || found == null ? null : text(found, path);
  }

  /// @throws UnusableException if it is none
  static String text(@Nullable Object found, String[] path) {
    if (found instanceof CharSequence || found instanceof GenericEnumSymbol) {
      return found.toString();
    }
    throw wrongType(path, found, "a text");
  }

  static UnusableException wrongType(String[] path, @Nullable Object found, String expected) {
    return new UnusableException(
        Reason.WRONG_TYPE,
        String.join(".", path) + " is " + RecordFields.nameOf(found) + ", expected " + expected);
  }

  /// Thrown where a record holds nothing that can be answered; never leaves the reader.
  static final class UnusableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Reason reason;

    UnusableException(Reason reason, String message) {
      super(message, null, false, false);
      this.reason = reason;
    }
  }
}
