package io.eddy.deploy.demo;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/// The lines that the broker in this process logs, while this is open. Those of clients in the same
/// process are not among them: a line about a line would never end.
final class BrokerLog extends AppenderBase<ILoggingEvent> implements AutoCloseable {
  private static final List<String> LOGGERS =
      List.of(
          "kafka",
          "state.change.logger",
          "org.apache.kafka.controller",
          "org.apache.kafka.coordinator",
          "org.apache.kafka.image",
          "org.apache.kafka.metadata",
          "org.apache.kafka.raft",
          "org.apache.kafka.server",
          "org.apache.kafka.storage");

  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final Map<Logger, @Nullable Level> levels = new LinkedHashMap<>();

  private BrokerLog() {}

  /// Listens from now on.
  static BrokerLog open() {
    var log = new BrokerLog();
    var context = (LoggerContext) LoggerFactory.getILoggerFactory();
    log.setContext(context);
    log.start();
    for (String name : LOGGERS) {
      Logger logger = context.getLogger(name);
      log.levels.put(logger, logger.getLevel());
      logger.setLevel(Level.INFO);
      logger.addAppender(log);
    }
    return log;
  }

  @Override
  protected void append(ILoggingEvent event) {
    String name = event.getLoggerName();
    String last = name.substring(name.lastIndexOf('.') + 1);
    lines.add(event.getLevel() + " " + last + ": " + event.getFormattedMessage());
  }

  /// The lines since the last call.
  List<String> take() {
    List<String> taken = new ArrayList<>();
    lines.drainTo(taken);
    return taken;
  }

  @Override
  public void close() {
    levels.forEach(
        (logger, level) -> {
          logger.detachAppender(this);
          logger.setLevel(level);
        });
    stop();
  }
}
