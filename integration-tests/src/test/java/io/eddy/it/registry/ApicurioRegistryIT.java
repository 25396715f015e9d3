package io.eddy.it.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.RestService;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.eddy.it.cluster.ApicurioRegistry;
import io.eddy.schemas.avro.DeadLetter;
import io.eddy.schemas.avro.Forecast;
import io.eddy.schemas.avro.ForecastStep;
import io.eddy.schemas.avro.HistoryWindow;
import io.eddy.schemas.avro.ModelRecord;
import io.eddy.schemas.avro.Observation;
import io.eddy.schemas.avro.WindowScore;
import io.eddy.schemas.serde.AvroSerde;
import io.eddy.schemas.serde.GenericAvroReader;
import io.eddy.schemas.serde.SchemaRegistry;
import io.eddy.schemas.serde.SerdeException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Our serdes through Confluent's own client against Apicurio's server: the promise that a registry
/// over HTTP works as `mock://` does.
class ApicurioRegistryIT {

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static ApicurioRegistry server;

  @BeforeAll
  static void startServer() {
    server = ApicurioRegistry.start();
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  private static SchemaRegistry connect() {
    return SchemaRegistry.from(Map.of(SchemaRegistry.URL_CONFIG, server.url()));
  }

  private static SchemaRegistry connectWithoutRegistration() {
    return SchemaRegistry.from(
        Map.of(
            SchemaRegistry.URL_CONFIG, server.url(), SchemaRegistry.AUTO_REGISTER_CONFIG, "false"));
  }

  private static Forecast forecast() {
    var forecast = new Forecast();
    forecast.setAnomalyKind("NONE");
    forecast.setAnomalyEvidence("NONE");
    forecast.setEventTime(Instant.ofEpochMilli(1_700_000_000_000L));
    forecast.setActualValue(1.5);
    forecast.setForecastValue(2.0);
    forecast.setLowerBound(1.0);
    forecast.setUpperBound(3.0);
    forecast.setHorizon(List.of(new ForecastStep(1, 2.0, 1.0, 3.0)));
    forecast.setConfidence(0.9);
    forecast.setIntervals(List.of());
    return forecast;
  }

  private static Schema observationWithTextValue() {
    return SchemaBuilder.record("io.eddy.schemas.avro.Observation")
        .fields()
        .requiredLong("time")
        .requiredString("value")
        .endRecord();
  }

  @Test
  void shouldReadThroughOneConnectionWhatAnotherWrote() {
    byte[] bytes;
    try (SchemaRegistry writing = connect()) {
      bytes = writing.serde(Forecast.class, "forecasts").serializer().serialize("", forecast());
    }

    try (SchemaRegistry reading = connect()) {
      AvroSerde<Forecast> serde = reading.serde(Forecast.class, "forecasts");
      assertThat(serde.deserializer().deserialize("", bytes)).isEqualTo(forecast());

      GenericRecord generic = new GenericAvroReader(reading).read(bytes, null);
      assertThat(generic.getSchema().getFullName()).isEqualTo("io.eddy.schemas.avro.Forecast");
      assertThat(generic.get("forecast_value")).isEqualTo(2.0);
      assertThat(generic.get("event_time")).isEqualTo(1_700_000_000_000L);
    }
  }

  @Test
  void shouldRegisterEverySchemaUnderItsSubject() throws IOException, RestClientException {
    Set<Integer> ids = new HashSet<>();
    List<Schema> schemas =
        List.of(
            Observation.getClassSchema(),
            Forecast.getClassSchema(),
            HistoryWindow.getClassSchema(),
            ModelRecord.getClassSchema(),
            WindowScore.getClassSchema(),
            DeadLetter.getClassSchema());
    try (SchemaRegistry registry = connect()) {
      for (Schema schema : schemas) {
        ids.add(registry.idFor(SchemaRegistry.subject("all-" + schema.getName()), schema));
      }

      assertThat(ids).hasSameSizeAs(schemas);
      assertThat(registry.client()).isInstanceOf(CachedSchemaRegistryClient.class);
      assertThat(registry.client().getAllSubjects())
          .contains("all-Forecast-value", "all-ModelRecord-value");
    }
  }

  @Test
  void shouldFindARegisteredSchemaWhenRegistrationIsOff() {
    String subject = SchemaRegistry.subject("looked-up");
    int registered;
    try (SchemaRegistry registry = connect()) {
      registered = registry.idFor(subject, DeadLetter.getClassSchema());
    }

    try (SchemaRegistry registry = connectWithoutRegistration()) {
      assertThat(registry.idFor(subject, DeadLetter.getClassSchema())).isEqualTo(registered);
    }
  }

  @Test
  void shouldSayThatASubjectIsEmptyWhenRegistrationIsOff() {
    try (SchemaRegistry registry = connectWithoutRegistration()) {
      assertThatThrownBy(() -> registry.idFor("empty-value", Observation.getClassSchema()))
          .isInstanceOf(SerdeException.SchemaRefused.class)
          .hasMessageContaining("subject empty-value has no schema")
          .hasMessageContaining("auto.register.schemas=true");
    }
  }

  @Test
  void shouldSayWhichFieldMakesASchemaIncompatible() throws IOException, RestClientException {
    try (SchemaRegistry registry = connect()) {
      registry.client().register("changed-value", new AvroSchema(observationWithTextValue()));
      registry.client().updateCompatibility("changed-value", "BACKWARD");

      assertThatThrownBy(() -> registry.idFor("changed-value", Observation.getClassSchema()))
          .isInstanceOf(SerdeException.SchemaRefused.class)
          .hasMessageContaining("subject changed-value")
          .hasMessageContaining("refuses this version of io.eddy.schemas.avro.Observation")
          .hasMessageContaining("field \"value\": reader type: DOUBLE");
    }
  }

  @Test
  void shouldSayWhoseTopicItIs() throws IOException, RestClientException {
    Schema order = SchemaBuilder.record("com.acme.Order").fields().requiredInt("n").endRecord();
    try (SchemaRegistry registry = connect()) {
      registry.client().register("orders-value", new AvroSchema(order));
      registry.client().updateCompatibility("orders-value", "BACKWARD");

      assertThatThrownBy(() -> registry.idFor("orders-value", Forecast.getClassSchema()))
          .isInstanceOf(SerdeException.SchemaRefused.class)
          .hasMessageContaining("subject orders-value")
          .hasMessageContaining("holds com.acme.Order")
          .hasMessageContaining("choose another topic");
    }
  }

  @Test
  void shouldReadAValueWhoseIdIsInTheHeader() {
    try (SchemaRegistry registry = connect()) {
      AvroSerde<Forecast> serde = registry.serde(Forecast.class, "forecasts");
      byte[] bytes = serde.serializer().serialize("", forecast());
      var headers = new RecordHeaders();
      headers.add("__value_schema_id", Arrays.copyOf(bytes, 5));

      byte[] avroAlone = Arrays.copyOfRange(bytes, 5, bytes.length);

      assertThat(serde.deserializer().deserialize("", headers, avroAlone)).isEqualTo(forecast());
    }
  }

  @Test
  void shouldReportAnUnknownIdAsUnknown() {
    byte[] value = ByteBuffer.allocate(20).put((byte) 0).putInt(987_654).array();
    try (SchemaRegistry registry = connect()) {
      assertThatThrownBy(() -> new GenericAvroReader(registry).read(value, null))
          .isInstanceOf(SerdeException.UnknownSchema.class)
          .hasMessageContaining("schema id 987654");
    }
  }

  @Test
  void shouldReportAnUnknownGuidAsUnknown() {
    var headers = new RecordHeaders();
    headers.add("__value_schema_id", ByteBuffer.allocate(17).put((byte) 1).array());
    try (SchemaRegistry registry = connect()) {
      assertThatThrownBy(() -> new GenericAvroReader(registry).read(new byte[8], headers))
          .isInstanceOf(SerdeException.UnknownSchema.class)
          .hasMessageContaining("schema GUID 00000000");
    }
  }

  @Test
  void shouldReportASchemaThatIsNotAvroAsUnknown() throws IOException, RestClientException {
    int json =
        new RestService(server.url())
            .registerSchema(
                "{\"$schema\": \"http://json-schema.org/draft-07/schema#\", \"type\": \"object\"}",
                "JSON",
                List.of(),
                "json-value")
            .getId();
    byte[] value = ByteBuffer.allocate(7).put((byte) 0).putInt(json).array();
    try (SchemaRegistry registry = connect()) {
      assertThatThrownBy(() -> new GenericAvroReader(registry).read(value, null))
          .isInstanceOf(SerdeException.UnknownSchema.class)
          .hasMessageContaining("not an Avro schema");
    }
  }

  @Test
  void shouldSayThatTheRegistryDoesNotAnswer() throws IOException {
    String nobody;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = "http://127.0.0.1:" + socket.getLocalPort();
    }
    try (SchemaRegistry registry = SchemaRegistry.from(Map.of(SchemaRegistry.URL_CONFIG, nobody))) {
      assertThatThrownBy(() -> registry.idFor("load-value", Observation.getClassSchema()))
          .isInstanceOf(SerdeException.RegistryUnavailable.class)
          .hasMessageContaining(nobody)
          .hasMessageContaining("does not answer");
    }
  }

  @Test
  void shouldSayThatTheAddressHasAWrongPath() {
    try (SchemaRegistry registry =
        SchemaRegistry.from(
            Map.of(SchemaRegistry.URL_CONFIG, server.address() + "/apis/ccompat/v99"))) {
      assertThatThrownBy(() -> registry.idFor("load-value", Observation.getClassSchema()))
          .isInstanceOf(SerdeException.RegistryUnavailable.class)
          .hasMessageContaining("check the path in schema.registry.url");
    }
  }
}
