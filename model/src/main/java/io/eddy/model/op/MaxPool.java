package io.eddy.model.op;

import io.eddy.model.program.Entries;
import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;
import java.util.Arrays;
import java.util.List;

/// The greatest of a memory's filled entries, element by element, at every step; 0 where none is
/// filled. The gradient goes to the entry that was greatest, of equal ones the oldest.
///
/// Outputs: the greatest (n); which entry it was (n, kept for backward).
public final class MaxPool implements Op {

  private final int width;

  private MaxPool(int width) {
    this.width = width;
  }

  /// `max` over the entries.
  ///
  /// @param memory a memory or a past, (n) an entry
  /// @return (n)
  public static Value of(ProgramBuilder builder, Value memory) {
    int width = memory.width();
    return builder
        .node(new MaxPool(width))
        .remembers(memory)
        .writesAll(List.of("max_pool", "max_pool.entry"), List.of(width, width))
        .getFirst();
  }

  @Override
  public Reach reach() {
    return Reach.ENTRY;
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Entries memory = frame.memory(0);
    Rows out = frame.output(0);
    Rows greatest = frame.output(1);
    for (int step = from; step < to; step += frame.batchSize()) {
      for (int row = step + frame.entryFrom(); row < step + frame.entryTo(); row++) {
        forward(memory, out, greatest, row);
      }
    }
  }

  /// Entry by entry, each from its first element to its last, as they lie in a past.
  private void forward(Entries memory, Rows out, Rows greatest, int row) {
    int count = memory.count(row);
    int elementStride = memory.elementStride();
    float[] values = memory.values();
    int at = out.at(row);
    int entryAt = greatest.at(row);
    Arrays.fill(out.values(), at, at + width, 0);
    Arrays.fill(greatest.values(), entryAt, entryAt + width, -1);
    for (int entry = 0; entry < count; entry++) {
      int start = MeanPool.entryAt(memory, row, entry);
      for (int i = 0; i < width; i++) {
        float value = values[start + i * elementStride];
        if (entry == 0 || value > out.values()[at + i]) {
          out.values()[at + i] = value;
          greatest.values()[entryAt + i] = entry;
        }
      }
    }
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Entries memory = frame.memory(0);
    Rows out = frame.output(0);
    Rows greatest = frame.output(1);
    if (memory.hasGradient()) {
      for (int step = from; step < to; step += frame.batchSize()) {
        for (int row = step + frame.entryFrom(); row < step + frame.entryTo(); row++) {
          backward(memory, out, greatest, row);
        }
      }
    }
  }

  private void backward(Entries memory, Rows out, Rows greatest, int row) {
    if (memory.count(row) == 0) {
      return;
    }
    for (int i = 0; i < width; i++) {
      float d = out.gradients()[out.at(row) + i];
      // Of a message's rows often the last alone is looked at.
      if (d != 0) {
        int entry = (int) greatest.values()[greatest.at(row) + i];
        int start = MeanPool.entryAt(memory, row, entry);
        memory.gradients()[start + i * memory.elementStride()] += d;
      }
    }
  }
}
