package io.eddy.model.checkpoint;

import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterProgram;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.parameter.Parameters;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// A forecaster as a safetensors file: weights under PyTorch's names in PyTorch's layout, spec and
/// provenance in the metadata. Equal forecasters give equal bytes.
public final class ForecasterCheckpoint {

  private static final String CALIBRATION = "calibration.width";

  private ForecasterCheckpoint() {}

  /// The file's bytes.
  public static byte[] write(Forecaster forecaster) {
    Map<String, String> metadata = new LinkedHashMap<>(forecaster.spec().toMetadata());
    Metadata.add(metadata, forecaster.provenance());
    Map<String, Safetensors.Tensor> tensors = ParameterTensors.toTensors(forecaster.parameters());
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
    Metadata.requireFormat(file);
    ForecasterSpec spec;
    try {
      spec = ForecasterSpec.fromMetadata(file.metadata());
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("the checkpoint's metadata: " + e.getMessage(), e);
    }
    Parameters parameters =
        ParameterTensors.read(
            file, ForecasterProgram.of(spec).program().parameters(), Set.of(CALIBRATION));
    float[] calibration =
        ParameterTensors.checked(file, CALIBRATION, spec.quantileCount() - 1, spec.horizon())
            .values();
    for (float factor : calibration) {
      if (factor <= 0) {
        throw new CheckpointException(
            "tensor " + CALIBRATION + " has a factor of " + factor + ", expected more than 0");
      }
    }
    return new Forecaster(spec, parameters, calibration, Metadata.provenance(file));
  }
}
