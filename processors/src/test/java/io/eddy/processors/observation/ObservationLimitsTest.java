package io.eddy.processors.observation;

import static io.eddy.processors.observation.Observations.KEY;
import static io.eddy.processors.observation.Observations.NOW;
import static io.eddy.processors.observation.Observations.assertRejected;
import static io.eddy.processors.observation.Observations.config;
import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.schemas.avro.Reason;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ObservationLimitsTest {
  private final ObservationLimits limits =
      new ObservationLimits(config("eddy.input.time.ahead.max.ms", "1000"));

  @ParameterizedTest
  @ValueSource(longs = {-62_135_596_800_000L, -662_688_000_000L, -1, 0, NOW, NOW + 1000})
  void shouldAcceptAnyTimeThatCanBeMeant(long time) {
    assertThat(check(limits, KEY, time, 1.5, NOW)).isEqualTo(new Decoded.Observation(time, 1.5));
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, -62_135_596_800_001L, 253_402_300_800_000L, Long.MAX_VALUE})
  void shouldRejectTimesThatAreNone(long time) {
    assertRejected(check(limits, KEY, time, 1.5, NOW), Reason.TIME_OUT_OF_RANGE, "years 1 to 9999");
  }

  @Test
  void shouldRejectATimeTooFarAfterTheRecords() {
    assertRejected(
        check(limits, KEY, NOW + 1001, 1.5, NOW),
        Reason.TIME_OUT_OF_RANGE,
        "2024-05-01T12:00:01.001Z is 1001 ms after",
        "eddy.input.time.ahead.max.ms");
  }

  @Test
  void shouldNotOverflowWithoutALimit() {
    ObservationLimits unlimited =
        new ObservationLimits(
            config("eddy.input.time.ahead.max.ms", Long.toString(Long.MAX_VALUE)));

    assertThat(check(unlimited, KEY, 253_402_300_799_999L, 1, 0))
        .isInstanceOf(Decoded.Observation.class);
  }

  @Test
  void shouldNotTakeALongPastTimeForOneAhead() {
    assertThat(check(limits, KEY, -62_135_596_800_000L, 1.5, Long.MAX_VALUE))
        .isInstanceOf(Decoded.Observation.class);
  }

  @Test
  void shouldTakeAnyTimeFromARecordWithoutTimestamp() {
    assertThat(check(limits, KEY, NOW, 1.5, -1)).isEqualTo(new Decoded.Observation(NOW, 1.5));
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void shouldRejectWhatIsNotFinite(double value) {
    assertRejected(
        check(limits, KEY, NOW, value, NOW), Reason.NOT_FINITE, String.valueOf(value), "finite");
  }

  @Test
  void shouldRejectWhatWouldMakeSumsOverflow() {
    assertRejected(check(limits, KEY, NOW, -1.1e300, NOW), Reason.NOT_FINITE, "-1.1E300", "1e300");
    assertThat(check(limits, KEY, NOW, 1e300, NOW)).isInstanceOf(Decoded.Observation.class);
  }

  @Test
  void shouldRejectKeysThatCannotName() {
    assertRejected(check(limits, null, NOW, 1, NOW), Reason.NULL_KEY, "no key");
    assertRejected(
        check(limits, new byte[(32 << 10) + 1], NOW, 1, NOW),
        Reason.KEY_TOO_LARGE,
        "32769 bytes, expected at most 32768");
    assertThat(check(limits, new byte[32 << 10], NOW, 1, NOW))
        .isInstanceOf(Decoded.Observation.class);
    assertThat(check(limits, new byte[0], NOW, 1, NOW)).isInstanceOf(Decoded.Observation.class);
  }

  private static Decoded check(
      ObservationLimits limits,
      byte @Nullable [] key,
      long timeMillis,
      double value,
      long recordTimestamp) {
    return limits.check(key, timeMillis, value, new double[0], recordTimestamp);
  }
}
