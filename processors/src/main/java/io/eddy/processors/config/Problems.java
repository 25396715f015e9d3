package io.eddy.processors.config;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.config.ConfigException;

/// Everything that is wrong with one configuration, gathered so that a user mends it in one go.
final class Problems {
  private final List<String> messages = new ArrayList<>();

  void add(String message) {
    messages.add(message);
  }

  boolean isEmpty() {
    return messages.isEmpty();
  }

  /// @throws ConfigException that lists all problems, if there are any
  void throwIfAny() {
    if (messages.isEmpty()) {
      return;
    }
    if (messages.size() == 1) {
      throw new ConfigException(messages.getFirst());
    }
    throw new ConfigException(
        messages.size() + " problems in the configuration:\n- " + String.join("\n- ", messages));
  }
}
