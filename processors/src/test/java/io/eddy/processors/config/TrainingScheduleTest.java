package io.eddy.processors.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingScheduleTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  private static boolean isDue(String schedule, String last, String now) {
    return TrainingSchedule.parse(schedule, BERLIN)
        .orElseThrow()
        .isDue(Instant.parse(last), Instant.parse(now));
  }

  @Test
  void shouldBeDueEverySoOften() {
    assertThat(isDue("PT6H", "2026-01-01T00:00:00Z", "2026-01-01T05:59:59Z")).isFalse();
    assertThat(isDue("PT6H", "2026-01-01T00:00:00Z", "2026-01-01T06:00:00Z")).isTrue();
  }

  @Test
  void shouldBeDueAtTheTimesOfItsZone() {
    // 02:30 in Berlin is 01:30 UTC in winter and 00:30 in summer.
    assertThat(isDue("30 2 * * *", "2026-01-01T02:00:00Z", "2026-01-02T01:29:00Z")).isFalse();
    assertThat(isDue("30 2 * * *", "2026-01-01T02:00:00Z", "2026-01-02T01:30:00Z")).isTrue();
    assertThat(isDue("30 2 * * *", "2026-07-01T02:00:00Z", "2026-07-02T00:30:00Z")).isTrue();
  }

  @Test
  void shouldMakeUpForATimeThatPassedWhileNobodyLooked() {
    assertThat(isDue("0 3 * * 0", "2026-01-01T00:00:00Z", "2026-01-05T12:00:00Z")).isTrue();
  }

  @Test
  void shouldNameNothingWhereTheTextIsEmpty() {
    assertThat(TrainingSchedule.parse(" ", BERLIN)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"daily", "PT0S", "Pxyz", "61 * * * *", "* * * *"})
  void shouldRefuseWhatIsNoSchedule(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> TrainingSchedule.parse(text, BERLIN));
  }
}
