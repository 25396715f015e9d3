package io.eddy.model.program;

import io.eddy.model.kernel.Kernels;

/// `out = bias + x · Wᵀ`, or `out += x · Wᵀ` onto what stands in `out` already.
///
/// Each output adds up one fused multiply-add per input, in order, from the bias or the stored
/// value: so a recurrent product that accumulates onto the input's product gives the same bits
/// whether the first was computed for one row or for all steps at once.
///
/// Parameters: W stored (inputs, outputs), then any number of biases (outputs).
final class Linear implements Op {

  private final int inputWidth;
  private final int outputWidth;
  private final boolean accumulates;

  Linear(int inputWidth, int outputWidth, boolean accumulates) {
    this.inputWidth = inputWidth;
    this.outputWidth = outputWidth;
    this.accumulates = accumulates;
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Kernels kernels = frame.kernels;
    Rows x = frame.inputs[0];
    Rows out = frame.outputs[0];
    if (!accumulates) {
      for (int row = from; row < to; row++) {
        int at = out.at(row);
        if (frame.weights.length == 1) {
          java.util.Arrays.fill(out.values, at, at + outputWidth, 0);
        } else {
          System.arraycopy(frame.weights[1], 0, out.values, at, outputWidth);
        }
        for (int bias = 2; bias < frame.weights.length; bias++) {
          kernels.add(frame.weights[bias], 0, out.values, at, outputWidth);
        }
      }
    }
    kernels.multiplyAdd(
        to - from,
        outputWidth,
        inputWidth,
        x.values,
        x.at(from),
        x.stride,
        1,
        frame.weights[0],
        0,
        outputWidth,
        out.values,
        out.at(from),
        out.stride);
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Rows x = frame.inputs[0];
    Rows out = frame.outputs[0];
    if (x.hasGradient()) {
      frame.kernels.multiplyAdd(
          to - from,
          inputWidth,
          outputWidth,
          out.gradients,
          out.at(from),
          out.stride,
          1,
          frame.transposed[0],
          0,
          inputWidth,
          x.gradients,
          x.at(from),
          x.stride);
    }
  }

  @Override
  public void backwardParameters(Frame frame, int from, int to) {
    Rows x = frame.inputs[0];
    Rows out = frame.outputs[0];
    frame.kernels.multiplyAdd(
        inputWidth,
        outputWidth,
        to - from,
        x.values,
        x.at(from),
        1,
        x.stride,
        out.gradients,
        out.at(from),
        out.stride,
        frame.weightGradients[0],
        0,
        outputWidth);
    for (int bias = 1; bias < frame.weights.length; bias++) {
      for (int row = from; row < to; row++) {
        frame.kernels.add(out.gradients, out.at(row), frame.weightGradients[bias], 0, outputWidth);
      }
    }
  }
}
