package io.eddy.schemas.serde;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.Incompatibility;

/// What keeps one schema from reading another's data, in words.
final class SchemaDifference {

  private static final ObjectMapper JSON = new ObjectMapper();

  /// The part of a JSON pointer that leads to a field, the innermost one.
  private static final Pattern TO_FIELD = Pattern.compile("^(.*/fields/\\d+)(/.*)?$");

  private SchemaDifference() {}

  /// Empty when the reader can read everything that the writer writes.
  static Optional<String> between(Schema reader, Schema writer) {
    List<Incompatibility> found =
        SchemaCompatibility.checkReaderWriterCompatibility(reader, writer)
            .getResult()
            .getIncompatibilities();
    return found.isEmpty()
        ? Optional.empty()
        : Optional.of(
            found.stream()
                .map(incompatibility -> describe(incompatibility, reader))
                .collect(Collectors.joining("; ")));
  }

  private static String describe(Incompatibility incompatibility, Schema reader) {
    String message = incompatibility.getMessage();
    return switch (incompatibility.getType()) {
      case NAME_MISMATCH -> message;
      case READER_FIELD_MISSING_DEFAULT_VALUE ->
          "field \"%s\" is missing there and has no default".formatted(message);
      case MISSING_ENUM_SYMBOLS ->
          place(incompatibility, reader) + ": symbols unknown here: " + message;
      case FIXED_SIZE_MISMATCH, TYPE_MISMATCH, MISSING_UNION_BRANCH ->
          place(incompatibility, reader) + ": " + message;
    };
  }

  /// Avro gives a JSON pointer into the reader's schema; people know fields by their names.
  private static String place(Incompatibility incompatibility, Schema reader) {
    String location = incompatibility.getLocation();
    Matcher toField = TO_FIELD.matcher(location);
    if (!toField.matches()) {
      return location;
    }
    try {
      JsonNode name = JSON.readTree(reader.toString()).at(toField.group(1) + "/name");
      return name.isTextual() ? "field \"%s\"".formatted(name.textValue()) : location;
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Avro printed a schema that is not JSON: " + reader, e);
    }
  }
}
