package io.eddy.model.checkpoint;

import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

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

  /// All parameters as tensors, by name.
  static Map<String, Safetensors.Tensor> toTensors(Parameters parameters) {
    Map<String, Safetensors.Tensor> tensors = new LinkedHashMap<>();
    for (ParameterSpec spec : parameters.specs()) {
      tensors.put(spec.name(), toTensor(spec, parameters.values(spec.name())));
    }
    return tensors;
  }

  /// The parameters of a network.
  ///
  /// @param others tensors that the file has besides
  /// @throws CheckpointException if one is missing, of another shape or not finite, or if there are
  ///   tensors that the network lacks
  static Parameters read(Safetensors file, List<ParameterSpec> expected, Set<String> others) {
    var unknown = new TreeSet<>(file.tensors().keySet());
    // All shapes before the first allocation: metadata alone could ask for any amount of memory.
    for (ParameterSpec parameter : expected) {
      unknown.remove(parameter.name());
      checked(file, parameter.name(), parameter.shape());
    }
    unknown.removeAll(others);
    if (!unknown.isEmpty()) {
      throw new CheckpointException(
          "the checkpoint has tensors that its network lacks: " + unknown);
    }
    Parameters parameters = Parameters.zeros(expected);
    for (ParameterSpec parameter : expected) {
      store(
          parameter, tensor(file, parameter.name()).values(), parameters.values(parameter.name()));
    }
    return parameters;
  }

  private static Safetensors.Tensor tensor(Safetensors file, String name) {
    Safetensors.Tensor tensor = file.tensors().get(name);
    if (tensor == null) {
      throw new CheckpointException(
          "the checkpoint has no tensor " + name + ", there are " + file.tensors().keySet());
    }
    return tensor;
  }

  /// The tensor of that name, of that shape, without a NaN or an infinity.
  static Safetensors.Tensor checked(Safetensors file, String name, int... shape) {
    Safetensors.Tensor tensor = tensor(file, name);
    if (!Arrays.equals(tensor.shape(), shape)) {
      throw new CheckpointException(
          "tensor "
              + name
              + " has shape "
              + Arrays.toString(tensor.shape())
              + ", the network expects "
              + Arrays.toString(shape));
    }
    for (float value : tensor.values()) {
      if (!Float.isFinite(value)) {
        throw new CheckpointException(
            "tensor " + name + " holds " + value + ", expected finite numbers");
      }
    }
    return tensor;
  }
}
