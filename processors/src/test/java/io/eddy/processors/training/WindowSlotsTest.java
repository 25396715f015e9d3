package io.eddy.processors.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class WindowSlotsTest {
  private static final WindowSlots SLOTS = new WindowSlots(16, 4);

  @Test
  void shouldPutTheNewestWindowsInTurn() {
    long[] slots = new long[34];
    Arrays.setAll(slots, SLOTS::newestSlot);

    assertThat(slots[0]).isZero();
    assertThat(slots[15]).isEqualTo(15);
    assertThat(slots[16]).isZero();
    assertThat(slots[33]).isEqualTo(1);
  }

  @Test
  void shouldFillTheReservoirWithTheFirstWindows() {
    for (int window = 0; window < 4; window++) {
      assertThat(SLOTS.reservoirSlot(key(7), window)).isEqualTo(16 + window);
    }
  }

  @Test
  void shouldKeepEveryWindowWithTheSameChance() {
    int keys = 4_000;
    int windows = 40;
    int[] kept = new int[windows];
    for (int key = 0; key < keys; key++) {
      int[] inSlot = new int[4];
      for (int window = 0; window < windows; window++) {
        int slot = SLOTS.reservoirSlot(key(key), window);
        if (slot != WindowSlots.NONE) {
          inSlot[slot - 16] = window;
        }
      }
      for (int window : inSlot) {
        kept[window]++;
      }
    }

    // Binomial with p = 4 / 40: mean 400, deviation 19.
    assertThat(Arrays.stream(kept).boxed())
        .allSatisfy(count -> assertThat(count).isBetween(305, 495));
  }

  @Test
  void shouldChooseTheSameSlotAgain() {
    for (long window = 0; window < 1_000; window++) {
      assertThat(SLOTS.reservoirSlot(key(3), window))
          .isEqualTo(SLOTS.reservoirSlot(key(3), window));
    }
  }

  @Test
  void shouldDoWithoutAReservoir() {
    var slots = new WindowSlots(1, 0);

    assertThat(slots.reservoirSlot(key(1), 0)).isEqualTo(WindowSlots.NONE);
    assertThat(slots.newestSlot(12345)).isZero();
  }

  @Test
  void shouldRefuseNoSlots() {
    assertThatThrownBy(() -> new WindowSlots(0, 4)).hasMessageContaining("expected at least 1");
  }

  private static byte[] key(int number) {
    return ("key-" + number).getBytes(StandardCharsets.UTF_8);
  }
}
