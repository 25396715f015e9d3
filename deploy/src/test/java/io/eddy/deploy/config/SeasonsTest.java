package io.eddy.deploy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeasonsTest {

  @Test
  void shouldReadAndWriteSeasonsAsTheSettingHasThem() {
    assertThat(Seasons.parse("0")).isEmpty();
    assertThat(Seasons.parse("24")).containsExactly(24);
    assertThat(Seasons.parse("24, 168")).containsExactly(24, 168);
    assertThat(Seasons.text(List.of())).isEqualTo("0");
    assertThat(Seasons.text(List.of(24, 168))).isEqualTo("24,168");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "-3", "x", "168,24", "2,3,4", "24,", "20000"})
  void shouldSayWhatWasExpected(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Seasons.parse(text))
        .withMessageContaining("\"%s\" is no season", text)
        .withMessageContaining("expected 0 (none)");
  }
}
