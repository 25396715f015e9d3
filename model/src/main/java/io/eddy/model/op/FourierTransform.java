package io.eddy.model.op;

import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;

/// The discrete Fourier transform of a complex vector, or its inverse, each scaled so that it keeps
/// norms; the matrices F and F⁻¹ of a unitary recurrent network (Arjovsky et al. 2016).
///
/// ```
/// y[k] = 1/√n Σ_j x[j] e^(∓ 2πi jk / n)      minus: the transform, plus: its inverse
/// dx += the other direction of dy
/// ```
///
/// By the fast transform of Cooley and Tukey 1965: n is a power of two. A complex vector of n
/// elements is a value of width 2n, all real parts before all imaginary ones.
public final class FourierTransform implements Op {

  private final int size;
  private final boolean inverse;
  private final float[] cosines; // (n / 2), of 2πj / n
  private final float[] sines;
  private final int[] reversed; // by index, that of the reversed bits

  private FourierTransform(int size, boolean inverse) {
    this.size = size;
    this.inverse = inverse;
    cosines = new float[size / 2];
    sines = new float[size / 2];
    for (int j = 0; j < size / 2; j++) {
      double angle = 2 * StrictMath.PI * j / size;
      cosines[j] = (float) StrictMath.cos(angle);
      sines[j] = (float) StrictMath.sin(angle);
    }
    int bits = Integer.numberOfTrailingZeros(size);
    reversed = new int[size];
    for (int j = 0; j < size; j++) {
      reversed[j] = bits == 0 ? 0 : Integer.reverse(j) >>> (32 - bits);
    }
  }

  /// The transform.
  ///
  /// @param x (2n), n a power of two
  public static Value of(ProgramBuilder builder, Value x) {
    return trace(builder, x, false);
  }

  /// The inverse transform.
  ///
  /// @param x (2n), n a power of two
  public static Value inverse(ProgramBuilder builder, Value x) {
    return trace(builder, x, true);
  }

  private static Value trace(ProgramBuilder builder, Value x, boolean inverse) {
    ProgramBuilder.require(
        x.width() >= 2 && Integer.bitCount(x.width()) == 1,
        x + " has " + x.width() / 2.0 + " complex elements, expected a power of two");
    return builder
        .node(new FourierTransform(x.width() / 2, inverse))
        .reads(x)
        .writes("transformed", x.width());
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows y = frame.output(0);
    for (int row = from; row < to; row++) {
      transform(x.values(), x.at(row), y.values(), y.at(row), inverse);
    }
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows y = frame.output(0);
    if (!x.hasGradient()) {
      return;
    }
    float[] transformed = frame.scratch(2 * size);
    for (int row = from; row < to; row++) {
      transform(y.gradients(), y.at(row), transformed, 0, !inverse);
      frame.kernels().add(transformed, 0, x.gradients(), x.at(row), 2 * size);
    }
  }

  private void transform(float[] x, int xAt, float[] y, int yAt, boolean backwards) {
    float scale = (float) (1 / Math.sqrt(size));
    for (int j = 0; j < size; j++) {
      y[yAt + j] = scale * x[xAt + reversed[j]];
      y[yAt + size + j] = scale * x[xAt + size + reversed[j]];
    }
    float sign = backwards ? 1 : -1;
    for (int half = 1; half < size; half *= 2) {
      int stride = size / (2 * half);
      for (int block = yAt; block < yAt + size; block += 2 * half) {
        for (int j = 0; j < half; j++) {
          butterfly(y, block + j, block + j + half, cosines[j * stride], sign * sines[j * stride]);
        }
      }
    }
  }

  /// `(a, b) = (a + w b, a - w b)`, w = cos + i sin.
  private void butterfly(float[] y, int a, int b, float cos, float sin) {
    float real = Math.fma(cos, y[b], -(sin * y[b + size]));
    float imaginary = Math.fma(cos, y[b + size], sin * y[b]);
    y[b] = y[a] - real;
    y[b + size] = y[a + size] - imaginary;
    y[a] += real;
    y[a + size] += imaginary;
  }
}
