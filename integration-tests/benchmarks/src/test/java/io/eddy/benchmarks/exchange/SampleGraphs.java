package io.eddy.benchmarks.exchange;

import static io.eddy.benchmarks.exchange.SampleGraph.integer;
import static io.eddy.benchmarks.exchange.SampleGraph.integers;
import static io.eddy.benchmarks.exchange.SampleGraph.texts;

import ai.onnx.proto.OnnxMl;
import java.util.List;

/// Graphs in the forms in which PyTorch's exporter writes networks: axes moved about, initial
/// states from inputs or from the input's own shape, several layers.
final class SampleGraphs {

  static final int INPUTS = 3;

  /// Numbers below which all ids of a sample lie.
  static final int IDS = 6;

  private static final int HIDDEN = 4;
  private static final OnnxMl.TensorProto.DataType FLOAT = OnnxMl.TensorProto.DataType.FLOAT;
  private static final OnnxMl.TensorProto.DataType INT64 = OnnxMl.TensorProto.DataType.INT64;

  private SampleGraphs() {}

  /// A graph and how to feed it.
  ///
  /// @param input name of its input of data, (steps, batch, columns)
  /// @param hasIds whether the input is one of whole numbers, (steps, batch)
  /// @param hasSteps whether the input has an axis of steps
  /// @param batchFirst whether batch entries come before steps
  /// @param outputHasSteps whether its output y has an axis of steps, where the input has it
  /// @param states inputs (layers, batch, hidden) of initial states
  /// @param layers of these
  @SuppressWarnings("ArrayRecordComponent") // nobody compares samples
  record Sample(
      String name,
      byte[] bytes,
      String input,
      boolean hasIds,
      boolean hasSteps,
      boolean batchFirst,
      boolean outputHasSteps,
      List<String> states,
      int layers) {

    @Override
    public String toString() {
      return name;
    }
  }

  static List<Sample> all() {
    return List.of(
        twoLayersBatchFirst(),
        gruResetAfter(),
        gruResetBefore(),
        reluFromConstant(),
        lastOfIds(),
        dense());
  }

  static int hiddenSize() {
    return HIDDEN;
  }

  /// `nn.LSTM(num_layers=2, batch_first=True)` with `(h_0, c_0)` given, and `nn.Linear` behind it.
  private static Sample twoLayersBatchFirst() {
    var graph = new SampleGraph();
    graph
        .input("input", FLOAT, "batch", "steps", INPUTS)
        .input("h_0", FLOAT, 2, "batch", HIDDEN)
        .input("c_0", FLOAT, 2, "batch", HIDDEN);
    String x =
        graph.node(
            "Transpose", "/rnn/Transpose", List.of("input"), integers("perm", List.of(1L, 0L, 2L)));
    String axis = graph.integers("axis0", 0);
    String direction = graph.integers("axis1", 1);
    for (int layer = 0; layer < 2; layer++) {
      String from = graph.integers("from" + layer, layer);
      String to = graph.integers("to" + layer, layer + 1);
      String h = graph.node("Slice", "/rnn/Slice_h" + layer, List.of("h_0", from, to, axis));
      String c = graph.node("Slice", "/rnn/Slice_c" + layer, List.of("c_0", from, to, axis));
      int width = layer == 0 ? INPUTS : HIDDEN;
      String name = layer == 0 ? "/rnn/LSTM" : "/rnn/LSTM_1";
      graph.nodes(
          "LSTM",
          name,
          List.of(
              x,
              graph.weights("onnx::LSTM_W" + layer, 1, 4 * HIDDEN, width),
              graph.weights("onnx::LSTM_R" + layer, 1, 4 * HIDDEN, HIDDEN),
              graph.weights("onnx::LSTM_B" + layer, 1, 8 * HIDDEN),
              "",
              h,
              c),
          List.of(name + "_y", name + "_h", name + "_c"),
          integer("hidden_size", HIDDEN));
      x = graph.node("Squeeze", "/rnn/Squeeze_" + layer, List.of(name + "_y", direction));
    }
    String back =
        graph.node("Transpose", "/rnn/Back", List.of(x), integers("perm", List.of(1L, 0L, 2L)));
    String product =
        graph.node(
            "MatMul", "/head/MatMul", List.of(back, graph.weights("onnx::MatMul_9", HIDDEN, 2)));
    graph.nodes("Add", "/head/Add", List.of(graph.weights("head.bias", 2), product), List.of("y"));
    return new Sample(
        "lstm_two_layers",
        graph.toBytes("y", "batch", "steps", 2),
        "input",
        false,
        true,
        true,
        true,
        List.of("h_0", "c_0"),
        2);
  }

  /// `nn.GRU` whose initial state is made of the input's shape.
  private static Sample gruResetAfter() {
    var graph = new SampleGraph();
    graph.input("input", FLOAT, "steps", "batch", INPUTS);
    String shape = graph.node("Shape", "/gru/Shape", List.of("input"));
    String batch =
        graph.node(
            "Gather", "/gru/Gather", List.of(shape, graph.scalar("one", 1)), integer("axis", 0));
    String listed =
        graph.node("Unsqueeze", "/gru/Unsqueeze", List.of(batch, graph.integers("axis0", 0)));
    String wanted =
        graph.node(
            "Concat",
            "/gru/Concat",
            List.of(graph.integers("single", 1), listed, graph.integers("hidden", HIDDEN)),
            integer("axis", 0));
    String zeros = graph.node("ConstantOfShape", "/gru/ConstantOfShape", List.of(wanted));
    graph.nodes(
        "GRU",
        "/gru/GRU",
        List.of(
            "input",
            graph.weights("W", 1, 3 * HIDDEN, INPUTS),
            graph.weights("R", 1, 3 * HIDDEN, HIDDEN),
            graph.weights("B", 1, 6 * HIDDEN),
            "",
            zeros),
        List.of("Y", "Y_h"),
        integer("hidden_size", HIDDEN),
        integer("linear_before_reset", 1));
    // As for a bidirectional layer: directions and units joined by a reshape.
    String turned =
        graph.node(
            "Transpose", "/gru/Transpose", List.of("Y"), integers("perm", List.of(0L, 2L, 1L, 3L)));
    graph.nodes(
        "Reshape",
        "/gru/Reshape",
        List.of(turned, graph.integers("shape", 0, 0, -1)),
        List.of("y"));
    return new Sample(
        "gru_reset_after",
        graph.toBytes("y", "steps", "batch", HIDDEN),
        "input",
        false,
        true,
        false,
        true,
        List.of(),
        0);
  }

  /// The GRU of Cho et al. 2014, which PyTorch has not; its last state through an activation.
  private static Sample gruResetBefore() {
    var graph = new SampleGraph();
    graph.input("input", FLOAT, "steps", "batch", INPUTS);
    graph.nodes(
        "GRU",
        "cho",
        List.of(
            "input",
            graph.weights("W", 1, 3 * HIDDEN, INPUTS),
            graph.weights("R", 1, 3 * HIDDEN, HIDDEN),
            graph.weights("B", 1, 6 * HIDDEN)),
        List.of("", "Y_h"),
        integer("hidden_size", HIDDEN));
    String last = graph.node("Squeeze", "Squeeze", List.of("Y_h", graph.integers("axis0", 0)));
    graph.nodes("Softplus", "Softplus", List.of(last), List.of("y"));
    return new Sample(
        "gru_reset_before",
        graph.toBytes("y", "batch", HIDDEN),
        "input",
        false,
        true,
        false,
        false,
        List.of(),
        0);
  }

  /// `nn.RNN(nonlinearity="relu")` from a constant state, spread over the batch.
  private static Sample reluFromConstant() {
    var graph = new SampleGraph();
    graph.input("input", FLOAT, "steps", 2, INPUTS);
    String initial =
        graph.node(
            "Expand",
            "/rnn/Expand",
            List.of(graph.weights("start", 1, 1, HIDDEN), graph.integers("spread", 1, 2, HIDDEN)));
    graph.nodes(
        "RNN",
        "/rnn/RNN",
        List.of(
            "input",
            graph.weights("W", 1, HIDDEN, INPUTS),
            graph.weights("R", 1, HIDDEN, HIDDEN),
            graph.weights("B", 1, 2 * HIDDEN),
            "",
            initial),
        List.of("Y", ""),
        integer("hidden_size", HIDDEN),
        texts("activations", "Relu"));
    graph.nodes("Squeeze", "/rnn/Squeeze", List.of("Y", graph.integers("axis1", 1)), List.of("y"));
    return new Sample(
        "rnn_relu_from_constant",
        graph.toBytes("y", "steps", 2, HIDDEN),
        "input",
        false,
        true,
        false,
        true,
        List.of(),
        0);
  }

  /// `nn.Embedding`, `nn.LSTM`, and a softmax over the last step's output.
  private static Sample lastOfIds() {
    var graph = new SampleGraph();
    graph.input("ids", INT64, "steps", "batch");
    String embedded =
        graph.node(
            "Gather",
            "/embedding/Gather",
            List.of(graph.weights("embedding.weight", IDS, 5), "ids"));
    graph.nodes(
        "LSTM",
        "/rnn/LSTM",
        List.of(
            embedded,
            graph.weights("W", 1, 4 * HIDDEN, 5),
            graph.weights("R", 1, 4 * HIDDEN, HIDDEN)),
        List.of("Y"),
        integer("hidden_size", HIDDEN));
    String outputs =
        graph.node("Squeeze", "/rnn/Squeeze", List.of("Y", graph.integers("axis1", 1)));
    String last =
        graph.node(
            "Gather", "/Gather", List.of(outputs, graph.scalar("last", -1)), integer("axis", 0));
    String logits =
        graph.node(
            "Gemm",
            "/fc/Gemm",
            List.of(last, graph.weights("fc.weight", IDS, HIDDEN), graph.weights("fc.bias", IDS)),
            integer("transB", 1));
    graph.nodes("Softmax", "/Softmax", List.of(logits), List.of("y"), integer("axis", -1));
    return new Sample(
        "embedding_last_step",
        graph.toBytes("y", "batch", IDS),
        "ids",
        true,
        true,
        false,
        false,
        List.of(),
        0);
  }

  /// No state at all: products, constants on either side, normalisation, columns.
  private static Sample dense() {
    var graph = new SampleGraph();
    graph.input("input", FLOAT, "batch", INPUTS);
    String first =
        graph.node(
            "Gemm",
            "Gemm",
            List.of("input", graph.weights("w1", INPUTS, 6), graph.weights("b1", 6)));
    String norm =
        graph.node(
            "LayerNormalization",
            "norm",
            List.of(first, graph.weights("norm.weight", 6), graph.weights("norm.bias", 6)),
            integer("axis", -1));
    String relu = graph.node("Relu", "Relu", List.of(norm));
    String left =
        graph.node(
            "Slice",
            "left",
            List.of(
                relu,
                graph.integers("zero", 0),
                graph.integers("three", 3),
                graph.integers("columns", 1)));
    String right =
        graph.node(
            "Slice",
            "right",
            List.of(
                relu,
                graph.integers("minus", -3),
                graph.integers("end", Long.MAX_VALUE),
                graph.integers("columns_too", -1)));
    String difference = graph.node("Sub", "Sub", List.of(left, right));
    String scaled = graph.node("Mul", "Mul", List.of(graph.weights("factors", 3), difference));
    String divided =
        graph.node("Div", "Div", List.of(scaled, graph.floats("two", new float[] {2})));
    String shifted = graph.node("Add", "Add", List.of(divided, graph.weights("shift", 1, 3)));
    String gated =
        graph.node(
            "Mul", "gate", List.of(graph.node("Sigmoid", "Sigmoid", List.of(shifted)), left));
    String flipped =
        graph.node("Sub", "flip", List.of(graph.floats("unit", new float[] {1}), gated));
    graph.nodes(
        "Concat",
        "Concat",
        List.of(flipped, graph.node("Tanh", "Tanh", List.of(shifted))),
        List.of("y"),
        integer("axis", 1));
    return new Sample(
        "dense", graph.toBytes("y", "batch", 6), "input", false, false, false, false, List.of(), 0);
  }
}
