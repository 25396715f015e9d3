package io.eddy.processors.token;

import io.eddy.model.text.Token;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.OffsetAttribute;

/// Word borders of Unicode's annex 29, as Lucene finds them.
final class UnicodeWords {
  private UnicodeWords() {}

  static List<Token> of(String text) {
    List<Token> tokens = new ArrayList<>();
    try (var words = new StandardTokenizer()) {
      CharTermAttribute term = words.addAttribute(CharTermAttribute.class);
      OffsetAttribute place = words.addAttribute(OffsetAttribute.class);
      words.setReader(new StringReader(text));
      words.reset();
      while (words.incrementToken()) {
        tokens.add(new Token(term.toString(), place.startOffset(), place.endOffset()));
      }
      words.end();
    } catch (IOException e) {
      throw new UncheckedIOException("a text in memory cannot fail to be read", e);
    }
    return tokens;
  }
}
