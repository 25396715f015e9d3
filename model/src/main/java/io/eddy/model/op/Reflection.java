package io.eddy.model.op;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;
import java.util.List;

/// A complex vector reflected in the hyperplane across a learned vector v (Householder 1958): the
/// matrices R of a unitary recurrent network (Arjovsky et al. 2016, section 3.1).
///
/// ```
/// y = x - 2 (v* x) / |v|² v
/// dx += the same reflection of dy
/// dv += 4 Re(s u*) / |v|⁴ v - 2 / |v|² (u* x + s* dy)     s = v* x,  u = v* dy
/// ```
///
/// A complex vector of n elements is a value of width 2n, all real parts before all imaginary ones;
/// a star is the conjugate, of a vector its transpose too. Parameter: v (2n). Outputs: y (2n), s
/// (2, kept for backward, which leaves u in its gradient).
public final class Reflection implements Op {

  private final int size;

  private Reflection(int size) {
    this.size = size;
  }

  /// Traces the reflection.
  ///
  /// @param x (2n)
  /// @param vector v (2n), not zero; its length does not matter
  public static Value of(ProgramBuilder builder, Value x, ParameterSpec vector) {
    ProgramBuilder.require(
        vector.kind() == ParameterSpec.Kind.VECTOR
            && x.width() == vector.outputs()
            && x.width() % 2 == 0,
        vector.name() + " must be a vector as wide as " + x + ", an even number");
    return builder
        .node(new Reflection(x.width() / 2))
        .reads(x)
        .parameters(vector)
        .writesAll(List.of("reflected", "reflected.product"), List.of(x.width(), 2))
        .getFirst();
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Kernels kernels = frame.kernels();
    float[] vector = frame.weights(0);
    Rows x = frame.input(0);
    Rows y = frame.output(0);
    Rows product = frame.output(1);
    float scale = -2 / kernels.dot(vector, 0, vector, 0, 2 * size);
    for (int row = from; row < to; row++) {
      System.arraycopy(x.values(), x.at(row), y.values(), y.at(row), 2 * size);
      float[] products = product.values();
      int at = product.at(row);
      multiply(kernels, vector, x.values(), x.at(row), products, at);
      addScaled(
          kernels, scale * products[at], scale * products[at + 1], vector, y.values(), y.at(row));
    }
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Kernels kernels = frame.kernels();
    float[] vector = frame.weights(0);
    Rows x = frame.input(0);
    Rows y = frame.output(0);
    Rows product = frame.output(1);
    float scale = -2 / kernels.dot(vector, 0, vector, 0, 2 * size);
    for (int row = from; row < to; row++) {
      float[] products = product.gradients();
      int at = product.at(row);
      multiply(kernels, vector, y.gradients(), y.at(row), products, at);
      if (x.hasGradient()) {
        kernels.add(y.gradients(), y.at(row), x.gradients(), x.at(row), 2 * size);
        addScaled(
            kernels,
            scale * products[at],
            scale * products[at + 1],
            vector,
            x.gradients(),
            x.at(row));
      }
    }
  }

  /// `v* x`.
  private void multiply(
      Kernels kernels, float[] vector, float[] x, int xAt, float[] out, int outAt) {
    out[outAt] =
        kernels.dot(vector, 0, x, xAt, size) + kernels.dot(vector, size, x, xAt + size, size);
    out[outAt + 1] =
        kernels.dot(vector, 0, x, xAt + size, size) - kernels.dot(vector, size, x, xAt, size);
  }

  /// `out += (real + i imaginary) v`.
  private void addScaled(
      Kernels kernels, float real, float imaginary, float[] vector, float[] out, int outAt) {
    kernels.addScaled(real, vector, 0, out, outAt, size);
    kernels.addScaled(-imaginary, vector, size, out, outAt, size);
    kernels.addScaled(real, vector, size, out, outAt + size, size);
    kernels.addScaled(imaginary, vector, 0, out, outAt + size, size);
  }

  @Override
  public void backwardParameters(Frame frame, int from, int to, int part, int parts) {
    Kernels kernels = frame.kernels();
    float[] vector = frame.weights(0);
    float[] gradient = frame.weightGradients(0);
    Rows x = frame.input(0);
    Rows y = frame.output(0);
    Rows product = frame.output(1);
    float squares = kernels.dot(vector, 0, vector, 0, 2 * size);
    float scale = -2 / squares;
    int first = Team.begin(size, part, parts);
    int count = Team.begin(size, part + 1, parts) - first;
    int imaginary = size + first;
    for (int row = from; row < to; row++) {
      float sReal = product.values()[product.at(row)];
      float sImaginary = product.values()[product.at(row) + 1];
      float uReal = product.gradients()[product.at(row)];
      float uImaginary = product.gradients()[product.at(row) + 1];
      float along = 4 * Math.fma(sReal, uReal, sImaginary * uImaginary) / (squares * squares);
      kernels.addScaled(along, vector, first, gradient, first, count);
      kernels.addScaled(along, vector, imaginary, gradient, imaginary, count);
      addConjugateScaled(
          kernels, scale, uReal, uImaginary, x.values(), x.at(row), gradient, first, count);
      addConjugateScaled(
          kernels, scale, sReal, sImaginary, y.gradients(), y.at(row), gradient, first, count);
    }
  }

  /// `out += scale (real - i imaginary) x`, elements `first` to `first + count`.
  private void addConjugateScaled(
      Kernels kernels,
      float scale,
      float real,
      float imaginary,
      float[] x,
      int xAt,
      float[] out,
      int first,
      int count) {
    int realAt = xAt + first;
    int imaginaryAt = xAt + size + first;
    kernels.addScaled(scale * real, x, realAt, out, first, count);
    kernels.addScaled(scale * imaginary, x, imaginaryAt, out, first, count);
    kernels.addScaled(scale * real, x, imaginaryAt, out, size + first, count);
    kernels.addScaled(-scale * imaginary, x, realAt, out, size + first, count);
  }
}
