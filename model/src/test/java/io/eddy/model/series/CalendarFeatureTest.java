package io.eddy.model.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class CalendarFeatureTest {

  private static final ZoneId UTC = ZoneId.of("UTC");

  private static float[] point(CalendarFeature feature, Instant time, ZoneId zone) {
    float[] out = new float[CalendarFeature.SIZE];
    feature.write(time.toEpochMilli(), zone, out, 0);
    return out;
  }

  @ParameterizedTest
  @CsvSource({
    "HOUR_OF_DAY,2026-11-28T00:00:00Z,0",
    "HOUR_OF_DAY,2026-11-28T06:00:00Z,0.25",
    "HOUR_OF_DAY,1969-12-31T18:00:00Z,0.75",
    "DAY_OF_WEEK,2026-11-30T00:00:00Z,0", // a Monday
    "DAY_OF_WEEK,2026-12-03T12:00:00Z,0.5", // the Thursday after, at noon
    "DAY_OF_WEEK,1970-01-01T00:00:00Z,0.42857142857", // a Thursday
    "DAY_OF_YEAR,2026-01-01T00:00:00Z,0",
    "DAY_OF_YEAR,2026-07-02T12:00:00Z,0.5",
    "DAY_OF_YEAR,2028-07-02T00:00:00Z,0.5" // of a leap year
  })
  void shouldStandWhereTheClockStands(CalendarFeature feature, Instant time, double share) {
    float[] point = point(feature, time, UTC);

    assertThat((double) point[0]).isCloseTo(Math.sin(2 * Math.PI * share), within(1e-6));
    assertThat((double) point[1]).isCloseTo(Math.cos(2 * Math.PI * share), within(1e-6));
  }

  @ParameterizedTest
  @EnumSource(CalendarFeature.class)
  void shouldReadTheClockOfItsZone(CalendarFeature feature) {
    ZoneId berlin = ZoneId.of("Europe/Berlin");
    var local = LocalDateTime.parse("2026-07-20T17:30:00");

    float[] inBerlin = point(feature, local.atZone(berlin).toInstant(), berlin);
    float[] inUtc = point(feature, local.atZone(UTC).toInstant(), UTC);

    assertThat(inBerlin).isEqualTo(inUtc);
    assertThat(point(feature, local.atZone(berlin).toInstant(), UTC)).isNotEqualTo(inUtc);
  }

  @ParameterizedTest
  @CsvSource({
    "HOUR_OF_DAY,2026-11-28T00:00:00Z",
    "DAY_OF_WEEK,2026-11-30T00:00:00Z",
    "DAY_OF_YEAR,2027-01-01T00:00:00Z",
    "DAY_OF_YEAR,2029-01-01T00:00:00Z"
  })
  void shouldEndBesideItsBeginning(CalendarFeature feature, Instant beginning) {
    float[] first = point(feature, beginning, UTC);
    float[] last = point(feature, beginning.minusSeconds(1), UTC);

    assertThat((double) last[0]).isCloseTo(first[0], within(1e-4));
    assertThat((double) last[1]).isCloseTo(first[1], within(1e-4));
    assertThat(last[0]).as("not yet there").isNegative();
  }

  @ParameterizedTest
  @EnumSource(CalendarFeature.class)
  void shouldLieOnTheCircleAtAnyTime(CalendarFeature feature) {
    for (long hour = -1_000_000; hour < 1_000_000; hour += 4_321) {
      float[] point = point(feature, Instant.ofEpochSecond(3_600 * hour), UTC);

      assertThat(Math.hypot(point[0], point[1])).isCloseTo(1, within(1e-6));
    }
  }

  @Test
  void shouldWriteItsTwoInputsAndNothingElse() {
    float[] out = new float[6];
    Arrays.fill(out, Float.NaN);

    CalendarFeature.HOUR_OF_DAY.write(0, UTC, out, 2);

    assertThat(out).containsExactly(Float.NaN, Float.NaN, 0, 1, Float.NaN, Float.NaN);
  }
}
