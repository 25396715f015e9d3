package io.eddy.model.exchange.onnx;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.ByteString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A node of a graph with its place, for messages.
record Node(OnnxMl.NodeProto proto, int index) {

  String type() {
    return proto.getOpType();
  }

  boolean isStandard() {
    return proto.getDomain().isEmpty() || proto.getDomain().equals("ai.onnx");
  }

  String name() {
    return proto.getName();
  }

  OnnxException problem(String what) {
    return new OnnxException(place() + ": " + what);
  }

  OnnxException problem(String what, Throwable cause) {
    return new OnnxException(place() + ": " + what, cause);
  }

  /// Its place, name, type, domain and tensors.
  String place() {
    return "node "
        + index
        + " \""
        + name()
        + "\" ("
        + type()
        + " of "
        + (proto.getDomain().isEmpty() ? "ai.onnx" : proto.getDomain())
        + ", "
        + proto.getInputList()
        + " to "
        + proto.getOutputList()
        + ")";
  }

  /// Refuses the node unless something holds.
  void require(boolean holds, String otherwise) {
    if (!holds) {
      throw problem(otherwise);
    }
  }

  /// The name of an input, empty if it was left out.
  String input(int i) {
    return i < proto.getInputCount() ? proto.getInput(i) : "";
  }

  /// The name of an output, empty if it was left out.
  String output(int i) {
    return i < proto.getOutputCount() ? proto.getOutput(i) : "";
  }

  private OnnxMl.@Nullable AttributeProto attribute(String name) {
    for (OnnxMl.AttributeProto attribute : proto.getAttributeList()) {
      if (attribute.getName().equals(name)) {
        return attribute;
      }
    }
    return null;
  }

  boolean has(String name) {
    return attribute(name) != null;
  }

  long integer(String name, long otherwise) {
    OnnxMl.AttributeProto attribute = attribute(name);
    return attribute == null ? otherwise : attribute.getI();
  }

  float number(String name, float otherwise) {
    OnnxMl.AttributeProto attribute = attribute(name);
    return attribute == null ? otherwise : attribute.getF();
  }

  String text(String name, String otherwise) {
    OnnxMl.AttributeProto attribute = attribute(name);
    return attribute == null ? otherwise : attribute.getS().toStringUtf8();
  }

  List<String> texts(String name) {
    OnnxMl.AttributeProto attribute = attribute(name);
    return attribute == null
        ? List.of()
        : attribute.getStringsList().stream().map(ByteString::toStringUtf8).toList();
  }

  long @Nullable [] integers(String name) {
    OnnxMl.AttributeProto attribute = attribute(name);
    return attribute == null
        ? null
        : attribute.getIntsList().stream().mapToLong(Long::longValue).toArray();
  }

  OnnxMl.@Nullable TensorProto tensor(String name) {
    OnnxMl.AttributeProto attribute = attribute(name);
    return attribute == null || !attribute.hasT() ? null : attribute.getT();
  }
}
