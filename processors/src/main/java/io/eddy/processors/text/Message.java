package io.eddy.processors.text;

import io.eddy.schemas.avro.Reason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What became of one input record.
sealed interface Message {
  /// A text, perhaps an empty one.
  ///
  /// @param label that somebody gave it; null for none
  /// @param tags that somebody gave its words; null for none
  record Text(String text, @Nullable String label, @Nullable List<String> tags)
      implements Message {}

  /// No text, for good: reading it again would give the same.
  ///
  /// @param why what is wrong and what was expected, for the people who own the topic
  record Rejected(Reason reason, String why) implements Message {}
}
