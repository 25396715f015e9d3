package io.eddy.model.op;

import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;

/// Each element of a complex vector turned by a learned phase: `y[k] = e^(i phase[k]) x[k]`, the
/// matrices D of a unitary recurrent network (Arjovsky et al. 2016, section 3.1).
///
/// ```
/// dx[k] += e^(-i phase[k]) dy[k]
/// dphase[k] += Im(y[k]* dy[k])
/// ```
///
/// A complex vector of n elements is a value of width 2n, all real parts before all imaginary ones.
/// Parameter: phase (n).
public final class PhaseRotation implements Op {

  private final int size;

  private PhaseRotation(int size) {
    this.size = size;
  }

  /// Traces the rotation.
  ///
  /// @param x (2n)
  /// @param phase (n), in radians
  public static Value of(ProgramBuilder builder, Value x, ParameterSpec phase) {
    ProgramBuilder.require(
        phase.kind() == ParameterSpec.Kind.VECTOR && x.width() == 2 * phase.outputs(),
        phase.name() + " must be a vector half as wide as " + x);
    return builder
        .node(new PhaseRotation(phase.outputs()))
        .reads(x)
        .parameters(phase)
        .writes("rotated", x.width());
  }

  /// Cosines (n) and sines (n) of the phases, computed again only where a phase has changed: what
  /// they were computed from stands behind them, and at last a 1 that says that they were at all.
  private float[] turns(Frame frame) {
    float[] phase = frame.weights(0);
    float[] turns = frame.scratch(3 * size + 1);
    if (turns[3 * size] == 1
        && java.util.Arrays.equals(phase, 0, size, turns, 2 * size, 3 * size)) {
      return turns;
    }
    for (int k = 0; k < size; k++) {
      turns[k] = (float) StrictMath.cos(phase[k]);
      turns[size + k] = (float) StrictMath.sin(phase[k]);
    }
    System.arraycopy(phase, 0, turns, 2 * size, size);
    turns[3 * size] = 1;
    return turns;
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    float[] turns = turns(frame);
    Rows x = frame.input(0);
    Rows y = frame.output(0);
    for (int row = from; row < to; row++) {
      turn(turns, 1, x.values(), x.at(row), y.values(), y.at(row), false);
    }
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows y = frame.output(0);
    if (!x.hasGradient()) {
      return;
    }
    float[] turns = turns(frame);
    for (int row = from; row < to; row++) {
      turn(turns, -1, y.gradients(), y.at(row), x.gradients(), x.at(row), true);
    }
  }

  /// @param direction 1 forward, -1 back
  private void turn(
      float[] turns, float direction, float[] x, int xAt, float[] y, int yAt, boolean adds) {
    for (int k = 0; k < size; k++) {
      float cos = turns[k];
      float sin = direction * turns[size + k];
      float real = x[xAt + k];
      float imaginary = x[xAt + size + k];
      float turnedReal = Math.fma(cos, real, -(sin * imaginary));
      float turnedImaginary = Math.fma(cos, imaginary, sin * real);
      y[yAt + k] = adds ? y[yAt + k] + turnedReal : turnedReal;
      y[yAt + size + k] = adds ? y[yAt + size + k] + turnedImaginary : turnedImaginary;
    }
  }

  @Override
  public void backwardParameters(Frame frame, int from, int to, int part, int parts) {
    Rows y = frame.output(0);
    float[] gradient = frame.weightGradients(0);
    int first = Team.begin(size, part, parts);
    int last = Team.begin(size, part + 1, parts);
    for (int row = from; row < to; row++) {
      int at = y.at(row);
      for (int k = first; k < last; k++) {
        float real = y.values()[at + k] * y.gradients()[at + size + k];
        gradient[k] += Math.fma(-y.values()[at + size + k], y.gradients()[at + k], real);
      }
    }
  }
}
