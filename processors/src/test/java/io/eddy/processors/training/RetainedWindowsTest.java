package io.eddy.processors.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.model.series.Absence;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RetainedWindowsTest {
  private static final WindowSlots SLOTS = new WindowSlots(2, 1);

  @Test
  void shouldReplaceTheWindowOfASlot() {
    var retained = new RetainedWindows(1_000_000, SLOTS);
    retained.put(window(1, 0, 0));
    var newer = window(1, 0, 2);

    retained.put(newer);

    assertThat(retained.snapshot()).containsExactly(newer);
    assertThat(retained.heapBytes()).isEqualTo(newer.heapBytes());
  }

  @Test
  void shouldCountWindowsOfTheNewestSlotsOnly() {
    var retained = new RetainedWindows(1_000_000, SLOTS);
    retained.put(window(1, 0, 0));
    retained.put(window(1, 1, 1));
    retained.put(window(1, 2, 0));
    retained.put(window(2, 0, 0));

    retained.remove(window(2, 0, 0).historyKey());

    assertThat(retained.newestWindows()).isEqualTo(2);
  }

  @Test
  void shouldKeepASampleOfWholeSeriesBeyondItsBudget() {
    long budget = 100 * window(0, 0, 0).heapBytes();
    var retained = new RetainedWindows(budget, SLOTS);
    for (int series = 0; series < 1_000; series++) {
      for (int slot = 0; slot < 3; slot++) {
        retained.put(window(series, slot, slot));
      }
    }

    assertThat(retained.heapBytes()).isBetween(budget / 4, budget);
    assertThat(retained.sampling()).isEqualTo(5);
    assertThat(
            retained.snapshot().stream()
                .collect(
                    Collectors.groupingBy(
                        window -> new String(window.series(), StandardCharsets.UTF_8))))
        .allSatisfy((series, windows) -> assertThat(windows).hasSize(3));
    assertThat(retained.newestWindows()).isBetween(1_000L, 4_000L);
  }

  @Test
  void shouldMakeTheSameSampleInAnyOrder() {
    long budget = 100 * window(0, 0, 0).heapBytes();
    var forward = new RetainedWindows(budget, SLOTS);
    var backward = new RetainedWindows(budget, SLOTS);
    for (int series = 0; series < 1_000; series++) {
      forward.put(window(series, 0, 0));
      backward.put(window(999 - series, 0, 0));
    }

    assertThat(forward.snapshot().stream().map(RetainedWindowsTest::name))
        .containsExactlyInAnyOrderElementsOf(
            backward.snapshot().stream().map(RetainedWindowsTest::name).toList());
  }

  private static String name(StoredWindow window) {
    return new String(window.series(), StandardCharsets.UTF_8);
  }

  private static StoredWindow window(int series, int slot, long number) {
    byte[] key =
        HistoryKey.of(slot, String.format("series-%04d", series).getBytes(StandardCharsets.UTF_8));
    return new StoredWindow(
        key,
        number,
        number,
        number * 2,
        new long[] {1, 2},
        new double[] {3, 4},
        new Absence[] {Absence.NONE, Absence.NONE},
        new byte[0],
        new byte[10]);
  }
}
