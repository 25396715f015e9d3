package io.eddy.processors.observation;

import static io.eddy.processors.observation.Observations.KEY;
import static io.eddy.processors.observation.Observations.NOW;
import static io.eddy.processors.observation.Observations.assertRejected;
import static io.eddy.processors.observation.Observations.config;
import static io.eddy.processors.observation.Observations.decode;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.eddy.model.series.EmbeddingSpec;
import io.eddy.schemas.avro.Observation;
import io.eddy.schemas.avro.Reason;
import io.eddy.schemas.serde.SchemaRegistry;
import io.eddy.schemas.serde.SerdeException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AvroObservationsTest {
  private final SchemaRegistry registry = Observations.registry(AvroObservationsTest.class);

  private ObservationDecoder decoder(String... settings) {
    return new ObservationDecoder(config(settings), registry);
  }

  /// A record schema named Reading with the given fields, as JSON with ' for ".
  private static Schema reading(String fields) {
    return new Schema.Parser()
        .parse(
            ("{'type': 'record', 'name': 'Reading', 'namespace': 'com.acme', 'fields': ["
                    + fields
                    + "]}")
                .replace('\'', '"'));
  }

  private byte[] write(GenericRecord record) {
    int id = registry.idFor("readings-" + record.getSchema().hashCode(), record.getSchema());
    return write(record, id);
  }

  private static byte[] write(GenericRecord record, int id) {
    try (ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
      bytes.writeBytes(ByteBuffer.allocate(5).put((byte) 0).putInt(id).array());
      BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
      new GenericDatumWriter<GenericRecord>(record.getSchema()).write(record, encoder);
      encoder.flush();
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] one(String type, Object value) {
    Schema schema = reading("{'name': 'value', 'type': " + type + "}");
    return write(new GenericRecordBuilder(schema).set("value", value).build());
  }

  // ---- values -----------------------------------------------------------------------------------

  @Test
  void shouldReadEveryKindOfNumber() {
    ObservationDecoder decoder = decoder();

    assertThat(decode(decoder, one("'int'", 21))).isEqualTo(new Decoded.Observation(NOW, 21));
    assertThat(decode(decoder, one("'long'", 21L))).isEqualTo(new Decoded.Observation(NOW, 21));
    assertThat(decode(decoder, one("'float'", 21.5f)))
        .isEqualTo(new Decoded.Observation(NOW, 21.5));
    assertThat(decode(decoder, one("'double'", 21.1)))
        .isEqualTo(new Decoded.Observation(NOW, 21.1));
    assertThat(decode(decoder, one("['null', 'double']", 21.1)))
        .isEqualTo(new Decoded.Observation(NOW, 21.1));
    assertThat(decode(decoder, one("['null', 'string', 'int', 'double']", 21)))
        .isEqualTo(new Decoded.Observation(NOW, 21));
  }

  @Test
  void shouldReadDecimals() {
    String decimal = "{'type': 'bytes', 'logicalType': 'decimal', 'precision': 9, 'scale': 2}";
    ByteBuffer unscaled = ByteBuffer.wrap(new BigDecimal("-1234.56").unscaledValue().toByteArray());

    assertThat(decode(decoder(), one(decimal, unscaled.duplicate())))
        .isEqualTo(new Decoded.Observation(NOW, -1234.56));
    assertThat(decode(decoder(), one("['null', " + decimal + "]", unscaled.duplicate())))
        .isEqualTo(new Decoded.Observation(NOW, -1234.56));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {"'string' | of type string and holds \"21.5\"", "['null', 'string'] | a union of"})
  void shouldRejectAValueThatIsNoNumber(String type, String is) {
    assertRejected(
        decode(decoder(), one(type, "21.5")),
        Reason.WRONG_TYPE,
        "field \"value\" of com.acme.Reading is " + is,
        "expected a number");
  }

  @Test
  void shouldRejectABooleanAndRawBytes() {
    assertRejected(decode(decoder(), one("'boolean'", true)), Reason.WRONG_TYPE, "of type boolean");
    assertRejected(
        decode(decoder(), one("'bytes'", ByteBuffer.allocate(8))),
        Reason.WRONG_TYPE,
        "of type bytes");
  }

  @Test
  @SuppressWarnings("NullAway") // The builder takes null for a nullable field.
  void shouldTakeNullForAMissingValue() {
    assertThat(decode(decoder(), one("['null', 'double']", null)))
        .isEqualTo(new Decoded.Observation(NOW, Double.NaN));
  }

  @Test
  void shouldRejectWhatIsNotFinite() {
    assertRejected(
        decode(decoder(), one("'double'", Double.NaN)), Reason.NOT_FINITE, "the value is NaN");
  }

  @Test
  void shouldNameTheFieldsThereAreWhenOneIsMissing() {
    Schema inner =
        new Schema.Parser()
            .parse(
                "{'type':'record','name':'Power','fields':[{'name':'watts','type':'int'}]}"
                    .replace('\'', '"'));
    Schema schema =
        reading(
            "{'name': 'id', 'type': 'string'}, {'name': 'power', 'type': "
                + inner.toString().replace('"', '\'')
                + "}");
    byte[] bytes =
        write(
            new GenericRecordBuilder(schema)
                .set("id", "a")
                .set("power", new GenericRecordBuilder(inner).set("watts", 5).build())
                .build());

    assertRejected(
        decode(decoder(), bytes),
        Reason.MISSING_FIELD,
        "the record com.acme.Reading has no field \"value\"",
        "its fields are id, power.watts",
        "eddy.input.value.field");
    assertThat(decode(decoder("eddy.input.value.field", "power.watts"), bytes))
        .isEqualTo(new Decoded.Observation(NOW, 5));
    assertRejected(
        decode(decoder("eddy.input.value.field", "power"), bytes),
        Reason.WRONG_TYPE,
        "of type Power");
    assertRejected(
        decode(decoder("eddy.input.value.field", "id.watts"), bytes),
        Reason.MISSING_FIELD,
        "no field \"id.watts\"");
  }

  // ---- times ------------------------------------------------------------------------------------

  private byte[] timed(String type, Object time) {
    Schema schema =
        reading("{'name': 'value', 'type': 'double'}, {'name': 'at', 'type': " + type + "}");
    return write(new GenericRecordBuilder(schema).set("value", 1.5).set("at", time).build());
  }

  private static String logical(String type, String name) {
    return "{'type': '" + type + "', 'logicalType': '" + name + "'}";
  }

  @Test
  void shouldReadEveryKindOfTime() {
    ObservationDecoder decoder = decoder("eddy.input.time.field", "at");
    Decoded expected = new Decoded.Observation(1_714_521_600_123L, 1.5);

    assertThat(decode(decoder, timed("'long'", 1_714_521_600_123L))).isEqualTo(expected);
    assertThat(decode(decoder, timed("['null', 'long']", 1_714_521_600_123L))).isEqualTo(expected);
    for (String zone : new String[] {"", "local-"}) {
      assertThat(
              decode(
                  decoder, timed(logical("long", zone + "timestamp-millis"), 1_714_521_600_123L)))
          .isEqualTo(expected);
      assertThat(
              decode(
                  decoder,
                  timed(logical("long", zone + "timestamp-micros"), 1_714_521_600_123_999L)))
          .isEqualTo(expected);
      assertThat(
              decode(
                  decoder,
                  timed(logical("long", zone + "timestamp-nanos"), 1_714_521_600_123_999_999L)))
          .isEqualTo(expected);
    }
    assertThat(
            decode(
                decoder,
                timed(
                    "['null', " + logical("long", "timestamp-micros") + "]",
                    1_714_521_600_123_000L)))
        .isEqualTo(expected);
    assertThat(decode(decoder, timed("'string'", "2024-05-01T00:00:00.123Z"))).isEqualTo(expected);
    assertThat(decode(decoder, timed(logical("int", "date"), 19_844)))
        .isEqualTo(new Decoded.Observation(1_714_521_600_000L, 1.5));
  }

  @Test
  void shouldRoundTimesBefore1970Down() {
    assertThat(
            decode(
                decoder("eddy.input.time.field", "at"),
                timed(logical("long", "timestamp-micros"), -1L)))
        .isEqualTo(new Decoded.Observation(-1, 1.5));
  }

  @Test
  void shouldRejectATimeThatIsNone() {
    ObservationDecoder decoder = decoder("eddy.input.time.field", "at");

    assertRejected(
        decode(decoder, timed("'string'", "noon")),
        Reason.WRONG_TYPE,
        "holds \"noon\"",
        "ISO 8601");
    assertRejected(decode(decoder, timed("'double'", 1.0)), Reason.WRONG_TYPE, "of type double");
    assertRejected(
        decode(decoder("eddy.input.time.field", "when"), timed("'long'", 1L)),
        Reason.MISSING_FIELD,
        "no field \"when\"",
        "its fields are value, at",
        "eddy.input.time.field");
    assertRejected(
        decode(decoder, timed("'long'", NOW + 86_400_001L)),
        Reason.TIME_OUT_OF_RANGE,
        "86400001 ms after");
  }

  private byte[] usual(String type, Object time) {
    Schema schema =
        reading("{'name': 'time', 'type': " + type + "}, {'name': 'value', 'type': 'double'}");
    return write(new GenericRecordBuilder(schema).set("value", 1.5).set("time", time).build());
  }

  @Test
  void shouldTakeTheFieldTimeUnlessAnotherIsNamed() {
    assertThat(decode(decoder(), usual(logical("long", "timestamp-millis"), 5L)))
        .isEqualTo(new Decoded.Observation(5, 1.5));
    assertThat(decode(decoder(), usual("['null', 'long']", 5L)))
        .isEqualTo(new Decoded.Observation(5, 1.5));
  }

  @Test
  @SuppressWarnings("NullAway") // The builder takes null for a nullable field.
  void shouldTakeTheRecordsTimeWhereTheFieldTimeHoldsNone() {
    assertThat(decode(decoder(), usual("['null', 'long']", null)))
        .isEqualTo(new Decoded.Observation(NOW, 1.5));
    assertThat(decode(decoder(), usual("'string'", "12:30")))
        .isEqualTo(new Decoded.Observation(NOW, 1.5));
  }

  // ---- covariates -------------------------------------------------------------------------------

  private byte[] with(String type, @Nullable Object covariate) {
    Schema schema =
        reading("{'name': 'value', 'type': 'double'}, {'name': 't', 'type': " + type + "}");
    GenericRecord record = new GenericData.Record(schema);
    record.put("value", 1.5);
    record.put("t", covariate);
    return write(record);
  }

  private static Decoded observed(double covariate) {
    return new Decoded.Observation(NOW, 1.5, new double[] {covariate});
  }

  @Test
  void shouldReadEveryKindOfCovariate() {
    ObservationDecoder decoder = decoder("eddy.covariates", "t");
    String decimal = "{'type': 'bytes', 'logicalType': 'decimal', 'precision': 9, 'scale': 2}";
    ByteBuffer unscaled = ByteBuffer.wrap(new BigDecimal("-1.25").unscaledValue().toByteArray());

    assertThat(decode(decoder, with("'int'", 7))).isEqualTo(observed(7));
    assertThat(decode(decoder, with("'double'", 0.5))).isEqualTo(observed(0.5));
    assertThat(decode(decoder, with("'boolean'", true))).isEqualTo(observed(1));
    assertThat(decode(decoder, with("['null', 'boolean']", false))).isEqualTo(observed(0));
    assertThat(decode(decoder, with(decimal, unscaled))).isEqualTo(observed(-1.25));
  }

  @Test
  void shouldReadEveryKindOfCategory() {
    ObservationDecoder decoder = decoder("eddy.embedding", "t");
    String kind = "{'type': 'enum', 'name': 'Kind', 'symbols': ['north']}";
    Schema symbols = SchemaBuilder.enumeration("Kind").symbols("north");

    assertThat(decode(decoder, with("['null', 'string']", "north")))
        .isEqualTo(observed(EmbeddingSpec.number("north")));
    assertThat(decode(decoder, with(kind, new GenericData.EnumSymbol(symbols, "north"))))
        .isEqualTo(observed(EmbeddingSpec.number("north")));
    assertThat(decode(decoder, with("'long'", 7L))).isEqualTo(observed(7));
    assertThat(decode(decoder, with("['null', 'string']", null))).isEqualTo(observed(Double.NaN));
    assertThat(decode(decoder("eddy.embedding", "key"), with("'long'", 7L)))
        .isEqualTo(observed(EmbeddingSpec.number(KEY)));
  }

  @Test
  void shouldTakeACovariateThatIsNullOrNotThereForMissing() {
    assertThat(decode(decoder("eddy.covariates", "t"), with("['null', 'double']", null)))
        .isEqualTo(observed(Double.NaN));
    assertThat(decode(decoder("eddy.covariates", "t"), with("'double'", Double.NaN)))
        .isEqualTo(observed(Double.NaN));
    assertThat(decode(decoder("eddy.covariates", "other.t"), with("'double'", 1.0)))
        .isEqualTo(observed(Double.NaN));
  }

  @Test
  void shouldFindCovariatesInAMap() {
    ObservationDecoder decoder = decoder("eddy.covariates", "t.north.low,t.south");
    byte[] bytes = with("{'type': 'map', 'values': 'double'}", Map.of("north.low", 3.5));

    assertThat(decode(decoder, bytes))
        .isEqualTo(new Decoded.Observation(NOW, 1.5, new double[] {3.5, Double.NaN}));
  }

  @Test
  void shouldReadWhatIsKnownAhead() {
    ObservationDecoder decoder = decoder("eddy.covariates.known", "t", "eddy.horizon", "2");
    String array = "{'type': 'array', 'items': ['null', 'double', 'boolean']}";

    assertThat(decode(decoder, with(array, Arrays.asList(1.0, true, 3.0, 4.0))))
        .isEqualTo(new Decoded.Observation(NOW, 1.5, new double[] {1, 1, 3}));
    assertThat(decode(decoder, with(array, Arrays.asList(4.0, null))))
        .isEqualTo(new Decoded.Observation(NOW, 1.5, new double[] {4, Double.NaN, Double.NaN}));
    assertThat(decode(decoder, with("['null', " + array + "]", List.of(4.0, 5.0))))
        .isEqualTo(new Decoded.Observation(NOW, 1.5, new double[] {4, 5, 5}));
    assertThat(decode(decoder, with(array, List.of())))
        .isEqualTo(
            new Decoded.Observation(NOW, 1.5, new double[] {Double.NaN, Double.NaN, Double.NaN}));
    assertThat(decode(decoder, with("'int'", 7)))
        .isEqualTo(new Decoded.Observation(NOW, 1.5, new double[] {7, 7, 7}));
    assertRejected(
        decode(decoder, with("{'type': 'array', 'items': 'string'}", List.of("low"))),
        Reason.WRONG_TYPE,
        "field \"t\"",
        "expected a number or a boolean, or an array of them");
    assertRejected(
        decode(decoder("eddy.covariates", "t"), with(array, List.of(1.0))),
        Reason.WRONG_TYPE,
        "expected a number or a boolean");
  }

  @Test
  void shouldFindThemInEddysOwnObservations() {
    Observation observation =
        Observation.newBuilder()
            .setTime(Instant.ofEpochMilli(5))
            .setValue(2)
            .setCovariates(Map.of("t", 7.0))
            .setKnownCovariates(Map.of("p", List.of(1.0, 2.0)))
            .build();
    byte[] bytes =
        registry.serde(Observation.class, "own").serializer().serialize("own", observation);

    ObservationDecoder decoder =
        decoder(
            "eddy.covariates",
            "covariates.t",
            "eddy.covariates.known",
            "known_covariates.p",
            "eddy.horizon",
            "2");

    assertThat(decode(decoder, bytes))
        .isEqualTo(new Decoded.Observation(5, 2, new double[] {7, 1, 2, 2}));
  }

  @Test
  void shouldRejectACovariateThatIsNoNumber() {
    assertRejected(
        decode(decoder("eddy.covariates", "t"), with("['null', 'string']", "warm")),
        Reason.WRONG_TYPE,
        "field \"t\" of com.acme.Reading is a union of",
        "holds \"warm\"",
        "expected a number or a boolean");
    assertRejected(
        decode(
            decoder("eddy.covariates", "t.a"),
            with("{'type': 'map', 'values': 'string'}", Map.of("a", "warm"))),
        Reason.WRONG_TYPE,
        "field \"t.a\" of com.acme.Reading is of type string and holds \"warm\"");
    assertRejected(
        decode(decoder("eddy.covariates", "t"), with("'double'", Double.NEGATIVE_INFINITY)),
        Reason.NOT_FINITE,
        "covariate \"t\" is -Infinity");
  }

  // ---- schemas ----------------------------------------------------------------------------------

  @Test
  void shouldReadRecordsOfSeveralSchemasInTurn() {
    ObservationDecoder decoder = decoder();
    byte[] plain = one("'int'", 1);
    byte[] micros = usual(logical("long", "timestamp-micros"), 7_000L);

    for (int i = 0; i < 3; i++) {
      assertThat(decode(decoder, plain)).isEqualTo(new Decoded.Observation(NOW, 1));
      assertThat(decode(decoder, micros)).isEqualTo(new Decoded.Observation(7, 1.5));
    }
  }

  @Test
  void shouldRejectASchemaThatTheRegistryDoesNotKnow() {
    byte[] bytes = one("'double'", 1.0);
    ByteBuffer.wrap(bytes).putInt(1, 123_456);

    assertRejected(decode(decoder(), bytes), Reason.UNKNOWN_SCHEMA, "123456");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "abc", "{\"value\": 1}", "21.5"})
  void shouldRejectWhatIsNotConfluentsFormat(String text) {
    assertRejected(
        decode(decoder(), text.getBytes(StandardCharsets.UTF_8)), Reason.MALFORMED, "wire format");
  }

  @Test
  void shouldRejectBytesThatEndTooEarly() {
    byte[] bytes = one("'double'", 1.0);

    assertRejected(
        decode(decoder(), Arrays.copyOf(bytes, bytes.length - 3)),
        Reason.MALFORMED,
        "not what its Avro schema says");
  }

  @Test
  void shouldRejectALengthThatNoHeapHas() {
    Schema schema = reading("{'name': 'id', 'type': 'bytes'}, {'name': 'value', 'type': 'double'}");
    byte[] bytes =
        write(
            new GenericRecordBuilder(schema)
                .set("id", ByteBuffer.allocate(6))
                .set("value", 1.0)
                .build());
    // The length 2,000,000,000 as a zigzag varint, where the length 6 was.
    byte[] huge = {(byte) 0x80, (byte) 0xd0, (byte) 0xac, (byte) 0xf3, 0x0e};
    System.arraycopy(huge, 0, bytes, 5, huge.length);

    assertRejected(decode(decoder(), bytes), Reason.MALFORMED, "not what its Avro schema says");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldNeverThrowForAnyBytes(long seed) {
    Random random = new Random(seed);
    ObservationDecoder decoder = decoder();
    byte[] good = usual("['null', 'string', 'long']", 5L);
    for (int i = 0; i < 5000; i++) {
      byte[] bad = Arrays.copyOf(good, 5 + random.nextInt(good.length - 4));
      for (int at = 5; at < bad.length; at++) {
        if (random.nextBoolean()) {
          bad[at] = (byte) random.nextInt(256);
        }
      }

      assertThat(decode(decoder, bad)).isNotNull();
    }
  }

  // ---- outages ----------------------------------------------------------------------------------

  private static ObservationDecoder overHttp(int port, String waitMs) {
    SchemaRegistry http =
        SchemaRegistry.from(Map.of("schema.registry.url", "http://127.0.0.1:" + port));
    return new ObservationDecoder(config("eddy.registry.wait.max.ms", waitMs), http);
  }

  @Test
  void shouldThrowAndNotRejectWhileTheRegistryIsDown() throws IOException {
    int closed;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closed = socket.getLocalPort();
    }
    ObservationDecoder decoder = overHttp(closed, "300");
    byte[] good = one("'double'", 1.0);
    long start = System.nanoTime();

    assertThatThrownBy(() -> decoder.decode(KEY, good, new RecordHeaders(), NOW))
        .isInstanceOf(RegistryOutageException.class)
        .hasMessageContaining("did not answer within 300 ms")
        .hasCauseInstanceOf(SerdeException.RegistryUnavailable.class);
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(Duration.ofMillis(250), Duration.ofSeconds(5));
  }

  @Test
  void shouldReadOnOnceTheRegistryIsBack() throws IOException {
    Schema schema = reading("{'name': 'value', 'type': 'double'}");
    byte[] good = write(new GenericRecordBuilder(schema).set("value", 1.5).build(), 7);
    AtomicInteger calls = new AtomicInteger();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          boolean up = calls.incrementAndGet() > 2;
          String body =
              up
                  ? "{\"schema\": \"" + schema.toString().replace("\"", "\\\"") + "\"}"
                  : "{\"error_code\": 50003, \"message\": \"starting\"}";
          byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "application/json");
          exchange.sendResponseHeaders(up ? 200 : 503, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
    try {
      ObservationDecoder decoder = overHttp(server.getAddress().getPort(), "5000");

      assertThat(decode(decoder, good)).isEqualTo(new Decoded.Observation(NOW, 1.5));
      assertThat(calls).hasValue(3);
    } finally {
      server.stop(0);
    }
  }
}
