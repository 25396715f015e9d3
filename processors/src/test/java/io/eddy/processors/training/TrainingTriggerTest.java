package io.eddy.processors.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrainingTriggerTest {
  @Test
  void shouldOpenJobsGeometricallyWhileHistoryGrows() {
    assertThat(openedAt(100, Long.MAX_VALUE)).containsExactly(4L, 8L, 16L, 32L, 64L);
  }

  @Test
  void shouldOpenJobsAtAnEvenPaceOnceTheSlotsAreFull() {
    assertThat(openedAt(100, 20)).containsExactly(4L, 8L, 16L, 32L, 52L, 72L, 92L);
  }

  @Test
  void shouldNotOpenAJobBelowTheMinimumHoweverSmallTheGrowth() {
    var trigger = TrainingTrigger.NEW.opened(4, 0).arrived().arrived().arrived();

    assertThat(trigger.isDue(4, 0.1)).isFalse();
    assertThat(trigger.arrived().isDue(4, 0.1)).isTrue();
  }

  @Test
  void shouldSurviveItsBytes() {
    var trigger = new TrainingTrigger(3, 17, 4_000_000_000L, 5);

    assertThat(TrainingTrigger.decode(trigger.encode())).isEqualTo(trigger);
  }

  @Test
  void shouldRefuseOtherBytes() {
    assertThatThrownBy(() -> TrainingTrigger.decode(new byte[3])).hasMessageContaining("3 bytes");
  }

  /// Counts of windows at which jobs open when so many arrive and at most so many are retained.
  private static List<Long> openedAt(long arrivals, long retained) {
    List<Long> opened = new ArrayList<>();
    var trigger = TrainingTrigger.NEW;
    for (long window = 1; window <= arrivals; window++) {
      trigger = trigger.arrived();
      if (trigger.isDue(4, 1.0)) {
        opened.add(window);
        trigger = trigger.opened(Math.min(window, retained), 0);
      }
    }
    return opened;
  }
}
