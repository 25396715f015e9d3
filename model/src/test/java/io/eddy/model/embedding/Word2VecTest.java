package io.eddy.model.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.eddy.model.embedding.Word2VecSettings.Architecture;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class Word2VecTest {

  private static final int ROLES = 8;
  private static final List<String> FORMS = List.of("male", "female", "young", "many");

  /// A grammar of nouns with a role (king, baker, ...) and a form (male, female, ...). A noun's
  /// neighbours are words of its role and words of its form, drawn one by one: nothing says which
  /// nouns belong together but that.
  private static List<List<String>> sentences(int count, long seed) {
    var random = new SplittableRandom(seed);
    List<List<String>> sentences = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int role = random.nextInt(ROLES);
      String form = FORMS.get(random.nextInt(FORMS.size()));
      List<String> sentence = new ArrayList<>();
      sentence.add("filler" + random.nextInt(5));
      sentence.add("role" + role + "-" + random.nextInt(3));
      sentence.add(form + "-" + random.nextInt(3));
      sentence.add(noun(role, form));
      sentence.add(form + "-" + random.nextInt(3));
      sentence.add("role" + role + "-" + random.nextInt(3));
      sentence.add("filler" + random.nextInt(5));
      sentences.add(sentence);
    }
    return sentences;
  }

  private static String noun(int role, String form) {
    return "noun" + role + form;
  }

  private static Word2VecSettings settings(Architecture architecture, int epochs) {
    return new Word2VecSettings(architecture, 24, 2, 5, 5, 0, epochs, 0.1, 64, 7);
  }

  @ParameterizedTest
  @EnumSource
  void shouldAnswerAnalogiesOfAGeneratedGrammar(Architecture architecture) {
    WordVectors vectors = Word2Vec.train(sentences(6_000, 7), settings(architecture, 4));

    int right = 0;
    int asked = 0;
    for (int one = 0; one < ROLES; one++) {
      for (int other = 0; other < ROLES; other++) {
        for (String form : FORMS) {
          for (String changed : FORMS) {
            if (one != other && !form.equals(changed)) {
              // noun1male is to noun1female as noun2male is to ...
              String answer =
                  vectors
                      .analogy(noun(one, form), noun(one, changed), noun(other, form), 1)
                      .getFirst()
                      .word();
              right += answer.equals(noun(other, changed)) ? 1 : 0;
              asked++;
            }
          }
        }
      }
    }
    // By chance it would be one in fifty.
    assertThat(right / (double) asked).as("%d of %d, seed 7", right, asked).isGreaterThan(0.9);
  }

  @ParameterizedTest
  @EnumSource
  void shouldGiveTheSameVectorsForTheSameSentences(Architecture architecture) {
    WordVectors one = Word2Vec.train(sentences(300, 3), settings(architecture, 1));
    WordVectors same = Word2Vec.train(sentences(300, 3), settings(architecture, 1));

    assertThat(same.words()).isEqualTo(one.words());
    for (String word : one.words()) {
      assertThat(same.vector(word)).isEqualTo(one.vector(word));
    }
  }

  @Test
  void shouldOrderWordsByFrequencyAndLeaveOutRareOnes() {
    List<List<String>> sentences = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      sentences.add(List.of("often", i % 2 == 0 ? "even" : "odd", "often"));
    }
    sentences.add(List.of("often", "once", "often"));

    WordVectors vectors = Word2Vec.train(sentences, settings(Architecture.CBOW, 1));

    assertThat(vectors.words()).containsExactly("often", "even", "odd");
    assertThat(vectors.dimension()).isEqualTo(24);
  }

  @Test
  void shouldDropFrequentWordsWhenAskedTo() {
    List<List<String>> sentences = sentences(300, 5);
    var all = settings(Architecture.SKIP_GRAM, 1);
    var sampled = new Word2VecSettings(Architecture.SKIP_GRAM, 24, 2, 5, 5, 1e-3, 1, 0.1, 64, 7);

    assertThat(Word2Vec.train(sentences, sampled).vector("filler0"))
        .isNotEqualTo(Word2Vec.train(sentences, all).vector("filler0"));
  }

  @Test
  void shouldRefuseTextWithoutTwoWordsAndSenselessSettings() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> Word2Vec.train(List.of(List.of("a", "b")), settings(Architecture.CBOW, 1)))
        .withMessageContaining("come at least 5 times");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Word2VecSettings.of(Architecture.CBOW).sized(0, 5, 1))
        .withMessage("dimension is 0, expected at least 1");
  }
}
