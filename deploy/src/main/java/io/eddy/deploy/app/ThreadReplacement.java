package io.eddy.deploy.app;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What happens when a stream thread dies: it is replaced after a pause that doubles, until too
/// many have died within a while; then the application shuts down and says why.
///
/// A registry or broker that is away for a minute heals itself this way; an error that comes back
/// at each attempt becomes visible to whatever watches the process.
final class ThreadReplacement implements StreamsUncaughtExceptionHandler {
  private static final Logger LOGGER = LoggerFactory.getLogger(ThreadReplacement.class);
  private static final int DEATHS_MAX = 8;
  private static final Duration WHILE = Duration.ofMinutes(10);
  private static final Duration PAUSE_MAX = Duration.ofSeconds(30);

  private final Pause pause;
  private final Deque<Long> deaths = new ArrayDeque<>(); // System.nanoTime of each
  private volatile String reason = "";

  /// Waits for a while on the thread that died, unless the application closes.
  interface Pause {
    void await(Duration time);
  }

  ThreadReplacement(Pause pause) {
    this.pause = pause;
  }

  /// Why the last thread died; empty before that.
  String reason() {
    return reason;
  }

  @Override
  public StreamThreadExceptionResponse handle(Throwable death) {
    reason = rootMessage(death);
    int recent = countDeath();
    if (death instanceof MissingSourceTopicException || recent > DEATHS_MAX) {
      LOGGER
          .atError()
          .addKeyValue("deaths", recent)
          .setCause(death)
          .log("stream thread died, giving up");
      return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }
    Duration wait = pause(recent);
    LOGGER
        .atWarn()
        .addKeyValue("deaths", recent)
        .addKeyValue("pauseMs", wait.toMillis())
        .setCause(death)
        .log("stream thread died and will be replaced");
    pause.await(wait);
    return StreamThreadExceptionResponse.REPLACE_THREAD;
  }

  /// 0.5 s, 1 s, 2 s, ... at most 30 s.
  static Duration pause(int recentDeaths) {
    Duration doubled = Duration.ofMillis(250L << Math.clamp(recentDeaths, 1, 16));
    return doubled.compareTo(PAUSE_MAX) < 0 ? doubled : PAUSE_MAX;
  }

  private synchronized int countDeath() {
    long now = System.nanoTime();
    deaths.addLast(now);
    while (now - deaths.getFirst() > WHILE.toNanos()) {
      deaths.removeFirst();
    }
    return deaths.size();
  }

  private static String rootMessage(Throwable death) {
    Throwable root = death;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.toString() : root.getMessage();
  }
}
