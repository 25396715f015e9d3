package io.eddy.deploy.command;

import io.eddy.deploy.app.EddyApplication;
import io.eddy.deploy.models.ModelTopics;
import io.eddy.deploy.process.Logging;
import io.eddy.schemas.serde.SchemaRegistry;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine.Mixin;

/// The application that a command is about: its configuration, and an operator's own client
/// settings over it.
final class ApplicationOptions {
  @Mixin private ConfigurationOptions configuration = new ConfigurationOptions();

  @Mixin private CommandConfigOption commandConfig = new CommandConfigOption();

  /// Whether there is any.
  boolean isGiven() {
    return configuration.isGiven();
  }

  /// The application as it is configured.
  EddyApplication application() {
    EddyApplication application = EddyApplication.of(commandConfig.over(configuration.settings()));
    Logging.quiet();
    return application;
  }

  /// The application as it is configured, but for some settings.
  EddyApplication application(Map<String, String> instead) {
    Map<String, Object> settings = new HashMap<>(commandConfig.over(configuration.settings()));
    settings.putAll(instead);
    EddyApplication application = EddyApplication.of(settings);
    Logging.quiet();
    return application;
  }

  /// Runs something with the topics of the application's models.
  ///
  /// @throws io.eddy.deploy.process.UserException if the cluster does not answer
  <T> T withModels(Function<ModelTopics, T> work) {
    EddyApplication application = application();
    application.connect().close();
    try (SchemaRegistry registry = SchemaRegistry.from(application.config().kafkaProperties())) {
      return work.apply(new ModelTopics(application.config(), registry));
    }
  }
}
