package io.eddy.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.confluent.kafka.schemaregistry.testutil.MockSchemaRegistry;
import io.eddy.schemas.avro.DeadLetter;
import io.eddy.schemas.avro.Forecast;
import io.eddy.schemas.avro.ForecastStep;
import io.eddy.schemas.avro.HistoryWindow;
import io.eddy.schemas.avro.ModelChunk;
import io.eddy.schemas.avro.ModelDecision;
import io.eddy.schemas.avro.ModelManifest;
import io.eddy.schemas.avro.ModelRecord;
import io.eddy.schemas.avro.ModelRefusal;
import io.eddy.schemas.avro.Observation;
import io.eddy.schemas.avro.Reason;
import io.eddy.schemas.avro.ShadowScore;
import io.eddy.schemas.avro.TrainingReport;
import io.eddy.schemas.avro.TrainingRound;
import io.eddy.schemas.avro.WindowScore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AvroSerdeTest {

  private static final String SCOPE = "AvroSerdeTest";
  private static final String TOPIC = "load";

  private final SchemaRegistry registry =
      SchemaRegistry.from(Map.of(SchemaRegistry.URL_CONFIG, "mock://" + SCOPE));

  @AfterEach
  void dropScope() {
    registry.close();
    MockSchemaRegistry.dropScope(SCOPE);
  }

  static Stream<SpecificRecord> records() {
    ByteBuffer bytes = ByteBuffer.wrap(new byte[] {0, 1, -1});
    Instant time = Instant.ofEpochMilli(1_700_000_000_123L);
    return Stream.of(
        observation(Instant.ofEpochMilli(-662_688_000_000L), -0.0),
        observation(Instant.ofEpochMilli(Long.MAX_VALUE), Double.NEGATIVE_INFINITY),
        Observation.newBuilder()
            .setTime(time)
            .setValue(2)
            .setCovariates(Map.of("sky.temperature", 21.5))
            .setKnownCovariates(Map.of("price", List.of(1.0, 2.0), "none", List.of()))
            .build(),
        forecast(3),
        forecast(0),
        new HistoryWindow(
            7L,
            3,
            448L,
            List.of(1L, -2L),
            List.of(1.5, Double.MIN_VALUE),
            bytes.duplicate(),
            2,
            List.of(0, 1),
            false,
            bytes.duplicate(),
            "drift",
            new TrainingRound(3, 17L, "drift", 4, List.of(0, 2))),
        new ModelRecord(new ModelChunk("ab12", 0, 2, ByteBuffer.wrap(new byte[512 * 1024]))),
        new ModelRecord(
            new ModelManifest(
                "ab12",
                3,
                2,
                1L << 33,
                2,
                List.of(0L, 4_294_967_295L),
                time,
                Map.of("seed", "42"),
                new TrainingReport("TRAINED", 1, 7L, 17L, "drift", 4, bytes.duplicate()))),
        new ModelRecord(
            new ModelDecision(
                9L,
                8L,
                3,
                "better on every series: ünïcödé",
                "PROMOTED",
                2,
                Map.of("gain", 0.125))),
        new ModelRecord(new ModelRefusal(4, "", "checksum of chunk 1 differs", "eddy-1")),
        new WindowScore(
            bytes.duplicate(),
            3,
            7L,
            64L,
            12.5,
            20.25,
            3.125,
            640.0,
            58L,
            12L,
            1.5,
            time,
            time,
            new ShadowScore(4, 9L, 10.5, 11.5)),
        new DeadLetter(
            TOPIC, 0, 12L, time, Reason.NOT_FINITE, "value is NaN", null, bytes.duplicate(), true));
  }

  private static Forecast forecast(int horizon) {
    List<ForecastStep> steps =
        IntStream.rangeClosed(1, horizon)
            .mapToObj(step -> new ForecastStep(step, 1.0 * step, 0.5 * step, 2.0 * step))
            .toList();
    return Forecast.newBuilder()
        .setEventTime(Instant.ofEpochMilli(1))
        .setActualValue(1.25)
        .setForecastValue(1.0)
        .setLowerBound(0.5)
        .setUpperBound(2.0)
        .setHorizon(steps)
        .setModelVersion(4)
        .build();
  }

  @ParameterizedTest
  @MethodSource("records")
  <T extends SpecificRecord> void shouldReadWhatItWrote(T record) {
    AvroSerde<T> serde = serdeFor(record);

    byte[] bytes = serde.serializer().serialize(TOPIC, record);

    assertThat(serde.deserializer().deserialize(TOPIC, bytes)).isEqualTo(record);
    assertThat(AvroSerde.builtIn(typeOf(record)).deserializer().deserialize(TOPIC, bytes))
        .isEqualTo(record);
  }

  @ParameterizedTest
  @MethodSource("records")
  <T extends SpecificRecord> void shouldWriteTheSameBytesAgain(T record) {
    byte[] first = serdeFor(record).serializer().serialize(TOPIC, record);
    AvroSerde<T> another = serdeFor(record);
    another.serializer().serialize(TOPIC, record);

    assertThat(another.serializer().serialize(TOPIC, record)).isEqualTo(first);
  }

  @Test
  void shouldWriteConfluentsWireFormat() throws IOException, RestClientException {
    var observation = observation(Instant.ofEpochMilli(3), 0.0);

    byte[] bytes = observations().serializer().serialize(TOPIC, observation);

    int id = registry.client().getLatestSchemaMetadata("load-value").getId();
    assertThat(ByteBuffer.wrap(bytes))
        .isEqualTo(
            ByteBuffer.allocate(16)
                .put((byte) 0)
                .putInt(id)
                .put((byte) 6)
                .putDouble(0.0)
                .put((byte) 0) // no covariates
                .put((byte) 0) // and none that are known ahead
                .rewind());
  }

  @Test
  void shouldPassNullThrough() {
    assertThat(observations().serializer().serialize(TOPIC, null)).isNull();
    assertThat(observations().deserializer().deserialize(TOPIC, null)).isNull();
  }

  @Test
  void shouldCopyARecordWithNestedRecords() {
    Forecast forecast = forecast(3);
    observations();

    assertThat(Forecast.newBuilder(forecast).build()).isEqualTo(forecast);
    assertThat(Forecast.newBuilder(forecast).clearHorizon().build().getHorizon()).isEmpty();
  }

  @Test
  void shouldReadAnIdFromTheRecordHeader() {
    var observation = observation(Instant.ofEpochMilli(3), 2.5);
    byte[] bytes = observations().serializer().serialize(TOPIC, observation);
    var headers = new RecordHeaders();
    headers.add(WireFormat.SCHEMA_ID_HEADER, Arrays.copyOf(bytes, 5));

    byte[] avroAlone = Arrays.copyOfRange(bytes, 5, bytes.length);

    assertThat(observations().deserializer().deserialize(TOPIC, headers, avroAlone))
        .isEqualTo(observation);
  }

  @Test
  void shouldReadWhatAnOlderAndANewerSchemaWrote() throws IOException, RestClientException {
    Schema older =
        SchemaBuilder.record("WindowScore")
            .namespace("io.eddy.schemas.avro")
            .fields()
            .requiredBytes("series")
            .requiredLong("window")
            .requiredLong("events")
            .requiredDouble("absolute_error")
            .requiredDouble("naive_absolute_error")
            .requiredDouble("pinball")
            .requiredDouble("scale_sum")
            .requiredLong("covered")
            .requiredString("added_later")
            .endRecord();
    int id = registry.client().register("load-value", new AvroSchema(older));
    GenericRecord written = new GenericData.Record(older);
    written.put("series", ByteBuffer.wrap(new byte[] {1}));
    written.put("window", 5L);
    written.put("events", 64L);
    written.put("absolute_error", 1.0);
    written.put("naive_absolute_error", 2.0);
    written.put("pinball", 3.0);
    written.put("scale_sum", 4.0);
    written.put("covered", 60L);
    written.put("added_later", "unknown here");

    WindowScore read =
        registry
            .serde(WindowScore.class, TOPIC)
            .deserializer()
            .deserialize(TOPIC, encode(id, written));

    assertThat(read.getWindow()).isEqualTo(5);
    assertThat(read.getVersion()).isZero();
  }

  @Test
  void shouldNameTheFieldThatCannotBeRead() throws IOException, RestClientException {
    Schema foreign =
        SchemaBuilder.record("Observation")
            .namespace("io.eddy.schemas.avro")
            .fields()
            .requiredLong("time")
            .requiredString("value")
            .endRecord();
    int id = registry.client().register("load-value", new AvroSchema(foreign));
    GenericRecord written = new GenericData.Record(foreign);
    written.put("time", 1L);
    written.put("value", "high");
    byte[] bytes = encode(id, written);

    assertThatThrownBy(() -> observations().deserializer().deserialize(TOPIC, bytes))
        .isInstanceOf(SerdeException.Malformed.class)
        .hasMessageContaining("schema id " + id)
        .hasMessageContaining("field \"value\"")
        .hasMessageContaining("STRING");
  }

  @Test
  void shouldRefuseToWriteWithABuiltInSerde() {
    assertThatThrownBy(
            () ->
                AvroSerde.builtIn(Observation.class)
                    .serializer()
                    .serialize(TOPIC, observation(Instant.EPOCH, 1.0)))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("only reads");
  }

  @Test
  void shouldForgetAHalfWrittenRecord() {
    AvroSerde<DeadLetter> serde = registry.serde(DeadLetter.class, TOPIC);
    var incomplete = new DeadLetter();
    incomplete.setTopic("a topic");
    var complete =
        new DeadLetter(TOPIC, 0, 1L, Instant.EPOCH, Reason.MALFORMED, "", null, null, false);

    assertThatThrownBy(() -> serde.serializer().serialize(TOPIC, incomplete));

    byte[] bytes = serde.serializer().serialize(TOPIC, complete);
    assertThat(serde.deserializer().deserialize(TOPIC, bytes)).isEqualTo(complete);
  }

  @Test
  void shouldServeManyThreadsAtOnce() throws Exception {
    AvroSerde<Observation> serde = observations();
    Callable<Boolean> everythingReadAsWritten =
        () ->
            IntStream.range(0, 2_000)
                .mapToObj(i -> observation(Instant.ofEpochMilli(i), 0.5 * i))
                .allMatch(
                    observation ->
                        observation.equals(
                            serde
                                .deserializer()
                                .deserialize(
                                    TOPIC, serde.serializer().serialize(TOPIC, observation))));
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (Future<Boolean> result :
          threads.invokeAll(Collections.nCopies(4, everythingReadAsWritten))) {
        assertThat(result.get()).isTrue();
      }
    }
  }

  @Test
  void shouldKeepTheKeyReadableInADeadLetter() {
    var letter =
        new DeadLetter(
            TOPIC,
            0,
            1L,
            Instant.EPOCH,
            Reason.NULL_VALUE,
            "",
            ByteBuffer.wrap("cpu".getBytes(StandardCharsets.UTF_8)),
            null,
            false);
    AvroSerde<DeadLetter> serde = registry.serde(DeadLetter.class, TOPIC);
    serde.serializer().serialize(TOPIC, letter);

    assertThat(letter.getKey().remaining()).isEqualTo(3);
  }

  static byte[] encode(int id, GenericRecord record) throws IOException {
    var out = new ByteArrayOutputStream();
    out.write(ByteBuffer.allocate(5).put((byte) 0).putInt(id).array());
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
    new GenericDatumWriter<GenericRecord>(record.getSchema()).write(record, encoder);
    encoder.flush();
    return out.toByteArray();
  }

  private AvroSerde<Observation> observations() {
    return registry.serde(Observation.class, TOPIC);
  }

  private <T extends SpecificRecord> AvroSerde<T> serdeFor(T record) {
    return registry.serde(typeOf(record), TOPIC + record.getSchema().getName());
  }

  @SuppressWarnings("unchecked") // The class of a T is a Class<T>: generated records are final.
  private static <T extends SpecificRecord> Class<T> typeOf(T record) {
    return (Class<T>) record.getClass();
  }

  private static Observation observation(Instant time, double value) {
    return Observation.newBuilder().setTime(time).setValue(value).build();
  }
}
