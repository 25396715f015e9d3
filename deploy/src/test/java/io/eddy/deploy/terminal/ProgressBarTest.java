package io.eddy.deploy.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ProgressBarTest {
  private final StringWriter screen = new StringWriter();

  @Test
  void shouldDrawOneLineOverAndOver() {
    try (var bar = new ProgressBar(new PrintWriter(screen), true)) {
      bar.begin("ridge", 10);
      bar.begin("ridge trains", -1);
    }

    assertThat(screen.toString())
        .contains("ridge ", "░", "0 %", "ridge trains", "...")
        .doesNotContain("\n")
        .endsWith("\r\u001b[K");
  }

  @Test
  void shouldBeSilentAboutShortWorkElsewhere() {
    try (var bar = new ProgressBar(new PrintWriter(screen), false)) {
      bar.begin("ridge", 10);
      bar.advance(10);
    }

    assertThat(screen.toString()).isEmpty();
  }
}
