package io.eddy.benchmarks.peer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;

/// The bytes of an ONNX file, for graphs of float tensors. Field numbers are those of onnx.proto.
public final class OnnxModel {

  private static final int FLOAT = 1;
  private static final int INT_ATTRIBUTE = 2;

  private final Protobuf graph = new Protobuf().text(2, "benchmark");

  /// A graph without nodes.
  public OnnxModel() {}

  /// An input of the graph.
  public OnnxModel input(String name, long... shape) {
    graph.message(11, value -> valueInfo(value, name, shape));
    return this;
  }

  /// An output of the graph.
  public OnnxModel output(String name, long... shape) {
    graph.message(12, value -> valueInfo(value, name, shape));
    return this;
  }

  /// A constant tensor, row-major.
  public OnnxModel constant(String name, float[] values, long... shape) {
    ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    raw.asFloatBuffer().put(values);
    graph.message(
        5,
        tensor -> {
          for (long size : shape) {
            tensor.number(1, size);
          }
          tensor.number(2, FLOAT).text(8, name).bytes(9, raw.array());
        });
    return this;
  }

  /// A node of the standard operators.
  ///
  /// @param inputs names; an empty one leaves an optional input out
  /// @param attributes whole numbers by name
  public OnnxModel node(
      String operator, List<String> inputs, List<String> outputs, Map<String, Long> attributes) {
    return node("", operator, inputs, outputs, attributes);
  }

  /// A node of another operator set, such as `com.microsoft`.
  public OnnxModel node(
      String domain,
      String operator,
      List<String> inputs,
      List<String> outputs,
      Map<String, Long> attributes) {
    graph.message(
        1,
        node -> {
          inputs.forEach(name -> node.text(1, name));
          outputs.forEach(name -> node.text(2, name));
          node.text(4, operator);
          attributes.forEach(
              (name, value) ->
                  node.message(
                      5,
                      attribute ->
                          attribute.text(1, name).number(3, value).number(20, INT_ATTRIBUTE)));
          node.text(7, domain);
        });
    return this;
  }

  /// The file.
  public byte[] toBytes() {
    return new Protobuf()
        .number(1, 8)
        .bytes(7, graph.toBytes())
        .message(8, operators -> operators.text(1, "").number(2, 17))
        .message(8, operators -> operators.text(1, "com.microsoft").number(2, 1))
        .toBytes();
  }

  private static void valueInfo(Protobuf value, String name, long[] shape) {
    value
        .text(1, name)
        .message(
            2,
            type ->
                type.message(
                    1,
                    tensor ->
                        tensor
                            .number(1, FLOAT)
                            .message(
                                2,
                                dimensions -> {
                                  for (long size : shape) {
                                    dimensions.message(1, dimension -> dimension.number(1, size));
                                  }
                                })));
  }
}
