package io.eddy.model.checkpoint;

import io.eddy.model.parameter.ParameterSpec;

/// Turns parameters as they are stored, matrices input-major, into PyTorch's tensors and back.
public final class ParameterTensors {

  private ParameterTensors() {}

  /// A parameter's values in PyTorch's layout, as a copy.
  ///
  /// @param stored as [ParameterSpec] says
  public static Safetensors.Tensor toTensor(ParameterSpec spec, float[] stored) {
    if (!spec.isMatrix()) {
      return new Safetensors.Tensor(spec.shape(), stored.clone());
    }
    float[] turned = new float[stored.length];
    for (int output = 0; output < spec.outputs(); output++) {
      for (int input = 0; input < spec.inputs(); input++) {
        turned[output * spec.inputs() + input] = stored[input * spec.outputs() + output];
      }
    }
    return new Safetensors.Tensor(spec.shape(), turned);
  }

  /// Stores values of PyTorch's layout as the parameter wants them.
  ///
  /// @param values row-major, as many as the parameter has
  /// @param stored overwritten
  public static void store(ParameterSpec spec, float[] values, float[] stored) {
    if (!spec.isMatrix()) {
      System.arraycopy(values, 0, stored, 0, stored.length);
      return;
    }
    for (int output = 0; output < spec.outputs(); output++) {
      for (int input = 0; input < spec.inputs(); input++) {
        stored[input * spec.outputs() + output] = values[output * spec.inputs() + input];
      }
    }
  }
}
