package io.eddy.model.exchange.onnx;

import ai.onnx.proto.OnnxMl;
import io.eddy.model.checkpoint.CheckpointException;
import io.eddy.model.checkpoint.Safetensors;
import io.eddy.model.exchange.ForecasterWeights;
import io.eddy.model.exchange.StateDict;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterProgram;
import io.eddy.model.network.Head;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/// A forecaster as an ONNX file, and back without loss: spec, calibration and provenance stand in
/// the file's metadata.
///
/// Input `inputs` (batch, what `Preparation` writes: differences from the newest value in units of
/// the running scale), output `quantiles` (batch, 3 · horizon), quantile-major, in the same unit;
/// and the state.
public final class OnnxForecaster {

  private OnnxForecaster() {}

  /// The file's bytes. Equal forecasters give equal bytes.
  ///
  /// @throws OnnxException if ONNX has no operations for the quantiles of the forecaster's head
  public static byte[] write(Forecaster forecaster) {
    Head head = forecaster.spec().head();
    if (head == Head.STUDENT_T || head == Head.NEGATIVE_BINOMIAL) {
      throw new OnnxException(
          "ONNX has no operations for the quantiles of the head "
              + head.written()
              + ": export the weights as safetensors, or train with eddy.head=quantiles or"
              + " gaussian");
    }
    ForecasterProgram traced = ForecasterProgram.of(forecaster.spec());
    return OnnxWriter.write(
        new OnnxNetwork(
            traced.program(),
            forecaster.parameters(),
            Map.of("inputs", traced.inputs()),
            Map.of("quantiles", traced.quantiles()),
            ForecasterWeights.metadata(forecaster)));
  }

  /// Whether a file says that it holds a forecaster of Eddy's.
  ///
  /// @throws OnnxException if it is no ONNX file
  public static boolean is(byte[] bytes) {
    return ForecasterWeights.isForecaster(metadata(OnnxReader.parse(bytes)));
  }

  private static Map<String, String> metadata(OnnxMl.ModelProto model) {
    Map<String, String> metadata = new LinkedHashMap<>();
    model.getMetadataPropsList().forEach(entry -> metadata.put(entry.getKey(), entry.getValue()));
    return metadata;
  }

  /// Reads a file that [#write] wrote; its weights may have been trained on since.
  ///
  /// @throws OnnxException if it is no such file, or if its operations are not the forecaster's
  public static Forecaster read(byte[] bytes) {
    OnnxMl.ModelProto model = OnnxReader.parse(bytes);
    Map<String, Safetensors.Tensor> tensors = new TreeMap<>();
    for (OnnxMl.TensorProto initializer : model.getGraph().getInitializerList()) {
      String name = initializer.getName();
      if (!name.startsWith("const.")
          && Constants.of(name, initializer) instanceof Tensor.Floats floats) {
        int[] shape = Arrays.stream(floats.shape()).mapToInt(Math::toIntExact).toArray();
        tensors.put(name, new Safetensors.Tensor(shape, floats.values()));
      }
    }
    Forecaster forecaster;
    try {
      forecaster = ForecasterWeights.of(StateDict.of(tensors), metadata(model));
    } catch (CheckpointException e) {
      throw new OnnxException(Objects.requireNonNull(e.getMessage()), e);
    }
    // The weights alone are no forecaster if somebody changed what is done with them.
    OnnxMl.GraphProto expected = OnnxReader.parse(write(forecaster)).getGraph();
    if (!expected.getNodeList().equals(model.getGraph().getNodeList())) {
      throw new OnnxException(
          "the file's metadata say that it is a forecaster, but its operations are not those of "
              + forecaster.spec()
              + ": they were changed since");
    }
    return forecaster;
  }
}
