package io.eddy.model.exchange.onnx;

import io.eddy.model.cell.Gru;
import io.eddy.model.cell.Layer;
import io.eddy.model.op.GruGates;
import io.eddy.model.op.Linear;
import io.eddy.model.op.LstmGates;
import io.eddy.model.op.Relu;
import io.eddy.model.op.Tanh;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Traces a step of an LSTM, GRU or RNN node. Its weights get PyTorch's gate order: ONNX has i, o,
/// f, c for the LSTM and z, r, h for the GRU.
final class RecurrentReader {

  private static final int[] LSTM_ORDER = {0, 2, 3, 1}; // i, f, g, o
  private static final int[] GRU_ORDER = {1, 0, 2}; // r, z, n
  private static final int[] RNN_ORDER = {0};
  private static final Pattern LAYER = Pattern.compile("(?:LSTM|GRU|RNN)(?:_(\\d+))?");

  private final OnnxReader reader;
  private final ProgramBuilder builder;
  private final Node node;
  private final int hiddenSize;
  private final String prefix;
  private final String layer;

  RecurrentReader(OnnxReader reader, Node node) {
    this.reader = reader;
    this.builder = reader.builder();
    this.node = node;
    Tensor.Floats state = weights(2, "R");
    node.require(
        state.shape().length == 3 && state.shape()[2] > 0 && state.shape()[2] < 1 << 20,
        "R has shape " + Arrays.toString(state.shape()) + ", expected (1, gates · hidden, hidden)");
    hiddenSize = (int) state.shape()[2];
    // PyTorch's exporter names a node by its module's path: /encoder/rnn/LSTM_1.
    List<String> path = new ArrayList<>(List.of(node.name().replaceFirst("^/", "").split("/", -1)));
    Matcher last = LAYER.matcher(path.removeLast());
    if (last.matches() && !path.isEmpty()) {
      String number = last.group(1);
      prefix = String.join(".", path) + ".";
      layer = number == null || number.length() > 4 ? "_l0" : "_l" + Integer.parseInt(number);
    } else {
      prefix = node.type().toLowerCase(Locale.ROOT) + "_" + node.index() + ".";
      layer = "_l0";
    }
  }

  void read() {
    check();
    Tensor.Row x = input();
    Value hidden;
    Value cell = null;
    switch (node.type()) {
      case "LSTM" -> {
        LstmGates.Step step = lstm(x.value());
        hidden = step.hidden();
        cell = step.cell();
      }
      case "GRU" -> hidden = gru(x.value());
      default -> hidden = rnn(x.value());
    }
    boolean batchFirst = node.integer("layout", 0) == 1;
    Axis steps = x.axes().get(batchFirst ? 1 : 0);
    Axis batch = x.axes().get(batchFirst ? 0 : 1);
    var one = new Axis.One();
    var columns = new Axis.Columns(hiddenSize);
    List<Axis> last = batchFirst ? List.of(batch, one, columns) : List.of(one, batch, columns);
    reader.put(
        node.output(0),
        new Tensor.Row(
            Tensor.Source.of(hidden),
            batchFirst
                ? List.of(batch, steps, one, columns)
                : List.of(steps, one, batch, columns)));
    reader.put(node.output(1), new Tensor.Row(Tensor.Source.of(hidden), last));
    if (cell != null) {
      reader.put(node.output(2), new Tensor.Row(Tensor.Source.of(cell), last));
    }
  }

  private void check() {
    String direction = node.text("direction", "forward");
    node.require(
        direction.equals("forward"),
        "its direction is "
            + direction
            + ", expected forward: a step of a stream cannot know the steps to come");
    node.require(node.input(4).isEmpty(), "sequence lengths are not supported: leave them out");
    node.require(!node.has("clip"), "clip is not supported");
    node.require(node.integer("input_forget", 0) == 0, "input_forget is not supported");
    node.require(
        !node.type().equals("LSTM") || node.input(7).isEmpty() || weights(7, "P").isZero(),
        "peepholes are not supported");
    List<String> activations = node.texts("activations");
    List<String> expected =
        switch (node.type()) {
          case "LSTM" -> List.of("Sigmoid", "Tanh", "Tanh");
          case "GRU" -> List.of("Sigmoid", "Tanh");
          default -> activations.equals(List.of("Relu")) ? activations : List.of("Tanh");
        };
    node.require(
        activations.isEmpty() || activations.equals(expected),
        "its activations are " + activations + ", expected " + expected);
  }

  private Tensor.Row input() {
    if (!(tensor(0) instanceof Tensor.Row x)) {
      throw node.problem("its input is constant");
    }
    boolean batchFirst = node.integer("layout", 0) == 1;
    boolean fits =
        x.axes().size() == 3
            && x.axes().get(2) instanceof Axis.Columns
            && is(x.axes().get(batchFirst ? 1 : 0), Axis.Rows.Role.STEPS)
            && is(x.axes().get(batchFirst ? 0 : 1), Axis.Rows.Role.BATCH);
    node.require(
        fits,
        "its input has axes "
            + x.axes()
            + ", expected steps, batch and columns, each where layout says");
    return x;
  }

  private static boolean is(Axis axis, Axis.Rows.Role role) {
    return switch (axis) {
      case Axis.Rows rows -> rows.is(role);
      case Axis.One() -> true;
      case Axis.Columns _ -> false;
    };
  }

  private @Nullable Tensor tensor(int i) {
    return node.input(i).isEmpty()
        ? null
        : reader.tensor(node.input(i), "node " + node.index() + " \"" + node.name() + "\"");
  }

  private Tensor.Floats weights(int i, String name) {
    if (tensor(i) instanceof Tensor.Floats floats) {
      return floats;
    }
    throw node.problem("its weights " + name + " are not constant");
  }

  /// Blocks of rows in another order.
  private static float[] reorder(float[] values, int from, int blocks, int[] order) {
    int size = blocks / order.length;
    float[] reordered = new float[blocks];
    for (int gate = 0; gate < order.length; gate++) {
      System.arraycopy(values, from + order[gate] * size, reordered, gate * size, size);
    }
    return reordered;
  }

  private float[] matrix(int i, String name, int[] order, int columns) {
    Tensor.Floats weights = weights(i, name);
    int size = order.length * hiddenSize * columns;
    node.require(
        Arrays.equals(weights.shape(), new long[] {1, (long) order.length * hiddenSize, columns}),
        name
            + " has shape "
            + Arrays.toString(weights.shape())
            + ", expected [1, "
            + order.length * hiddenSize
            + ", "
            + columns
            + "]");
    return reorder(weights.values(), 0, size, order);
  }

  /// The input's biases, then the state's; zeros where the node has none.
  private float[][] biases(int[] order) {
    int size = order.length * hiddenSize;
    if (node.input(3).isEmpty()) {
      return new float[][] {new float[size], new float[size]};
    }
    Tensor.Floats biases = weights(3, "B");
    node.require(
        biases.values().length == 2 * size,
        "B has shape " + Arrays.toString(biases.shape()) + ", expected [1, " + 2 * size + "]");
    return new float[][] {
      reorder(biases.values(), 0, size, order), reorder(biases.values(), size, size, order)
    };
  }

  private ParameterSpec inputWeight(int[] order, Value x) {
    return reader.matrix(
        prefix + "weight_ih" + layer,
        order.length * hiddenSize,
        x.width(),
        matrix(1, "W", order, x.width()));
  }

  private ParameterSpec stateWeight(int[] order) {
    return reader.matrix(
        prefix + "weight_hh" + layer,
        order.length * hiddenSize,
        hiddenSize,
        matrix(2, "R", order, hiddenSize));
  }

  private ParameterSpec bias(String name, float[] values) {
    return reader.vector(prefix + name + layer, values);
  }

  private ProgramBuilder.Feedback state(int i, String name) {
    Tensor initial = tensor(i);
    String problem = "its initial state " + node.input(i) + " is ";
    String expected = ", expected none, a constant of one row or an input of the graph";
    switch (initial) {
      case null -> {}
      case Tensor.Zeros _ -> {}
      case Tensor.Floats floats when floats.isZero() -> {}
      case Tensor.Floats floats when floats.values().length == hiddenSize -> {
        return builder.feedback(
            name, reader.vector(prefix + "initial_" + name + layer, floats.values()), 1);
      }
      case Tensor.Floats floats ->
          throw node.problem(problem + "constant for several rows" + expected);
      case Tensor.Row row -> {
        String input = row.source().unreadInput();
        node.require(input != null, problem + "computed" + expected);
        if (input != null) {
          reader.initialState(input);
        }
      }
      case Tensor.Integers _, Tensor.Sum _, Tensor.Line _, Tensor.Shifted _ ->
          throw node.problem(problem + "of another kind" + expected);
    }
    return builder.feedback(name, hiddenSize, 1);
  }

  private LstmGates.Step lstm(Value x) {
    float[][] biases = biases(LSTM_ORDER);
    ProgramBuilder.Feedback hidden = state(5, "hidden");
    ProgramBuilder.Feedback cell = state(6, "cell");
    Value product =
        Linear.of(
            builder,
            x,
            inputWeight(LSTM_ORDER, x),
            bias("bias_ih", biases[0]),
            bias("bias_hh", biases[1]));
    Value gates = Linear.onto(builder, product, hidden.value(), stateWeight(LSTM_ORDER));
    LstmGates.Step step = LstmGates.of(builder, gates, cell.value());
    hidden.close(step.hidden());
    cell.close(step.cell());
    return step;
  }

  private Value gru(Value x) {
    if (node.integer("linear_before_reset", 0) == 0) {
      return gruResetBefore(x);
    }
    float[][] biases = biases(GRU_ORDER);
    ProgramBuilder.Feedback hidden = state(5, "hidden");
    Value product = Linear.of(builder, x, inputWeight(GRU_ORDER, x), bias("bias_ih", biases[0]));
    Value state =
        Linear.of(builder, hidden.value(), stateWeight(GRU_ORDER), bias("bias_hh", biases[1]));
    Value out = GruGates.of(builder, product, state, hidden.value());
    hidden.close(out);
    return out;
  }

  /// The cell of Cho et al. 2014 declares its own parameters; here they get their values.
  private Value gruResetBefore(Value x) {
    Tensor initial = tensor(5);
    if (initial instanceof Tensor.Row row && row.source().unreadInput() != null) {
      reader.initialState(row.source().unreadInput());
    } else {
      node.require(
          initial == null
              || initial instanceof Tensor.Zeros
              || (initial instanceof Tensor.Floats floats && floats.isZero()),
          "its initial state "
              + node.input(5)
              + " is not zero, expected none or an input of the graph");
    }
    String cell = prefix + (layer.equals("_l0") ? "" : layer.substring(1) + ".");
    Value out =
        new Gru(Gru.Reset.BEFORE, Gru.Update.KEEPS).step(builder, Layer.of(cell, hiddenSize), x);
    float[][] biases = biases(GRU_ORDER);
    int size = 3 * hiddenSize;
    float[] states = matrix(2, "R", GRU_ORDER, hiddenSize);
    int gates = 2 * hiddenSize * hiddenSize;
    node.require(!reader.hasParameter(cell + "weight_ih_l0"), "another node has the name " + cell);
    reader.fill(
        cell + "weight_ih_l0", new int[] {size, x.width()}, matrix(1, "W", GRU_ORDER, x.width()));
    reader.fill(cell + "bias_ih_l0", new int[] {size}, biases[0]);
    reader.fill(cell + "bias_hh_l0", new int[] {size}, biases[1]);
    reader.fill(
        cell + "weight_hh_l0",
        new int[] {2 * hiddenSize, hiddenSize},
        Arrays.copyOf(states, gates));
    reader.fill(
        cell + "weight_hn_l0",
        new int[] {hiddenSize, hiddenSize},
        Arrays.copyOfRange(states, gates, states.length));
    return out;
  }

  private Value rnn(Value x) {
    float[][] biases = biases(RNN_ORDER);
    ProgramBuilder.Feedback hidden = state(5, "hidden");
    Value product =
        Linear.of(
            builder,
            x,
            inputWeight(RNN_ORDER, x),
            bias("bias_ih", biases[0]),
            bias("bias_hh", biases[1]));
    Value sum = Linear.onto(builder, product, hidden.value(), stateWeight(RNN_ORDER));
    Value out =
        node.texts("activations").equals(List.of("Relu"))
            ? Relu.of(builder, sum)
            : Tanh.of(builder, sum);
    hidden.close(out);
    return out;
  }
}
