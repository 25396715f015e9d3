package io.eddy.benchmarks.exchange;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// Puts a graph together as exporters write them, with random weights.
final class SampleGraph {

  private static final long SEED = 11;

  private final OnnxMl.GraphProto.Builder graph = OnnxMl.GraphProto.newBuilder().setName("main");
  private final SplittableRandom random = new SplittableRandom(SEED);

  /// Random weights, uniform in ±0.7.
  String weights(String name, long... shape) {
    float[] values = new float[(int) Arrays.stream(shape).reduce(1, (one, other) -> one * other)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (1.4 * random.nextDouble() - 0.7);
    }
    return floats(name, values, shape);
  }

  String floats(String name, float[] values, long... shape) {
    ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    raw.asFloatBuffer().put(values);
    initializer(name, OnnxMl.TensorProto.DataType.FLOAT, raw.array(), shape);
    return name;
  }

  /// A list of whole numbers.
  String integers(String name, long... values) {
    return integers(name, values, new long[] {values.length});
  }

  /// A single whole number, without axes.
  String scalar(String name, long value) {
    return integers(name, new long[] {value}, new long[0]);
  }

  private String integers(String name, long[] values, long[] shape) {
    ByteBuffer raw = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    raw.asLongBuffer().put(values);
    initializer(name, OnnxMl.TensorProto.DataType.INT64, raw.array(), shape);
    return name;
  }

  private void initializer(
      String name, OnnxMl.TensorProto.DataType type, byte[] raw, long... shape) {
    OnnxMl.TensorProto.Builder tensor =
        OnnxMl.TensorProto.newBuilder()
            .setName(name)
            .setDataType(type.getNumber())
            .setRawData(ByteString.copyFrom(raw));
    for (long size : shape) {
      tensor.addDims(size);
    }
    graph.addInitializer(tensor);
  }

  /// A node; its output has its name.
  String node(String type, String name, List<String> inputs, OnnxMl.AttributeProto... attributes) {
    return nodes(type, name, inputs, List.of(name), attributes).getFirst();
  }

  List<String> nodes(
      String type,
      String name,
      List<String> inputs,
      List<String> outputs,
      OnnxMl.AttributeProto... attributes) {
    graph.addNode(
        OnnxMl.NodeProto.newBuilder()
            .setName(name)
            .setOpType(type)
            .addAllInput(inputs)
            .addAllOutput(outputs)
            .addAllAttribute(Arrays.asList(attributes)));
    return outputs;
  }

  static OnnxMl.AttributeProto integer(String name, int value) {
    return OnnxMl.AttributeProto.newBuilder()
        .setName(name)
        .setType(OnnxMl.AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  static OnnxMl.AttributeProto integers(String name, List<Long> values) {
    return OnnxMl.AttributeProto.newBuilder()
        .setName(name)
        .setType(OnnxMl.AttributeProto.AttributeType.INTS)
        .addAllInts(values)
        .build();
  }

  static OnnxMl.AttributeProto texts(String name, String... values) {
    OnnxMl.AttributeProto.Builder attribute =
        OnnxMl.AttributeProto.newBuilder()
            .setName(name)
            .setType(OnnxMl.AttributeProto.AttributeType.STRINGS);
    for (String value : values) {
      attribute.addStrings(ByteString.copyFromUtf8(value));
    }
    return attribute.build();
  }

  /// @param sizes a number, or a name for a size that only a run shows
  SampleGraph input(String name, OnnxMl.TensorProto.DataType type, Object... sizes) {
    graph.addInput(value(name, type, sizes));
    return this;
  }

  /// The file of a graph with one output of floats.
  byte[] toBytes(String output, Object... sizes) {
    graph.addOutput(value(output, OnnxMl.TensorProto.DataType.FLOAT, sizes));
    return OnnxMl.ModelProto.newBuilder()
        .setIrVersion(8)
        .setProducerName("eddy-benchmarks")
        .addOpsetImport(OnnxMl.OperatorSetIdProto.newBuilder().setVersion(17))
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  private static OnnxMl.ValueInfoProto value(
      String name, OnnxMl.TensorProto.DataType type, Object... sizes) {
    OnnxMl.TensorShapeProto.Builder shape = OnnxMl.TensorShapeProto.newBuilder();
    for (Object size : sizes) {
      OnnxMl.TensorShapeProto.Dimension.Builder dimension =
          OnnxMl.TensorShapeProto.Dimension.newBuilder();
      if (size instanceof Integer number) {
        dimension.setDimValue(number);
      } else {
        dimension.setDimParam(size.toString());
      }
      shape.addDim(dimension);
    }
    return OnnxMl.ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            OnnxMl.TypeProto.newBuilder()
                .setTensorType(
                    OnnxMl.TypeProto.Tensor.newBuilder()
                        .setElemType(type.getNumber())
                        .setShape(shape)))
        .build();
  }
}
