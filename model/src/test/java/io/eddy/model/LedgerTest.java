package io.eddy.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.model.anomaly.Verdict;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LedgerTest {

  private static final int HORIZON = 4;

  /// Bounds ±1, ±2, ±3, ±4 for the steps ahead.
  private static final Answer ANSWER =
      new Answer(
          0,
          0,
          0,
          0,
          Verdict.NONE,
          null,
          1,
          HORIZON,
          new double[] {-1, -2, -3, -4, 0, 0, 0, 0, 1, 2, 3, 4});

  @Test
  void shouldKeepTheBoundsOfEveryStepAhead() {
    var ledger = new Ledger(1, HORIZON);
    assertThat(ledger.ahead(7)).isZero();
    assertThat(ledger.isDue(7)).isTrue();

    ledger.open(7, ANSWER);

    assertThat(ledger.isDue(8)).isFalse();
    for (int ahead = 1; ahead <= HORIZON; ahead++) {
      assertThat(ledger.ahead(7 + ahead)).isEqualTo(ahead);
      assertThat(ledger.covers(0, ahead, ahead)).isTrue();
      assertThat(ledger.covers(0, ahead, -ahead)).isTrue();
      assertThat(ledger.covers(0, ahead, ahead + 0.01)).isFalse();
      assertThat(ledger.covers(0, ahead, -ahead - 0.01)).isFalse();
    }
  }

  @Test
  void shouldCloseWithTheLastStepOnly() {
    var ledger = new Ledger(1, HORIZON);
    ledger.open(7, ANSWER);

    for (int steps = 8; steps <= 10; steps++) {
      ledger.closeIfThrough(steps, steps);
      assertThat(ledger.ahead(steps + 1)).isPositive();
    }
    ledger.closeIfThrough(11, 11);

    assertThat(ledger.ahead(12)).isZero();
    int wait = 0;
    while (!ledger.isDue(11 + wait)) {
      wait++;
    }
    assertThat(wait).isLessThan(HORIZON);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 8, 24})
  void shouldMeetEveryPhaseOfASeasonAsLongAsTheHorizon(int horizon) {
    var ledger = new Ledger(1, horizon);
    var answer = new Answer(0, 0, 0, 0, Verdict.NONE, null, 1, horizon, new double[3 * horizon]);
    int[] origins = new int[horizon];
    int count = 0;

    for (int steps = 1; steps <= 400 * horizon; steps++) {
      ledger.closeIfThrough(steps, steps * Examples.HOUR);
      if (ledger.isDue(steps)) {
        ledger.open(steps, answer);
        origins[steps % horizon]++;
        count++;
      }
    }

    assertThat(count).isGreaterThan(200);
    for (int phase = 0; phase < horizon; phase++) {
      assertThat(origins[phase])
          .as("origins at phase %d of %d", phase, horizon)
          .isGreaterThan(count / horizon / 3);
    }
  }

  @Test
  void shouldStayShutWhereOneStepIsAllThereIs() {
    var ledger = new Ledger(1, 1);

    assertThat(ledger.isDue(1)).isFalse();
    assertThat(ledger.isDue(1_000)).isFalse();
  }

  @Test
  void shouldOpenAtTheNextEventAfterADrop() {
    var ledger = new Ledger(1, HORIZON);
    ledger.open(7, ANSWER);

    ledger.drop(9);

    assertThat(ledger.ahead(10)).isZero();
    assertThat(ledger.isDue(10)).isTrue();
  }

  @Test
  void shouldComeBackFromItsBytes() {
    var ledger = new Ledger(1, HORIZON);
    ledger.open(7, ANSWER);
    var read = new Ledger(1, HORIZON);

    read.read(bytes(ledger));

    assertThat(read.ahead(9)).isEqualTo(2);
    assertThat(read.covers(0, 2, 2)).isTrue();
    assertThat(read.covers(0, 2, -2.1)).isFalse();
    ledger.closeIfThrough(11, 5);
    read.closeIfThrough(11, 5);
    assertThat(bytes(read)).isEqualTo(bytes(ledger));
  }

  private static ByteBuffer bytes(Ledger ledger) {
    ByteBuffer bytes = ByteBuffer.allocate(ledger.byteSize());
    ledger.write(bytes);
    assertThat(bytes.hasRemaining()).isFalse();
    return bytes.flip();
  }
}
