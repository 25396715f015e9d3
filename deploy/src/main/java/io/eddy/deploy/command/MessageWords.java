package io.eddy.deploy.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.eddy.deploy.terminal.Text;
import io.eddy.schemas.avro.Completion;
import io.eddy.schemas.avro.MessageCaption;
import io.eddy.schemas.avro.MessageLabel;
import io.eddy.schemas.avro.MessageScore;
import io.eddy.schemas.avro.MessageTags;
import io.eddy.schemas.avro.MessageTranslation;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/// What answers to messages say, in a line or as JSON.
final class MessageWords {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int KEY_WIDTH = 24;

  private MessageWords() {}

  static String line(String key, SpecificRecord answer) {
    String name = Text.left(key, KEY_WIDTH);
    return switch (answer) {
      case MessageScore score ->
          "%s  %s  surprise %s%s usual %s  v%d%s"
              .formatted(
                  score.getEventTime(),
                  name,
                  bits(score.getSurprise()),
                  score.getIsAnomaly() ? " !" : "  ",
                  bits(score.getExpectedSurprise()),
                  score.getModelVersion(),
                  score.getCompletions().stream()
                      .map(Completion::getText)
                      .map(text -> "  " + quoted(text))
                      .collect(Collectors.joining()));
      case MessageLabel label ->
          "%s  %s  %s%s%s  v%d"
              .formatted(
                  label.getEventTime(),
                  name,
                  said(label.getLabel()),
                  label.getProbability() == null
                      ? ""
                      : String.format(Locale.ROOT, " (%.2f)", label.getProbability()),
                  known(label.getKnownLabel()),
                  label.getModelVersion());
      case MessageTags tags ->
          "%s  %s  %s%s%s  v%d"
              .formatted(
                  tags.getEventTime(),
                  name,
                  tags.getLabel() == null ? "" : tags.getLabel() + "  ",
                  tags.getTags().stream()
                      .map(tag -> "%d-%d %s".formatted(tag.getStart(), tag.getEnd(), tag.getTag()))
                      .collect(Collectors.joining(", ")),
                  known(tags.getKnownLabel()),
                  tags.getModelVersion());
      case MessageTranslation translation ->
          "%s  %s  %s%s  v%d"
              .formatted(
                  translation.getEventTime(),
                  name,
                  said(translation.getTranslation()),
                  known(translation.getKnownTranslation()),
                  translation.getModelVersion());
      case MessageCaption caption ->
          "%s  %s  %s%s  v%d"
              .formatted(
                  caption.getEventTime(),
                  name,
                  said(caption.getCaption()),
                  known(caption.getKnownCaption()),
                  caption.getModelVersion());
      default -> name + "  " + answer;
    };
  }

  /// All fields under their names in the topic, the key first.
  static String json(String key, SpecificRecord answer) {
    ObjectNode node = NODES.objectNode();
    node.put("key", key);
    node.setAll(tree(answer));
    return node.toString();
  }

  private static ObjectNode tree(IndexedRecord record) {
    ObjectNode node = NODES.objectNode();
    for (Schema.Field field : record.getSchema().getFields()) {
      node.set(field.name(), tree(record.get(field.pos())));
    }
    return node;
  }

  private static JsonNode tree(@Nullable Object value) {
    return switch (value) {
      case null -> NODES.nullNode();
      case IndexedRecord record -> tree(record);
      case Collection<?> values -> {
        ArrayNode nodes = NODES.arrayNode();
        values.forEach(one -> nodes.add(tree(one)));
        yield nodes;
      }
      case Map<?, ?> entries -> {
        ObjectNode node = NODES.objectNode();
        entries.forEach((name, one) -> node.set(String.valueOf(name), tree(one)));
        yield node;
      }
      case Number number -> JSON.valueToTree(number);
      case Boolean flag -> NODES.booleanNode(flag);
      default -> NODES.textNode(value.toString());
    };
  }

  private static String bits(@Nullable Double bits) {
    return bits == null ? "   -" : String.format(Locale.ROOT, "%4.2f", bits);
  }

  private static String said(@Nullable String text) {
    return text == null ? "-" : quoted(text);
  }

  private static String known(@Nullable String text) {
    return text == null ? "" : "  known " + quoted(text);
  }

  private static String quoted(String text) {
    return NODES.textNode(text).toString();
  }
}
