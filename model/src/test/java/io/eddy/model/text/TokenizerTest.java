package io.eddy.model.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TokenizerTest {

  @Test
  void shouldKeepWordsAndWhereTheyLie() {
    assertThat(Tokenizer.whitespace().tokenize("  Grüße,\tWelt \u00a0😀 "))
        .containsExactly(
            new Token("Grüße,", 2, 8), new Token("Welt", 9, 13), new Token("😀", 15, 17));
  }

  @Test
  void shouldLowerCaseWithoutMovingOffsets() {
    // In lower case, U+0130 is longer by one.
    List<Token> tokens = Tokenizer.whitespace().lowerCase().tokenize("İzmir ÄRGER");

    assertThat(tokens.get(1)).isEqualTo(new Token("ärger", 6, 11));
  }

  @Test
  void shouldCutAnyTextWithoutLosingAny() {
    var random = new SplittableRandom(7);
    for (int round = 0; round < 200; round++) {
      var text = new StringBuilder();
      for (int i = 0; i < 50; i++) {
        text.append((char) random.nextInt(0x10000)); // halves of pairs among them
      }
      var joined = new StringBuilder();
      int end = 0;
      for (Token token : Tokenizer.codePoints().tokenize(text.toString())) {
        assertThat(token.start()).as("round %d", round).isEqualTo(end);
        end = token.end();
        joined.append(token.text());
      }
      assertThat(joined).as("round %d", round).hasToString(text.toString());
    }
  }

  @Test
  void shouldFindNothingInNothing() {
    assertThat(Tokenizer.codePoints().tokenize("")).isEmpty();
    assertThat(Tokenizer.whitespace().tokenize(" \t\n")).isEmpty();
  }
}
