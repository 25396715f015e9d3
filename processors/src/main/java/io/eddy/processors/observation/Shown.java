package io.eddy.processors.observation;

import java.util.Collection;

/// Foreign text as it may stand in a message: short, and on one line.
final class Shown {
  private static final int LENGTH_MAX = 60;
  private static final int NAMES_MAX = 30;

  private Shown() {}

  static String text(String text) {
    StringBuilder shown = new StringBuilder("\"");
    text.codePoints()
        .limit(LENGTH_MAX)
        .forEach(c -> shown.appendCodePoint(Character.isISOControl(c) ? '\uFFFD' : c));
    return shown
        .append(text.codePointCount(0, text.length()) > LENGTH_MAX ? "…\"" : "\"")
        .toString();
  }

  static String names(Collection<String> names) {
    if (names.isEmpty()) {
      return "it has no fields";
    }
    String listed = String.join(", ", names.stream().limit(NAMES_MAX).toList());
    return "its fields are " + listed + (names.size() > NAMES_MAX ? ", …" : "");
  }
}
