package io.eddy.model.exchange.onnx;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Puts an ONNX graph together, node by node. Tensors are named by their place, constants by what
/// they are, so that equal networks give equal bytes.
final class GraphBuilder {

  /// The operator set that is written: LayerNormalization came with it.
  static final int OPSET = 17;

  private static final int IR_VERSION = 8;

  private final OnnxMl.GraphProto.Builder graph = OnnxMl.GraphProto.newBuilder().setName("step");
  private final Set<String> constants = new HashSet<>();
  private int tensors;

  /// A name that no tensor has yet.
  String fresh() {
    return "t" + tensors++;
  }

  /// Adds a node with one output.
  ///
  /// @return the output's name
  String node(String type, List<String> inputs, OnnxMl.AttributeProto... attributes) {
    String output = fresh();
    node(type, inputs, output, attributes);
    return output;
  }

  void node(String type, List<String> inputs, String output, OnnxMl.AttributeProto... attributes) {
    graph.addNode(
        OnnxMl.NodeProto.newBuilder()
            .setName(type + "_" + graph.getNodeCount())
            .setOpType(type)
            .addAllInput(inputs)
            .addOutput(output)
            .addAllAttribute(Arrays.asList(attributes)));
  }

  static OnnxMl.AttributeProto attribute(String name, long value) {
    return OnnxMl.AttributeProto.newBuilder()
        .setName(name)
        .setType(OnnxMl.AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  static OnnxMl.AttributeProto attribute(String name, float value) {
    return OnnxMl.AttributeProto.newBuilder()
        .setName(name)
        .setType(OnnxMl.AttributeProto.AttributeType.FLOAT)
        .setF(value)
        .build();
  }

  static OnnxMl.AttributeProto attribute(String name, List<Long> values) {
    return OnnxMl.AttributeProto.newBuilder()
        .setName(name)
        .setType(OnnxMl.AttributeProto.AttributeType.INTS)
        .addAllInts(values)
        .build();
  }

  /// A number that goes with any shape.
  String number(float value) {
    return weights("const.float." + value, new float[] {value});
  }

  /// Whole numbers: axes, places, shapes.
  String integers(long... values) {
    String name =
        "const.int." + Arrays.toString(values).replaceAll("[\\[\\] ]", "").replace(',', '.');
    if (constants.add(name)) {
      ByteBuffer raw = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
      raw.asLongBuffer().put(values);
      graph.addInitializer(
          OnnxMl.TensorProto.newBuilder()
              .setName(name)
              .setDataType(OnnxMl.TensorProto.DataType.INT64.getNumber())
              .addDims(values.length)
              .setRawData(ByteString.copyFrom(raw.array())));
    }
    return name;
  }

  /// Weights, once under each name.
  String weights(String name, float[] values, int... shape) {
    if (constants.add(name)) {
      ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
      raw.asFloatBuffer().put(values);
      OnnxMl.TensorProto.Builder tensor =
          OnnxMl.TensorProto.newBuilder()
              .setName(name)
              .setDataType(OnnxMl.TensorProto.DataType.FLOAT.getNumber())
              .setRawData(ByteString.copyFrom(raw.array()));
      for (int size : shape) {
        tensor.addDims(size);
      }
      graph.addInitializer(tensor);
    }
    return name;
  }

  void input(String name, int... sizes) {
    graph.addInput(floats(name, sizes));
  }

  void output(String name, int... sizes) {
    graph.addOutput(floats(name, sizes));
  }

  /// A tensor of floats: the batch, of any size, and then `sizes`.
  private static OnnxMl.ValueInfoProto floats(String name, int... sizes) {
    OnnxMl.TensorShapeProto.Builder shape = OnnxMl.TensorShapeProto.newBuilder();
    shape.addDim(OnnxMl.TensorShapeProto.Dimension.newBuilder().setDimParam("batch"));
    for (int size : sizes) {
      shape.addDim(OnnxMl.TensorShapeProto.Dimension.newBuilder().setDimValue(size));
    }
    return OnnxMl.ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            OnnxMl.TypeProto.newBuilder()
                .setTensorType(
                    OnnxMl.TypeProto.Tensor.newBuilder()
                        .setElemType(OnnxMl.TensorProto.DataType.FLOAT.getNumber())
                        .setShape(shape)))
        .build();
  }

  byte[] toBytes(Map<String, String> metadata) {
    OnnxMl.ModelProto.Builder model =
        OnnxMl.ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .setProducerName("eddy")
            .addOpsetImport(OnnxMl.OperatorSetIdProto.newBuilder().setVersion(OPSET))
            .setGraph(graph);
    metadata.forEach(
        (key, value) ->
            model.addMetadataProps(
                OnnxMl.StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    return model.build().toByteArray();
  }
}
