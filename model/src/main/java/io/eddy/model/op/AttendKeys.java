package io.eddy.model.op;

import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;

/// A memory's keys turned round, entry after entry for each element, once per sequence: then the
/// scores of every step run along the entries.
///
/// The output's rows of one batch entry are one block (width, slots). No gradient flows through it:
/// [Attend], its only reader, sends that to the keys themselves.
final class AttendKeys implements Op {

  private final int width;
  private final int slots;

  private AttendKeys(int width, int slots) {
    this.width = width;
    this.slots = slots;
  }

  static Value of(ProgramBuilder builder, Value keys) {
    return builder
        .node(new AttendKeys(keys.width(), keys.slots()))
        .reads(keys)
        .writes(keys.name() + ".turned", keys.width());
  }

  @Override
  public Reach reach() {
    return Reach.ENTRY;
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows keys = frame.input(0);
    Rows out = frame.output(0);
    for (int entry = frame.entryFrom(); entry < frame.entryTo(); entry++) {
      int block = out.at(from + entry * slots);
      for (int slot = 0; slot < slots; slot++) {
        int key = keys.at(from + entry * slots + slot);
        for (int i = 0; i < width; i++) {
          out.values()[block + i * slots + slot] = keys.values()[key + i];
        }
      }
    }
  }

  @Override
  public void backward(Frame frame, int from, int to) {}
}
