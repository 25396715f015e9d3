package io.eddy.processors.token;

import io.eddy.model.text.Token;
import io.eddy.model.text.Tokenizer;
import java.util.List;

/// What the words of a message are. They keep their case.
public enum TextTokenizer {
  /// Words by Unicode's rules (UAX #29), punctuation left out.
  WORDS,
  /// What stands between blanks, punctuation and all.
  WHITESPACE;

  /// The words of a message, with their places.
  public List<Token> tokenize(String message) {
    return switch (this) {
      case WORDS -> UnicodeWords.of(message);
      case WHITESPACE -> Tokenizer.whitespace().tokenize(message);
    };
  }
}
