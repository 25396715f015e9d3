package io.eddy.deploy.process;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jline.utils.Signals;

/// The wish to end: from Ctrl-C, SIGTERM, or the program itself.
///
/// Signals are caught rather than left to the JVM's shutdown hooks: those run beside each other,
/// have no way back, and end with 130 or 143, whereas whoever presses Ctrl-C here wants the summary
/// and a clean end. The second Ctrl-C ends the process at once.
public final class StopSignal {
  private static final int INTERRUPTED = 130; // as a shell reports it

  private final CountDownLatch requested = new CountDownLatch(1);

  /// Turns Ctrl-C, SIGTERM and a closed terminal into this wish, from now on.
  public void catchSignals() {
    for (String name : List.of("INT", "TERM", "HUP")) {
      // Returns null where the platform has no such signal.
      Signals.register(name, this::signalled);
    }
  }

  /// Asks for the end.
  public void request() {
    requested.countDown();
  }

  /// Whether the end was asked for.
  public boolean isRequested() {
    return requested.getCount() == 0;
  }

  /// Waits until the end is asked for, or the time is over.
  ///
  /// @return whether it was asked for
  public boolean await(Duration longest) {
    try {
      return requested.await(Math.max(0, longest.toNanos()), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private void signalled() {
    if (isRequested()) {
      System.exit(INTERRUPTED);
    }
    request();
  }
}
