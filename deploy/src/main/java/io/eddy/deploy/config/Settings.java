package io.eddy.deploy.config;

import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.config.Spelling;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.streams.StreamsConfig;

/// The settings of one run, Kafka's and Eddy's in one set. A later layer wins over an earlier one:
///
/// 1. the defaults of Kafka and Eddy (never written out here);
/// 2. the files given by `--config`, in the form of Java properties;
/// 3. the environment: `EDDY_HIDDEN_SIZE=64` is `eddy.hidden.size=64`, `KAFKA_BOOTSTRAP_SERVERS` is
///    `bootstrap.servers`, `KAFKA_PRODUCER_LINGER_MS` is `producer.linger.ms`,
///    `SCHEMA_REGISTRY_URL` is `schema.registry.url`;
/// 4. the command line: `--set eddy.hidden.size=64`.
///
/// Only variables whose key exists are taken from the environment: container platforms add
/// variables such as `EDDY_PORT` or `KAFKA_SERVICE_HOST` by themselves.
public final class Settings {
  /// What stands for a value that must not be shown.
  public static final String HIDDEN = "[hidden]";

  private static final Pattern SECRET =
      Pattern.compile("password|secret|jaas|user\\.info|token|passphrase|private|keystore\\.key");

  /// Settings of Confluent's client, which takes them with and without `schema.registry.`.
  static final List<String> SCHEMA_REGISTRY_KEYS =
      List.of(
          "schema.registry.url",
          "schema.registry.basic.auth.credentials.source",
          "schema.registry.basic.auth.user.info",
          "schema.registry.bearer.auth.credentials.source",
          "schema.registry.bearer.auth.token",
          "schema.registry.ssl.keystore.location",
          "schema.registry.ssl.keystore.password",
          "schema.registry.ssl.keystore.type",
          "schema.registry.ssl.key.password",
          "schema.registry.ssl.truststore.location",
          "schema.registry.ssl.truststore.password",
          "schema.registry.ssl.truststore.type",
          "schema.registry.http.connect.timeout.ms",
          "schema.registry.http.read.timeout.ms");

  private static final String REGISTRY_PREFIX = "schema.registry.";

  /// What Kafka's keys may begin with, for one of its clients alone.
  private static final List<String> CLIENT_PREFIXES =
      List.of(
          StreamsConfig.CONSUMER_PREFIX,
          StreamsConfig.MAIN_CONSUMER_PREFIX,
          StreamsConfig.RESTORE_CONSUMER_PREFIX,
          StreamsConfig.GLOBAL_CONSUMER_PREFIX,
          StreamsConfig.PRODUCER_PREFIX,
          StreamsConfig.ADMIN_CLIENT_PREFIX);

  private Settings() {}

  /// One setting and where it comes from.
  ///
  /// @param source in a few words, such as `the environment`
  public record Sourced(String value, String source) {}

  /// All layers, each setting with the last layer that has it, sorted by key.
  public static SortedMap<String, Sourced> sourced(
      Map<String, String> file, Map<String, String> environment, Map<String, String> commandLine) {
    SortedMap<String, Sourced> sourced = new TreeMap<>();
    file.forEach((key, value) -> sourced.put(key, new Sourced(value, "a file")));
    fromEnvironment(environment)
        .forEach((key, value) -> sourced.put(key, new Sourced(value, "the environment")));
    commandLine.forEach((key, value) -> sourced.put(key, new Sourced(value, "the command line")));
    return sourced;
  }

  /// Those keys that neither Eddy, nor Kafka's clients, nor the registry's read, each with the
  /// known one that may have been meant. A key of Eddy's is never among them: a wrong one is
  /// refused.
  public static SortedMap<String, Optional<String>> unknownKeys(Collection<String> keys) {
    Set<String> known = kafkaKeys();
    known.addAll(SCHEMA_REGISTRY_KEYS);
    known.add("auto.register.schemas");
    SortedMap<String, Optional<String>> unknown = new TreeMap<>();
    for (String key : keys) {
      if (!key.startsWith(ProcessorsConfig.PREFIX)
          && !key.startsWith(StreamsConfig.TOPIC_PREFIX)
          && !known.contains(plain(key))
          && !known.contains(REGISTRY_PREFIX + key)) {
        String prefix = key.substring(0, key.length() - plain(key).length());
        unknown.put(key, Spelling.nearest(plain(key), known).map(prefix::concat));
      }
    }
    return unknown;
  }

  /// Whether a value must not be shown: passwords, tokens and what may hold them.
  public static boolean isSecret(String key) {
    String plain = plain(key);
    return SECRET.matcher(plain).find()
        || AdminClientConfig.configDef().configKeys().values().stream()
            .anyMatch(known -> known.name.equals(plain) && known.type == ConfigDef.Type.PASSWORD);
  }

  /// A value as it may be shown.
  public static String shown(String key, String value) {
    return isSecret(key) ? HIDDEN : value.replaceAll("://[^/@]*@", "://" + HIDDEN + "@");
  }

  private static String plain(String key) {
    return CLIENT_PREFIXES.stream()
        .filter(key::startsWith)
        .findFirst()
        .map(prefix -> key.substring(prefix.length()))
        .orElse(key);
  }

  /// All layers in one map, sorted by key.
  ///
  /// @param file the content of a properties file; see [#file]
  /// @param environment as [System#getenv()] gives it
  /// @param commandLine settings from options
  public static Map<String, String> of(
      Map<String, String> file, Map<String, String> environment, Map<String, String> commandLine) {
    Map<String, String> settings = new TreeMap<>();
    sourced(file, environment, commandLine)
        .forEach((key, setting) -> settings.put(key, setting.value()));
    return Collections.unmodifiableMap(settings);
  }

  /// Reads a properties file in UTF-8.
  ///
  /// @throws UserException if it cannot be read
  public static Map<String, String> file(Path path) {
    var properties = new Properties();
    try (Reader reader = Files.newBufferedReader(path, StandardCharsets.UTF_8)) {
      properties.load(reader);
    } catch (NoSuchFileException e) {
      throw new UserException(ExitCode.USAGE, "there is no file " + path, e);
    } catch (IOException | IllegalArgumentException e) {
      throw new UserException(
          ExitCode.USAGE,
          "%s cannot be read as a properties file (key=value lines in UTF-8): %s"
              .formatted(path, e.getMessage() == null ? e : e.getMessage()),
          e);
    }
    Map<String, String> settings = new TreeMap<>();
    for (String key : properties.stringPropertyNames()) {
      settings.put(key, properties.getProperty(key).strip());
    }
    return settings;
  }

  private static Map<String, String> fromEnvironment(Map<String, String> environment) {
    Map<String, String> keysByVariable = new HashMap<>();
    for (String key : kafkaKeys()) {
      keysByVariable.put("KAFKA_" + variable(key), key);
      CLIENT_PREFIXES.forEach(
          prefix -> keysByVariable.putIfAbsent("KAFKA_" + variable(prefix + key), prefix + key));
    }
    ProcessorsConfig.definition().names().forEach(key -> keysByVariable.put(variable(key), key));
    SCHEMA_REGISTRY_KEYS.forEach(key -> keysByVariable.put(variable(key), key));

    Map<String, String> settings = new HashMap<>();
    environment.forEach(
        (variable, value) -> {
          String key = keysByVariable.get(variable);
          if (key != null) {
            settings.put(key, value.strip());
          }
        });
    return settings;
  }

  private static Set<String> kafkaKeys() {
    Set<String> keys = new TreeSet<>(StreamsConfig.configDef().names());
    keys.addAll(ConsumerConfig.configNames());
    keys.addAll(ProducerConfig.configNames());
    keys.addAll(AdminClientConfig.configNames());
    return keys;
  }

  static String variable(String key) {
    return key.replace('.', '_').toUpperCase(Locale.ROOT);
  }
}
