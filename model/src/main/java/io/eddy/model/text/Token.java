package io.eddy.model.text;

/// A piece of a text.
///
/// @param text what networks see of it, perhaps in lower case
/// @param start of it in the original text, in `char`s
/// @param end behind it
public record Token(String text, int start, int end) {

  public Token {
    if (start < 0 || end < start) {
      throw new IllegalArgumentException(
          "a token from " + start + " to " + end + ", expected a range of the text");
    }
  }
}
