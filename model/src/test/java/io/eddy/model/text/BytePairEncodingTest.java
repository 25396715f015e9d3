package io.eddy.model.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import io.eddy.model.text.BytePairEncoding.Merge;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BytePairEncodingTest {

  /// The words of Sennrich et al. 2016, algorithm 1: `es`, `est` with its word's end, `lo`, `low`
  /// are among what the paper merges; of pairs that are equally frequent ours take the first.
  private static final Map<String, Long> WORDS =
      Map.of("low", 5L, "lower", 2L, "newest", 6L, "widest", 3L);

  @Test
  void shouldMergeTheMostFrequentPairsFirst() {
    BytePairEncoding encoding = BytePairEncoding.learn(WORDS, 4, 2);

    assertThat(encoding.merges())
        .containsExactly(
            new Merge("e@@", "s@@"), // 9
            new Merge("es@@", "t"), // 9
            new Merge("l@@", "o@@"), // 7
            new Merge("e@@", "w@@")); // 6, as "n e", "w est" and others, and the first of them
  }

  @Test
  void shouldCutUnknownWordsIntoKnownPieces() {
    BytePairEncoding encoding = BytePairEncoding.learn(WORDS, 4, 2);

    assertThat(encoding.pieces("lowest")).containsExactly("lo@@", "w@@", "est");
    assertThat(encoding.pieces("w")).containsExactly("w");
    assertThat(encoding.pieces("")).isEmpty();
  }

  @Test
  void shouldKeepTheEndOfAWordApart() {
    BytePairEncoding encoding = BytePairEncoding.learn(Map.of("est", 3L), 10, 1);

    assertThat(encoding.pieces("est")).containsExactly("est");
    assertThat(encoding.pieces("esta")).containsExactly("es@@", "t@@", "a");
  }

  @Test
  void shouldStopWherePairsAreRare() {
    assertThat(BytePairEncoding.learn(WORDS, 1000, 7).merges()).hasSize(3);
    assertThat(BytePairEncoding.learn(WORDS, 1000, 1).pieces("newest")).containsExactly("newest");
  }

  @Test
  void shouldSayWherePiecesLie() {
    Tokenizer tokenizer =
        BytePairEncoding.learn(WORDS, 4, 2).tokenizer(Tokenizer.whitespace().lowerCase());

    assertThat(tokenizer.tokenize(" Lowest x"))
        .containsExactly(
            new Token("lo@@", 1, 3),
            new Token("w@@", 3, 4),
            new Token("est", 4, 7),
            new Token("x", 8, 9));
  }

  @Test
  void shouldPutPiecesTogetherAgain() {
    BytePairEncoding encoding = BytePairEncoding.learn(WORDS, 4, 2);
    List<Token> pieces =
        encoding.tokenizer(Tokenizer.whitespace()).tokenize("the lowest 😀 widens");

    assertThat(BytePairEncoding.join(pieces.stream().map(Token::text).toList()))
        .isEqualTo("the lowest 😀 widens");
  }

  @Test
  void shouldGoOnFromItsMerges() {
    BytePairEncoding learned = BytePairEncoding.learn(WORDS, 6, 1);

    BytePairEncoding again = BytePairEncoding.of(learned.merges());

    assertThat(again.pieces("lowest")).isEqualTo(learned.pieces("lowest"));
  }

  @Test
  void shouldCutAWordOfAnyLengthInTimeThatGrowsWithIt() {
    BytePairEncoding encoding = BytePairEncoding.learn(Map.of("abab", 3L, "ab", 2L), 10, 2);
    String word = "ab".repeat(50_000) + "😀";

    List<String> pieces = assertTimeout(Duration.ofSeconds(20), () -> encoding.pieces(word));

    assertThat(BytePairEncoding.join(pieces)).isEqualTo(word);
    assertThat(pieces).hasSizeLessThan(60_000);
  }
}
