package io.eddy.model.program;

import io.eddy.model.kernel.PackedWeights;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;

/// A program's matrices in the order in which products read them, by index of the parameter.
///
/// Products of packed matrices have the bits of [io.eddy.model.kernel.Kernels#multiplyAdd] and read
/// memory from front to end. A stepper packs once; an unroller after every update, which costs a
/// copy of the weights where each is used for all rows of all steps.
final class Matrices {

  private static final int[] NO_INTS = new int[0];

  /// A cache line: each is written once and whole, not once a row of the stored matrix.
  private static final int TURNED_AT_ONCE = 16;

  private final Parameters parameters;
  final float[][] forward; // (inputs, outputs), packed
  final float[][] backward; // (outputs, inputs), packed, only where it was asked for
  final int[][] halved; // (inputs, outputs), packed as bf16, empty in float32
  final float[][] turned; // (outputs, inputs), as backward packs it

  Matrices(Parameters parameters) {
    this.parameters = parameters;
    int count = parameters.count();
    forward = new float[count][];
    backward = new float[count][];
    halved = new int[count][];
    turned = new float[count][];
    for (int index = 0; index < count; index++) {
      forward[index] = Rows.NONE;
      backward[index] = Rows.NONE;
      halved[index] = NO_INTS;
      turned[index] = Rows.NONE;
    }
  }

  /// All matrices as a stepper of that precision reads them, once.
  static Matrices of(Parameters parameters, Precision precision) {
    var matrices = new Matrices(parameters);
    for (int index = 0; index < parameters.count(); index++) {
      ParameterSpec spec = parameters.specs().get(index);
      if (spec.isMatrix()) {
        float[] values = parameters.values(index);
        switch (precision) {
          case FLOAT32 ->
              matrices.forward[index] =
                  PackedWeights.pack(values, 0, spec.outputs(), spec.inputs(), spec.outputs());
          case BFLOAT16 ->
              matrices.halved[index] =
                  PackedWeights.packBfloat16(
                      values, 0, spec.outputs(), spec.inputs(), spec.outputs());
        }
      }
    }
    return matrices;
  }

  /// Makes room for what [#packForward] fills.
  void allocate(int index, boolean withBackward) {
    ParameterSpec spec = parameters.specs().get(index);
    if (forward[index].length == 0) {
      forward[index] = new float[PackedWeights.length(spec.inputs(), spec.outputs())];
    }
    if (withBackward && backward[index].length == 0) {
      backward[index] = new float[PackedWeights.length(spec.outputs(), spec.inputs())];
      turned[index] = new float[spec.size()];
    }
  }

  /// Takes over the weights as they stand now.
  void packForward() {
    for (int index = 0; index < forward.length; index++) {
      if (forward[index].length > 0) {
        ParameterSpec spec = parameters.specs().get(index);
        PackedWeights.pack(
            parameters.values(index),
            0,
            spec.outputs(),
            spec.inputs(),
            spec.outputs(),
            forward[index]);
      }
    }
  }

  /// Takes over the weights as they stand now, turned round.
  void packBackward() {
    for (int index = 0; index < backward.length; index++) {
      if (backward[index].length > 0) {
        ParameterSpec spec = parameters.specs().get(index);
        int inputs = spec.inputs();
        int outputs = spec.outputs();
        float[] out = turned[index];
        float[] stored = parameters.values(index);
        for (int first = 0; first < inputs; first += TURNED_AT_ONCE) {
          int last = Math.min(inputs, first + TURNED_AT_ONCE);
          for (int output = 0; output < outputs; output++) {
            for (int input = first; input < last; input++) {
              out[output * inputs + input] = stored[input * outputs + output];
            }
          }
        }
        PackedWeights.pack(out, 0, inputs, outputs, inputs, backward[index]);
      }
    }
  }
}
