package io.eddy.model.checkpoint;

import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterProgram;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// A forecaster as a safetensors file: weights under PyTorch's names in PyTorch's layout, spec and
/// provenance in the metadata. Equal forecasters give equal bytes.
public final class ForecasterCheckpoint {

  private static final String FORMAT = "eddy.format";
  private static final String FORMAT_VERSION = "1";
  private static final String CALIBRATION = "calibration.width";
  private static final String PROVENANCE_PREFIX = "provenance.";

  private ForecasterCheckpoint() {}

  /// The file's bytes.
  public static byte[] write(Forecaster forecaster) {
    Map<String, String> metadata = new LinkedHashMap<>(forecaster.spec().toMetadata());
    metadata.put(FORMAT, FORMAT_VERSION);
    forecaster.provenance().forEach((key, value) -> metadata.put(PROVENANCE_PREFIX + key, value));
    Map<String, Safetensors.Tensor> tensors = new LinkedHashMap<>();
    Parameters parameters = forecaster.parameters();
    for (ParameterSpec spec : parameters.specs()) {
      tensors.put(spec.name(), ParameterTensors.toTensor(spec, parameters.values(spec.name())));
    }
    tensors.put(
        CALIBRATION,
        new Safetensors.Tensor(
            new int[] {forecaster.spec().quantileCount() - 1, forecaster.spec().horizon()},
            forecaster.calibration()));
    return new Safetensors(metadata, tensors).toBytes();
  }

  /// Reads a file's bytes.
  ///
  /// @throws CheckpointException if they are no checkpoint of a forecaster, or of a newer format
  public static Forecaster read(byte[] bytes) {
    Safetensors file = Safetensors.fromBytes(bytes);
    String format = file.metadata().get(FORMAT);
    if (format == null) {
      throw new CheckpointException(
          "the file's metadata has no " + FORMAT + ": it is no checkpoint of Eddy's");
    }
    if (!format.equals(FORMAT_VERSION)) {
      throw new CheckpointException(
          "the checkpoint has "
              + FORMAT
              + " "
              + format
              + ", this release reads "
              + FORMAT_VERSION
              + ": read it with the release that wrote it");
    }
    ForecasterSpec spec;
    try {
      spec = ForecasterSpec.fromMetadata(file.metadata());
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("the checkpoint's metadata: " + e.getMessage(), e);
    }
    List<ParameterSpec> expected = ForecasterProgram.of(spec).program().parameters();
    var unknown = new TreeSet<>(file.tensors().keySet());
    // All shapes before the first allocation: metadata alone could ask for any amount of memory.
    for (ParameterSpec parameter : expected) {
      unknown.remove(parameter.name());
      checked(file, parameter.name(), parameter.shape());
    }
    unknown.remove(CALIBRATION);
    float[] calibration =
        checked(file, CALIBRATION, spec.quantileCount() - 1, spec.horizon()).values();
    for (float factor : calibration) {
      if (factor <= 0) {
        throw new CheckpointException(
            "tensor " + CALIBRATION + " has a factor of " + factor + ", expected more than 0");
      }
    }
    if (!unknown.isEmpty()) {
      throw new CheckpointException(
          "the checkpoint has tensors that " + spec + " lacks: " + unknown);
    }
    Parameters parameters = Parameters.zeros(expected);
    for (ParameterSpec parameter : expected) {
      ParameterTensors.store(
          parameter, tensor(file, parameter.name()).values(), parameters.values(parameter.name()));
    }
    Map<String, String> provenance = new LinkedHashMap<>();
    file.metadata()
        .forEach(
            (key, value) -> {
              if (key.startsWith(PROVENANCE_PREFIX)) {
                provenance.put(key.substring(PROVENANCE_PREFIX.length()), value);
              }
            });
    return new Forecaster(spec, parameters, calibration, provenance);
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
  private static Safetensors.Tensor checked(Safetensors file, String name, int... shape) {
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
