package io.eddy.model.op;

import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;

/// A message from its last step to its first: step t of a message of n steps is its step n - 1 - t,
/// and what comes after the message stays where it is. Reversed twice, everything is as it was.
///
/// With it the direction of a recurrent layer that runs backward in time is written as one that
/// runs forward. Such a program needs the whole message in one chunk: an unroller runs it, a
/// stepper refuses it.
///
/// Inputs: x (n); the mask (1), if there is one. Output: (n).
public final class Reverse implements Op {

  private final int width;

  private Reverse(int width) {
    this.width = width;
  }

  /// Reverses the whole chunk.
  public static Value of(ProgramBuilder builder, Value x) {
    return builder.node(new Reverse(x.width())).reads(x).writes("reverse", x.width());
  }

  /// Reverses each batch entry's message.
  ///
  /// @param x (n)
  /// @param mask (1), not 0 from a message's first step to its last
  public static Value of(ProgramBuilder builder, Value x, Value mask) {
    ProgramBuilder.require(mask.width() == 1, mask + " is no mask, expected a width of 1");
    return builder.node(new Reverse(x.width())).reads(x, mask).writes("reverse", x.width());
  }

  @Override
  public Reach reach() {
    return Reach.ENTRY;
  }

  @Override
  public boolean needsWholeSequence() {
    return true;
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows out = frame.output(0);
    int batch = frame.batchSize();
    for (int entry = frame.entryFrom(); entry < frame.entryTo(); entry++) {
      int length = length(frame, from + entry, to);
      for (int row = from + entry, t = 0; row < to; row += batch, t++) {
        int source = t < length ? from + entry + (length - 1 - t) * batch : row;
        System.arraycopy(x.values(), x.at(source), out.values(), out.at(row), width);
      }
    }
  }

  /// Steps of a message.
  ///
  /// @param first its first row
  private static int length(Frame frame, int first, int to) {
    int length = 0;
    for (int row = first; row < to && counts(frame, row); row += frame.batchSize()) {
      length++;
    }
    return length;
  }

  private static boolean counts(Frame frame, int row) {
    if (frame.inputCount() == 1) {
      return true;
    }
    Rows mask = frame.input(1);
    return mask.values()[mask.at(row)] != 0;
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows out = frame.output(0);
    int batch = frame.batchSize();
    for (int entry = frame.entryFrom(); x.hasGradient() && entry < frame.entryTo(); entry++) {
      int length = length(frame, from + entry, to);
      for (int row = from + entry, t = 0; row < to; row += batch, t++) {
        int source = t < length ? from + entry + (length - 1 - t) * batch : row;
        frame.kernels().add(out.gradients(), out.at(row), x.gradients(), x.at(source), width);
      }
    }
  }
}
