package io.eddy.processors.observation;

import static io.eddy.processors.observation.Observations.KEY;
import static io.eddy.processors.observation.Observations.NOW;
import static io.eddy.processors.observation.Observations.assertRejected;
import static io.eddy.processors.observation.Observations.config;
import static io.eddy.processors.observation.Observations.decode;
import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.schemas.avro.Reason;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NumberObservationsTest {
  private final ObservationDecoder decoder =
      new ObservationDecoder(
          config("eddy.input.format", "number"),
          Observations.registry(NumberObservationsTest.class));

  private Decoded decodeText(String text) {
    return decode(decoder, text.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource({"21.5, 21.5", "-3, -3", "' 7 ', 7", "1e3, 1000", "+.5, 0.5", "12345.67, 12345.67"})
  void shouldReadDecimalTextAtTheRecordsTime(String text, double value) {
    assertThat(decodeText(text)).isEqualTo(new Decoded.Observation(NOW, value));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", "abc", "1,5", "0x1p3", "1f", "1d", "1 2", "--1", "1e", "abcdefgh"})
  void shouldRejectWhatPeopleDoNotCallANumber(String text) {
    assertRejected(decodeText(text), Reason.MALFORMED, "expected a decimal number as text");
  }

  @ParameterizedTest
  @ValueSource(strings = {"NaN", "Infinity", "-Infinity", "1e999"})
  void shouldRejectWhatIsNotFinite(String text) {
    assertRejected(decodeText(text), Reason.NOT_FINITE, "expected a finite number");
  }

  @Test
  void shouldRejectABinaryDouble() {
    byte[] binary = ByteBuffer.allocate(8).putDouble(21.5).array();

    assertRejected(decode(decoder, binary), Reason.MALFORMED, "the value is \"");
  }

  @Test
  void shouldKeepMessagesShortAndOnOneLine() {
    assertRejected(decodeText("x".repeat(10_000)), Reason.MALFORMED, "the value is 10000 bytes");
    Decoded decoded = decodeText("line\nbreak" + "y".repeat(200));
    assertRejected(decoded, Reason.MALFORMED, "…");
    assertThat(((Decoded.Rejected) decoded).message()).doesNotContain("\n").hasSizeLessThan(200);
  }

  @Test
  void shouldRejectWhatHasNoKeyOrNoValue() {
    assertRejected(
        decoder.decode(null, new byte[1], new RecordHeaders(), NOW), Reason.NULL_KEY, "no key");
    assertRejected(
        decoder.decode(new byte[40_000], new byte[1], new RecordHeaders(), NOW),
        Reason.KEY_TOO_LARGE,
        "40000 bytes");
    assertRejected(
        decoder.decode(KEY, null, new RecordHeaders(), NOW), Reason.NULL_VALUE, "no value");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldNeverThrowForAnyBytes(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 2000; i++) {
      byte[] bytes = new byte[random.nextInt(20)];
      random.nextBytes(bytes);

      assertThat(decode(decoder, bytes)).isNotNull();
    }
  }
}
