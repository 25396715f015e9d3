package io.eddy.deploy.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eddy.deploy.evaluate.DataFile;
import io.eddy.deploy.evaluate.TaggedText;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import io.eddy.model.sequence.AnnotatedText;
import io.eddy.model.sequence.CaptionedVectors;
import io.eddy.model.sequence.TextPair;
import io.eddy.model.text.Token;
import io.eddy.processors.config.Job;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.text.VectorLines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Messages in a file, plain or gzipped, in the form that a job learns from:
///
/// - lines of text, for jobs that remember messages;
/// - a JSON object a line (`.jsonl`), with the fields that the configuration names;
/// - columns with tabs between, under a first line with their names, those of the fields; not for
///   the job caption, whose vectors need JSON;
/// - for the job tag: a line `token<TAB>tag` each and a blank line behind each message, before it
///   perhaps a line `# intent = label`.
final class TextFile {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private final ProcessorsConfig config;

  TextFile(Path file, ProcessorsConfig config) {
    this.file = file;
    this.config = config;
  }

  /// The texts of the messages.
  ///
  /// @throws UserException if the file is of another form
  List<String> messages() throws IOException {
    List<String> lines = lines();
    return isJson()
        ? lines.stream().map(line -> text(object(line), config.valueField(), line)).toList()
        : lines;
  }

  /// Messages with what people say of them.
  ///
  /// @throws UserException if the file is of another form
  List<AnnotatedText> annotated() throws IOException {
    if (isJson()) {
      List<AnnotatedText> texts = new ArrayList<>();
      for (String line : lines()) {
        JsonNode object = object(line);
        texts.add(
            annotated(
                text(object, config.valueField(), line),
                config.labelField().map(field -> optional(object, field)).orElse(""),
                config.job() == Job.TAG ? tags(object, line) : List.of()));
      }
      return texts;
    }
    if (config.job() == Job.TAG) {
      requireThere();
      return TaggedText.read(file);
    }
    return table();
  }

  private List<String> lines() throws IOException {
    requireThere();
    return DataFile.lines(file);
  }

  private void requireThere() {
    if (!Files.isRegularFile(file)) {
      throw wrong("there is no such file");
    }
  }

  private boolean isJson() {
    String name = file.toString();
    return name.endsWith(".jsonl") || name.endsWith(".jsonl.gz");
  }

  private AnnotatedText annotated(String message, String label, List<String> tags) {
    List<String> words =
        config.textTokenizer().tokenize(message).stream().map(Token::text).toList();
    if (config.job() == Job.TAG && tags.size() != words.size()) {
      throw wrong(
          tags.size()
              + " tags for the "
              + words.size()
              + " words "
              + words
              + ", expected one for each, see "
              + ProcessorsConfig.TEXT_TOKENIZER);
    }
    return new AnnotatedText(words, tags, label);
  }

  private List<AnnotatedText> table() throws IOException {
    return columns(config.labelField().orElse("a label"), ProcessorsConfig.INPUT_LABEL_FIELD)
        .stream()
        .map(cells -> annotated(cells.message, cells.other, List.of()))
        .toList();
  }

  /// Messages with their translations.
  ///
  /// @throws UserException if the file is of another form
  List<TextPair> translated() throws IOException {
    if (!isJson()) {
      return columns(config.translationField(), ProcessorsConfig.INPUT_TRANSLATION_FIELD).stream()
          .map(cells -> new TextPair(cells.message, cells.other))
          .toList();
    }
    List<TextPair> pairs = new ArrayList<>();
    for (String line : lines()) {
      JsonNode object = object(line);
      pairs.add(
          new TextPair(
              text(object, config.valueField(), line),
              text(object, config.translationField(), line)));
    }
    return pairs;
  }

  /// Vectors with sentences about them.
  ///
  /// @throws UserException if the file is of another form
  List<CaptionedVectors> captioned() throws IOException {
    if (!isJson()) {
      throw wrong("vectors are read from JSON lines, expected a name that ends in .jsonl");
    }
    var reader = new VectorLines(config);
    List<CaptionedVectors> examples = new ArrayList<>();
    List<String> lines = lines();
    for (int i = 0; i < lines.size(); i++) {
      try {
        examples.add(reader.read(lines.get(i)));
      } catch (IllegalArgumentException e) {
        throw wrong("line " + (i + 1) + ": " + e.getMessage());
      }
    }
    return examples;
  }

  /// A message and what stands in another column.
  private record Cells(String message, String other) {}

  /// The message of each line and the cell of another column.
  ///
  /// @param key that names the other column
  private List<Cells> columns(String other, String key) throws IOException {
    List<String> lines = lines();
    if (lines.isEmpty()) {
      throw wrong("it is empty, expected a line with the names of the columns");
    }
    List<String> columns = Arrays.asList(lines.getFirst().split("\t", -1));
    int text = columns.indexOf(config.valueField());
    int label = columns.indexOf(other);
    if (text < 0 || label < 0) {
      throw wrong(
          "its columns are %s, expected %s (%s) and %s (%s) among them, with tabs between"
              .formatted(
                  columns, config.valueField(), ProcessorsConfig.INPUT_VALUE_FIELD, other, key));
    }
    List<Cells> rows = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split("\t", -1);
      if (cells.length <= Math.max(text, label)) {
        throw wrong(
            "\"%s\" has %d columns, expected %d".formatted(line, cells.length, columns.size()));
      }
      rows.add(new Cells(cells[text], cells[label]));
    }
    return rows;
  }

  private JsonNode object(String line) {
    try {
      return JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw wrong("\"" + line + "\" is no JSON: " + e.getOriginalMessage());
    }
  }

  private static JsonNode find(JsonNode object, String path) {
    JsonNode node = object;
    for (String name : path.split("\\.", -1)) {
      node = node.path(name);
    }
    return node;
  }

  private String text(JsonNode object, String path, String line) {
    JsonNode node = find(object, path);
    if (!node.isTextual()) {
      throw wrong("there is no text " + path + " in " + line);
    }
    return node.textValue();
  }

  private static String optional(JsonNode object, String path) {
    return find(object, path).asText("");
  }

  private List<String> tags(JsonNode object, String line) {
    JsonNode node = find(object, config.tagsField());
    if (node.isTextual()) {
      String tags = node.textValue().strip();
      return tags.isEmpty() ? List.of() : List.of(tags.split("\\s+"));
    }
    if (!node.isArray()) {
      throw wrong("there are no " + config.tagsField() + " in " + line);
    }
    List<String> tags = new ArrayList<>();
    node.forEach(tag -> tags.add(tag.asText()));
    return tags;
  }

  private UserException wrong(String what) {
    return new UserException(ExitCode.USAGE, file + ": " + what);
  }
}
