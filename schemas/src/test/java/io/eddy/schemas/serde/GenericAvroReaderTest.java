package io.eddy.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.confluent.kafka.schemaregistry.testutil.MockSchemaRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GenericAvroReaderTest {

  private static final String SCOPE = "GenericAvroReaderTest";
  private static final Schema METER =
      SchemaBuilder.record("Meter")
          .namespace("com.example")
          .fields()
          .requiredDouble("kw")
          .name("site")
          .type()
          .stringType()
          .noDefault()
          .name("parent")
          .type()
          .optional()
          .type("Meter")
          .endRecord();

  private final SchemaRegistry registry =
      SchemaRegistry.from(Map.of(SchemaRegistry.URL_CONFIG, "mock://" + SCOPE));
  private final GenericAvroReader reader = new GenericAvroReader(registry);
  private int id;

  @BeforeEach
  void registerMeter() throws IOException, RestClientException {
    id = registry.client().register("meters-value", new AvroSchema(METER));
  }

  @AfterEach
  void dropScope() {
    registry.close();
    MockSchemaRegistry.dropScope(SCOPE);
  }

  private static GenericRecord meter() {
    GenericRecord meter = new GenericData.Record(METER);
    meter.put("kw", 3.5);
    meter.put("site", "Hamburg");
    return meter;
  }

  @Test
  void shouldReadAnyRecordByItsWritersSchema() throws IOException {
    GenericRecord read = reader.read(AvroSerdeTest.encode(id, meter()), null);

    assertThat(read.get("kw")).isEqualTo(3.5);
    assertThat(read.get("site")).hasToString("Hamburg");
  }

  @Test
  void shouldReadTheIdFromTheHeader() throws IOException {
    byte[] value = AvroSerdeTest.encode(id, meter());

    GenericRecord read =
        reader.read(Arrays.copyOfRange(value, 5, value.length), header(Arrays.copyOf(value, 5)));

    assertThat(read.get("kw")).isEqualTo(3.5);
  }

  @Test
  void shouldReportAGuidThatTheRegistryDoesNotKnow() throws IOException {
    byte[] guid = ByteBuffer.allocate(17).put((byte) 1).putLong(7).putLong(8).array();

    assertThatThrownBy(() -> reader.read(AvroSerdeTest.encode(id, meter()), header(guid)))
        .isInstanceOf(SerdeException.UnknownSchema.class)
        .hasMessageContaining("00000000-0000-0007-0000-000000000008");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4, 6, 16, 18})
  void shouldReportAHeaderOfAnyOtherSizeAsMalformed(int size) {
    assertThatThrownBy(() -> reader.read(new byte[10], header(new byte[size])))
        .isInstanceOf(SerdeException.Malformed.class)
        .hasMessageContaining(WireFormat.SCHEMA_ID_HEADER);
  }

  @Test
  void shouldReportAnUnknownId() throws IOException {
    byte[] value = AvroSerdeTest.encode(4711, meter());

    assertThatThrownBy(() -> reader.read(value, null))
        .isInstanceOf(SerdeException.UnknownSchema.class)
        .hasMessageContaining("4711")
        .hasMessageContaining("mock://" + SCOPE)
        .satisfies(e -> assertThat(e.getStackTrace()).isEmpty());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4})
  void shouldReportATooShortValueAsMalformed(int size) {
    assertThatThrownBy(() -> reader.read(new byte[size], null))
        .isInstanceOf(SerdeException.Malformed.class)
        .hasMessageContaining(size + " bytes")
        .satisfies(e -> assertThat(e.getStackTrace()).isEmpty());
  }

  @Test
  void shouldReportJsonAsMalformed() {
    byte[] json = "{\"kw\": 3.5}".getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(() -> reader.read(json, null))
        .isInstanceOf(SerdeException.Malformed.class)
        .hasMessageContaining("0x7b")
        .hasMessageContaining("is the topic Avro?");
  }

  @Test
  void shouldReportEveryTruncationAsMalformed() throws IOException {
    byte[] value = AvroSerdeTest.encode(id, meter());

    for (int size = 5; size < value.length; size++) {
      byte[] part = Arrays.copyOf(value, size);
      assertThatThrownBy(() -> reader.read(part, null))
          .as("first %d bytes", size)
          .isInstanceOf(SerdeException.Malformed.class);
    }
  }

  @Test
  void shouldReportLeftOverBytesAsMalformed() throws IOException {
    byte[] value = AvroSerdeTest.encode(id, meter());

    assertThatThrownBy(() -> reader.read(Arrays.copyOf(value, value.length + 1), null))
        .isInstanceOf(SerdeException.Malformed.class)
        .hasMessageContaining("left over");
  }

  @Test
  void shouldReportALengthBeyondTheValueWithoutAllocatingIt() {
    byte[] value =
        ByteBuffer.allocate(18)
            .put((byte) 0)
            .putInt(id)
            .putDouble(3.5)
            .put(new byte[] {-2, -1, -1, -1, 15}) // a string of 2,147,483,647 bytes
            .array();

    assertThatThrownBy(() -> reader.read(value, null)).isInstanceOf(SerdeException.Malformed.class);
  }

  @Test
  void shouldReportNestingBeyondTheStackAsMalformed() {
    byte[] nested = new byte[4_000_000]; // kw 0.0, empty site, then always one more parent
    ByteBuffer.wrap(nested).putInt(1, id);
    for (int i = 5; i + 10 <= nested.length; i += 10) {
      nested[i + 9] = 2;
    }

    assertThatThrownBy(() -> reader.read(nested, null))
        .isInstanceOf(SerdeException.Malformed.class);
  }

  @Test
  void shouldReportABareValueAsMalformed() throws IOException, RestClientException {
    int bare =
        registry.client().register("bare-value", new AvroSchema(Schema.create(Schema.Type.DOUBLE)));
    byte[] value = ByteBuffer.allocate(13).put((byte) 0).putInt(bare).putDouble(1.0).array();

    assertThatThrownBy(() -> reader.read(value, null))
        .isInstanceOf(SerdeException.Malformed.class)
        .hasMessageContaining("bare double");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldReadNoiseOrReportIt(long seed) {
    var random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      byte[] noise = new byte[5 + random.nextInt(40)];
      random.nextBytes(noise);
      ByteBuffer.wrap(noise).put((byte) 0).putInt(id);
      try {
        assertThat(reader.read(noise, null)).isNotNull();
      } catch (SerdeException.Malformed e) {
        assertThat(e).hasMessageContaining("bytes");
      }
    }
  }

  private static Headers header(byte[] value) {
    return new RecordHeaders().add(WireFormat.SCHEMA_ID_HEADER, value);
  }
}
