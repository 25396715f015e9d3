package io.eddy.processors.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// Windows of symbols joined to contiguous runs of each key's history, in an order that depends on
/// the windows alone.
final class SymbolRuns {
  private final List<int[]> runs;
  private final int keyCount;
  private final long windowCount;
  private final long newestTime;

  private SymbolRuns(List<int[]> runs, int keyCount, long windowCount, long newestTime) {
    this.runs = runs;
    this.keyCount = keyCount;
    this.windowCount = windowCount;
    this.newestTime = newestTime;
  }

  /// @param windows of all keys, in any order; not modified
  /// @param windowsMax how many of them to take at most; 0 for all
  static SymbolRuns join(List<StoredWindow> windows, int windowsMax) {
    List<StoredWindow> kept = TrainingData.selected(windows, windowsMax);
    List<int[]> runs = new ArrayList<>();
    List<StoredWindow> run = new ArrayList<>();
    int keys = 0;
    long newest = Long.MIN_VALUE;
    StoredWindow last = null;
    for (StoredWindow window : kept) {
      boolean sameKey = last != null && Arrays.equals(last.series(), window.series());
      keys += sameKey ? 0 : 1;
      if (last != null && !(sameKey && last.endStep() == window.firstStep())) {
        runs.add(symbols(run));
        run.clear();
      }
      run.add(window);
      newest = Math.max(newest, window.lastTime());
      last = window;
    }
    if (!run.isEmpty()) {
      runs.add(symbols(run));
    }
    return new SymbolRuns(runs, keys, kept.size(), newest);
  }

  private static int[] symbols(List<StoredWindow> run) {
    return run.stream().flatMapToInt(SymbolRuns::symbols).toArray();
  }

  private static IntStream symbols(StoredWindow window) {
    return Arrays.stream(window.values()).mapToInt(symbol -> (int) symbol);
  }

  /// The older part of every run, one after the other.
  int[] learned(double heldOutShare) {
    return runs.stream()
        .flatMapToInt(run -> Arrays.stream(run, 0, border(run, heldOutShare)))
        .toArray();
  }

  /// The newest part of every run, one after the other.
  int[] heldOut(double heldOutShare) {
    return runs.stream()
        .flatMapToInt(run -> Arrays.stream(run, border(run, heldOutShare), run.length))
        .toArray();
  }

  private static int border(int[] run, double heldOutShare) {
    return (int) Math.round(run.length * (1 - heldOutShare));
  }

  int keyCount() {
    return keyCount;
  }

  long windowCount() {
    return windowCount;
  }

  /// Event time of the newest window, epoch milliseconds.
  long newestTime() {
    return newestTime;
  }
}
