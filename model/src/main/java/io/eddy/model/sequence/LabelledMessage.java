package io.eddy.model.sequence;

import io.eddy.model.program.ProgramBuilder;

/// A message of a known class.
///
/// @param symbols of the message, at least one
/// @param pairs the number of each symbol with the one before it, 0 where it has none; as many as
///   symbols
/// @param label the class, from 0
@SuppressWarnings("ArrayRecordComponent") // nobody compares messages
public record LabelledMessage(int[] symbols, int[] pairs, int label) {

  public LabelledMessage {
    ProgramBuilder.require(
        symbols.length >= 1 && symbols.length == pairs.length,
        symbols.length + " symbols and " + pairs.length + " pairs, expected as many, at least 1");
  }
}
