package io.eddy.model.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.data.Offset.offset;

import io.eddy.model.embedding.WordVectors.Neighbour;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordVectorsTest {

  private static final WordVectors VECTORS =
      new WordVectors(
          List.of("east", "north", "west", "northeast", "nowhere"),
          2,
          new float[] {2, 0, 0, 0.5f, -1, 0, 3, 3, 0, 0});

  @Test
  void shouldMeasureSimilarityByTheAngleAlone() {
    assertThat(VECTORS.similarity("east", "east")).isEqualTo(1);
    assertThat(VECTORS.similarity("east", "north")).isZero();
    assertThat(VECTORS.similarity("east", "west")).isEqualTo(-1);
    assertThat(VECTORS.similarity("east", "northeast"))
        .isCloseTo((float) Math.sqrt(0.5), offset(1e-6f));
    assertThat(VECTORS.similarity("east", "nowhere")).isZero();
  }

  @Test
  void shouldFindNeighboursNearestFirst() {
    assertThat(VECTORS.nearest("north", 3))
        .extracting(Neighbour::word)
        .containsExactly("northeast", "east", "west");
    assertThat(VECTORS.nearest(new float[] {-5, 0.1f}, 1, Set.of()))
        .extracting(Neighbour::word)
        .containsExactly("west");
    assertThat(VECTORS.nearest("north", 99)).hasSize(4);
  }

  @Test
  void shouldAnswerAnalogiesWithoutTheThreeThatAsk() {
    // From west to north is as from north to ...: north - west + north = (1, 2).
    assertThat(VECTORS.analogy("west", "north", "north", 1))
        .extracting(Neighbour::word)
        .containsExactly("northeast");
  }

  @Test
  void shouldReadWhatItWroteToTheBit() throws IOException {
    var vectors =
        new WordVectors(
            List.of("ein", "größer", "日本"),
            3,
            new float[] {1f / 3, -0f, 1e-38f, 3.4e38f / 1e20f, 7, -2.5f, 0, 1, 2});
    var text = new StringWriter();
    vectors.write(text);

    WordVectors read = read(text.toString());

    assertThat(read.words()).isEqualTo(vectors.words());
    for (String word : vectors.words()) {
      assertThat(read.vector(word)).isEqualTo(vectors.vector(word));
    }
    assertThat(text.toString()).startsWith("3 3\nein 0.33333334 -0.0 ");
  }

  @Test
  void shouldReadWhatOthersWrite() throws IOException {
    // gensim ends lines without, the authors' program with a space.
    WordVectors read = read("2 2\nthe 0.1 -2e-3 \nof 1 2\n");

    assertThat(read.vector("the")).containsExactly(0.1f, -0.002f);
    assertThat(read.vector("of")).containsExactly(1, 2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "the 0.1 0.2|line 1 is \"the 0.1 0.2\", expected the number of words and the dimension",
        "2 2;a 1 2|the file ends after 1 words, its first line promises 2",
        "1 2;a 1|line 2 has 2 columns, expected a word and 2 numbers",
        "1 2;a 1 x|line 2 holds \"x\", expected a number",
        "2 1;a 1;a 2|the word \"a\" is there twice",
        "1 1;a NaN|is not finite",
        "999999999 999999;a 1|line 2 has 2 columns"
      })
  void shouldNameWhatIsWrongWithAFile(String text, String message) {
    assertThatIOException()
        .isThrownBy(() -> read(text.replace(';', '\n')))
        .withMessageContaining(message);
  }

  @Test
  void shouldRefuseWordsThatTheFormatCannotHold() {
    var vectors = new WordVectors(List.of("New York"), 1, new float[] {1});
    assertThatIllegalArgumentException()
        .isThrownBy(() -> vectors.write(new StringWriter()))
        .withMessageContaining("\"New York\" is empty or holds white space");
  }

  @Test
  void shouldNameAWordThatItDoesNotKnow() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> VECTORS.vector("south"))
        .withMessage("the word \"south\" is none of the 5 known ones");
    assertThat(VECTORS.contains("south")).isFalse();
  }

  private static WordVectors read(String text) throws IOException {
    return WordVectors.read(new BufferedReader(new StringReader(text)));
  }
}
