package io.eddy.it.fault;

import io.eddy.it.cluster.Patience;
import io.eddy.it.cluster.TestApplication;
import io.eddy.it.scenario.Waves;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/// Events that keep coming while something happens to whoever answers them: one step of all series
/// after another.
final class SteadyInput {
  private static final Duration COMMIT_MAX = Duration.ofMinutes(5);
  private static final int LAST_STEPS = 40;

  private final TestApplication application;
  private final Waves waves;
  private int steps;

  SteadyInput(TestApplication application, Waves waves) {
    this.application = application;
    this.waves = waves;
  }

  /// Of each series, so far.
  int steps() {
    return steps;
  }

  /// Sends until so many events more are committed than are now.
  void untilCommitted(int events) {
    long wanted = application.committedInput() + events;
    until("input committed", () -> application.committedInput() >= wanted);
  }

  /// Sends until a condition holds.
  void until(String what, BooleanSupplier condition) {
    Patience.await(what)
        .atMost(COMMIT_MAX)
        .until(
            () -> {
              step(1);
              return condition.getAsBoolean();
            });
  }

  /// Sends some more, and waits until all that was ever sent is committed.
  void finish() {
    step(LAST_STEPS);
    Patience.await("all input committed")
        .atMost(COMMIT_MAX)
        .until(application::committedInput, done -> done >= application.sent().size());
  }

  private void step(int more) {
    application.send(waves.steps(steps, steps + more));
    steps += more;
  }
}
