package io.eddy.deploy.command;

import io.eddy.deploy.config.Settings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Where a bench runs, if not on a broker inside its own process.
final class BenchCluster {
  @Option(
      names = "--bootstrap-server",
      paramLabel = "HOST:PORT",
      description = "A cluster to measure on, instead of a broker inside this process.")
  private @Nullable String server;

  @Option(
      names = "--command-config",
      paramLabel = "FILE",
      description = "Properties for the clients of that cluster, such as security settings.")
  private @Nullable Path file;

  /// Settings of clients, empty for a broker inside this process.
  Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    if (file != null) {
      settings.putAll(Settings.file(file));
    }
    if (server != null) {
      settings.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, server);
    }
    return settings;
  }
}
