package io.eddy.processors.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;

/// The fields of a JSON object or an Avro record, as plain values: texts, numbers, collections of
/// them, null, or whatever else it is.
sealed interface RecordFields {
  /// Whether there is such a field.
  ///
  /// @param path names from the outermost field in
  boolean has(String[] path);

  /// What the field holds; null where there is none, or a null in it.
  @Nullable Object find(String[] path);

  /// Of what a value is, for people.
  static String nameOf(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case Other(String name) -> name;
      case List<?> list -> "an array of " + list.size();
      case CharSequence _ -> "a text";
      default -> value.getClass().getSimpleName();
    };
  }

  /// A JSON value that is neither text nor number nor array.
  record Other(String name) {}

  /// Of a JSON object.
  record OfJson(JsonNode whole) implements RecordFields {
    @Override
    public boolean has(String[] path) {
      return !node(path).isMissingNode();
    }

    @Override
    public @Nullable Object find(String[] path) {
      return plain(node(path));
    }

    private JsonNode node(String[] path) {
      JsonNode node = whole;
      for (String name : path) {
        node = node.path(name);
      }
      return node;
    }

    private static @Nullable Object plain(JsonNode node) {
      if (node.isMissingNode() || node.isNull()) {
        return null;
      }
      if (node.isTextual()) {
        return node.textValue();
      }
      if (node.isNumber()) {
        return node.numberValue();
      }
      if (node.isArray()) {
        List<@Nullable Object> elements = new ArrayList<>(node.size());
        node.forEach(element -> elements.add(plain(element)));
        return elements;
      }
      return new Other(node.getNodeType().toString());
    }
  }

  /// Of an Avro record.
  record OfAvro(IndexedRecord whole) implements RecordFields {
    @Override
    public boolean has(String[] path) {
      @Nullable Object place = whole;
      for (String name : path) {
        if (!(place instanceof IndexedRecord holder) || holder.getSchema().getField(name) == null) {
          return false;
        }
        place = holder.get(holder.getSchema().getField(name).pos());
      }
      return true;
    }

    @Override
    public @Nullable Object find(String[] path) {
      @Nullable Object place = whole;
      for (String name : path) {
        if (!(place instanceof IndexedRecord holder) || holder.getSchema().getField(name) == null) {
          return null;
        }
        place = holder.get(holder.getSchema().getField(name).pos());
      }
      return place;
    }
  }
}
