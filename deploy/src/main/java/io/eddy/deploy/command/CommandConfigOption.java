package io.eddy.deploy.command;

import io.eddy.deploy.config.Settings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// `--command-config FILE`, as Kafka's own commands have it, for those that read the application's
/// configuration besides.
final class CommandConfigOption {
  @Option(
      names = "--command-config",
      paramLabel = "FILE",
      description =
          "Properties for this command's clients, such as an operator's own security settings; over"
              + " those of the application.")
  private @Nullable Path file;

  /// The settings with those of the file over them.
  Map<String, String> over(Map<String, String> settings) {
    if (file == null) {
      return settings;
    }
    Map<String, String> all = new LinkedHashMap<>(settings);
    all.putAll(Settings.file(file));
    return all;
  }
}
