package io.eddy.processors.observation;

import static io.eddy.processors.observation.Observations.KEY;
import static io.eddy.processors.observation.Observations.NOW;
import static io.eddy.processors.observation.Observations.assertRejected;
import static io.eddy.processors.observation.Observations.config;
import static io.eddy.processors.observation.Observations.decode;
import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.model.series.EmbeddingSpec;
import io.eddy.schemas.avro.Reason;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonObservationsTest {

  private static ObservationDecoder decoder(String... settings) {
    String[] all = new String[settings.length + 2];
    all[0] = "eddy.input.format";
    all[1] = "json";
    System.arraycopy(settings, 0, all, 2, settings.length);
    return new ObservationDecoder(config(all), Observations.registry(JsonObservationsTest.class));
  }

  private static byte[] bytes(String json) {
    return json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'value': 21.5}",
        "{'id': 'a', 'nested': {'value': 1, 'list': [{'value': 2}]}, 'value': 21.5, 'x': null}",
        "  {\n\t'value':2.15e1}  ",
        "{'value': 1, 'value': 21.5}"
      })
  void shouldReadTheValueAtTheRecordsTime(String json) {
    assertThat(decode(decoder(), bytes(json))).isEqualTo(new Decoded.Observation(NOW, 21.5));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'at': {'ts': 1714564800123}, 'reading': {'power': {'watts': 7}}}",
        "{'reading': {'power': {'watts': 7}, 'watts': 8}, 'at': {'ts':"
            + " '2024-05-01T12:00:00.123Z'}}",
        "{'watts': 9, 'reading': {'power': {'watts': 7}}, 'at': {'ts': 1714564800123.9}}"
      })
  void shouldFindFieldsOfNestedObjects(String json) {
    ObservationDecoder decoder =
        decoder("eddy.input.value.field", "reading.power.watts", "eddy.input.time.field", "at.ts");

    assertThat(decode(decoder, bytes(json)))
        .isEqualTo(new Decoded.Observation(1_714_564_800_123L, 7));
  }

  // ---- covariates -------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'value': 1, 'sky': {'t': 21.5, 'cloudy': true}} | 21.5 | 1",
        "{'sky': {'cloudy': false, 't': -3}, 'value': 1}  | -3   | 0",
        "{'value': 1, 'sky': {'t': null}}                 | NaN  | NaN",
        "{'value': 1, 'sky': null, 't': 5}                | NaN  | NaN",
        "{'value': 1}                                     | NaN  | NaN",
        "{'value': 1, 'sky': {'t': 'warm', 't': 2}}       | 2    | NaN"
      })
  void shouldReadCovariatesBesideTheValue(String json, double temperature, double cloudy) {
    ObservationDecoder decoder = decoder("eddy.covariates", "sky.t, sky.cloudy");

    assertThat(decode(decoder, bytes(json)))
        .isEqualTo(new Decoded.Observation(NOW, 1, new double[] {temperature, cloudy}));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'warm' | the text \"warm\"",
        "[1]    | an array",
        "{}     | an object",
      })
  void shouldRejectACovariateThatIsNoNumber(String stored, String is) {
    assertRejected(
        decode(decoder("eddy.covariates", "t"), bytes("{'value': 1, 't': " + stored + "}")),
        Reason.WRONG_TYPE,
        "field \"t\" is or holds " + is,
        "expected a number, true or false");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {"'north' | 8045740304040106", "7 | 7", "true | 1", "null | NaN"})
  void shouldReadACategoryOfAnyKind(String stored, double number) {
    assertThat(decode(decoder("eddy.embedding", "t"), bytes("{'value': 1, 't': " + stored + "}")))
        .isEqualTo(new Decoded.Observation(NOW, 1, new double[] {number}));
  }

  @Test
  void shouldTakeTheRecordsKeyForACategoryAndNoFieldOfThatName() {
    ObservationDecoder decoder = decoder("eddy.covariates", "t", "eddy.embedding", "key");

    assertThat(decode(decoder, bytes("{'value': 1, 'key': 'north', 't': 2}")))
        .isEqualTo(new Decoded.Observation(NOW, 1, new double[] {2, EmbeddingSpec.number(KEY)}));
  }

  @Test
  void shouldRejectACovariateBeyondAllMeasure() {
    assertRejected(
        decode(decoder("eddy.covariates", "t"), bytes("{'value': 1, 't': 1e301}")),
        Reason.NOT_FINITE,
        "covariate \"t\" is 1.0E301",
        "or null if it is missing");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[1, 2, 3, 4]         | 1 | 2 | 3",
        "[1, 2]               | 1 | 2 | 2",
        "[true, false]        | 1 | 0 | 0",
        "7                    | 7 | 7 | 7",
        "true                 | 1 | 1 | 1",
        "[]                   | NaN | NaN | NaN",
        "null                 | NaN | NaN | NaN",
        "[null, 2, null]      | NaN | 2 | NaN",
        "[5, null]            | 5 | NaN | NaN"
      })
  void shouldReadWhatIsKnownAhead(String stored, double now, double next, double last) {
    ObservationDecoder decoder =
        decoder("eddy.covariates", "t", "eddy.covariates.known", "p", "eddy.horizon", "2");

    assertThat(decode(decoder, bytes("{'value': 1, 'p': " + stored + ", 't': 9}")))
        .isEqualTo(new Decoded.Observation(NOW, 1, new double[] {9, now, next, last}));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'low'              | the text \"low\"",
        "[1, 2, 3, 'low']   | the text \"low\"",
        "[1, [2]]           | an array",
        "{}                 | an object",
      })
  void shouldRejectWhatIsKnownAheadButNoNumber(String stored, String is) {
    assertRejected(
        decode(
            decoder("eddy.covariates.known", "p", "eddy.horizon", "2"),
            bytes("{'p': " + stored + ", 'value': 1}")),
        Reason.WRONG_TYPE,
        "field \"p\" is or holds " + is,
        "expected a number, true or false, or an array of them");
  }

  @Test
  void shouldNameTheCovariateThatIsAnnouncedBeyondAllMeasure() {
    assertRejected(
        decode(
            decoder("eddy.covariates", "t", "eddy.covariates.known", "p,q", "eddy.horizon", "2"),
            bytes("{'value': 1, 'q': 3, 'p': [1, 2, 1e301]}")),
        Reason.NOT_FINITE,
        "covariate \"p\" is 1.0E301");
  }

  /// The row of one record must not show in the next.
  @Test
  void shouldForgetTheCovariatesOfTheRecordBefore() {
    ObservationDecoder decoder = decoder("eddy.covariates", "t");
    Decoded first = decode(decoder, bytes("{'value': 1, 't': 5}"));

    Decoded second = decode(decoder, bytes("{'value': 2}"));

    assertThat(first).isEqualTo(new Decoded.Observation(NOW, 1, new double[] {5}));
    assertThat(second).isEqualTo(new Decoded.Observation(NOW, 2, new double[] {Double.NaN}));
  }

  @Test
  void shouldReadValueAndTimeUnderOneParent() {
    ObservationDecoder decoder =
        decoder("eddy.input.value.field", "r.v", "eddy.input.time.field", "r.t");

    assertThat(decode(decoder, bytes("{'r': {'v': 1, 't': 5}}")))
        .isEqualTo(new Decoded.Observation(5, 1));
  }

  @Test
  void shouldSkipTheSchemaIdOfAJsonSchemaSerializer() {
    byte[] json = bytes("....:{'value': 3}");
    json[0] = 0;

    assertThat(decode(decoder(), json)).isEqualTo(new Decoded.Observation(NOW, 3));
  }

  @Test
  void shouldForgetTheRecordBefore() {
    ObservationDecoder decoder = decoder("eddy.input.time.field", "t");
    decode(decoder, bytes("{'value': 3, 't': 5}"));

    assertRejected(decode(decoder, bytes("{'t': 5}")), Reason.MISSING_FIELD, "\"value\"");
    assertRejected(decode(decoder, bytes("{'value': 3}")), Reason.MISSING_FIELD, "\"t\"");
  }

  @Test
  void shouldNameTheFieldsThereAreWhenOneIsMissing() {
    assertRejected(
        decode(decoder(), bytes("{'id': 'a', 'reading': {'power': 5, 'unit': 'W'}, 'tags': [1]}")),
        Reason.MISSING_FIELD,
        "the object has no field \"value\"",
        "its fields are id, reading.power, reading.unit, tags",
        "eddy.input.value.field");
    assertRejected(decode(decoder(), bytes("{}")), Reason.MISSING_FIELD, "it has no fields");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'value': '21.5'} | the text \"21.5\"",
        "{'value': true} | true or false",
        "{'value': {'a': 1}} | an object",
        "{'value': [1]} | an array"
      })
  void shouldRejectAValueThatIsNoNumber(String json, String is) {
    assertRejected(decode(decoder(), bytes(json)), Reason.WRONG_TYPE, is, "expected a number");
  }

  @Test
  void shouldTakeNullForAMissingValue() {
    assertThat(decode(decoder(), bytes("{'value': null}")))
        .isEqualTo(new Decoded.Observation(NOW, Double.NaN));
  }

  @ParameterizedTest
  @ValueSource(strings = {"'noon'", "true", "[1]", "{'a': 1}", "'1714564800000'"})
  void shouldRejectATimeThatIsNone(String time) {
    assertRejected(
        decode(decoder("eddy.input.time.field", "t"), bytes("{'value': 1, 't': " + time + "}")),
        Reason.WRONG_TYPE,
        "field \"t\" is",
        "expected epoch milliseconds or ISO 8601 text");
  }

  @ParameterizedTest
  @ValueSource(strings = {"99999999999999999999999", "1e300", "-1e300", "9223372036854775807"})
  void shouldRejectATimeThatNobodyCanMean(String time) {
    assertRejected(
        decode(decoder("eddy.input.time.field", "t"), bytes("{'value': 1, 't': " + time + "}")),
        Reason.TIME_OUT_OF_RANGE,
        "years 1 to 9999");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "21.5",
        "[1, 2]",
        "null",
        "{'value': 1",
        "{'value': 1} x",
        "{'value': 1}{'value': 2}",
        "{'value': NaN}",
        "{value: 1}",
        "<xml/>"
      })
  void shouldRejectWhatIsNoJsonObject(String text) {
    assertRejected(decode(decoder(), bytes(text)), Reason.MALFORMED, "expected one JSON object");
  }

  @Test
  void shouldRejectANumberThatIsTooLargeForADouble() {
    assertRejected(decode(decoder(), bytes("{'value': 1e999}")), Reason.NOT_FINITE, "Infinity");
  }

  @Test
  void shouldRejectNestingThatWouldOverflowTheStack() {
    String deep = "{'value':".repeat(50_000);

    assertRejected(
        decode(decoder("eddy.input.value.field", "value.value.value"), bytes(deep)),
        Reason.MALFORMED,
        "no JSON");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldNeverThrowForAnyBytes(long seed) {
    Random random = new Random(seed);
    ObservationDecoder decoder = decoder("eddy.input.time.field", "time");
    byte[] good = bytes("{'value': 1.5, 'time': '2024-05-01T12:00:00Z', 'a': {'b': [1, 2]}}");
    for (int i = 0; i < 5000; i++) {
      byte[] bad = good.clone();
      for (int changes = random.nextInt(4); changes >= 0; changes--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
      }

      assertThat(decode(decoder, bad)).isNotNull();
    }
  }
}
