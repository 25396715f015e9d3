package io.eddy.model.sequence;

import io.eddy.model.program.ProgramBuilder;
import java.util.List;

/// A message with what is said of it.
///
/// @param tokens as they are written, at least one
/// @param tags one for each token, by number
/// @param label of the whole message, by number; 0 where messages have none
public record TaggedMessage(List<String> tokens, List<Integer> tags, int label) {

  public TaggedMessage {
    tokens = List.copyOf(tokens);
    tags = List.copyOf(tags);
    ProgramBuilder.require(
        !tokens.isEmpty() && tokens.size() == tags.size(),
        tags.size() + " tags of " + tokens.size() + " tokens, expected as many, and at least 1");
  }
}
