package io.eddy.model.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpacingTest {

  private static final long MINUTE = 60_000;

  private final Spacing spacing = new Spacing(new Frequency.Inferred());

  @Test
  void shouldKnowAClockAfterSixteenSpaces() {
    for (int i = 0; i < 15; i++) {
      spacing.observe(MINUTE);
    }
    double before = spacing.stepMillis();

    spacing.observe(MINUTE);

    assertThat(before).isZero();
    assertThat(spacing.stepMillis()).isEqualTo(MINUTE);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void shouldKnowAClockThatJittersAndNowAndThenMisses(long seed) {
    var random = new SplittableRandom(seed);
    for (int i = 0; i < 1_000; i++) {
      int missing = random.nextInt(20) == 0 ? random.nextInt(1, 6) : 0;
      spacing.observe((1 + missing) * MINUTE + random.nextLong(-6_000, 6_000));
    }

    assertThat(spacing.stepMillis()).as("seed %d", seed).isCloseTo(MINUTE, within(2_000.0));
  }

  @Test
  void shouldTakeMonthsForRegular() {
    LocalDate month = LocalDate.of(1949, 1, 1);
    for (int i = 0; i < 144; i++) {
      long before = millis(month);
      month = month.plusMonths(1);
      spacing.observe(millis(month) - before);
    }

    assertThat(spacing.stepMillis())
        .isCloseTo((double) Duration.ofDays(30).plusHours(10).toMillis(), within(0.5 * 86_400_000));
  }

  private static long millis(LocalDate date) {
    return date.atStartOfDay().toInstant(ZoneOffset.UTC).toEpochMilli();
  }

  @Test
  void shouldNotTakeWorkingDaysForRegular() {
    for (int i = 0; i < 1_000; i++) {
      spacing.observe(Duration.ofDays(i % 5 == 4 ? 3 : 1).toMillis());

      assertThat(spacing.stepMillis()).as("day %d", i).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void shouldNotTakeEventsAtRandomForRegular(long seed) {
    var random = new SplittableRandom(seed);
    for (int i = 0; i < 1_000; i++) {
      spacing.observe((long) (-MINUTE * StrictMath.log(1 - random.nextDouble())));

      assertThat(spacing.stepMillis()).as("seed %d, event %d", seed, i).isZero();
    }
  }

  @Test
  void shouldFollowAClockThatChanges() {
    for (int i = 0; i < 300; i++) {
      spacing.observe(MINUTE);
    }

    for (int i = 0; i < 300; i++) {
      spacing.observe(10 * MINUTE);
    }

    assertThat(spacing.stepMillis()).isEqualTo(10 * MINUTE);
  }

  @Test
  void shouldNotLearnWhatIsGiven() {
    var given = new Spacing(new Frequency.Every(Duration.ofHours(1)));
    var never = new Spacing(new Frequency.EveryEvent());
    for (int i = 0; i < 100; i++) {
      given.observe(MINUTE);
      never.observe(MINUTE);
    }

    assertThat(given.stepMillis()).isEqualTo(60 * MINUTE);
    assertThat(never.stepMillis()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"hourly", "-PT1H", "PT0S", "", "P1M"})
  void shouldRefuseAFrequencyThatIsNone(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Frequency.parse(text))
        .withMessageContaining("expected");
  }
}
