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
  private final Scratch scratch;

  Frame(
      Kernels kernels,
      Rows[] inputs,
      Rows[] outputs,
      float[][] weights,
      float[][] transposed,
      float[][] weightGradients,
      Scratch scratch) {
    this.kernels = kernels;
    this.inputs = inputs;
    this.outputs = outputs;
    this.weights = weights;
    this.transposed = transposed;
    this.weightGradients = weightGradients;
    this.scratch = scratch;
  }

  /// An array of at least that many floats that all ops of one stepper or unroller share, with
  /// whatever content; valid until the op returns.
  float[] scratch(int size) {
    return scratch.atLeast(size);
  }

  /// Grows to the largest request, then stays.
  static final class Scratch {
    private float[] array = new float[0];

    private float[] atLeast(int size) {
      if (array.length < size) {
        array = new float[size];
      }
      return array;
    }
  }
}
