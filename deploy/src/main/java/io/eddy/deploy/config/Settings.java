package io.eddy.deploy.config;

import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import io.eddy.processors.config.ProcessorsConfig;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/// The settings of one run, Kafka's and Eddy's in one set. A later layer wins over an earlier one:
///
/// 1. the defaults of Kafka and Eddy (never written out here);
/// 2. the files given by `--config`, in the form of Java properties;
/// 3. the environment: `EDDY_HIDDEN_SIZE=64` is `eddy.hidden.size=64`, `KAFKA_BOOTSTRAP_SERVERS` is
///    `bootstrap.servers`, `SCHEMA_REGISTRY_URL` is `schema.registry.url`;
/// 4. the command line: `--set eddy.hidden.size=64`.
///
/// Only variables whose key exists are taken from the environment: container platforms add
/// variables such as `EDDY_PORT` or `KAFKA_SERVICE_HOST` by themselves.
public final class Settings {
  private static final Set<String> SCHEMA_REGISTRY_KEYS =
      Set.of(
          "schema.registry.url",
          "schema.registry.basic.auth.user.info",
          "schema.registry.ssl.truststore.location",
          "schema.registry.ssl.truststore.password");

  private Settings() {}

  /// All layers in one map, sorted by key.
  ///
  /// @param file the content of a properties file; see [#file]
  /// @param environment as [System#getenv()] gives it
  /// @param commandLine settings from options
  public static Map<String, String> of(
      Map<String, String> file, Map<String, String> environment, Map<String, String> commandLine) {
    Map<String, String> settings = new TreeMap<>(file);
    settings.putAll(fromEnvironment(environment));
    settings.putAll(commandLine);
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
    kafkaKeys().forEach(key -> keysByVariable.put("KAFKA_" + variable(key), key));
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

  private static String variable(String key) {
    return key.replace('.', '_').toUpperCase(Locale.ROOT);
  }
}
