package io.eddy.model.op;

import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;

/// Values of one width element by element: `out[i · K + k] = part_k[i]`, the order in which
/// PyTorch's convolutions keep their taps. The gradient goes back to each.
public final class Interleave implements Op {

  private final int width;

  private Interleave(int width) {
    this.width = width;
  }

  /// The first elements of all parts, then the second ones, and so on.
  ///
  /// @param parts K values, each (n)
  /// @return (n · K)
  public static Value of(ProgramBuilder builder, Value... parts) {
    ProgramBuilder.require(parts.length > 0, "nothing to interleave");
    for (Value part : parts) {
      ProgramBuilder.require(
          part.width() == parts[0].width(), part + " and " + parts[0] + " differ in width");
    }
    return builder
        .node(new Interleave(parts[0].width()))
        .reads(parts)
        .writes("interleave", parts[0].width() * parts.length);
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows out = frame.output(0);
    int count = frame.inputCount();
    for (int k = 0; k < count; k++) {
      Rows part = frame.input(k);
      for (int row = from; row < to; row++) {
        int partAt = part.at(row);
        int at = out.at(row) + k;
        for (int i = 0; i < width; i++) {
          out.values()[at + i * count] = part.values()[partAt + i];
        }
      }
    }
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Rows out = frame.output(0);
    int count = frame.inputCount();
    for (int k = 0; k < count; k++) {
      Rows part = frame.input(k);
      for (int row = from; part.hasGradient() && row < to; row++) {
        int partAt = part.at(row);
        int at = out.at(row) + k;
        for (int i = 0; i < width; i++) {
          part.gradients()[partAt + i] += out.gradients()[at + i * count];
        }
      }
    }
  }
}
