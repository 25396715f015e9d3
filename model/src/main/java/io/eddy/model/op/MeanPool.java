package io.eddy.model.op;

import io.eddy.model.program.Entries;
import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;
import java.util.Arrays;

/// The mean of a memory's filled entries, element by element, at every step; 0 where none is
/// filled. Each entry gets `d / count`.
public final class MeanPool implements Op {

  private final int width;

  private MeanPool(int width) {
    this.width = width;
  }

  /// `mean` over the entries.
  ///
  /// @param memory a memory or a past, (n) an entry
  /// @return (n)
  public static Value of(ProgramBuilder builder, Value memory) {
    return builder
        .node(new MeanPool(memory.width()))
        .remembers(memory)
        .writes("mean_pool", memory.width());
  }

  @Override
  public Reach reach() {
    return Reach.ENTRY;
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Entries memory = frame.memory(0);
    Rows out = frame.output(0);
    for (int step = from; step < to; step += frame.batchSize()) {
      for (int row = step + frame.entryFrom(); row < step + frame.entryTo(); row++) {
        int at = out.at(row);
        int count = memory.count(row);
        Arrays.fill(out.values(), at, at + width, 0);
        for (int entry = 0; entry < count; entry++) {
          int start = entryAt(memory, row, entry);
          for (int i = 0; i < width; i++) {
            out.values()[at + i] += memory.values()[start + i * memory.elementStride()];
          }
        }
        frame.kernels().scale(count == 0 ? 0 : 1f / count, out.values(), at, width);
      }
    }
  }

  /// Where an entry's first element lies.
  static int entryAt(Entries memory, int row, int entry) {
    int first = memory.firstRun(row);
    return entry < first
        ? memory.at(row, 0) + entry * memory.entryStride()
        : memory.at(row, 1) + (entry - first) * memory.entryStride();
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Entries memory = frame.memory(0);
    Rows out = frame.output(0);
    if (memory.hasGradient()) {
      for (int step = from; step < to; step += frame.batchSize()) {
        for (int row = step + frame.entryFrom(); row < step + frame.entryTo(); row++) {
          int count = memory.count(row);
          float share = 1f / count;
          for (int entry = 0; entry < count; entry++) {
            int start = entryAt(memory, row, entry);
            for (int i = 0; i < width; i++) {
              int place = start + i * memory.elementStride();
              memory.gradients()[place] =
                  Math.fma(share, out.gradients()[out.at(row) + i], memory.gradients()[place]);
            }
          }
        }
      }
    }
  }
}
