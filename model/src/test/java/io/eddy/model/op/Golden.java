package io.eddy.model.op;

import io.eddy.model.checkpoint.ParameterTensors;
import io.eddy.model.checkpoint.Safetensors;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;

/// One of the files in which libtorch's numbers stand, see `golden/README.md`.
public final class Golden {

  private final Safetensors file;

  private Golden(Safetensors file) {
    this.file = file;
  }

  /// Reads a case.
  public static Golden read(String name) {
    try (InputStream in = Golden.class.getResourceAsStream("/golden/" + name + ".safetensors")) {
      return new Golden(Safetensors.fromBytes(Objects.requireNonNull(in, name).readAllBytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A tensor's elements, row-major in PyTorch's shape.
  public float[] values(String tensor) {
    return tensor(tensor).values();
  }

  /// A tensor's shape.
  public int[] shape(String tensor) {
    return tensor(tensor).shape();
  }

  private Safetensors.Tensor tensor(String name) {
    return Objects.requireNonNull(file.tensors().get(name), name);
  }

  /// Whether there is such a tensor.
  public boolean has(String tensor) {
    return file.tensors().containsKey(tensor);
  }

  /// Fills all parameters that the file has.
  public void load(Parameters parameters) {
    for (ParameterSpec spec : parameters.specs()) {
      if (has("parameter." + spec.name())) {
        ParameterTensors.store(
            spec, values("parameter." + spec.name()), parameters.values(spec.name()));
      }
    }
  }

  /// A parameter's gradient as it is stored here.
  public float[] gradient(ParameterSpec spec) {
    float[] stored = new float[spec.size()];
    ParameterTensors.store(spec, values("gradient." + spec.name()), stored);
    return stored;
  }
}
