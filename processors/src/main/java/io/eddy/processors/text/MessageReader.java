package io.eddy.processors.text;

import io.eddy.processors.config.Job;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.schemas.serde.SchemaRegistry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Finds the text in a record of the user's own topic: the value itself, or a field of a JSON
/// object or an Avro record; and for jobs that learn from them, what people say of the text. Bytes
/// that are no UTF-8 are read as the replacement character, never refused. Not thread-safe.
final class MessageReader extends RecordReader<TextContent> {
  private final String[] textPath;
  private final String @Nullable [] labelPath;
  private final String @Nullable [] tagsPath;

  MessageReader(ProcessorsConfig config, SchemaRegistry registry) {
    super(config, registry);
    textPath = names(config.valueField());
    labelPath = labelField(config).map(RecordReader::names).orElse(null);
    tagsPath = config.job() == Job.TAG ? names(config.tagsField()) : null;
  }

  private static Optional<String> labelField(ProcessorsConfig config) {
    return switch (config.job()) {
      case CLASSIFY, TAG -> config.labelField();
      case TRANSLATE -> Optional.of(config.translationField());
      case FORECAST, LANGUAGE_MODEL, COMPLETE, CAPTION -> Optional.empty();
    };
  }

  @Override
  TextContent ofText(String text) {
    return new TextContent(text, null, null);
  }

  @Override
  TextContent ofFields(RecordFields fields) {
    Object text = value(fields, textPath);
    if (!(text instanceof CharSequence)) {
      throw wrongType(textPath, text, "a text");
    }
    return new TextContent(
        readable(text.toString()), addedText(fields, labelPath), tags(fields, tagsPath));
  }

  /// Halves of surrogate pairs, which JSON can hold, become question marks.
  private static String readable(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  private static @Nullable List<String> tags(RecordFields fields, String @Nullable [] path) {
    Object found = path == null ? null : fields.find(path);
    if (path == null || found == null) {
      return null;
    }
    if (found instanceof Collection<?> elements) {
      List<String> texts = new ArrayList<>();
      for (Object element : elements) {
        texts.add(text(element, path));
      }
      return texts;
    }
    String text = text(found, path).strip();
    return text.isEmpty() ? List.of() : List.of(text.split("\\s+"));
  }
}
