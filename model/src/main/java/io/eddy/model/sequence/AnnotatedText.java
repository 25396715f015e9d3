package io.eddy.model.sequence;

import io.eddy.model.program.ProgramBuilder;
import java.util.List;

/// A text, and what people say of it: something to learn from.
///
/// @param tokens as they are written; none for a text without words
/// @param tags one for each token; none where texts have a label alone
/// @param label of the whole; empty where texts have tags alone
public record AnnotatedText(List<String> tokens, List<String> tags, String label) {

  public AnnotatedText {
    tokens = List.copyOf(tokens);
    tags = List.copyOf(tags);
    ProgramBuilder.require(
        tags.isEmpty() || tags.size() == tokens.size(),
        tags.size() + " tags of " + tokens.size() + " tokens, expected one for each, or none");
  }

  /// A text with a label.
  public static AnnotatedText labelled(List<String> tokens, String label) {
    return new AnnotatedText(tokens, List.of(), label);
  }

  /// The same, no longer than a network reads.
  AnnotatedText upTo(int length) {
    return tokens.size() <= length
        ? this
        : new AnnotatedText(
            tokens.subList(0, length), tags.isEmpty() ? tags : tags.subList(0, length), label);
  }
}
