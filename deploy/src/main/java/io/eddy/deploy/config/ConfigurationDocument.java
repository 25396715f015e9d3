package io.eddy.deploy.config;

import io.eddy.processors.config.ProcessorsConfig;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.streams.StreamsConfig;

/// The reference of everything that can be configured, in Markdown: `docs/configuration.md` is what
/// this writes.
public final class ConfigurationDocument {
  private ConfigurationDocument() {}

  /// The whole page.
  public static String text() {
    StringBuilder text = new StringBuilder();
    text.append(
        """
        # Configuration

        Written by `eddy config describe > docs/configuration.md`; a test compares the two.

        One set of settings holds Kafka's, the schema registry's and Eddy's. A later layer wins over an earlier one:

        1. defaults: Kafka's and Eddy's own;
        2. the files given by `--config`, in the form of Java properties, a later one over an earlier one;
        3. the environment: `EDDY_HIDDEN_SIZE=64` is `eddy.hidden.size=64`, `KAFKA_BOOTSTRAP_SERVERS` is `bootstrap.servers`,
           `KAFKA_PRODUCER_LINGER_MS` is `producer.linger.ms`, `SCHEMA_REGISTRY_URL` is `schema.registry.url`; variables that name no setting are left alone;
        4. the command line: `--set eddy.hidden.size=64`, `--bootstrap-server`; and `--command-config` for the clients of commands that have it.

        `eddy config show` prints what results and where each setting comes from. An unknown `eddy.*` key is refused with the nearest one that exists, and
        all problems are reported at once. Keys without `eddy.` pass through to Kafka Streams and its clients, prefixes such as `producer.` and
        `main.consumer.` included, and to the registry's client; `eddy doctor` names those that none of them knows.

        Passwords, tokens and JAAS entries are never printed or logged. Instead of in a file they may stand in the environment
        (`KAFKA_SASL_JAAS_CONFIG`, `SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO`).

        """);
    text.append(ProcessorsConfig.describe());
    text.append(
        """

        ## Kafka

        Every setting of [Kafka Streams and its clients](https://kafka.apache.org/documentation/#streamsconfigs) passes through. Where nothing is set, Eddy sets:

        | key | value |
        | --- | --- |
        """);
    Map<String, Object> defaults =
        new TreeMap<>(
            ProcessorsConfig.of(Map.of(StreamsConfig.APPLICATION_ID_CONFIG, "eddy"))
                .kafkaProperties());
    defaults.remove(StreamsConfig.APPLICATION_ID_CONFIG);
    defaults.forEach(
        (key, value) ->
            text.append("| `").append(key).append("` | `").append(value).append("` |\n"));
    text.append(
        """

        Required: `application.id`, `bootstrap.servers`, `schema.registry.url` and `eddy.input.topic`.

        ## Schema registry

        The settings of Confluent's client, with or without `schema.registry.` before them. From the environment:

        | variable | key |
        | --- | --- |
        """);
    Settings.SCHEMA_REGISTRY_KEYS.forEach(
        key ->
            text.append("| `")
                .append(Settings.variable(key))
                .append("` | `")
                .append(key)
                .append("` |\n"));
    text.append(
        """

        `schema.registry.url` may name several addresses with commas, or `mock://scope` for a registry that lives inside the process, for trying things out.
        `auto.register.schemas=false`: schemas are looked up and never written.

        ## Java

        Options of Java itself, not of a configuration: `EDDY_JAVA_OPTS` (launcher) or `JAVA_TOOL_OPTIONS` (container).

        | property | meaning |
        | --- | --- |
        | `-Deddy.kernels=scalar` | plain loops instead of SIMD: same results, for ruling SIMD out |
        | `-Deddy.vector.bits=128` | vectors of another width than the processor's widest |
        | `-Dlogback.configurationFile=FILE` | logging of your own |
        """);
    return text.toString();
  }
}
