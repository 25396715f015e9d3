package io.eddy.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class BleuTest {

  private static final List<List<String>> GUIDES =
      List.of(
          split(
              "It is a guide to action that ensures that the military will forever heed Party "
                  + "commands"),
          split(
              "It is the guiding principle which guarantees the military forces always being "
                  + "under the command of the Party"),
          split(
              "It is the practical guide for the army always to heed the directions of the "
                  + "party"));

  private static List<String> split(String text) {
    return Arrays.asList(text.split(" "));
  }

  /// Example 2 of Papineni et al. 2002: "the" counts as often as the reference that has it most
  /// often.
  @Test
  void shouldCountAWordNoMoreOftenThanAReferenceHasIt() {
    var bleu = new Bleu();

    bleu.addWithReferences(
        split("the the the the the the the"),
        List.of(split("the cat is on the mat"), split("there is a cat on the mat")));

    assertThat(bleu.precision(1)).isEqualTo(2 / 7.0);
    assertThat(bleu.precision(2)).isZero();
    assertThat(bleu.value()).isZero();
  }

  /// Example 1 of the paper, candidate 1.
  @Test
  void shouldHaveThePapersPrecisions() {
    var bleu = new Bleu();

    bleu.addWithReferences(
        split(
            "It is a guide to action which ensures that the military always obeys the "
                + "commands of the party"),
        GUIDES);

    assertThat(bleu.precision(1)).isEqualTo(17 / 18.0);
    assertThat(bleu.precision(2)).isEqualTo(10 / 17.0);
    assertThat(bleu.brevityPenalty()).isEqualTo(1);
    assertThat(bleu.value()).isCloseTo(50.45666840058485, within(1e-10));
  }

  /// The example in the documentation of `nltk.translate.bleu_score.corpus_bleu`, which gives
  /// 0.5920778868801042.
  @Test
  void shouldAddUpCountsOverACorpus() {
    var bleu = new Bleu();

    bleu.addWithReferences(
        split(
            "It is a guide to action which ensures that the military always obeys the "
                + "commands of the party"),
        GUIDES);
    bleu.add(
        split("he read the book because he was interested in world history"),
        split("he was interested in world history because he read the book"));

    assertThat(bleu.value()).isCloseTo(59.20778868801042, within(1e-10));
  }

  @Test
  void shouldPunishWhatIsTooShort() {
    var bleu = new Bleu();

    bleu.add(split("a man rides a"), split("a man rides a horse"));

    assertThat(bleu.brevityPenalty()).isCloseTo(Math.exp(-0.25), within(1e-15));
    assertThat(bleu.value()).isCloseTo(100 * Math.exp(-0.25), within(1e-12));
  }

  @Test
  void shouldTakeTheShorterOfReferencesEquallyClose() {
    var bleu = new Bleu();

    bleu.addWithReferences(split("a b c d"), List.of(split("a b c d e"), split("a b c")));

    assertThat(bleu.brevityPenalty()).isEqualTo(1);
    assertThat(bleu.value()).isCloseTo(100, within(1e-12));
  }

  @Test
  void shouldBeZeroWithoutSentences() {
    assertThat(new Bleu().value()).isZero();
    assertThat(new Bleu().brevityPenalty()).isZero();
  }
}
