package io.eddy.model.op;

import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;
import java.util.List;

/// Layer normalisation of each row (Ba et al. 2016), as PyTorch's `LayerNorm`:
///
/// ```
/// y = x̂ * weight + bias,   x̂ = (x - mean(x)) / sqrt(variance(x) + epsilon)
/// ```
///
/// The variance is that of the row itself, divided by n. Gradients, with g = dy * weight: `dx += (g
/// - mean(g) - x̂ mean(g x̂)) / sqrt(…)`, `dweight += dy x̂`, `dbias += dy`.
///
/// Outputs: y (n); mean and 1 / sqrt(…) (2, kept for backward). Parameters: weight (n), bias (n).
public final class LayerNorm implements Op {

  private final int width;
  private final float epsilon;

  private LayerNorm(int width, float epsilon) {
    this.width = width;
    this.epsilon = epsilon;
  }

  /// Traces the normalisation.
  ///
  /// @param x (n)
  /// @param weight (n), PyTorch's `weight`, usually from 1
  /// @param bias (n), usually from 0
  /// @param epsilon added to the variance, PyTorch's default is 1e-5
  public static Value of(
      ProgramBuilder builder, Value x, ParameterSpec weight, ParameterSpec bias, double epsilon) {
    requireVector(weight, x);
    requireVector(bias, x);
    return builder
        .node(new LayerNorm(x.width(), (float) epsilon))
        .reads(x)
        .parameters(weight, bias)
        .writesAll(List.of("layer_norm", "layer_norm.statistics"), List.of(x.width(), 2))
        .getFirst();
  }

  static void requireVector(ParameterSpec spec, Value x) {
    ProgramBuilder.require(
        spec.inputs() == 0 && spec.outputs() == x.width(),
        spec.name() + " must be a vector of " + x.width() + " for " + x);
  }

  /// What is added to the variance.
  public float epsilon() {
    return epsilon;
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows y = frame.output(0);
    Rows statistics = frame.output(1);
    for (int row = from; row < to; row++) {
      frame
          .kernels()
          .layerNorm(
              x.values(),
              x.at(row),
              frame.weights(0),
              0,
              frame.weights(1),
              0,
              y.values(),
              y.at(row),
              statistics.values(),
              statistics.at(row),
              width,
              epsilon);
    }
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows y = frame.output(0);
    Rows statistics = frame.output(1);
    if (x.hasGradient()) {
      // The parameters' gradients come later, each element from one thread alone.
      float[] unused = frame.scratch(2 * width);
      for (int row = from; row < to; row++) {
        frame
            .kernels()
            .layerNormBackward(
                x.values(),
                x.at(row),
                frame.weights(0),
                0,
                statistics.values(),
                statistics.at(row),
                y.gradients(),
                y.at(row),
                x.gradients(),
                x.at(row),
                unused,
                0,
                unused,
                width,
                width);
      }
    }
  }

  @Override
  public void backwardParameters(Frame frame, int from, int to, int part, int parts) {
    Rows x = frame.input(0);
    Rows y = frame.output(0);
    Rows statistics = frame.output(1);
    int first = Team.begin(width, part, parts);
    int last = Team.begin(width, part + 1, parts);
    float[] dWeight = frame.weightGradients(0);
    for (int row = from; row < to; row++) {
      float mean = statistics.values()[statistics.at(row)];
      float scale = statistics.values()[statistics.at(row) + 1];
      int xAt = x.at(row);
      int yAt = y.at(row);
      for (int i = first; i < last; i++) {
        float normalized = (x.values()[xAt + i] - mean) * scale;
        dWeight[i] = Math.fma(y.gradients()[yAt + i], normalized, dWeight[i]);
      }
      frame
          .kernels()
          .add(y.gradients(), yAt + first, frame.weightGradients(1), first, last - first);
    }
  }
}
