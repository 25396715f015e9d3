package io.eddy.processors.text;

import io.eddy.schemas.avro.Reason;

/// What became of one input record.
sealed interface Message {
  /// A text, perhaps an empty one.
  record Text(String text) implements Message {}

  /// No text, for good: reading it again would give the same.
  ///
  /// @param why what is wrong and what was expected, for the people who own the topic
  record Rejected(Reason reason, String why) implements Message {}
}
