package io.eddy.processors.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicsTest {

  @Test
  void shouldNameAllTopicsAfterThePrefix() {
    assertThat(Topics.withPrefix("load").all())
        .containsExactly(
            "load-forecasts",
            "load-history",
            "load-scores",
            "load-candidates",
            "load-models",
            "load-dead-letters",
            "load-control");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "ä", "a/b", "a\nb", "a%"})
  void shouldRefuseANameThatKafkaDoesNotTake(String prefix) {
    assertThatThrownBy(() -> Topics.withPrefix(prefix))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is not legal, expected 1 to 249 letters");
  }

  @Test
  void shouldKnowKafkasNames() {
    assertThat(Topics.legal("a.B_c-9")).isTrue();
    assertThat(Topics.legal("a".repeat(249))).isTrue();
    assertThat(Topics.legal("a".repeat(250))).isFalse();
    assertThat(Topics.legal(".")).isFalse();
    assertThat(Topics.legal("..")).isFalse();
    assertThat(Topics.legal("")).isFalse();
  }

  @Test
  void shouldRefuseOneNameForTwoTopics() {
    assertThatThrownBy(() -> new Topics("a", "b", "c", "d", "b", "e", "f"))
        .hasMessageContaining("topic \"b\" is named twice");
  }
}
