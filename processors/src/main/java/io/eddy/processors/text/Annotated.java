package io.eddy.processors.text;

import io.eddy.model.text.Token;
import io.eddy.processors.observation.Origin;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A message that is to be answered.
///
/// @param tokens its words, as many as are read
/// @param truncated whether there are more
/// @param label that it came with; null for none
/// @param tags that its words came with; null for none
/// @param messages of its key before
/// @param redelivered whether it was read before
record Annotated(
    List<Token> tokens,
    boolean truncated,
    @Nullable String label,
    @Nullable List<String> tags,
    Instant time,
    long messages,
    boolean redelivered,
    Origin origin) {

  List<String> words() {
    return tokens.stream().map(Token::text).toList();
  }
}
