package io.eddy.model.op;

import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;

/// A rectifier of the modulus of each complex element, which keeps its phase (Arjovsky et al. 2016,
/// equation 8):
///
/// ```
/// y[k] = (|x[k]| + b[k]) x[k] / |x[k]|   where |x[k]| + b[k] > 0 and x[k] is not 0, else 0
/// p = Re(x[k]* dy[k]) / |x[k]|
/// dx[k] += (1 + b[k] / |x[k]|) dy[k] - b[k] p / |x[k]|² x[k]
/// db[k] += p
/// ```
///
/// A complex vector of n elements is a value of width 2n, all real parts before all imaginary ones.
/// Parameter: b (n).
public final class ModRelu implements Op {

  private final int size;

  private ModRelu(int size) {
    this.size = size;
  }

  /// Traces the rectifier.
  ///
  /// @param x (2n)
  /// @param bias b (n)
  public static Value of(ProgramBuilder builder, Value x, ParameterSpec bias) {
    ProgramBuilder.require(
        bias.kind() == ParameterSpec.Kind.VECTOR && x.width() == 2 * bias.outputs(),
        bias.name() + " must be a vector half as wide as " + x);
    return builder
        .node(new ModRelu(bias.outputs()))
        .reads(x)
        .parameters(bias)
        .writes("modrelu", x.width());
  }

  private static float modulus(float real, float imaginary) {
    return (float) Math.sqrt(Math.fma(real, real, imaginary * imaginary));
  }

  private static boolean isActive(float modulus, float bias) {
    return modulus > 0 && modulus + bias > 0;
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    float[] bias = frame.weights(0);
    Rows x = frame.input(0);
    Rows y = frame.output(0);
    for (int row = from; row < to; row++) {
      int xAt = x.at(row);
      int yAt = y.at(row);
      for (int k = 0; k < size; k++) {
        float real = x.values()[xAt + k];
        float imaginary = x.values()[xAt + size + k];
        float modulus = modulus(real, imaginary);
        float scale = isActive(modulus, bias[k]) ? (modulus + bias[k]) / modulus : 0;
        y.values()[yAt + k] = scale * real;
        y.values()[yAt + size + k] = scale * imaginary;
      }
    }
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    float[] bias = frame.weights(0);
    Rows x = frame.input(0);
    Rows y = frame.output(0);
    if (!x.hasGradient()) {
      return;
    }
    for (int row = from; row < to; row++) {
      int xAt = x.at(row);
      int yAt = y.at(row);
      for (int k = 0; k < size; k++) {
        float real = x.values()[xAt + k];
        float imaginary = x.values()[xAt + size + k];
        float modulus = modulus(real, imaginary);
        if (isActive(modulus, bias[k])) {
          float dReal = y.gradients()[yAt + k];
          float dImaginary = y.gradients()[yAt + size + k];
          float scale = (modulus + bias[k]) / modulus;
          float along =
              -bias[k]
                  * projection(real, imaginary, dReal, dImaginary, modulus)
                  / (modulus * modulus);
          x.gradients()[xAt + k] += Math.fma(scale, dReal, along * real);
          x.gradients()[xAt + size + k] += Math.fma(scale, dImaginary, along * imaginary);
        }
      }
    }
  }

  /// p: the part of dy that points along x.
  private static float projection(
      float real, float imaginary, float dReal, float dImaginary, float modulus) {
    return Math.fma(real, dReal, imaginary * dImaginary) / modulus;
  }

  @Override
  public void backwardParameters(Frame frame, int from, int to, int part, int parts) {
    float[] bias = frame.weights(0);
    float[] gradient = frame.weightGradients(0);
    Rows x = frame.input(0);
    Rows y = frame.output(0);
    int first = Team.begin(size, part, parts);
    int last = Team.begin(size, part + 1, parts);
    for (int row = from; row < to; row++) {
      int xAt = x.at(row);
      int yAt = y.at(row);
      for (int k = first; k < last; k++) {
        float real = x.values()[xAt + k];
        float imaginary = x.values()[xAt + size + k];
        float modulus = modulus(real, imaginary);
        if (isActive(modulus, bias[k])) {
          gradient[k] +=
              projection(
                  real, imaginary, y.gradients()[yAt + k], y.gradients()[yAt + size + k], modulus);
        }
      }
    }
  }
}
