package io.eddy.model.exchange.onnx;

import static io.eddy.model.exchange.onnx.GraphBuilder.attribute;

import ai.onnx.proto.OnnxMl;
import io.eddy.model.checkpoint.ParameterTensors;
import io.eddy.model.checkpoint.Safetensors;
import io.eddy.model.op.Add;
import io.eddy.model.op.Affine;
import io.eddy.model.op.Argmax;
import io.eddy.model.op.Attend;
import io.eddy.model.op.BatchNorm;
import io.eddy.model.op.Concatenation;
import io.eddy.model.op.CumulativeSum;
import io.eddy.model.op.Diagonal;
import io.eddy.model.op.Dropout;
import io.eddy.model.op.Exp;
import io.eddy.model.op.Gelu;
import io.eddy.model.op.GeluTanh;
import io.eddy.model.op.GroupSum;
import io.eddy.model.op.GruGates;
import io.eddy.model.op.Interleave;
import io.eddy.model.op.LayerNorm;
import io.eddy.model.op.Linear;
import io.eddy.model.op.Log;
import io.eddy.model.op.LogSoftmax;
import io.eddy.model.op.Lookup;
import io.eddy.model.op.LstmGates;
import io.eddy.model.op.Multiply;
import io.eddy.model.op.QuantileFan;
import io.eddy.model.op.Relu;
import io.eddy.model.op.Repeat;
import io.eddy.model.op.RowDot;
import io.eddy.model.op.Select;
import io.eddy.model.op.Sigmoid;
import io.eddy.model.op.Softmax;
import io.eddy.model.op.Softplus;
import io.eddy.model.op.Softsign;
import io.eddy.model.op.Tanh;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.Op;
import io.eddy.model.program.Program;
import io.eddy.model.program.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// Writes one step of a network as an ONNX file of standard operators (set 17).
///
/// | in the program | in the file |
/// | --- | --- |
/// | a value of every step, width n | a float tensor (batch, n) |
/// | a memory | an input (batch, slots, n), all of it filled |
/// | a delay by one step | an input `state.<name>` (batch, n) and an output `state.<name>.next`, to be given back at the next step; zeros at first |
/// | a delay by d steps | the same as (batch, d, n), oldest first |
/// | a past of w steps | `state.<name>` (batch, w, n), newest last, and `state.<name>.count` (batch, 1), the steps seen so far, at most w |
/// | a parameter | an initializer under its own name, in PyTorch's layout |
///
/// A learned initial state is an initializer too; the entry `eddy.initial.state.<name>` of the
/// metadata names it. Only what the outputs need is written.
public final class OnnxWriter {

  /// Before the name of a state.
  static final String STATE = "state.";

  /// Behind the name of a state after the step.
  static final String NEXT = ".next";

  /// Behind the name of a past: how many of its entries are filled.
  static final String COUNT = ".count";

  /// Before the name of a state in the metadata: which initializer it starts from.
  static final String INITIAL = "eddy.initial.";

  private final OnnxNetwork network;
  private final Program program;
  private final GraphBuilder graph = new GraphBuilder();
  private final String[] names; // of the tensors, by value
  private final Map<Integer, String> states = new LinkedHashMap<>(); // by delayed or past value
  private final Map<Integer, String> counts = new HashMap<>(); // by past
  private final Map<String, String> metadata;

  private OnnxWriter(OnnxNetwork network) {
    this.network = network;
    program = network.program();
    names = new String[program.values().size()];
    metadata = new LinkedHashMap<>(network.metadata());
    // A network that was read already names the states it had then: names may have changed since.
    metadata.keySet().removeIf(key -> key.startsWith(INITIAL));
  }

  /// The file's bytes. Equal networks give equal bytes.
  ///
  /// @throws OnnxException if ONNX has nothing for one of its operations; the message names it with
  ///   its place
  public static byte[] write(OnnxNetwork network) {
    return new OnnxWriter(network).toBytes();
  }

  private byte[] toBytes() {
    Set<Integer> needed = needed();
    nameStates(needed);
    network.inputs().forEach((name, value) -> writeInput(name, value, needed));
    states.forEach(this::writeStateInput);
    Set<Integer> neededNodes = new HashSet<>();
    for (int node = 0; node < program.nodeCount(); node++) {
      if (program.outputs(node).stream().anyMatch(value -> needed.contains(value.index()))) {
        neededNodes.add(node);
      }
    }
    for (int node = 0; node < program.nodeCount(); node++) {
      if (neededNodes.contains(node)) {
        writeNode(node);
      }
    }
    network
        .outputs()
        .forEach(
            (name, value) -> {
              graph.node("Identity", List.of(name(value)), name);
              graph.output(name, sizes(value));
            });
    states.forEach(this::writeStateOutput);
    return graph.toBytes(metadata);
  }

  /// Values that the outputs follow from, at this step or at earlier ones.
  private Set<Integer> needed() {
    Set<Integer> needed = new HashSet<>();
    List<Integer> open =
        new ArrayList<>(network.outputs().values().stream().map(Value::index).toList());
    while (!open.isEmpty()) {
      int value = open.removeLast();
      if (!needed.add(value)) {
        continue;
      }
      switch (program.origin(program.values().get(value))) {
        case Program.Origin.Input input -> {}
        case Program.Origin.Columns columns -> open.add(columns.value());
        case Program.Origin.Delayed delayed -> open.add(delayed.value());
        case Program.Origin.Past past -> open.add(past.value());
        case Program.Origin.InPlace inPlace -> {
          open.add(inPlace.value());
          addInputs(inPlace.node(), open);
        }
        case Program.Origin.Computed computed -> addInputs(computed.node(), open);
      }
    }
    return needed;
  }

  private void addInputs(int node, List<Integer> open) {
    program.inputs(node).forEach(input -> open.add(input.index()));
    List<Value> memories = program.memories(node);
    // An attention's third memory is its first, turned round for the kernels' sake.
    for (int i = 0; i < (program.op(node) instanceof Attend ? 2 : memories.size()); i++) {
      open.add(memories.get(i).index());
    }
  }

  private void nameStates(Set<Integer> needed) {
    Set<String> taken = new HashSet<>();
    for (Value value : program.values()) {
      Program.Origin origin = program.origin(value);
      if (!needed.contains(value.index())
          || !(origin instanceof Program.Origin.Delayed || origin instanceof Program.Origin.Past)) {
        continue;
      }
      String name = STATE + value.name();
      for (int i = 2; !taken.add(name); i++) {
        name = STATE + value.name() + "." + i;
      }
      states.put(value.index(), name);
    }
  }

  private void writeInput(String name, Value value, Set<Integer> needed) {
    if (needed.contains(value.index())) {
      names[value.index()] = name;
      graph.input(name, sizes(value));
    }
  }

  private static int[] sizes(Value value) {
    return value.isMemory() ? new int[] {value.slots(), value.width()} : new int[] {value.width()};
  }

  private void writeStateInput(int index, String name) {
    Value value = program.values().get(index);
    switch (program.origin(value)) {
      case Program.Origin.Delayed delayed -> {
        if (delayed.steps() < 0) {
          throw new OnnxException(
              value + " looks ahead: one step of a stream cannot know what comes later");
        }
        if (delayed.steps() == 1) {
          graph.input(name, value.width());
          names[index] = name;
        } else {
          graph.input(name, delayed.steps(), value.width());
          names[index] = graph.node("Squeeze", List.of(slice(name, 0, 1, 1), graph.integers(1)));
        }
        if (delayed.initialParameter() >= 0) {
          ParameterSpec initial = program.parameters().get(delayed.initialParameter());
          metadata.put(INITIAL + name, parameter(initial));
        }
      }
      case Program.Origin.Past past -> {
        graph.input(name, past.window(), value.width());
        graph.input(name + COUNT, 1);
      }
      case Program.Origin.Input _,
          Program.Origin.Columns _,
          Program.Origin.InPlace _,
          Program.Origin.Computed _ ->
          throw new IllegalStateException(value + " is no state");
    }
  }

  private void writeStateOutput(int index, String name) {
    Value value = program.values().get(index);
    if (program.origin(value) instanceof Program.Origin.Delayed delayed) {
      String source = name(program.values().get(delayed.value()));
      if (delayed.steps() == 1) {
        graph.node("Identity", List.of(source), name + NEXT);
        graph.output(name + NEXT, value.width());
      } else {
        graph.node(
            "Concat",
            List.of(
                slice(name, 1, delayed.steps(), 1),
                graph.node("Unsqueeze", List.of(source, graph.integers(1)))),
            name + NEXT,
            attribute("axis", 1));
        graph.output(name + NEXT, delayed.steps(), value.width());
      }
    } else {
      graph.node("Identity", List.of(name(value)), name + NEXT);
      graph.output(name + NEXT, value.slots(), value.width());
      graph.node("Identity", List.of(pastCount(value)), name + COUNT + NEXT);
      graph.output(name + COUNT + NEXT, 1);
    }
  }

  /// The tensor of a value.
  private String name(Value value) {
    String name = names[value.index()];
    if (name == null) {
      name =
          switch (program.origin(value)) {
            case Program.Origin.Columns columns ->
                slice(
                    name(program.values().get(columns.value())),
                    columns.start(),
                    columns.start() + value.width(),
                    -1);
            case Program.Origin.Past past -> {
              String state = Objects.requireNonNull(states.get(value.index()));
              String newest =
                  graph.node(
                      "Unsqueeze",
                      List.of(name(program.values().get(past.value())), graph.integers(1)));
              yield past.window() == 1
                  ? newest
                  : graph.node(
                      "Concat",
                      List.of(slice(state, 1, past.window(), 1), newest),
                      attribute("axis", 1));
            }
            case Program.Origin.Input _,
                Program.Origin.Delayed _,
                Program.Origin.InPlace _,
                Program.Origin.Computed _ ->
                throw new IllegalStateException(value + " is read before it is written");
          };
      names[value.index()] = name;
    }
    return name;
  }

  /// How many entries of a past are filled, this step's included.
  private String pastCount(Value value) {
    String before = Objects.requireNonNull(states.get(value.index())) + COUNT;
    if (program.origin(value) instanceof Program.Origin.Past past
        && isDelayed(program.values().get(past.value()))) {
      throw new OnnxException(
          value
              + " is the past of a delay, whose rows before its first are no entries: ONNX has no"
              + " such counter here");
    }
    return counts.computeIfAbsent(
        value.index(),
        _ ->
            graph.node(
                "Min",
                List.of(
                    graph.node("Add", List.of(before, graph.number(1f))),
                    graph.number((float) value.slots()))));
  }

  private boolean isDelayed(Value value) {
    return switch (program.origin(value)) {
      case Program.Origin.Delayed _ -> true;
      case Program.Origin.Columns columns -> isDelayed(program.values().get(columns.value()));
      case Program.Origin.Input _,
          Program.Origin.Past _,
          Program.Origin.InPlace _,
          Program.Origin.Computed _ ->
          false;
    };
  }

  private String slice(String of, int from, int to, int axis) {
    return graph.node(
        "Slice", List.of(of, graph.integers(from), graph.integers(to), graph.integers(axis)));
  }

  private String parameter(ParameterSpec spec) {
    Safetensors.Tensor tensor =
        ParameterTensors.toTensor(spec, network.parameters().values(spec.name()));
    return graph.weights(spec.name(), tensor.values(), tensor.shape());
  }

  private void writeNode(int node) {
    List<Value> outputs = program.outputs(node);
    Op op = program.op(node);
    List<ParameterSpec> parameters = program.parameters(node);
    List<Value> inputs = program.inputs(node);
    Value first = inputs.isEmpty() ? null : inputs.getFirst();
    String out =
        switch (op) {
          case Linear _ -> linear(node);
          case Add _ -> binary("Add", inputs);
          case Multiply _ -> binary("Mul", inputs);
          case Diagonal _ ->
              graph.node("Mul", List.of(name(inputs.get(0)), parameter(parameters.get(0))));
          case Affine affine -> affine(name(inputs.get(0)), affine.scale(), affine.shift());
          case Tanh _ -> unary("Tanh", inputs);
          case Sigmoid _ -> unary("Sigmoid", inputs);
          case Relu _ -> unary("Relu", inputs);
          case Softplus _ -> unary("Softplus", inputs);
          case Softsign _ -> unary("Softsign", inputs);
          case Exp _ -> unary("Exp", inputs);
          case Log _ -> unary("Log", inputs);
          case Gelu _ -> gelu(name(inputs.get(0)));
          case GeluTanh _ -> geluTanh(name(inputs.get(0)));
          case Dropout _ -> unary("Identity", inputs);
          case LogSoftmax _ ->
              graph.node("LogSoftmax", List.of(name(inputs.get(0))), attribute("axis", -1));
          case Softmax softmax -> softmax(inputs.get(0), softmax.groupCount());
          case CumulativeSum _ ->
              graph.node("CumSum", List.of(name(inputs.get(0)), graph.integers(-1)));
          case Argmax _ ->
              cast(
                  graph.node(
                      "ArgMax",
                      List.of(name(inputs.get(0))),
                      attribute("axis", -1),
                      attribute("keepdims", 1)),
                  OnnxMl.TensorProto.DataType.FLOAT);
          case GroupSum _ -> groupSum(name(inputs.get(0)), inputs.get(0), outputs.getFirst());
          case RowDot _ -> groupSum(binary("Mul", inputs), inputs.get(0), outputs.getFirst());
          case Repeat repeat -> repeat(inputs.get(0), repeat);
          case Concatenation _ ->
              graph.node("Concat", inputs.stream().map(this::name).toList(), attribute("axis", -1));
          case Lookup _ -> lookup(inputs.get(0), parameters.get(0));
          case Select _ ->
              graph.node(
                  "Where",
                  List.of(
                      cast(name(inputs.get(0)), OnnxMl.TensorProto.DataType.BOOL),
                      name(inputs.get(1)),
                      inputs.size() > 2 ? name(inputs.get(2)) : graph.number(0f)));
          case Interleave _ -> interleave(inputs);
          case LayerNorm norm ->
              graph.node(
                  "LayerNormalization",
                  List.of(
                      name(inputs.get(0)),
                      parameter(parameters.get(0)),
                      parameter(parameters.get(1))),
                  attribute("axis", -1),
                  attribute("epsilon", norm.epsilon()));
          case BatchNorm norm when !inputs.get(0).isMemory() ->
              graph.node(
                  "BatchNormalization",
                  List.of(
                      name(inputs.get(0)),
                      parameter(parameters.get(0)),
                      parameter(parameters.get(1)),
                      parameter(parameters.get(2)),
                      parameter(parameters.get(3))),
                  attribute("epsilon", norm.epsilon()),
                  attribute("momentum", 1 - norm.momentum()));
          case QuantileFan fan -> quantileFan(inputs.get(0), fan.quantileCount());
          case LstmGates _ -> lstmGates(inputs, outputs);
          case GruGates _ -> gruGates(inputs);
          case Attend attend when !attend.isHard() && first != null && !first.isMemory() ->
              attend(attend, inputs.get(0), program.memories(node));
          default -> throw unsupported(node);
        };
    names[outputs.getFirst().index()] = out;
  }

  private OnnxException unsupported(int node) {
    return new OnnxException(
        "operation "
            + node
            + " of the program, "
            + program.op(node).getClass().getSimpleName()
            + " from "
            + program.inputs(node)
            + " to "
            + program.outputs(node)
            + ", has no counterpart in ONNX here");
  }

  private String unary(String type, List<Value> inputs) {
    return graph.node(type, List.of(name(inputs.get(0))));
  }

  private String binary(String type, List<Value> inputs) {
    return graph.node(type, List.of(name(inputs.get(0)), name(inputs.get(1))));
  }

  private String cast(String of, OnnxMl.TensorProto.DataType type) {
    return graph.node("Cast", List.of(of), attribute("to", type.getNumber()));
  }

  private String linear(int node) {
    Value out = program.outputs(node).getFirst();
    Value x = program.inputs(node).getFirst();
    List<ParameterSpec> parameters = program.parameters(node);
    String weight = parameter(parameters.getFirst());
    String sum = null;
    if (program.origin(out) instanceof Program.Origin.InPlace inPlace) {
      sum = name(program.values().get(inPlace.value()));
    }
    for (ParameterSpec bias : parameters.subList(1, parameters.size())) {
      String name = parameter(bias);
      sum = sum == null ? name : graph.node("Add", List.of(sum, name));
    }
    if (!x.isMemory()) {
      return graph.node(
          "Gemm",
          sum == null ? List.of(name(x), weight) : List.of(name(x), weight, sum),
          attribute("transB", 1));
    }
    String turned = graph.node("Transpose", List.of(weight), attribute("perm", List.of(1L, 0L)));
    String product = graph.node("MatMul", List.of(name(x), turned));
    return sum == null ? product : graph.node("Add", List.of(product, sum));
  }

  private String affine(String x, float scale, float shift) {
    String scaled = scale == 1 ? x : graph.node("Mul", List.of(x, graph.number(scale)));
    if (shift == 0) {
      return scale == 1 ? graph.node("Identity", List.of(x)) : scaled;
    }
    return graph.node("Add", List.of(scaled, graph.number(shift)));
  }

  /// `x (1 + erf(x / √2)) / 2`.
  private String gelu(String x) {
    String erf =
        graph.node(
            "Erf",
            List.of(graph.node("Mul", List.of(x, graph.number((float) StrictMath.sqrt(0.5))))));
    return graph.node("Mul", List.of(x, affine(erf, 0.5f, 0.5f)));
  }

  /// `x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2`.
  private String geluTanh(String x) {
    double root = StrictMath.sqrt(2 / Math.PI);
    String square = graph.node("Mul", List.of(x, x));
    String factor = affine(square, (float) (0.044715 * root), (float) root);
    String tanh = graph.node("Tanh", List.of(graph.node("Mul", List.of(x, factor))));
    return graph.node("Mul", List.of(x, affine(tanh, 0.5f, 0.5f)));
  }

  private String softmax(Value x, int groups) {
    if (groups == 1) {
      return graph.node("Softmax", List.of(name(x)), attribute("axis", -1));
    }
    checkStep(x, "a softmax over groups");
    String grouped = reshape(name(x), groups, x.width() / groups);
    String softmax = graph.node("Softmax", List.of(grouped), attribute("axis", -1));
    return reshape(softmax, x.width());
  }

  private void checkStep(Value x, String what) {
    if (x.isMemory()) {
      throw new OnnxException(what + " of the memory " + x + " has no counterpart in ONNX here");
    }
  }

  /// The batch, and then the given sizes.
  private String reshape(String x, int... sizes) {
    long[] shape = new long[sizes.length + 1];
    shape[0] = -1;
    for (int i = 0; i < sizes.length; i++) {
      shape[i + 1] = sizes[i];
    }
    return graph.node("Reshape", List.of(x, graph.integers(shape)));
  }

  private String groupSum(String x, Value of, Value out) {
    checkStep(of, "a sum over groups");
    String grouped = reshape(x, out.width(), of.width() / out.width());
    return graph.node("ReduceSum", List.of(grouped, graph.integers(-1)), attribute("keepdims", 0));
  }

  private String repeat(Value x, Repeat repeat) {
    checkStep(x, "a repetition");
    if (!repeat.isInterleaved()) {
      return graph.node("Tile", List.of(name(x), graph.integers(1, repeat.times())));
    }
    String single = reshape(name(x), x.width(), 1);
    String tiled = graph.node("Tile", List.of(single, graph.integers(1, 1, repeat.times())));
    return reshape(tiled, x.width() * repeat.times());
  }

  private String interleave(List<Value> parts) {
    parts.forEach(part -> checkStep(part, "an interleaving"));
    int width = parts.getFirst().width();
    List<String> single = parts.stream().map(part -> reshape(name(part), width, 1)).toList();
    return reshape(graph.node("Concat", single, attribute("axis", 2)), width * parts.size());
  }

  private String lookup(Value ids, ParameterSpec table) {
    checkStep(ids, "a look-up");
    String whole = cast(name(ids), OnnxMl.TensorProto.DataType.INT64);
    String rows = graph.node("Gather", List.of(parameter(table), whole), attribute("axis", 0));
    return reshape(rows, ids.width() * table.inputs());
  }

  private String quantileFan(Value raw, int quantiles) {
    int horizon = raw.width() / quantiles;
    int middle = quantiles / 2;
    String[] blocks = new String[quantiles];
    blocks[middle] = block(raw, middle, horizon);
    for (int q = middle - 1; q >= 0; q--) {
      String width = graph.node("Softplus", List.of(block(raw, q, horizon)));
      blocks[q] = graph.node("Sub", List.of(blocks[q + 1], width));
    }
    for (int q = middle + 1; q < quantiles; q++) {
      String width = graph.node("Softplus", List.of(block(raw, q, horizon)));
      blocks[q] = graph.node("Add", List.of(blocks[q - 1], width));
    }
    return graph.node("Concat", List.of(blocks), attribute("axis", -1));
  }

  private String block(Value of, int index, int width) {
    return slice(name(of), index * width, (index + 1) * width, -1);
  }

  private String lstmGates(List<Value> inputs, List<Value> outputs) {
    Value gates = inputs.get(0);
    Value before = inputs.get(1);
    int size = before.width();
    String input = graph.node("Sigmoid", List.of(block(gates, 0, size)));
    String forget = graph.node("Sigmoid", List.of(block(gates, 1, size)));
    String candidate = graph.node("Tanh", List.of(block(gates, 2, size)));
    String output = graph.node("Sigmoid", List.of(block(gates, 3, size)));
    String kept = graph.node("Mul", List.of(forget, name(before)));
    String cell = graph.node("Add", List.of(kept, graph.node("Mul", List.of(input, candidate))));
    String tanh = graph.node("Tanh", List.of(cell));
    names[outputs.get(1).index()] = cell;
    names[outputs.get(2).index()] = tanh;
    return graph.node("Mul", List.of(output, tanh));
  }

  private String gruGates(List<Value> inputs) {
    Value x = inputs.get(0);
    Value h = inputs.get(1);
    Value before = inputs.get(2);
    int size = before.width();
    String reset =
        graph.node(
            "Sigmoid", List.of(graph.node("Add", List.of(block(x, 0, size), block(h, 0, size)))));
    String update =
        graph.node(
            "Sigmoid", List.of(graph.node("Add", List.of(block(x, 1, size), block(h, 1, size)))));
    String state = graph.node("Mul", List.of(reset, block(h, 2, size)));
    String candidate =
        graph.node("Tanh", List.of(graph.node("Add", List.of(block(x, 2, size), state))));
    String fresh = graph.node("Mul", List.of(affine(update, -1, 1), candidate));
    return graph.node("Add", List.of(fresh, graph.node("Mul", List.of(update, name(before)))));
  }

  /// Scores of all entries, those that are not filled far below all others.
  private String attend(Attend attend, Value query, List<Value> memories) {
    Value keys = memories.get(0);
    Value values = memories.get(1);
    int heads = attend.headCount();
    int keyWidth = keys.width() / heads;
    int valueWidth = values.width() / heads;
    String q = reshape(name(query), heads, 1, keyWidth);
    String k =
        graph.node(
            "Transpose",
            List.of(reshape(name(keys), keys.slots(), heads, keyWidth)),
            attribute("perm", List.of(0L, 2L, 3L, 1L)));
    String v =
        graph.node(
            "Transpose",
            List.of(reshape(name(values), values.slots(), heads, valueWidth)),
            attribute("perm", List.of(0L, 2L, 1L, 3L)));
    String scores = affine(graph.node("MatMul", List.of(q, k)), attend.scale(), 0);
    if (program.origin(keys) instanceof Program.Origin.Past) {
      scores = graph.node("Add", List.of(scores, mask(keys)));
    }
    String softmax = graph.node("Softmax", List.of(scores), attribute("axis", -1));
    return reshape(graph.node("MatMul", List.of(softmax, v)), values.width());
  }

  /// (batch, 1, 1, window): 0 where an entry is filled, else so low that its weight is 0.
  private String mask(Value past) {
    float[] places = new float[past.slots()];
    for (int slot = 0; slot < places.length; slot++) {
      places[slot] = places.length - slot;
    }
    String name = graph.weights("const.places." + places.length, places, places.length);
    String filled = graph.node("LessOrEqual", List.of(name, pastCount(past)));
    String mask = graph.node("Where", List.of(filled, graph.number(0f), graph.number(-1e30f)));
    return graph.node("Unsqueeze", List.of(mask, graph.integers(1, 2)));
  }
}
