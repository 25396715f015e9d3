package io.eddy.model.series;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;

/// How far apart a key's events are, so that it can be seen that some did not come.
public sealed interface Frequency {

  /// Every event is one step, whenever it comes; nothing is ever missing.
  record EveryEvent() implements Frequency {
    @Override
    public String toString() {
      return "events";
    }
  }

  /// Each key's own, learned from its events; see `Spacing`.
  record Inferred() implements Frequency {
    @Override
    public String toString() {
      return "auto";
    }
  }

  /// The same for all keys.
  ///
  /// @param step between two events, at least a millisecond
  record Every(Duration step) implements Frequency {

    public Every {
      if (step.toMillis() < 1) {
        throw new IllegalArgumentException(
            "the frequency is " + step + ", expected a millisecond or more between two events");
      }
    }

    @Override
    public String toString() {
      return step.toString();
    }
  }

  /// From what its `toString` gives: `events`, `auto`, or an ISO 8601 duration such as `PT1H`.
  ///
  /// @throws IllegalArgumentException if it is none of these
  static Frequency parse(String text) {
    return switch (text.trim().toLowerCase(Locale.ROOT)) {
      case "events" -> new EveryEvent();
      case "auto" -> new Inferred();
      default -> {
        try {
          yield new Every(Duration.parse(text.trim()));
        } catch (DateTimeParseException | ArithmeticException e) {
          throw new IllegalArgumentException(
              "the frequency is "
                  + text
                  + ", expected auto, events, or an ISO 8601 duration such as PT1H or PT10S",
              e);
        }
      }
    };
  }
}
