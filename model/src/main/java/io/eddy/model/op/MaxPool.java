package io.eddy.model.op;

import io.eddy.model.program.Entries;
import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;
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
        int count = memory.count(row);
        for (int i = 0; i < width; i++) {
          float best = 0;
          int bestEntry = -1;
          for (int entry = 0; entry < count; entry++) {
            float value =
                memory.values()[MeanPool.entryAt(memory, row, entry) + i * memory.elementStride()];
            if (bestEntry < 0 || value > best) {
              best = value;
              bestEntry = entry;
            }
          }
          out.values()[out.at(row) + i] = best;
          greatest.values()[greatest.at(row) + i] = bestEntry;
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
          for (int i = 0; memory.count(row) > 0 && i < width; i++) {
            int entry = (int) greatest.values()[greatest.at(row) + i];
            int at = MeanPool.entryAt(memory, row, entry) + i * memory.elementStride();
            memory.gradients()[at] += out.gradients()[out.at(row) + i];
          }
        }
      }
    }
  }
}
