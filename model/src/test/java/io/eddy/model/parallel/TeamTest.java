package io.eddy.model.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TeamTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void shouldRunEveryPartOfEveryTaskOnceBeforeItReturns(int size) {
    try (var team = new Team(size)) {
      var runs = new AtomicIntegerArray(size);
      for (int task = 1; task <= 2_000; task++) {
        team.run(runs::incrementAndGet);
        for (int part = 0; part < size; part++) {
          assertThat(runs.get(part)).isEqualTo(task);
        }
      }
    }
  }

  @Test
  void shouldWakeMembersThatFellAsleep() {
    try (var team = new Team(3)) {
      var runs = new AtomicInteger();
      for (int task = 0; task < 5; task++) {
        LockSupport.parkNanos(20_000_000); // far longer than they wait awake
        team.run(part -> runs.incrementAndGet());
      }
      assertThat(runs).hasValue(15);
    }
  }

  @Test
  void shouldWaitForAMemberThatTakesLong() {
    try (var team = new Team(2)) {
      var done = new AtomicInteger();
      team.run(
          part -> {
            if (part == 1) {
              LockSupport.parkNanos(50_000_000);
            }
            done.incrementAndGet();
          });
      assertThat(done).hasValue(2);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void shouldThrowWhatAPartThrewAndGoOn(int failing) {
    try (var team = new Team(2)) {
      assertThatThrownBy(
              () ->
                  team.run(
                      part -> {
                        if (part == failing) {
                          throw new IllegalStateException("part " + part);
                        }
                      }))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("part " + failing);

      var runs = new AtomicInteger();
      team.run(part -> runs.incrementAndGet());
      assertThat(runs).hasValue(2);
    }
  }

  @Test
  void shouldForgetWhatAnEarlierTaskThrew() {
    try (var team = new Team(3)) {
      assertThatThrownBy(
              () ->
                  team.run(
                      part -> {
                        throw new IllegalStateException("part " + part);
                      }))
          .isInstanceOf(IllegalStateException.class);
      var runs = new AtomicInteger();
      team.run(part -> runs.incrementAndGet());
      assertThat(runs).hasValue(3);
    }
  }

  /// Throws what a lambda must not, as code of other languages and proxies do.
  @SuppressWarnings("unchecked")
  private static <E extends Throwable> void throwUnchecked(Throwable thrown) throws E {
    throw (E) thrown;
  }

  @Test
  void shouldGoOnAfterACheckedException() {
    try (var team = new Team(2)) {
      assertThatThrownBy(
              () ->
                  team.run(
                      part -> {
                        if (part == 1) {
                          TeamTest.<RuntimeException>throwUnchecked(new IOException("lost"));
                        }
                      }))
          .hasRootCauseMessage("lost");
      var runs = new AtomicInteger();
      team.run(part -> runs.incrementAndGet());
      assertThat(runs).hasValue(2);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void shouldRefuseATaskInsideATask(int nesting) {
    try (var team = new Team(2)) {
      assertThatIllegalStateException()
          .isThrownBy(
              () ->
                  team.run(
                      part -> {
                        if (part == nesting) {
                          team.run(inner -> {});
                        }
                      }))
          .withMessageContaining("cannot start a task of its own team");
      var runs = new AtomicInteger();
      team.run(part -> runs.incrementAndGet());
      assertThat(runs).hasValue(2);
    }
  }

  @Test
  void shouldEndTheTaskThatRunsWhenItIsClosed() throws InterruptedException {
    for (int repetition = 0; repetition < 200; repetition++) {
      var team = new Team(2);
      var finished = new AtomicInteger();
      var caller =
          new Thread(
              () -> {
                try {
                  while (true) {
                    team.run(part -> finished.incrementAndGet());
                  }
                } catch (IllegalStateException closed) {
                  finished.addAndGet(1_000_000);
                }
              });
      caller.start();
      team.close();
      caller.join(20_000);
      assertThat(caller.isAlive()).as("waits for a member that has ended").isFalse();
      assertThat(finished.get() % 2).isZero();
      assertThat(finished).hasValueGreaterThanOrEqualTo(1_000_000);
    }
  }

  @Test
  void shouldShareElementsWithoutGapOrOverlap() {
    for (int size : new int[] {0, 1, 7, 64, Integer.MAX_VALUE}) {
      for (int parts : new int[] {1, 2, 3, 8}) {
        assertThat(Team.begin(size, 0, parts)).isZero();
        assertThat(Team.begin(size, parts, parts)).isEqualTo(size);
        for (int part = 0; part < parts; part++) {
          assertThat(Team.begin(size, part + 1, parts))
              .isGreaterThanOrEqualTo(Team.begin(size, part, parts));
        }
      }
    }
  }

  @Test
  void shouldRefuseWorkOnceClosed() {
    var team = new Team(2);
    team.close();
    assertThatIllegalStateException().isThrownBy(() -> team.run(part -> {}));
    assertThatIllegalArgumentException().isThrownBy(() -> new Team(0));
  }
}
