package io.eddy.deploy.terminal;

/// Marks in text: colours on a terminal, nothing elsewhere. Marked text has the same width as plain
/// text, so mark after padding.
public enum Style {
  /// Escape sequences of ANSI terminals.
  COLOURED {
    @Override
    String wrap(String text, String code) {
      return text.isEmpty() ? text : "\u001b[" + code + "m" + text + "\u001b[0m";
    }
  },
  /// The text and nothing else.
  PLAIN {
    @Override
    String wrap(String text, String code) {
      return text;
    }
  };

  abstract String wrap(String text, String code);

  /// Headings and what matters most.
  public String strong(String text) {
    return wrap(text, "1");
  }

  /// What matters less.
  public String dim(String text) {
    return wrap(text, "2");
  }

  /// Better than hoped.
  public String good(String text) {
    return wrap(text, "32");
  }

  /// To be looked at.
  public String warning(String text) {
    return wrap(text, "33");
  }

  /// Worse than it should be.
  public String bad(String text) {
    return wrap(text, "31");
  }

  /// The forecast, beside what happened.
  public String accent(String text) {
    return wrap(text, "36");
  }
}
