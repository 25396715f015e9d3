package io.eddy.model.program;

import io.eddy.model.kernel.Kernels;

/// What one op works on: its rows and its parameters, bound to arrays by a stepper or an unroller.
final class Frame {

  final Kernels kernels;
  final Rows[] inputs;
  final Rows[] outputs;
  final float[][] weights; // the parameters' values, in the op's order
  final float[][] transposed; // (outputs, inputs) of each matrix, only where backward needs it
  final float[][] weightGradients; // empty in a stepper

  Frame(
      Kernels kernels,
      Rows[] inputs,
      Rows[] outputs,
      float[][] weights,
      float[][] transposed,
      float[][] weightGradients) {
    this.kernels = kernels;
    this.inputs = inputs;
    this.outputs = outputs;
    this.weights = weights;
    this.transposed = transposed;
    this.weightGradients = weightGradients;
  }
}
