package io.eddy.deploy.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ConfigurationDocumentTest {
  private static final Path PAGE = Path.of("..", "docs", "configuration.md");

  @Test
  void shouldBeThePageThatIsInTheRepository() throws IOException {
    assertThat(Files.readString(PAGE))
        .as(
            "docs/configuration.md is stale: run \"./eddy config describe >"
                + " docs/configuration.md\"")
        .isEqualTo(ConfigurationDocument.text());
  }

  @Test
  void shouldDependOnNoMachine() {
    assertThat(ConfigurationDocument.text())
        .doesNotContain(System.getProperty("user.home") + "/")
        .doesNotContain(System.getProperty("java.io.tmpdir") + "/");
  }
}
