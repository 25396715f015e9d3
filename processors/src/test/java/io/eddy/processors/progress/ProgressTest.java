package io.eddy.processors.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.schemas.avro.Forecast;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final Progress progress = new Progress();

  private static ForecastEvent event() {
    return new ForecastEvent(new byte[] {1}, new Forecast());
  }

  @Test
  void shouldBeSettledOnlyWhenEveryEventIsAnsweredOrRefused() {
    assertThat(progress.settled(0)).isTrue();
    assertThat(progress.settled(2)).isFalse();

    progress.recordAnswer(event());
    assertThat(progress.settled(2)).isFalse();

    progress.recordDeadLetter();
    assertThat(progress.settled(2)).isTrue();
    assertThat(progress.answered()).isEqualTo(1);
    assertThat(progress.deadLettered()).isEqualTo(1);
  }

  @Test
  void shouldWaitForEachWindow() {
    progress.recordWindowSent();
    assertThat(progress.settled(0)).isFalse();

    progress.recordWindowConsumed();
    assertThat(progress.settled(0)).isTrue();
  }

  @Test
  void shouldWaitForEachTraining() {
    progress.recordJobOpened();
    progress.recordJobOpened();
    progress.recordJobClosed();
    assertThat(progress.settled(0)).isFalse();
    assertThat(progress.jobsOpen()).isEqualTo(1);

    progress.recordJobClosed();
    assertThat(progress.settled(0)).isTrue();
  }

  @Test
  void shouldWaitForEachCandidate() {
    progress.recordCandidateSent();
    assertThat(progress.settled(0)).isFalse();

    progress.recordCandidateRefused();
    progress.recordCandidateDecided();
    assertThat(progress.settled(0)).isTrue();
    assertThat(progress.candidatesRefused()).isEqualTo(1);
  }

  @Test
  void shouldWaitForTheRegistryToKnowTheNewestDecision() {
    progress.recordDecisionSent(2);
    progress.recordDecisionSent(1);

    assertThat(progress.decisionsSent()).isEqualTo(2);
    assertThat(progress.settled(0)).isFalse();

    progress.recordSwap(new Progress.Swap(1, 1, DecisionKind.PROMOTED, null));
    assertThat(progress.settled(0)).isFalse();
    progress.recordSwap(new Progress.Swap(2, 2, DecisionKind.PROMOTED, null));
    assertThat(progress.settled(0)).isTrue();
  }

  @Test
  void shouldTellEveryListenerBeforeItCounts() {
    List<String> told = new ArrayList<>();
    progress.onAnswer(event -> told.add("answer at " + progress.answered()));
    progress.onAnswer(event -> told.add("key " + event.key()[0]));
    progress.onEpoch(epoch -> told.add(epoch.job() + " " + epoch.epoch()));
    progress.onSwap(swap -> told.add("version " + swap.version()));

    progress.recordAnswer(event());
    progress.recordEpoch(new Progress.Epoch("job", 3, 10, 1, 2));
    progress.recordSwap(new Progress.Swap(5, 4, DecisionKind.PROMOTED, null));

    assertThat(told).containsExactly("answer at 0", "key 1", "job 3", "version 4");
  }

  /// A driver in lockstep with a pipeline whose stages report in the order that the type demands:
  /// whenever it finds an event settled, everything that followed from the event has happened.
  @Test
  void shouldNeverSeemSettledWhileWorkIsUnderWay() throws InterruptedException {
    int events = 20_000;
    AtomicInteger sent = new AtomicInteger();
    Thread pipeline =
        new Thread(
            () -> {
              for (int event = 1; event <= events; event++) {
                while (sent.get() < event) {
                  Thread.onSpinWait();
                }
                progress.recordWindowSent();
                progress.recordAnswer(event());
                progress.recordJobOpened();
                progress.recordWindowConsumed();
                progress.recordCandidateSent();
                progress.recordJobClosed();
                progress.recordCandidateDecided();
              }
            });
    pipeline.start();
    int early = 0;
    for (int event = 1; event <= events; event++) {
      sent.set(event);
      while (!progress.settled(event)) {
        Thread.onSpinWait();
      }
      if (progress.candidatesDecided() < event) {
        early++;
      }
    }
    pipeline.join();

    assertThat(early).isZero();
  }
}
