package io.eddy.processors.training;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TrainingExecutorTest {
  private static final TrainingOutcome UNUSABLE = new TrainingOutcome.Unusable("nothing");

  private final TrainingExecutor executor = new TrainingExecutor(1);
  private final CountDownLatch release = new CountDownLatch(1);

  @AfterEach
  void releaseThread() {
    release.countDown();
  }

  @Test
  void shouldTrainOnADaemonOfLowestPriority() {
    var thread = new AtomicReference<Thread>();

    var run =
        start(
            cancelled -> {
              thread.set(Thread.currentThread());
              return UNUSABLE;
            });

    await().until(() -> run.outcome() != null);
    assertThat(run.outcome()).isSameAs(UNUSABLE);
    assertThat(thread.get().isDaemon()).isTrue();
    assertThat(thread.get().getPriority()).isEqualTo(Thread.MIN_PRIORITY);
  }

  @Test
  void shouldHaveNoOutcomeWhileItRuns() {
    var run = start(this::untilReleased);

    assertThat(run.outcome()).isNull();
  }

  @Test
  void shouldRefuseMoreThanItCanQueue() {
    start(this::untilReleased);
    start(this::untilReleased);

    assertThat(executor.start(this::untilReleased)).isNull();
  }

  @Test
  void shouldCancelWhatRuns() {
    var running = start(TrainingExecutorTest::untilCancelled);
    var queued = start(TrainingExecutorTest::untilCancelled);

    running.cancel();
    queued.cancel();

    await().until(() -> queued.outcome() != null);
    assertThat(running.outcome()).isInstanceOf(TrainingOutcome.Cancelled.class);
    assertThat(queued.outcome()).isInstanceOf(TrainingOutcome.Cancelled.class);
  }

  @Test
  void shouldReportAFaultAndGoOn() {
    var fault = new IllegalStateException("no good");
    var failing =
        start(
            cancelled -> {
              throw fault;
            });
    await().until(() -> failing.outcome() != null);

    var next = start(cancelled -> UNUSABLE);

    await().until(() -> next.outcome() != null);
    assertThat(failing.outcome()).isEqualTo(new TrainingOutcome.Failed(fault));
  }

  private TrainingExecutor.Run start(
      java.util.function.Function<BooleanSupplier, TrainingOutcome> training) {
    return requireNonNull(executor.start(training));
  }

  private TrainingOutcome untilReleased(BooleanSupplier cancelled) {
    try {
      release.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return UNUSABLE;
  }

  private static TrainingOutcome untilCancelled(BooleanSupplier cancelled) {
    while (!cancelled.getAsBoolean()) {
      Thread.onSpinWait();
    }
    throw new CancellationException();
  }
}
