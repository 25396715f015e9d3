package io.eddy.model.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class VocabularyTest {

  @Test
  void shouldNumberTheMostFrequentFirstAndEqualOnesByName() {
    Vocabulary vocabulary = counts("b a c b a d").vocabulary(1, 100, "<end>");

    assertThat(vocabulary.tokens())
        .containsExactly(Vocabulary.UNKNOWN, "<end>", "a", "b", "c", "d");
    assertThat(vocabulary.number("b")).isEqualTo(3);
  }

  @Test
  void shouldCallTheRareAndTheSurplusUnknown() {
    Vocabulary rare = counts("a a b b c").vocabulary(2, 100);
    Vocabulary small = counts("a a b b c").vocabulary(1, 2);

    assertThat(rare.number("c")).isZero();
    assertThat(rare.contains("c")).isFalse();
    assertThat(small.tokens()).containsExactly(Vocabulary.UNKNOWN, "a");
  }

  @Test
  void shouldKeepWhatIsReservedEvenIfTheTextHasIt() {
    Vocabulary vocabulary = counts("<end> <end> <unk> a").vocabulary(1, 100, "<end>");

    assertThat(vocabulary.tokens()).containsExactly(Vocabulary.UNKNOWN, "<end>", "a");
  }

  @Test
  void shouldComeBackFromItsTokens() {
    Vocabulary vocabulary = counts("x y x").vocabulary(1, 100);

    assertThat(Vocabulary.of(vocabulary.tokens()).numbers(Tokenizer.whitespace().tokenize("y x z")))
        .containsExactly(2, 1, 0);
  }

  @Test
  void shouldRefuseWhatIsNoVocabulary() {
    assertThatThrownBy(() -> Vocabulary.of(List.of("a", "b"))).hasMessageContaining("<unk>");
    assertThatThrownBy(() -> Vocabulary.of(List.of("<unk>", "a", "a")))
        .hasMessageContaining("\"a\" is in the vocabulary twice");
    assertThatThrownBy(() -> counts("a").vocabulary(1, 1, "<end>"))
        .hasMessageContaining("a vocabulary of 1 tokens, expected at least 2");
  }

  private static Vocabulary.Counts counts(String text) {
    var counts = new Vocabulary.Counts();
    Tokenizer.whitespace().tokenize(text).forEach(token -> counts.add(token.text()));
    return counts;
  }
}
