package io.eddy.model.op;

import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;
import java.util.Arrays;

/// `out = fma(scale, x, shift)` with two constants, such as `1 - z`; `dx += scale * d`.
public final class Affine implements Op {

  private final float scale;
  private final float shift;
  private final int width;

  private Affine(float scale, float shift, int width) {
    this.scale = scale;
    this.shift = shift;
    this.width = width;
  }

  /// `scale * x + shift`.
  public static Value of(ProgramBuilder builder, float scale, Value x, float shift) {
    return builder.node(new Affine(scale, shift, x.width())).reads(x).writes("affine", x.width());
  }

  /// The factor.
  public float scale() {
    return scale;
  }

  /// What is added.
  public float shift() {
    return shift;
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows out = frame.output(0);
    for (int row = from; row < to; row++) {
      int at = out.at(row);
      Arrays.fill(out.values(), at, at + width, shift);
      frame.kernels().addScaled(scale, x.values(), x.at(row), out.values(), at, width);
    }
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows out = frame.output(0);
    if (x.hasGradient()) {
      for (int row = from; row < to; row++) {
        frame
            .kernels()
            .addScaled(scale, out.gradients(), out.at(row), x.gradients(), x.at(row), width);
      }
    }
  }
}
