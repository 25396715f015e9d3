package io.eddy.model.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Cuts a text into tokens. Any text goes: a half of a surrogate pair is a token of its own.
public interface Tokenizer {

  /// The tokens, in order.
  List<Token> tokenize(String text);

  /// Unicode code points, blanks among them.
  static Tokenizer codePoints() {
    return text -> {
      List<Token> tokens = new ArrayList<>(text.length());
      int at = 0;
      while (at < text.length()) {
        int end = at + Character.charCount(text.codePointAt(at));
        tokens.add(new Token(text.substring(at, end), at, end));
        at = end;
      }
      return tokens;
    };
  }

  /// What lies between white space, as it is: for text that somebody tokenised before.
  static Tokenizer whitespace() {
    return text -> {
      List<Token> tokens = new ArrayList<>();
      int at = 0;
      while (at < text.length()) {
        int start = at;
        while (at < text.length() && !isBlank(text.codePointAt(at))) {
          at += Character.charCount(text.codePointAt(at));
        }
        if (at > start) {
          tokens.add(new Token(text.substring(start, at), start, at));
        } else {
          at += Character.charCount(text.codePointAt(at));
        }
      }
      return tokens;
    };
  }

  private static boolean isBlank(int codePoint) {
    return Character.isWhitespace(codePoint) || Character.isSpaceChar(codePoint);
  }

  /// The same tokens in lower case, by Unicode's rules and not by a country's; where they lie
  /// stays.
  default Tokenizer lowerCase() {
    return text ->
        tokenize(text).stream()
            .map(
                token ->
                    new Token(token.text().toLowerCase(Locale.ROOT), token.start(), token.end()))
            .toList();
  }
}
