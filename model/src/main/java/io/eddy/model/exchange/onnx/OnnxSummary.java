package io.eddy.model.exchange.onnx;

import ai.onnx.proto.OnnxMl;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What an ONNX file holds, whether or not a program can be made of it.
///
/// @param producer what wrote it, as it says
/// @param operatorSet the version of the standard operators, 0 if it names none
/// @param inputs of the graph, without the initializers
/// @param outputs of the graph
/// @param initializers weights and other constants
/// @param operators how many nodes there are of each type
/// @param metadata free text by key
public record OnnxSummary(
    String producer,
    long operatorSet,
    List<Entry> inputs,
    List<Entry> outputs,
    List<Entry> initializers,
    Map<String, Integer> operators,
    Map<String, String> metadata) {

  /// A tensor by name.
  ///
  /// @param type such as FLOAT
  /// @param shape sizes; those that only a run shows by name, or `?`
  public record Entry(String name, String type, List<String> shape) {

    public Entry {
      shape = List.copyOf(shape);
    }
  }

  public OnnxSummary {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    initializers = List.copyOf(initializers);
    operators = new TreeMap<>(operators);
    metadata = new LinkedHashMap<>(metadata);
  }

  /// Reads a file's bytes.
  ///
  /// @throws OnnxException if they are no ONNX file
  public static OnnxSummary of(byte[] bytes) {
    OnnxMl.ModelProto model = OnnxReader.parse(bytes);
    OnnxMl.GraphProto graph = model.getGraph();
    List<Entry> initializers =
        graph.getInitializerList().stream()
            .map(
                tensor ->
                    new Entry(
                        tensor.getName(),
                        type(tensor.getDataType()),
                        tensor.getDimsList().stream().map(String::valueOf).toList()))
            .toList();
    List<String> names = initializers.stream().map(Entry::name).toList();
    Map<String, Integer> operators = new TreeMap<>();
    for (OnnxMl.NodeProto node : graph.getNodeList()) {
      String domain = node.getDomain().isEmpty() ? "" : node.getDomain() + ".";
      operators.merge(domain + node.getOpType(), 1, Integer::sum);
    }
    Map<String, String> metadata = new LinkedHashMap<>();
    model.getMetadataPropsList().forEach(entry -> metadata.put(entry.getKey(), entry.getValue()));
    return new OnnxSummary(
        (model.getProducerName() + " " + model.getProducerVersion()).strip(),
        model.getOpsetImportList().stream()
            .filter(set -> set.getDomain().isEmpty() || set.getDomain().equals("ai.onnx"))
            .mapToLong(OnnxMl.OperatorSetIdProto::getVersion)
            .findFirst()
            .orElse(0),
        graph.getInputList().stream()
            .filter(input -> !names.contains(input.getName()))
            .map(OnnxSummary::entry)
            .toList(),
        graph.getOutputList().stream().map(OnnxSummary::entry).toList(),
        initializers,
        operators,
        metadata);
  }

  private static Entry entry(OnnxMl.ValueInfoProto value) {
    OnnxMl.TypeProto.Tensor tensor = value.getType().getTensorType();
    List<String> shape =
        tensor.getShape().getDimList().stream()
            .map(
                dimension ->
                    dimension.hasDimValue()
                        ? Long.toString(dimension.getDimValue())
                        : dimension.getDimParam().isEmpty() ? "?" : dimension.getDimParam())
            .toList();
    return new Entry(value.getName(), type(tensor.getElemType()), shape);
  }

  private static String type(int number) {
    OnnxMl.TensorProto.DataType type = OnnxMl.TensorProto.DataType.forNumber(number);
    return type == null ? Integer.toString(number) : type.name();
  }
}
