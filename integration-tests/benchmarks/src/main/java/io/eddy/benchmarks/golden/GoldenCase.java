package io.eddy.benchmarks.golden;

import io.eddy.model.checkpoint.Safetensors;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/// One layer or loss with everything that goes into it.
///
/// @param name of the file
/// @param equations body of the TorchScript method that computes the outputs from the dictionaries
///   `c` (constant tensors) and `p` (tensors to differentiate by)
/// @param constants by name, such as `input.cotangent`
/// @param differentiable by name, such as `parameter.weight_ih_l0`
/// @param settings of the layer, for the file's metadata
/// @param optimized whether ten steps of each optimiser follow
record GoldenCase(
    String name,
    String equations,
    Map<String, Safetensors.Tensor> constants,
    Map<String, Safetensors.Tensor> differentiable,
    Map<String, String> settings,
    boolean optimized) {

  static Builder of(String name) {
    return new Builder(name);
  }

  /// Draws the tensors of a case, each from a generator of its own.
  static final class Builder {
    private final String name;
    private final Map<String, Safetensors.Tensor> constants = new LinkedHashMap<>();
    private final Map<String, Safetensors.Tensor> differentiable = new LinkedHashMap<>();
    private final Map<String, String> settings = new LinkedHashMap<>();
    private boolean optimized;

    private Builder(String name) {
      this.name = name;
    }

    Builder setting(String key, Object value) {
      settings.put(key, value.toString());
      return this;
    }

    /// What the output is multiplied by before it is summed up to the loss.
    Builder cotangent(int... shape) {
      return constant("input.cotangent", -1, 1, shape);
    }

    /// A tensor that is not differentiated by, uniform in [from, to).
    Builder constant(String tensor, double from, double to, int... shape) {
      constants.put(tensor, uniform(tensor, from, to, shape));
      return this;
    }

    /// A constant of whole numbers from 0 to `bound` - 1.
    Builder indices(String tensor, int bound, int... shape) {
      Safetensors.Tensor drawn = uniform(tensor, 0, bound, shape);
      for (int i = 0; i < drawn.values().length; i++) {
        drawn.values()[i] = (int) drawn.values()[i];
      }
      constants.put(tensor, drawn);
      return this;
    }

    /// A tensor to differentiate by, uniform in [from, to).
    Builder variable(String tensor, double from, double to, int... shape) {
      differentiable.put(tensor, uniform(tensor, from, to, shape));
      return this;
    }

    /// Weights as PyTorch draws them for this number of inputs.
    Builder parameter(String tensor, int inputs, int... shape) {
      double bound = 1 / StrictMath.sqrt(inputs);
      return variable("parameter." + tensor, -bound, bound, shape);
    }

    /// Adds ten steps of each optimiser.
    Builder optimized() {
      optimized = true;
      return this;
    }

    GoldenCase compute(String equations) {
      return new GoldenCase(name, equations, constants, differentiable, settings, optimized);
    }

    private Safetensors.Tensor uniform(String tensor, double from, double to, int... shape) {
      var random = new SplittableRandom(31L * name.hashCode() + tensor.hashCode());
      int size = 1;
      for (int dimension : shape) {
        size *= dimension;
      }
      float[] values = new float[size];
      for (int i = 0; i < size; i++) {
        values[i] = (float) random.nextDouble(from, to);
      }
      return new Safetensors.Tensor(shape, values);
    }
  }
}
