package io.eddy.model.exchange.onnx;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.InvalidProtocolBufferException;
import io.eddy.model.checkpoint.Safetensors;
import io.eddy.model.exchange.StateDict;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.Program;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Makes a program of an ONNX graph: one step of it.
///
/// What a graph computes for a whole sequence, LSTM, GRU and RNN nodes over a time axis, becomes a
/// step with state; axes of time, batch and direction vanish, since a program computes one row. The
/// step's outputs are what the graph gives *at the last step* of the sequence so far: so `Y_h`, or
/// a slice of the last step, is simply this step's.
///
/// - Inputs that only give initial states (PyTorch's `h_0`) become the program's own state, zero at
///   first. A constant initial state becomes a learned one.
/// - Inputs `state.<name>` with an output `state.<name>.next`, as [OnnxWriter] writes them, are
///   delays.
/// - Weights of recurrent nodes get PyTorch's names and gate order, by the path in the node's name
///   (`/encoder/rnn/LSTM_1` is layer 1 of `encoder.rnn.`); all others keep their initializer's
///   name.
/// - Integer inputs are numbers of an embedding's rows, one a step.
///
/// Whatever cannot be a step is refused by name, type, domain and place.
public final class OnnxReader {

  private static final Initializer ZERO = new Initializer.Zero();
  private static final long OLDEST_OPSET = 7;

  /// Nodes that move a tensor or name it, but compute nothing.
  private static final Set<String> MOVES =
      Set.of(
          "Identity", "Dropout", "Reshape", "Squeeze", "Unsqueeze", "Transpose", "Flatten", "Cast");

  private final OnnxMl.GraphProto graph;
  private final Map<String, String> metadata;
  private final long opset;
  private final ProgramBuilder builder = new ProgramBuilder();
  private final Map<String, Tensor> tensors = new HashMap<>();
  private final Map<String, Integer> readers = new HashMap<>();
  private final Map<String, Node> producers = new HashMap<>();
  private final Map<String, Value> inputs = new LinkedHashMap<>();
  private final Set<String> initialStates = new TreeSet<>();
  private final Map<String, ProgramBuilder.Feedback> states = new LinkedHashMap<>();
  private final Map<String, ParameterSpec> specs = new LinkedHashMap<>();
  private final Map<String, Safetensors.Tensor> weights = new TreeMap<>();

  private OnnxReader(OnnxMl.ModelProto model) {
    graph = model.getGraph();
    metadata = new LinkedHashMap<>();
    model.getMetadataPropsList().forEach(entry -> metadata.put(entry.getKey(), entry.getValue()));
    opset =
        model.getOpsetImportList().stream()
            .filter(set -> set.getDomain().isEmpty() || set.getDomain().equals("ai.onnx"))
            .mapToLong(OnnxMl.OperatorSetIdProto::getVersion)
            .findFirst()
            .orElse(0);
    if (opset < OLDEST_OPSET) {
      throw new OnnxException(
          "the file uses operator set " + opset + ", expected " + OLDEST_OPSET + " or newer");
    }
  }

  /// Reads a file's bytes.
  ///
  /// @throws OnnxException if they are no ONNX file, or hold what no program can do
  public static OnnxNetwork read(byte[] bytes) {
    return new OnnxReader(parse(bytes)).network();
  }

  static OnnxMl.ModelProto parse(byte[] bytes) {
    OnnxMl.ModelProto model;
    try {
      model = OnnxMl.ModelProto.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new OnnxException("the file is no ONNX file, or was cut off: " + e.getMessage(), e);
    }
    if (!model.hasGraph() || model.getGraph().getOutputCount() == 0) {
      throw new OnnxException("the file is no ONNX file: it has no graph with outputs");
    }
    return model;
  }

  private OnnxNetwork network() {
    readInitializers();
    List<Node> needed = neededNodes();
    readInputs();
    for (Node node : needed) {
      try {
        new NodeReader(this, node).read();
      } catch (IllegalArgumentException | IndexOutOfBoundsException | ArithmeticException e) {
        // What the ops' own checks say of shapes, with the node's place.
        throw node.problem(String.valueOf(e.getMessage()), e);
      }
    }
    Map<String, Value> outputs = new LinkedHashMap<>();
    for (OnnxMl.ValueInfoProto output : graph.getOutputList()) {
      String name = output.getName();
      String state = stateBefore(name);
      if (state != null) {
        close(state, tensor(name, "the graph's output"));
      } else if (tensor(name, "the graph's output") instanceof Tensor.Row row) {
        outputs.put(name, row.value());
      } else {
        throw new OnnxException(
            "the graph's output " + name + " is constant, or a shape: no program computes it");
      }
    }
    for (String name : initialStates) {
      if (inputs.containsKey(name)) {
        throw new OnnxException(
            "the graph's input "
                + name
                + " is both an initial state and read as data: a step has its state from itself");
      }
    }
    Program program;
    try {
      program = builder.build();
    } catch (IllegalStateException e) {
      throw new OnnxException("the graph's states: " + e.getMessage(), e);
    }
    Map<String, String> kept = new LinkedHashMap<>(metadata);
    kept.keySet().removeIf(key -> key.startsWith(OnnxWriter.INITIAL));
    return new OnnxNetwork(
        program, StateDict.of(weights).toParameters(program.parameters()), inputs, outputs, kept);
  }

  private void readInitializers() {
    for (OnnxMl.TensorProto initializer : graph.getInitializerList()) {
      tensors.put(initializer.getName(), Constants.of(initializer.getName(), initializer));
    }
  }

  /// Nodes that the outputs follow from, in the file's order.
  private List<Node> neededNodes() {
    List<Node> nodes = new ArrayList<>();
    for (int i = 0; i < graph.getNodeCount(); i++) {
      var node = new Node(graph.getNode(i), i);
      nodes.add(node);
      graph.getNode(i).getOutputList().forEach(output -> producers.put(output, node));
    }
    Set<Node> needed = Collections.newSetFromMap(new IdentityHashMap<>());
    List<String> open = new ArrayList<>();
    graph.getOutputList().forEach(output -> open.add(output.getName()));
    graph.getOutputList().forEach(output -> readers.merge(output.getName(), 1, Integer::sum));
    while (!open.isEmpty()) {
      Node producer = producers.get(open.removeLast());
      if (producer != null && needed.add(producer)) {
        producer.proto().getInputList().forEach(input -> readers.merge(input, 1, Integer::sum));
        open.addAll(producer.proto().getInputList());
      }
    }
    return nodes.stream().filter(needed::contains).toList();
  }

  private void readInputs() {
    Set<String> outputNames = new HashSet<>();
    graph.getOutputList().forEach(output -> outputNames.add(output.getName()));
    for (OnnxMl.ValueInfoProto input : graph.getInputList()) {
      String name = input.getName();
      if (tensors.containsKey(name)) {
        continue; // before IR version 4, initializers had to be inputs too
      }
      if (name.startsWith(OnnxWriter.STATE) && outputNames.contains(name + OnnxWriter.NEXT)) {
        tensors.put(name, state(input));
      } else {
        tensors.put(name, input(input));
      }
    }
  }

  private Tensor state(OnnxMl.ValueInfoProto input) {
    String name = input.getName();
    long[] shape = shape(input);
    if (shape.length < 2 || shape.length > 3 || shape[shape.length - 1] < 1) {
      throw new OnnxException(
          "the state " + name + " has shape " + Arrays.toString(shape) + ", expected (batch, n)");
    }
    int width = Math.toIntExact(shape[shape.length - 1]);
    int steps = shape.length == 2 ? 1 : Math.toIntExact(shape[1]);
    String traced = name.substring(OnnxWriter.STATE.length());
    String initial = metadata.get(OnnxWriter.INITIAL + name);
    ProgramBuilder.Feedback feedback;
    if (initial == null) {
      feedback = builder.feedback(traced, width, steps);
    } else {
      if (!(tensors.get(initial) instanceof Tensor.Floats floats)
          || floats.values().length != width) {
        throw new OnnxException(
            "the state " + name + " starts from " + initial + ", which is no constant as wide");
      }
      feedback = builder.feedback(traced, vector(initial, floats.values()), steps);
    }
    states.put(name, feedback);
    if (steps > 1) {
      return new Tensor.Line(feedback, steps, 0, steps);
    }
    return new Tensor.Row(
        Tensor.Source.of(feedback.value()), List.of(new Axis.Rows(), new Axis.Columns(width)));
  }

  private Tensor input(OnnxMl.ValueInfoProto input) {
    String name = input.getName();
    long[] shape = shape(input);
    var type = OnnxMl.TensorProto.DataType.forNumber(input.getType().getTensorType().getElemType());
    boolean isNumber =
        type == OnnxMl.TensorProto.DataType.INT64 || type == OnnxMl.TensorProto.DataType.INT32;
    List<Axis> axes = new ArrayList<>();
    for (int i = 0; i < shape.length; i++) {
      axes.add(new Axis.Rows());
    }
    int width = 1;
    if (!isNumber) {
      if (shape.length == 0 || shape[shape.length - 1] < 1) {
        throw new OnnxException(
            "the graph's input "
                + name
                + " has shape "
                + Arrays.toString(shape)
                + ", expected a fixed size of its last axis: the columns of a row");
      }
      width = Math.toIntExact(shape[shape.length - 1]);
      axes.set(shape.length - 1, new Axis.Columns(width));
    }
    int columns = width;
    return new Tensor.Row(
        Tensor.Source.input(
            name, () -> inputs.computeIfAbsent(name, _ -> builder.input(name, columns))),
        List.copyOf(axes));
  }

  /// A tensor's sizes, -1 where only a run shows them.
  private static long[] shape(OnnxMl.ValueInfoProto value) {
    return value.getType().getTensorType().getShape().getDimList().stream()
        .mapToLong(dimension -> dimension.hasDimValue() ? dimension.getDimValue() : -1)
        .toArray();
  }

  private @Nullable String stateBefore(String output) {
    if (!output.endsWith(OnnxWriter.NEXT)) {
      return null;
    }
    String state = output.substring(0, output.length() - OnnxWriter.NEXT.length());
    return states.containsKey(state) ? state : null;
  }

  private void close(String state, Tensor next) {
    ProgramBuilder.Feedback feedback = Objects.requireNonNull(states.get(state));
    try {
      switch (next) {
        case Tensor.Row row -> feedback.close(row.value());
        case Tensor.Shifted shifted when shifted.feedback() == feedback ->
            feedback.close(shifted.newest());
        case Tensor.Shifted _,
            Tensor.Floats _,
            Tensor.Sum _,
            Tensor.Integers _,
            Tensor.Zeros _,
            Tensor.Line _ ->
            throw new OnnxException(
                state + OnnxWriter.NEXT + " is not what a step makes of " + state);
      }
    } catch (IllegalArgumentException e) {
      throw new OnnxException("the state " + state + ": " + e.getMessage(), e);
    }
  }

  long opset() {
    return opset;
  }

  ProgramBuilder builder() {
    return builder;
  }

  /// The tensor of that name.
  Tensor tensor(String name, String reader) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new OnnxException(
          reader + " reads tensor " + name + ", which nothing before it writes");
    }
    return tensor;
  }

  void put(String name, Tensor tensor) {
    if (!name.isEmpty()) {
      tensors.put(name, tensor);
    }
  }

  /// Whether a tensor is a product that one node alone reads, so that a sum may be added up in its
  /// place.
  boolean isReadOnce(String name) {
    Node producer = producers.get(name);
    return producer != null
        && readers.getOrDefault(name, 0) == 1
        && (producer.type().equals("Gemm") || producer.type().equals("MatMul"));
  }

  static boolean moves(Node node) {
    return MOVES.contains(node.type());
  }

  void initialState(String input) {
    initialStates.add(input);
  }

  /// A parameter of one dimension.
  ParameterSpec vector(String name, float[] values) {
    return declare(
        ParameterSpec.vector(unique(name, values), values.length, ZERO),
        new Safetensors.Tensor(new int[] {values.length}, values));
  }

  ParameterSpec buffer(String name, float[] values) {
    return declare(
        ParameterSpec.buffer(unique(name, values), values.length, ZERO),
        new Safetensors.Tensor(new int[] {values.length}, values));
  }

  /// A matrix of PyTorch's layout (outputs, inputs).
  ParameterSpec matrix(String name, int outputs, int inputSize, float[] values) {
    return declare(
        ParameterSpec.matrix(unique(name, values), outputs, inputSize, ZERO),
        new Safetensors.Tensor(new int[] {outputs, inputSize}, values));
  }

  ParameterSpec table(String name, int rows, int width, float[] values) {
    return declare(
        ParameterSpec.table(unique(name, values), rows, width, ZERO),
        new Safetensors.Tensor(new int[] {rows, width}, values));
  }

  /// The name, with a number behind it if another parameter has it.
  private String unique(String name, float[] values) {
    String free = name;
    for (int i = 2; weights.containsKey(free); i++) {
      if (Arrays.equals(Objects.requireNonNull(weights.get(free)).values(), values)) {
        return free;
      }
      free = name + "." + i;
    }
    return free;
  }

  private ParameterSpec declare(ParameterSpec spec, Safetensors.Tensor tensor) {
    ParameterSpec before = specs.putIfAbsent(spec.name(), spec);
    if (before != null && !before.equals(spec)) {
      throw new OnnxException(
          "the constant " + spec.name() + " is used both as " + before + " and as " + spec);
    }
    weights.put(spec.name(), tensor);
    return spec;
  }

  /// Gives a parameter that a cell declared its values.
  void fill(String name, int[] shape, float[] values) {
    weights.put(name, new Safetensors.Tensor(shape, values));
  }

  /// Whether a parameter has that name.
  boolean hasParameter(String name) {
    return weights.containsKey(name);
  }
}
