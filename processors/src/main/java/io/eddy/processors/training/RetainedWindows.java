package io.eddy.processors.training;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/// The windows of one task in the heap, within a budget of bytes.
///
/// A training needs its data in the heap, so the budget bounds what is trained on, too. When all
/// series do not fit, a sample of whole series stays: those whose hash has [#sampling] zero bits at
/// its end. Each time the budget is passed, one more bit must be zero, which halves the sample. The
/// choice depends on the series alone, so a task that starts again from its store makes the same.
final class RetainedWindows {
  private final long budgetBytes;
  private final WindowSlots slots;
  private final Map<Bytes, StoredWindow> windows = new HashMap<>();
  private long heapBytes;
  private long newestCount;
  private int sampling;

  RetainedWindows(long budgetBytes, WindowSlots slots) {
    this.budgetBytes = budgetBytes;
    this.slots = slots;
  }

  /// Keeps a window in place of the one in its slot, if its series is in the sample.
  void put(StoredWindow window) {
    if (!isSampled(window.series(), sampling)) {
      return;
    }
    count(window, 1);
    StoredWindow replaced = windows.put(Bytes.wrap(window.historyKey()), window);
    if (replaced != null) {
      count(replaced, -1);
    }
    // One series alone may be larger than the budget, and 63 bits never all pass.
    while (heapBytes > budgetBytes && sampling < Long.SIZE - 1 && windows.size() > 1) {
      sampling++;
      thin();
    }
  }

  /// Forgets the window of a slot.
  void remove(byte[] historyKey) {
    StoredWindow removed = windows.remove(Bytes.wrap(historyKey));
    if (removed != null) {
      count(removed, -1);
    }
  }

  /// The window of a slot, if it is in the sample.
  @Nullable StoredWindow get(byte[] historyKey) {
    return windows.get(Bytes.wrap(historyKey));
  }

  /// References to all windows, in no order.
  List<StoredWindow> snapshot() {
    return new ArrayList<>(windows.values());
  }

  /// Zero bits that a series' hash must end with to be in the sample.
  int sampling() {
    return sampling;
  }

  /// Windows in the newest slots of all series, the ones outside of the sample estimated.
  long newestWindows() {
    return newestCount << Math.min(sampling, 32);
  }

  long heapBytes() {
    return heapBytes;
  }

  /// Whether a series belongs to the sample of so many zero bits.
  static boolean isSampled(byte[] series, int sampling) {
    return sampling == 0 || Long.numberOfTrailingZeros(SeriesHash.of(series, 0)) >= sampling;
  }

  private void thin() {
    var all = windows.values().iterator();
    while (all.hasNext()) {
      StoredWindow window = all.next();
      if (!isSampled(window.series(), sampling)) {
        count(window, -1);
        all.remove();
      }
    }
  }

  private void count(StoredWindow window, int sign) {
    heapBytes += sign * window.heapBytes();
    if (slots.isNewest(window.slot())) {
      newestCount += sign;
    }
  }
}
