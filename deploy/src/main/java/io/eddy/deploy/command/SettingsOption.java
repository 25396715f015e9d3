package io.eddy.deploy.command;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/// `--set KEY=VALUE`, the same in every command that takes settings.
final class SettingsOption {
  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "A setting of Kafka Streams or Eddy, over file and environment; can be given several"
              + " times. \"eddy config describe\" lists Eddy's.")
  private Map<String, String> settings = new LinkedHashMap<>();

  Map<String, String> settings() {
    return settings;
  }
}
