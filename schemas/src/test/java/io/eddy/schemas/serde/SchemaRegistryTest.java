package io.eddy.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.confluent.kafka.schemaregistry.testutil.MockSchemaRegistry;
import io.eddy.schemas.avro.DeadLetter;
import io.eddy.schemas.avro.Forecast;
import io.eddy.schemas.avro.Observation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SchemaRegistryTest {

  private static final String SCOPE = "SchemaRegistryTest";

  @AfterEach
  void dropScope() {
    MockSchemaRegistry.dropScope(SCOPE);
  }

  private static SchemaRegistry mock() {
    return SchemaRegistry.from(Map.of(SchemaRegistry.URL_CONFIG, "mock://" + SCOPE));
  }

  private static SchemaRegistry mockWithoutRegistration() {
    return SchemaRegistry.from(
        Map.of(
            SchemaRegistry.URL_CONFIG,
            "mock://" + SCOPE,
            SchemaRegistry.AUTO_REGISTER_CONFIG,
            "false"));
  }

  private static SchemaRegistry at(HttpServer server) {
    return SchemaRegistry.from(
        Map.of(
            SchemaRegistry.URL_CONFIG,
            "http://eddy:secret@127.0.0.1:" + server.getAddress().getPort()));
  }

  /// Answers everything alike.
  private static HttpServer server(int status, String body) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(status, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
    return server;
  }

  @Test
  void shouldRegisterASchemaOnceAndKeepItsId() {
    try (SchemaRegistry registry = mock()) {
      int id = registry.idFor("load-value", Observation.getClassSchema());

      assertThat(registry.idFor("load-value", Observation.getClassSchema())).isEqualTo(id);
      assertThat(registry.idFor("forecasts-value", Forecast.getClassSchema())).isNotEqualTo(id);
    }
  }

  @Test
  void shouldRegisterExactlyTheSchemaFile() throws IOException, RestClientException {
    try (SchemaRegistry registry = mock()) {
      registry.idFor("dead-letters-value", DeadLetter.getClassSchema());

      String registered =
          registry.client().getLatestSchemaMetadata("dead-letters-value").getSchema();
      Schema file =
          new Schema.Parser().parse(Files.readString(Path.of("src/main/avro/DeadLetter.avsc")));
      assertThat(registered).isEqualTo(file.toString()).doesNotContain("avro.java.string");
    }
  }

  @Test
  void shouldOnlyLookUpWhenRegistrationIsOff() throws IOException, RestClientException {
    try (SchemaRegistry registry = mockWithoutRegistration()) {
      int registered =
          registry
              .client()
              .register(
                  "load-value",
                  new AvroSchema(SchemaRegistry.withoutJavaTypes(Observation.getClassSchema())));

      assertThat(registry.idFor("load-value", Observation.getClassSchema())).isEqualTo(registered);
    }
  }

  @Test
  void shouldSayThatNothingIsRegisteredWhenRegistrationIsOff() {
    try (SchemaRegistry registry = mockWithoutRegistration()) {
      assertThatThrownBy(() -> registry.idFor("load-value", Observation.getClassSchema()))
          .isInstanceOf(SerdeException.SchemaRefused.class)
          .hasMessageContaining("subject load-value has no schema")
          .hasMessageContaining("auto.register.schemas=true");
      assertThatThrownBy(() -> registry.client().getLatestSchemaMetadata("load-value"))
          .isInstanceOf(RestClientException.class);
    }
  }

  @Test
  void shouldSayWhoseTopicItIs() throws IOException, RestClientException {
    try (SchemaRegistry registry = mockWithoutRegistration()) {
      Schema order =
          SchemaBuilder.record("com.acme.Order").fields().requiredInt("amount").endRecord();
      registry.client().register("orders-value", new AvroSchema(order));

      assertThatThrownBy(() -> registry.idFor("orders-value", Forecast.getClassSchema()))
          .isInstanceOf(SerdeException.SchemaRefused.class)
          .hasMessageContaining("orders-value")
          .hasMessageContaining("holds com.acme.Order")
          .hasMessageContaining("io.eddy.schemas.avro.Forecast")
          .hasMessageContaining("choose another topic");
    }
  }

  @Test
  void shouldNameTheFieldInWhichVersionsDiffer() throws IOException, RestClientException {
    try (SchemaRegistry registry = mockWithoutRegistration()) {
      Schema other =
          SchemaBuilder.record("io.eddy.schemas.avro.Observation")
              .fields()
              .requiredString("time")
              .endRecord();
      registry.client().register("load-value", new AvroSchema(other));

      assertThatThrownBy(() -> registry.idFor("load-value", Observation.getClassSchema()))
          .isInstanceOf(SerdeException.SchemaRefused.class)
          .hasMessageContaining("holds another version")
          .hasMessageContaining("field \"time\": reader type: LONG")
          .hasMessageContaining("field \"value\" is missing there and has no default");
    }
  }

  @Test
  void shouldSayThatTheRegistryDoesNotAnswer() throws IOException {
    int unused;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      unused = socket.getLocalPort();
    }
    try (SchemaRegistry registry =
        SchemaRegistry.from(Map.of(SchemaRegistry.URL_CONFIG, "http://127.0.0.1:" + unused))) {
      assertThatThrownBy(() -> registry.idFor("load-value", Observation.getClassSchema()))
          .isInstanceOf(SerdeException.RegistryUnavailable.class)
          .hasMessageContaining("http://127.0.0.1:" + unused)
          .hasMessageContaining("does not answer")
          .hasMessageContaining("schema.registry.url");
      assertThatThrownBy(() -> new GenericAvroReader(registry).read(new byte[9], null))
          .isInstanceOf(SerdeException.RegistryUnavailable.class);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "401, refuses the credentials",
    "403, refuses the credentials",
    "404, is not a schema registry",
    "500, fails (HTTP 500",
    "503, fails (HTTP 503",
    "200, does not answer"
  })
  void shouldNeverTakeABrokenRegistryForAnUnknownSchema(int status, String message)
      throws IOException {
    HttpServer server = server(status, "<html>busy</html>");
    try (SchemaRegistry registry = at(server)) {
      var reader = new GenericAvroReader(registry);

      assertThatThrownBy(() -> reader.read(new byte[9], null))
          .isInstanceOf(SerdeException.RegistryUnavailable.class)
          .hasMessageContaining(message)
          .message()
          .doesNotContain("secret");
      assertThatThrownBy(() -> registry.idFor("load-value", Observation.getClassSchema()))
          .isInstanceOf(SerdeException.RegistryUnavailable.class)
          .hasMessageContaining(message);
    } finally {
      server.stop(0);
    }
  }

  @Test
  void shouldReportASchemaThatIsNotAvroAsUnknown() throws IOException {
    HttpServer server = server(200, "{\"schemaType\": \"JSON\", \"schema\": \"{}\"}");
    try (SchemaRegistry registry = at(server)) {
      assertThatThrownBy(() -> new GenericAvroReader(registry).read(new byte[9], null))
          .isInstanceOf(SerdeException.UnknownSchema.class)
          .hasMessageContaining("schema id 0")
          .hasMessageContaining("not an Avro schema");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void shouldAskForAGuidOnce() throws IOException {
    var requests = new AtomicInteger();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/schemas/guids/00000000-0000-0001-0000-000000000002",
        exchange -> {
          requests.incrementAndGet();
          byte[] body =
              "{\"schema\": \"{\\\"type\\\": \\\"record\\\", \\\"name\\\": \\\"Meter\\\", \\\"fields\\\": [{\\\"name\\\": \\\"kw\\\", \\\"type\\\": \\\"double\\\"}]}\"}"
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    try (SchemaRegistry registry = at(server)) {
      var reader = new GenericAvroReader(registry);
      byte[] guid = ByteBuffer.allocate(17).put((byte) 1).putLong(1).putLong(2).array();
      var headers = new RecordHeaders();
      headers.add(WireFormat.SCHEMA_ID_HEADER, guid);
      byte[] value = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putDouble(3.5).array();

      assertThat(reader.read(value, headers).get("kw")).isEqualTo(3.5);
      assertThat(reader.read(value, headers).get("kw")).isEqualTo(3.5);
      assertThat(requests).hasValue(1);
    } finally {
      server.stop(0);
    }
  }

  @Test
  void shouldGoOnWithWhatItKnowsWhenTheRegistryDies() throws IOException {
    HttpServer server = server(200, "{\"id\": 7, \"schema\": \"\\\"double\\\"\"}");
    try (SchemaRegistry registry = at(server)) {
      int id = registry.idFor("load-value", Observation.getClassSchema());
      Schema schema = registry.writerSchema(new WireFormat.SchemaId(9));
      server.stop(0);

      assertThat(registry.idFor("load-value", Observation.getClassSchema())).isEqualTo(id);
      assertThat(registry.writerSchema(new WireFormat.SchemaId(9))).isSameAs(schema);
      assertThatThrownBy(() -> registry.idFor("other-value", Observation.getClassSchema()))
          .isInstanceOf(SerdeException.RegistryUnavailable.class);
    }
  }

  @Test
  void shouldGiveUpWithinSecondsWhenTheRegistryIsSilent() throws IOException {
    try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        SchemaRegistry registry =
            SchemaRegistry.from(
                Map.of(SchemaRegistry.URL_CONFIG, "http://127.0.0.1:" + silent.getLocalPort()))) {
      long start = System.nanoTime();

      assertThatThrownBy(() -> registry.idFor("load-value", Observation.getClassSchema()))
          .isInstanceOf(SerdeException.RegistryUnavailable.class);

      assertThat(System.nanoTime() - start).isLessThan(10_000_000_000L);
    }
  }

  @Test
  void shouldRequireAnAddress() {
    assertThatThrownBy(() -> SchemaRegistry.from(Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("schema.registry.url is missing");
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost:8081", "file:/tmp", "http://", "http://a,b"})
  void shouldRefuseWhatIsNoAddress(String url) {
    assertThatThrownBy(() -> SchemaRegistry.from(Map.of(SchemaRegistry.URL_CONFIG, url)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("expected http://host:port");
  }

  @Test
  void shouldRefuseASwitchThatIsNeitherTrueNorFalse() {
    Map<String, Object> config = new HashMap<>();
    config.put(SchemaRegistry.URL_CONFIG, "mock://" + SCOPE);
    config.put(SchemaRegistry.AUTO_REGISTER_CONFIG, "no");

    assertThatThrownBy(() -> SchemaRegistry.from(config))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("expected true or false");
    for (Object value : List.of(true, "true", false)) {
      config.put(SchemaRegistry.AUTO_REGISTER_CONFIG, value);
      SchemaRegistry.from(config).close();
    }
  }
}
