package io.eddy.processors.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpellingTest {

  @ParameterizedTest
  @CsvSource({
    "'', '', 0",
    "'', abc, 3",
    "abc, abc, 0",
    "abc, abd, 1",
    "abc, ab, 1",
    "abc, acb, 1",
    "kitten, sitting, 3",
    "abcd, dcba, 3",
    "ca, abc, 3"
  })
  void shouldCountEdits(String a, String b, int edits) {
    assertThat(Spelling.edits(a, b)).isEqualTo(edits);
    assertThat(Spelling.edits(b, a)).isEqualTo(edits);
  }

  @Test
  void shouldNotSuggestWhatIsFarAway() {
    assertThat(Spelling.nearest("apple", List.of("zebra", "orange"))).isEmpty();
  }

  @Test
  void shouldSuggestTheNearest() {
    assertThat(Spelling.nearest("eddy.cel", List.of("eddy.seed", "eddy.cell")))
        .contains("eddy.cell");
  }
}
