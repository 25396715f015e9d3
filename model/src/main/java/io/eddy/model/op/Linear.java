package io.eddy.model.op;

import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;
import java.util.Arrays;

/// `out = bias + x · Wᵀ`, or `out += x · Wᵀ` onto what stands in `out` already.
///
/// Each output adds up one fused multiply-add per input, in order, from the bias or the stored
/// value: so a recurrent product that accumulates onto the input's product gives the same bits
/// whether the first was computed for one row or for all steps at once.
///
/// Parameters: W stored (inputs, outputs), then any number of biases (outputs).
public final class Linear implements Op {

  private final int inputWidth;
  private final int outputWidth;
  private final boolean accumulates;

  private Linear(int inputWidth, int outputWidth, boolean accumulates) {
    this.inputWidth = inputWidth;
    this.outputWidth = outputWidth;
    this.accumulates = accumulates;
  }

  /// `bias + x · Wᵀ`; several biases are added up, as PyTorch's recurrent layers have two.
  ///
  /// @return (outputs)
  public static Value of(
      ProgramBuilder builder, Value x, ParameterSpec weight, ParameterSpec... biases) {
    checkWeight(x, weight);
    for (ParameterSpec bias : biases) {
      ProgramBuilder.require(
          bias.kind() == ParameterSpec.Kind.VECTOR && bias.outputs() == weight.outputs(),
          bias.name() + " must be a vector of " + weight.outputs());
    }
    return builder
        .node(new Linear(x.width(), weight.outputs(), false))
        .reads(x)
        .parameters(weight)
        .parameters(biases)
        .writes(weight.name() + ".product", weight.outputs());
  }

  /// `onto + x · Wᵀ`, added up in the place of `onto`, which is consumed.
  public static Value onto(ProgramBuilder builder, Value onto, Value x, ParameterSpec weight) {
    checkWeight(x, weight);
    ProgramBuilder.require(
        onto.width() == weight.outputs(), weight.name() + " does not fit onto " + onto);
    return builder
        .node(new Linear(x.width(), weight.outputs(), true))
        .reads(x)
        .parameters(weight)
        .writesOnto(weight.name() + ".sum", onto);
  }

  private static void checkWeight(Value x, ParameterSpec weight) {
    ProgramBuilder.require(
        weight.isMatrix() && weight.inputs() == x.width(),
        weight.name() + " must be a matrix of " + x.width() + " inputs for " + x);
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows out = frame.output(0);
    if (!accumulates && from < to) {
      fillWithBias(frame, out, from, to);
    }
    frame.addProduct(0, inputWidth, outputWidth, x, out, from, to);
  }

  private void fillWithBias(Frame frame, Rows out, int from, int to) {
    int first = out.at(from);
    if (frame.parameterCount() == 1) {
      Arrays.fill(out.values(), first, first + outputWidth, 0);
    } else {
      System.arraycopy(frame.weights(1), 0, out.values(), first, outputWidth);
    }
    for (int bias = 2; bias < frame.parameterCount(); bias++) {
      frame.kernels().add(frame.weights(bias), 0, out.values(), first, outputWidth);
    }
    for (int row = from + 1; row < to; row++) {
      System.arraycopy(out.values(), first, out.values(), out.at(row), outputWidth);
    }
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows out = frame.output(0);
    if (x.hasGradient()) {
      frame.addProductBackward(0, inputWidth, outputWidth, x, out, from, to);
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
            first * outputWidth,
            outputWidth);
    int left = Team.begin(outputWidth, part, parts);
    int columns = Team.begin(outputWidth, part + 1, parts) - left;
    for (int bias = 1; bias < frame.parameterCount(); bias++) {
      float[] gradient = frame.weightGradients(bias);
      for (int row = from; row < to; row++) {
        frame.kernels().add(out.gradients(), out.at(row) + left, gradient, left, columns);
      }
    }
  }
}
