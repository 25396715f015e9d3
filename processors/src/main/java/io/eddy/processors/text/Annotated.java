package io.eddy.processors.text;

import io.eddy.model.text.Token;
import io.eddy.processors.training.TextExample;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A message as far as it is read, and what it came with.
///
/// @param text perhaps longer than its words
/// @param tokens its words, as many as are read
/// @param truncated whether there are more
/// @param label that it came with; null for none
/// @param tags that its words came with; null for none
record Annotated(
    String text,
    List<Token> tokens,
    boolean truncated,
    @Nullable String label,
    @Nullable List<String> tags) {

  List<String> words() {
    return tokens.stream().map(Token::text).toList();
  }

  /// The message to learn from, with what it came with.
  TextExample example() {
    return new TextExample(
        text,
        tags == null ? List.of() : tags.subList(0, tokens.size()),
        label == null ? "" : label);
  }
}
