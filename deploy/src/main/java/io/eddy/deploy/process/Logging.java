package io.eddy.deploy.process;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.core.joran.spi.JoranException;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where log lines go: to standard error as `logback.xml` says, or to a file while the terminal is
/// in use.
public final class Logging {
  private static final String FILE_PROPERTY = "eddy.log.file";

  private Logging() {}

  /// Sends everything to a file from now on. A configuration that the user names
  /// (`-Dlogback.configurationFile`) stays as it is.
  ///
  /// @throws UserException if the file cannot be written
  public static void toFile(Path file) {
    if (System.getProperty("logback.configurationFile") != null) {
      return;
    }
    try {
      Files.writeString(file, "");
    } catch (IOException e) {
      throw new UserException(
          ExitCode.USAGE,
          "log lines cannot be written to %s (%s): choose another file with --log"
              .formatted(file, e.getClass().getSimpleName()),
          e);
    }
    System.setProperty(FILE_PROPERTY, file.toString());
    LoggerContext context = context();
    context.reset();
    var configurator = new JoranConfigurator();
    configurator.setContext(context);
    URL configuration =
        Objects.requireNonNull(Logging.class.getResource("/logback-file.xml"), "logback-file.xml");
    try {
      configurator.doConfigure(configuration);
    } catch (JoranException e) {
      throw new IllegalStateException("logging to " + file + " cannot be set up", e);
    }
  }

  /// Silences the libraries, for commands whose own words say what is wrong.
  public static void quiet() {
    if (System.getProperty("logback.configurationFile") == null) {
      context().getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.OFF);
    }
  }

  private static LoggerContext context() {
    return (LoggerContext) LoggerFactory.getILoggerFactory();
  }
}
