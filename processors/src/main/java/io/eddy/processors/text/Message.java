package io.eddy.processors.text;

import io.eddy.schemas.avro.Reason;

/// What became of one input record.
///
/// @param <C> what is read of a record
public sealed interface Message<C> {
  /// Something to answer.
  record Read<C>(C content) implements Message<C> {}

  /// Nothing to answer, for good: reading it again would give the same.
  ///
  /// @param why what is wrong and what was expected, for the people who own the topic
  record Rejected<C>(Reason reason, String why) implements Message<C> {}
}
