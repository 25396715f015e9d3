package io.eddy.deploy.command;

import io.eddy.deploy.config.Settings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.apache.kafka.clients.CommonClientConfigs;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Where an application's configuration comes from, the same in every command that needs one.
final class ConfigurationOptions {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "Properties file with Kafka's settings and Eddy's (eddy.*); of several a later one wins"
              + " over an earlier one, such as one that \"eddy tune\" wrote.")
  private List<Path> files = List.of();

  @Option(
      names = "--bootstrap-server",
      paramLabel = "HOST:PORT",
      description = "The Kafka cluster; over bootstrap.servers in the file.")
  private @Nullable String bootstrapServer;

  @Mixin private SettingsOption setting = new SettingsOption();

  @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /// Whether there is any.
  boolean isGiven() {
    return !files.isEmpty();
  }

  /// All layers: file, environment, command line.
  Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    sourced().forEach((key, setting) -> settings.put(key, setting.value()));
    return settings;
  }

  /// The same, each with the layer that it comes from.
  SortedMap<String, Settings.Sourced> sourced() {
    SortedMap<String, Settings.Sourced> settings = sourcedIfAny();
    if (settings.isEmpty()) {
      // Not left to picocli, since a container may have all of them in its environment.
      throw new ParameterException(
          spec.commandLine(),
          "Missing required option: '--config=FILE' (or settings in the environment, such as"
              + " EDDY_INPUT_TOPIC)");
    }
    return settings;
  }

  /// The same, empty where no layer has any.
  SortedMap<String, Settings.Sourced> sourcedIfAny() {
    Map<String, String> commandLine = new LinkedHashMap<>(setting.settings());
    if (bootstrapServer != null) {
      commandLine.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServer);
    }
    Map<String, String> inFiles = new LinkedHashMap<>();
    files.forEach(file -> inFiles.putAll(Settings.file(file)));
    return Settings.sourced(inFiles, System.getenv(), commandLine);
  }
}
