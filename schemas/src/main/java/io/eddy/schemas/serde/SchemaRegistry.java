package io.eddy.schemas.serde;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.confluent.kafka.schemaregistry.ParsedSchema;
import io.confluent.kafka.schemaregistry.SchemaProvider;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.avro.AvroSchemaProvider;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClientConfig;
import io.confluent.kafka.schemaregistry.client.rest.RestService;
import io.confluent.kafka.schemaregistry.client.rest.entities.SchemaString;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.confluent.kafka.schemaregistry.testutil.MockSchemaRegistry;
import io.eddy.schemas.serde.WireFormat.SchemaGuid;
import io.eddy.schemas.serde.WireFormat.SchemaId;
import io.eddy.schemas.serde.WireFormat.SchemaName;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The schema registry that a configuration names: `schema.registry.url` is one or more addresses
/// separated by commas, or `mock://scope` for one that lives in this JVM.
///
/// The whole configuration goes to Confluent's client, so its own settings work under their usual
/// names (`basic.auth.credentials.source`, `basic.auth.user.info`, `schema.registry.ssl.…`). A call
/// gives up within about five seconds, because a stream thread may be waiting for it:
/// `http.connect.timeout.ms` is 2000 and `http.read.timeout.ms` 3000 unless set. With
/// `auto.register.schemas=false` schemas are looked up and never written.
///
/// Ids and schemas are asked once and kept. Thread-safe.
public final class SchemaRegistry implements AutoCloseable {

  /// Address of the registry: `http://host:port`, several separated by commas, or `mock://scope`.
  public static final String URL_CONFIG = "schema.registry.url";

  /// Whether unknown schemas are registered; `true` unless set.
  public static final String AUTO_REGISTER_CONFIG = "auto.register.schemas";

  private static final Logger LOGGER = LoggerFactory.getLogger(SchemaRegistry.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CACHED_SCHEMAS = 1000;
  private static final int NOT_FOUND = 404;

  private final String name;
  private final SchemaRegistryClient client;

  /// Null for `mock://`. The client has no call for GUIDs and for schemas of foreign types.
  private final @Nullable RestService service;

  private final boolean autoRegister;
  private final Map<Registration, Integer> ids = new ConcurrentHashMap<>();
  private final Map<SchemaName, Schema> writerSchemas = new ConcurrentHashMap<>();

  private record Registration(String subject, Schema schema) {}

  private SchemaRegistry(
      String name,
      SchemaRegistryClient client,
      @Nullable RestService service,
      boolean autoRegister) {
    this.name = name;
    this.client = client;
    this.service = service;
    this.autoRegister = autoRegister;
  }

  /// Opens no connection yet.
  ///
  /// @param config Confluent's client settings, among any others
  /// @throws ConfigException if the address is missing or not an address
  public static SchemaRegistry from(Map<String, ?> config) {
    List<String> urls = urls(config);
    boolean autoRegister = autoRegister(config);
    List<SchemaProvider> providers = List.of(new AvroSchemaProvider());
    String scope = MockSchemaRegistry.validateAndMaybeGetMockScope(urls);
    if (scope != null) {
      return new SchemaRegistry(
          urls.getFirst(),
          MockSchemaRegistry.getClientForScope(scope, providers),
          null,
          autoRegister);
    }
    Map<String, Object> clientConfig = new HashMap<>(config);
    clientConfig.putIfAbsent(SchemaRegistryClientConfig.HTTP_CONNECT_TIMEOUT_MS, "2000");
    clientConfig.putIfAbsent(SchemaRegistryClientConfig.HTTP_READ_TIMEOUT_MS, "3000");
    RestService service = new RestService(urls);
    return new SchemaRegistry(
        urls.stream().map(SchemaRegistry::withoutCredentials).collect(Collectors.joining(", ")),
        new CachedSchemaRegistryClient(service, CACHED_SCHEMAS, providers, clientConfig, Map.of()),
        service,
        autoRegister);
  }

  private static List<String> urls(Map<String, ?> config) {
    if (!(config.get(URL_CONFIG) instanceof String value) || value.isBlank()) {
      throw new ConfigException(
          URL_CONFIG
              + " is missing: set it to the registry's address, such as http://localhost:8081");
    }
    List<String> urls = Arrays.stream(value.split(",")).map(String::strip).toList();
    for (String url : urls) {
      if (!url.matches("(https?|mock)://.+")) {
        throw new ConfigException(
            URL_CONFIG,
            withoutCredentials(url),
            "expected http://host:port, https://host:port or mock://scope");
      }
    }
    return urls;
  }

  private static boolean autoRegister(Map<String, ?> config) {
    Object value = config.get(AUTO_REGISTER_CONFIG);
    return switch (value == null ? "true" : value.toString().strip()) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new ConfigException(AUTO_REGISTER_CONFIG, value, "expected true or false");
    };
  }

  private static String withoutCredentials(String url) {
    return url.replaceFirst("://[^/@]*@", "://");
  }

  /// The subject of a topic's values.
  public static String subject(String topic) {
    return topic + "-value";
  }

  /// Confluent's client, for what this class does not offer.
  public SchemaRegistryClient client() {
    return client;
  }

  /// A serde for the values of one topic. Asks the registry at the first value, not before.
  public <T extends SpecificRecord> AvroSerde<T> serde(Class<T> type, String topic) {
    return AvroSerde.of(type, this, topic);
  }

  /// The id of a schema under a subject, registered if need be and allowed.
  ///
  /// @throws SerdeException.SchemaRefused if the subject holds other schemas only
  /// @throws SerdeException.RegistryUnavailable if the registry does not answer
  public int idFor(String subject, Schema schema) {
    var registration = new Registration(subject, schema);
    Integer known = ids.get(registration);
    return known != null ? known : ids.computeIfAbsent(registration, this::askId);
  }

  private int askId(Registration registration) {
    String subject = registration.subject();
    Schema schema = withoutJavaTypes(registration.schema());
    try {
      int id =
          autoRegister
              ? client.register(subject, new AvroSchema(schema))
              : client.getId(subject, new AvroSchema(schema));
      LOGGER.atDebug().addKeyValue("subject", subject).addKeyValue("id", id).log("schema found");
      return id;
    } catch (RestClientException e) {
      if (isConflict(e) || isNotFound(e)) {
        throw new SerdeException.SchemaRefused(refusal(subject, schema, e), e);
      }
      throw unavailable(e);
    } catch (IOException e) {
      throw unavailable(e);
    }
  }

  private String refusal(String subject, Schema schema, RestClientException refusal) {
    Schema latest = latest(subject);
    if (latest == null) {
      return "subject %s has no schema in the registry at %s, and %s=false forbids to register %s: register it, or set %s=true"
          .formatted(
              subject, name, AUTO_REGISTER_CONFIG, schema.getFullName(), AUTO_REGISTER_CONFIG);
    }
    if (!latest.getFullName().equals(schema.getFullName())) {
      return "subject %s in the registry at %s holds %s, but %s is to be written there: choose another topic, or another registry"
          .formatted(subject, name, latest.getFullName(), schema.getFullName());
    }
    String difference =
        SchemaDifference.between(schema, latest)
            .or(() -> SchemaDifference.between(latest, schema))
            .orElseGet(() -> String.valueOf(refusal.getMessage()));
    return isConflict(refusal)
        ? "subject %s in the registry at %s refuses this version of %s, which is not compatible with the newest there: %s"
            .formatted(subject, name, schema.getFullName(), difference)
        : "subject %s in the registry at %s holds another version of %s, and %s=false forbids to register this one: register it, or set %s=true (%s)"
            .formatted(
                subject,
                name,
                schema.getFullName(),
                AUTO_REGISTER_CONFIG,
                AUTO_REGISTER_CONFIG,
                difference);
  }

  private @Nullable Schema latest(String subject) {
    try {
      return new AvroSchema(client.getLatestSchemaMetadata(subject).getSchema()).rawSchema();
    } catch (RestClientException e) {
      if (isNotFound(e)) {
        return null;
      }
      throw unavailable(e);
    } catch (IOException e) {
      throw unavailable(e);
    }
  }

  /// The schema that a value names.
  Schema writerSchema(SchemaName name) {
    Schema known = writerSchemas.get(name);
    return known != null ? known : writerSchemas.computeIfAbsent(name, this::askWriterSchema);
  }

  private Schema askWriterSchema(SchemaName name) {
    return switch (name) {
      case SchemaId(int id) -> schemaById(id);
      case SchemaGuid(UUID guid) -> schemaByGuid(guid);
    };
  }

  private Schema schemaById(int id) {
    try {
      return avro(client.getSchemaById(id));
    } catch (RestClientException e) {
      if (isNotFound(e)) {
        throw unknown("schema id " + id);
      }
      throw unavailable(e);
    } catch (IOException e) {
      // The client reports a schema that it cannot parse in the same way as a broken connection.
      if (service != null && isForeign(id, service)) {
        throw new SerdeException.UnknownSchema(
            "schema id %d in the registry at %s is not an Avro schema".formatted(id, this.name));
      }
      throw unavailable(e);
    }
  }

  private boolean isForeign(int id, RestService service) {
    try {
      SchemaString schema = service.getId(id);
      return !AvroSchema.TYPE.equals(schema.getSchemaType()) || schema.getReferences().isEmpty();
    } catch (RestClientException | IOException e) {
      return false;
    }
  }

  private Schema schemaByGuid(UUID guid) {
    if (service == null) {
      throw unknown("schema GUID " + guid);
    }
    try {
      SchemaString found =
          service.httpRequest(
              "/schemas/guids/" + guid,
              "GET",
              null,
              RestService.DEFAULT_REQUEST_PROPERTIES,
              new TypeReference<>() {});
      return client
          .parseSchema(found.getSchemaType(), found.getSchemaString(), found.getReferences())
          .map(SchemaRegistry::avro)
          .orElseThrow(() -> unknown("an Avro schema of GUID " + guid));
    } catch (RestClientException e) {
      if (e.getStatus() == NOT_FOUND) { // Registries older than GUIDs have no such path at all.
        throw unknown("schema GUID " + guid);
      }
      throw unavailable(e);
    } catch (IOException e) {
      throw unavailable(e);
    }
  }

  private static Schema avro(ParsedSchema schema) {
    return ((AvroSchema) schema).rawSchema();
  }

  private SerdeException.UnknownSchema unknown(String what) {
    return new SerdeException.UnknownSchema(
        "the registry at %s does not know %s: was the record written with another registry?"
            .formatted(name, what));
  }

  private SerdeException.RegistryUnavailable unavailable(Exception cause) {
    String reason =
        switch (cause) {
          case RestClientException e when e.getStatus() == 401 || e.getStatus() == 403 ->
              "refuses the credentials (HTTP %d): check basic.auth.credentials.source and basic.auth.user.info"
                  .formatted(e.getStatus());
          case RestClientException e when e.getStatus() == NOT_FOUND ->
              "is not a schema registry (HTTP 404): check the path in " + URL_CONFIG;
          case RestClientException e ->
              "fails (HTTP %d, %s)".formatted(e.getStatus(), e.getMessage());
          default -> "does not answer (%s): start it, or correct %s".formatted(cause, URL_CONFIG);
        };
    return new SerdeException.RegistryUnavailable(
        "the registry at %s %s".formatted(name, reason), cause);
  }

  /// Error codes 40401 to 40403 say that subject, version or schema is not there. A plain 404 comes
  /// from something that is no registry.
  private static boolean isNotFound(RestClientException e) {
    return e.getErrorCode() / 100 == NOT_FOUND;
  }

  private static boolean isConflict(RestClientException e) {
    return e.getStatus() == 409 || e.getStatus() == 422;
  }

  /// Generated classes ask Avro for `java.lang.String`; what is registered is for all languages and
  /// equals the `.avsc` file.
  static Schema withoutJavaTypes(Schema schema) {
    try {
      JsonNode json = JSON.readTree(schema.toString());
      removeJavaTypes(json);
      return new Schema.Parser().parse(json.toString());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Avro printed a schema that is not JSON: " + schema, e);
    }
  }

  private static void removeJavaTypes(JsonNode node) {
    if (node instanceof ObjectNode object) {
      object.remove("avro.java.string");
    }
    node.forEach(SchemaRegistry::removeJavaTypes);
  }

  @Override
  public void close() {
    try {
      client.close();
    } catch (IOException e) {
      LOGGER.atWarn().setCause(e).log("schema registry client did not close");
    }
  }
}
