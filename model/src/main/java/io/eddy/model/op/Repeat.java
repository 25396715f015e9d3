package io.eddy.model.op;

import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;
import java.util.Arrays;

/// Columns several times over: the whole row again and again, as PyTorch's `repeat`, or each
/// element again and again, as `repeat_interleave`, which spreads one number for each group over
/// the group's columns. The gradient of an element is the sum over its copies.
public final class Repeat implements Op {

  private final int width;
  private final int times;
  private final boolean interleaved;

  private Repeat(int width, int times, boolean interleaved) {
    this.width = width;
    this.times = times;
    this.interleaved = interleaved;
  }

  /// `x₀, x₁, …, x₀, x₁, …`
  ///
  /// @param x (n)
  /// @return (n · times)
  public static Value of(ProgramBuilder builder, Value x, int times) {
    return trace(builder, x, times, false);
  }

  /// `x₀, x₀, …, x₁, x₁, …`
  ///
  /// @param x (n)
  /// @return (n · times)
  public static Value interleave(ProgramBuilder builder, Value x, int times) {
    return trace(builder, x, times, true);
  }

  private static Value trace(ProgramBuilder builder, Value x, int times, boolean interleaved) {
    ProgramBuilder.require(times >= 1, x + " repeated " + times + " times, expected at least 1");
    return builder
        .node(new Repeat(x.width(), times, interleaved))
        .reads(x)
        .writes("repeat", x.width() * times);
  }

  /// How many times over.
  public int times() {
    return times;
  }

  /// Whether each element is repeated, not the whole row.
  public boolean isInterleaved() {
    return interleaved;
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows out = frame.output(0);
    for (int row = from; row < to; row++) {
      int at = out.at(row);
      if (interleaved) {
        for (int i = 0; i < width; i++) {
          int start = at + i * times;
          Arrays.fill(out.values(), start, start + times, x.values()[x.at(row) + i]);
        }
      } else {
        for (int time = 0; time < times; time++) {
          System.arraycopy(x.values(), x.at(row), out.values(), at + time * width, width);
        }
      }
    }
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows out = frame.output(0);
    if (x.hasGradient()) {
      for (int row = from; row < to; row++) {
        int at = out.at(row);
        if (interleaved) {
          for (int i = 0; i < width; i++) {
            x.gradients()[x.at(row) + i] +=
                frame.kernels().sum(out.gradients(), at + i * times, times);
          }
        } else {
          for (int time = 0; time < times; time++) {
            frame
                .kernels()
                .add(out.gradients(), at + time * width, x.gradients(), x.at(row), width);
          }
        }
      }
    }
  }
}
