package io.eddy.deploy.app;

import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.StopSignal;
import io.eddy.deploy.process.UserException;
import io.eddy.schemas.serde.SchemaRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An application between its start and its end.
public final class RunningApplication implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(RunningApplication.class);
  private static final Duration GLANCE = Duration.ofMillis(200);
  private static final Duration CLOSE_MAX = Duration.ofSeconds(20);

  private final KafkaStreams streams;
  private final SchemaRegistry registry;
  private final GroupMembershipOperation place;
  private final ThreadReplacement replacement;
  private final CountDownLatch running = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private final CountDownLatch closing = new CountDownLatch(1);

  private RunningApplication(
      KafkaStreams streams, SchemaRegistry registry, GroupMembershipOperation place) {
    this.streams = streams;
    this.registry = registry;
    this.place = place;
    this.replacement = new ThreadReplacement(this::awaitClosing);
  }

  /// @param place what becomes of its place in the consumer group when it closes
  /// @param companion is attached before the streams start
  static RunningApplication start(
      ExecutableApplication executable, GroupMembershipOperation place, Companion companion) {
    KafkaStreams streams = executable.streams();
    var application = new RunningApplication(streams, executable.registry(), place);
    streams.setStateListener(application::changed);
    streams.setUncaughtExceptionHandler(application.replacement);
    try {
      companion.attach(executable);
      streams.start();
    } catch (RuntimeException e) {
      streams.close(CLOSE_MAX);
      throw e;
    }
    return application;
  }

  /// The registry that it writes with.
  public SchemaRegistry registry() {
    return registry;
  }

  /// Waits until all its partitions are read.
  ///
  /// @throws UserException if it ends before, or does not come to run in time
  public void awaitRunning(Duration longest, StopSignal stop) {
    long deadline = System.nanoTime() + longest.toNanos();
    while (!await(running, GLANCE)) {
      requireAlive();
      if (stop.isRequested()) {
        return;
      }
      if (System.nanoTime() > deadline) {
        throw new UserException(
            ExitCode.FAILED,
            "the application is still %s after %d s, expected it to run: the log says what it waits for"
                .formatted(streams.state(), longest.toSeconds()));
      }
    }
  }

  /// Waits for the wish to stop, or for the application's own end.
  ///
  /// @throws UserException if it ended by itself
  public void awaitEnd(StopSignal stop) {
    while (!stop.await(GLANCE)) {
      requireAlive();
    }
  }

  /// Returns only if the application has not failed.
  ///
  /// @throws UserException that says why it ended
  public void requireAlive() {
    failure()
        .ifPresent(
            reason -> {
              throw new UserException(
                  ExitCode.FAILED, "the application has stopped: " + reason + "; see the log");
            });
  }

  /// Closes the streams, within 20 s, and the registry client.
  @Override
  public void close() {
    closing.countDown();
    if (!streams.close(CloseOptions.timeout(CLOSE_MAX).withGroupMembershipOperation(place))) {
      LOGGER
          .atWarn()
          .addKeyValue("seconds", CLOSE_MAX.toSeconds())
          .log("streams did not close in time");
    }
    registry.close();
  }

  private Optional<String> failure() {
    if (ended.getCount() > 0) {
      return Optional.empty();
    }
    String reason = replacement.reason();
    return Optional.of(reason.isEmpty() ? "its state is " + streams.state() : reason);
  }

  private void changed(KafkaStreams.State now, KafkaStreams.State before) {
    LOGGER.atInfo().addKeyValue("from", before).addKeyValue("to", now).log("state changed");
    if (now == KafkaStreams.State.RUNNING) {
      running.countDown();
    }
    if (now.hasCompletedShutdown()) {
      ended.countDown();
    }
  }

  private void awaitClosing(Duration longest) {
    await(closing, longest);
  }

  private static boolean await(CountDownLatch latch, Duration longest) {
    try {
      return latch.await(longest.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }
}
