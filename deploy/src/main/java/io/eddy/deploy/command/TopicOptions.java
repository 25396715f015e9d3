package io.eddy.deploy.command;

import io.eddy.deploy.app.Cluster;
import io.eddy.deploy.backtest.RecordedTopic;
import io.eddy.deploy.config.Settings;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import io.eddy.deploy.terminal.Numbers;
import io.eddy.deploy.terminal.ProgressBar;
import io.eddy.processors.config.InputFormat;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.observation.ObservationDecoder;
import io.eddy.processors.observation.RegistryOutageException;
import io.eddy.schemas.serde.SchemaRegistry;
import java.io.Console;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/// A topic of recorded series, as options. How its values are written stands in `eddy.input.*`, as
/// for an application.
final class TopicOptions {
  private static final String INPUT = "eddy.input.";

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      description =
          "Read this topic from its beginning to where it ends now. How its values are written is"
              + " said by eddy.input.format, eddy.input.value.field and eddy.input.time.field, in a"
              + " file of settings or by --set.")
  private @Nullable String topic;

  @Option(
      names = "--bootstrap-server",
      paramLabel = "HOST:PORT",
      description = "The Kafka cluster of the topic.")
  private @Nullable String bootstrapServer;

  @Option(
      names = "--command-config",
      paramLabel = "FILE",
      description =
          "Properties for the client, such as security, and schema.registry.url for Avro.")
  private @Nullable Path commandConfig;

  /// Whether there is a topic.
  boolean isGiven() {
    return topic != null;
  }

  /// The topic's name.
  String name() {
    if (topic == null) {
      throw new IllegalStateException("there is no topic");
    }
    return topic;
  }

  /// Complains about options that do not go together.
  void check(CommandSpec spec) {
    if ((topic == null) != (bootstrapServer == null) || (topic == null && commandConfig != null)) {
      throw new ParameterException(
          spec.commandLine(),
          "--topic, --bootstrap-server and --command-config belong together: the topic, and the"
              + " cluster that has it");
    }
  }

  /// Reads the topic and says what is in it.
  ///
  /// @param settings Kafka's and Eddy's; the options win over them
  /// @throws UserException if cluster or topic are not there, or the registry does not answer
  RecordedTopic read(CommandSpec spec, PrintWriter words, Map<String, String> settings) {
    Map<String, Object> client = client(settings);
    Cluster.connect(client).close();
    ProcessorsConfig config = input(client);
    RecordedTopic recorded;
    boolean live = Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    try (var registry = registry(config, client);
        var consumer =
            new KafkaConsumer<>(client, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        var bar = new ProgressBar(spec.commandLine().getErr(), live)) {
      recorded =
          RecordedTopic.read(
              consumer, name(), new ObservationDecoder(config, registry), new BarProgress(bar));
    } catch (RegistryOutageException e) {
      throw new UserException(
          ExitCode.UNREACHABLE, "the schema registry does not answer: " + e.getMessage(), e);
    }
    say(recorded, words);
    return recorded;
  }

  private void say(RecordedTopic recorded, PrintWriter words) {
    words.println(
        "%s: %s measurements, %s series"
            .formatted(
                topic, Numbers.count(recorded.observations()), Numbers.count(recorded.keys())));
    if (!recorded.rejected().isEmpty()) {
      long count = recorded.rejected().values().stream().mapToLong(one -> one).sum();
      words.println(
          "%s records would end in the dead letters %s, such as:"
              .formatted(Numbers.count(count), recorded.rejected()));
      recorded.complaints().forEach(complaint -> words.println("  " + complaint));
    }
  }

  private Map<String, Object> client(Map<String, String> settings) {
    Map<String, Object> client = new HashMap<>(settings);
    if (commandConfig != null) {
      client.putAll(Settings.file(commandConfig));
    }
    client.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, String.valueOf(bootstrapServer));
    client.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    client.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    client.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    client.putIfAbsent(ConsumerConfig.CLIENT_ID_CONFIG, "eddy-backtest");
    return client;
  }

  /// How values are written, and nothing else: the network's settings are checked by themselves.
  private static ProcessorsConfig input(Map<String, Object> client) {
    Map<String, Object> input = new HashMap<>();
    input.put(ProcessorsConfig.TOPIC_PREFIX, "backtest");
    client.forEach(
        (key, value) -> {
          if (key.startsWith(INPUT)) {
            input.put(key, value);
          }
        });
    return ProcessorsConfig.of(input);
  }

  /// Values that are no Avro need no registry.
  private static SchemaRegistry registry(ProcessorsConfig config, Map<String, Object> client) {
    return SchemaRegistry.from(
        config.inputFormat() == InputFormat.AVRO
            ? client
            : Map.of(SchemaRegistry.URL_CONFIG, "mock://none"));
  }
}
