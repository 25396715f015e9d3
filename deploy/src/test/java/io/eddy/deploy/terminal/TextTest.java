package io.eddy.deploy.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TextTest {
  @Test
  void shouldPadAndCutToAWidth() {
    assertThat(Text.left("ab", 4)).isEqualTo("ab  ");
    assertThat(Text.right("ab", 4)).isEqualTo("  ab");
    assertThat(Text.left("abcdef", 4)).isEqualTo("abc…");
    assertThat(Text.left("abc", 0)).isEmpty();
  }

  @Test
  void shouldFillABar() {
    assertThat(Text.bar(0.5, 4)).isEqualTo("██░░");
    assertThat(Text.bar(2, 4)).isEqualTo("████");
    assertThat(Text.bar(-1, 2)).isEqualTo("░░");
  }
}
