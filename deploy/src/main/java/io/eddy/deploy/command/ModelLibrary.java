package io.eddy.deploy.command;

import io.eddy.deploy.app.EddyApplication;
import io.eddy.deploy.models.ModelTopics;
import io.eddy.deploy.process.Logging;
import io.eddy.schemas.serde.SchemaRegistry;
import java.util.function.Function;

/// Opens an application's model topics for the time of one command.
final class ModelLibrary {
  private ModelLibrary() {}

  /// Runs something with the topics of the application that is configured.
  ///
  /// @throws io.eddy.deploy.process.UserException if the cluster does not answer
  static <T> T with(ConfigurationOptions configuration, Function<ModelTopics, T> work) {
    EddyApplication application = EddyApplication.of(configuration.settings());
    Logging.quiet();
    application.connect().close();
    try (SchemaRegistry registry = SchemaRegistry.from(application.config().kafkaProperties())) {
      return work.apply(new ModelTopics(application.config(), registry));
    }
  }
}
