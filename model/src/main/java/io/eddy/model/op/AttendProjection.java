package io.eddy.model.op;

import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;

/// A linear map by some of a parameter's outputs: `out = bias[b…] + x · W[w…]ᵀ`.
///
/// PyTorch's `MultiheadAttention` keeps the projections of query, keys and values in one
/// `in_proj_weight` (3E, E) and one `in_proj_bias` (3E); where the query comes from elsewhere than
/// the keys, each needs its part of them. Each output adds up as in [Linear].
///
/// Parameters: W (any, inputs), bias (any).
public final class AttendProjection implements Op {

  private final int inputWidth;
  private final int outputWidth;
  private final int weightOutputs;
  private final int firstOutput;
  private final int firstBias;

  private AttendProjection(
      int inputWidth, int outputWidth, int weightOutputs, int firstOutput, int firstBias) {
    this.inputWidth = inputWidth;
    this.outputWidth = outputWidth;
    this.weightOutputs = weightOutputs;
    this.firstOutput = firstOutput;
    this.firstBias = firstBias;
  }

  /// Traces the product.
  ///
  /// @param x (inputs)
  /// @param weight of which the outputs from `firstOutput` on are used
  /// @param bias of which the elements from `firstBias` on are used
  /// @return (outputs)
  public static Value of(
      ProgramBuilder builder,
      Value x,
      ParameterSpec weight,
      int firstOutput,
      ParameterSpec bias,
      int firstBias,
      int outputs) {
    ProgramBuilder.require(
        weight.isMatrix() && weight.inputs() == x.width(),
        weight.name() + " must be a matrix of " + x.width() + " inputs for " + x);
    ProgramBuilder.require(
        firstOutput >= 0 && outputs >= 1 && firstOutput + outputs <= weight.outputs(),
        "outputs " + firstOutput + " to " + (firstOutput + outputs) + " are not in " + weight);
    ProgramBuilder.require(
        bias.kind() == ParameterSpec.Kind.VECTOR
            && firstBias >= 0
            && firstBias + outputs <= bias.outputs(),
        "elements " + firstBias + " to " + (firstBias + outputs) + " are not in " + bias);
    return builder
        .node(new AttendProjection(x.width(), outputs, weight.outputs(), firstOutput, firstBias))
        .reads(x)
        .parameters(weight, bias)
        .writes(weight.name() + ".part", outputs);
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows out = frame.output(0);
    for (int row = from; row < to; row++) {
      System.arraycopy(frame.weights(1), firstBias, out.values(), out.at(row), outputWidth);
    }
    frame
        .kernels()
        .multiplyAdd(
            to - from,
            outputWidth,
            inputWidth,
            x.values(),
            x.at(from),
            x.stride(),
            1,
            frame.weights(0),
            firstOutput,
            weightOutputs,
            out.values(),
            out.at(from),
            out.stride());
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows out = frame.output(0);
    if (x.hasGradient()) {
      frame
          .kernels()
          .multiplyAdd(
              to - from,
              inputWidth,
              outputWidth,
              out.gradients(),
              out.at(from),
              out.stride(),
              1,
              frame.transposed(0),
              firstOutput * inputWidth,
              inputWidth,
              x.gradients(),
              x.at(from),
              x.stride());
    }
  }

  @Override
  public void backwardParameters(Frame frame, int from, int to, int part, int parts) {
    Rows x = frame.input(0);
    Rows out = frame.output(0);
    int first = Team.begin(inputWidth, part, parts);
    int last = Team.begin(inputWidth, part + 1, parts);
    frame
        .kernels()
        .multiplyAdd(
            last - first,
            outputWidth,
            to - from,
            x.values(),
            x.at(from) + first,
            1,
            x.stride(),
            out.gradients(),
            out.at(from),
            out.stride(),
            frame.weightGradients(0),
            first * weightOutputs + firstOutput,
            weightOutputs);
    int left = Team.begin(outputWidth, part, parts);
    int columns = Team.begin(outputWidth, part + 1, parts) - left;
    for (int row = from; row < to; row++) {
      frame
          .kernels()
          .add(
              out.gradients(),
              out.at(row) + left,
              frame.weightGradients(1),
              firstBias + left,
              columns);
    }
  }
}
