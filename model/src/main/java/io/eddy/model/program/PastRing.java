package io.eddy.model.program;

import io.eddy.model.parameter.Parameters;
import java.util.Arrays;

/// A past as a stepper keeps it: a ring of `window` entries per row.
///
/// A row's part of the state is the steps it has seen (up to a limit far above any window), the
/// slot that is written next, and the ring: entry after entry, or, turned, element after element,
/// `window` entries each and some floats of padding where the distance of two elements would be a
/// multiple of a cache's page, so that they would throw each other out.
final class PastRing implements StatePart, Entries {

  private static final int HEAD = 2;
  private static final int SEEN = 0;
  private static final int NEXT = 1;
  private static final int MOST_SEEN = 1 << 23; // floats count exactly so far

  private final float[] memory; // (rows, HEAD + ring)
  private final Rows source;
  private final int width;
  private final int window;
  private final int delay; // of the source: so many rows come before its first
  private final boolean turned;
  private final int size;

  PastRing(Rows source, int rowCount, int width, int window, int delay, boolean turned) {
    this.source = source;
    this.width = width;
    this.window = window;
    this.delay = delay;
    this.turned = turned;
    size = stateSize(window, width, turned);
    memory = new float[rowCount * size];
  }

  static int stateSize(int window, int width, boolean turned) {
    return HEAD + width * (turned ? paddedWindow(window) : window);
  }

  private static int paddedWindow(int window) {
    return window % 64 == 0 ? window + 16 : window;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public void initial(Parameters parameters, float[] state, int offset) {
    Arrays.fill(state, offset, offset + size, 0);
  }

  @Override
  public void load(int row, float[] state, int offset) {
    System.arraycopy(state, offset, memory, row * size, size);
  }

  @Override
  public void store(int row, float[] state, int offset) {
    System.arraycopy(memory, row * size, state, offset, size);
  }

  /// Takes this step's row of the source.
  void append(int rowCount) {
    for (int row = 0; row < rowCount; row++) {
      int head = row * size;
      if (memory[head + SEEN] < MOST_SEEN) {
        memory[head + SEEN]++;
      }
      if (memory[head + SEEN] > delay) {
        int slot = next(row);
        write(row, slot);
        memory[head + NEXT] = slot + 1 == window ? 0 : slot + 1;
      }
    }
  }

  private void write(int row, int slot) {
    int from = source.at(row);
    int to = row * size + HEAD;
    if (turned) {
      int stride = paddedWindow(window);
      for (int i = 0; i < width; i++) {
        memory[to + i * stride + slot] = source.values[from + i];
      }
    } else {
      System.arraycopy(source.values, from, memory, to + slot * width, width);
    }
  }

  @Override
  public int count(int row) {
    int seen = (int) memory[row * size + SEEN];
    return Math.min(window, Math.max(0, seen - delay));
  }

  @Override
  public int firstRun(int row) {
    int count = count(row);
    return count < window ? count : window - next(row);
  }

  private int next(int row) {
    return (int) memory[row * size + NEXT];
  }

  @Override
  public int at(int row, int run) {
    int start = row * size + HEAD;
    boolean round = run == 0 && count(row) == window;
    return round ? start + next(row) * entryStride() : start;
  }

  @Override
  public int entryStride() {
    return turned ? 1 : width;
  }

  @Override
  public int elementStride() {
    return turned ? paddedWindow(window) : 1;
  }

  @Override
  public float[] values() {
    return memory;
  }

  @Override
  public float[] gradients() {
    return Rows.NONE;
  }
}
