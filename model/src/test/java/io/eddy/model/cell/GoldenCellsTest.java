package io.eddy.model.cell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.eddy.model.checkpoint.Safetensors;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.optimizer.Gradients;
import io.eddy.model.optimizer.Optimizer;
import io.eddy.model.optimizer.OptimizerSettings;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Program;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Unroller;
import io.eddy.model.program.Value;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The cells that PyTorch has against what libtorch computed: values, gradients of weights, inputs
/// and initial states, and the weights after ten steps of each optimiser.
class GoldenCellsTest {

  private static final Map<String, Cell> CELLS =
      Map.of(
          "rnn_tanh", new Elman(Transfer.TANH),
          "rnn_relu", new Elman(Transfer.RELU),
          "lstm", new Lstm(),
          "gru", Gru.pyTorch());

  /// As the files' metadata has them, with the rate.
  private static final Map<OptimizerSettings, Double> OPTIMIZERS = new LinkedHashMap<>();

  static {
    OPTIMIZERS.put(new OptimizerSettings.Sgd(0.9, 0, true, 0.01), 0.01);
    OPTIMIZERS.put(OptimizerSettings.Adam.defaults(), 0.001);
    OPTIMIZERS.put(OptimizerSettings.AdamW.defaults(), 0.001);
    OPTIMIZERS.put(OptimizerSettings.RmsProp.defaults(), 0.01);
    OPTIMIZERS.put(OptimizerSettings.AdaGrad.defaults(), 0.01);
  }

  /// A network with libtorch's weights, that runs the file's sequences one after the other, each
  /// from the initial state that the file has for it, as a learned one.
  private static final class GoldenNetwork {
    final Safetensors file;
    final int steps;
    final int batch;
    final int inputSize;
    final int hiddenSize;
    final int layers;
    final Value x;
    final Value hidden;
    final Parameters parameters;
    final Unroller unroller;

    GoldenNetwork(String name) throws IOException {
      file = golden(name);
      int[] shape = tensor("input.input").shape();
      steps = shape[0];
      batch = shape[1];
      inputSize = shape[2];
      layers = tensor("input.h_0").shape()[0];
      hiddenSize = tensor("input.h_0").shape()[2];
      var builder = new ProgramBuilder();
      x = builder.differentiableInput("x", inputSize);
      Cell cell = Objects.requireNonNull(CELLS.get(name));
      hidden = Stack.of(cell, hiddenSize, layers).withLearnedInitialState().trace(builder, "", x);
      Program program = builder.build();
      parameters = Parameters.zeros(program.parameters());
      for (ParameterSpec spec : learned()) {
        set(spec, tensor("parameter." + spec.name()).values());
      }
      unroller = new Unroller(program, parameters, steps, 1, Kernels.best());
    }

    Safetensors.Tensor tensor(String name) {
      return GoldenCellsTest.tensor(file, name);
    }

    /// What libtorch has as parameters.
    List<ParameterSpec> learned() {
      List<ParameterSpec> specs = new ArrayList<>(parameters.specs());
      specs.removeIf(spec -> isInitialState(spec.name()));
      return specs;
    }

    static boolean isInitialState(String name) {
      return name.startsWith("initial_");
    }

    /// Turns a matrix round.
    void set(ParameterSpec spec, float[] values) {
      float[] stored = parameters.values(spec.name());
      for (int i = 0; i < stored.length; i++) {
        stored[i] = values[row(spec, i)];
      }
    }

    /// The place that an element of ours has in libtorch's tensor.
    static int row(ParameterSpec spec, int stored) {
      return spec.isMatrix()
          ? (stored % spec.outputs()) * spec.inputs() + stored / spec.outputs()
          : stored;
    }

    void forward(int b) {
      for (ParameterSpec spec : parameters.specs()) {
        if (isInitialState(spec.name())) {
          String state = spec.name().startsWith("initial_cell") ? "input.c_0" : "input.h_0";
          System.arraycopy(
              tensor(state).values(),
              state(spec, b),
              parameters.values(spec.name()),
              0,
              hiddenSize);
        }
      }
      Rows rows = unroller.rows(x);
      for (int t = 0; t < steps; t++) {
        System.arraycopy(
            tensor("input.input").values(),
            (t * batch + b) * inputSize,
            rows.values(),
            rows.at(t),
            inputSize);
      }
      unroller.reset(0);
      unroller.forward(steps);
    }

    /// Where a batch entry's part of a layer's initial state begins.
    int state(ParameterSpec initial, int b) {
      int layer = Integer.parseInt(initial.name().substring(initial.name().lastIndexOf('l') + 1));
      return (layer * batch + b) * hiddenSize;
    }

    void backward(int b) {
      unroller.clearRowGradients();
      Rows rows = unroller.rows(hidden);
      for (int t = 0; t < steps; t++) {
        System.arraycopy(
            tensor("input.cotangent").values(),
            (t * batch + b) * hiddenSize,
            rows.gradients(),
            rows.at(t),
            hiddenSize);
      }
      unroller.backward();
    }

    void descend(Optimizer optimizer, double rate) {
      Gradients.clear(unroller.gradients());
      for (int b = 0; b < batch; b++) {
        forward(b);
        backward(b);
      }
      optimizer.step(unroller.gradients(), rate);
    }
  }

  private static Safetensors golden(String name) throws IOException {
    try (InputStream in =
        GoldenCellsTest.class.getResourceAsStream("/golden/" + name + ".safetensors")) {
      return Safetensors.fromBytes(Objects.requireNonNull(in, name).readAllBytes());
    }
  }

  private static Safetensors.Tensor tensor(Safetensors file, String name) {
    return Objects.requireNonNull(file.tensors().get(name), name);
  }

  private static void assertClose(float actual, float expected, String what, int index) {
    assertThat((double) actual)
        .as("%s[%d]", what, index)
        .isCloseTo(expected, offset(2e-6 + 1e-5 * Math.abs(expected)));
  }

  static Stream<String> cells() {
    return CELLS.keySet().stream().sorted();
  }

  @ParameterizedTest
  @MethodSource("cells")
  void shouldGiveLibtorchsValuesAndGradients(String name) throws IOException {
    var network = new GoldenNetwork(name);
    float[] output = network.tensor("output.output").values();
    float[] inputGradient = network.tensor("gradient.input").values();
    Gradients.clear(network.unroller.gradients());
    for (int b = 0; b < network.batch; b++) {
      Map<String, float[]> before = new LinkedHashMap<>();
      for (ParameterSpec spec : network.parameters.specs()) {
        before.put(spec.name(), network.unroller.gradients().values(spec.name()).clone());
      }

      network.forward(b);
      network.backward(b);

      Rows hidden = network.unroller.rows(network.hidden);
      Rows x = network.unroller.rows(network.x);
      for (int t = 0; t < network.steps; t++) {
        for (int j = 0; j < network.hiddenSize; j++) {
          int at = (t * network.batch + b) * network.hiddenSize + j;
          assertClose(hidden.values()[hidden.at(t) + j], output[at], "output", at);
        }
        for (int i = 0; i < network.inputSize; i++) {
          int at = (t * network.batch + b) * network.inputSize + i;
          assertClose(x.gradients()[x.at(t) + i], inputGradient[at], "gradient of input", at);
        }
      }
      for (ParameterSpec spec : network.parameters.specs()) {
        if (GoldenNetwork.isInitialState(spec.name())) {
          String state = spec.name().startsWith("initial_cell") ? "c_0" : "h_0";
          float[] expected = network.tensor("gradient." + state).values();
          float[] actual = network.unroller.gradients().values(spec.name());
          float[] old = Objects.requireNonNull(before.get(spec.name()));
          for (int j = 0; j < network.hiddenSize; j++) {
            int at = network.state(spec, b) + j;
            assertClose(actual[j] - old[j], expected[at], "gradient of " + state, at);
          }
        }
      }
    }
    for (ParameterSpec spec : network.learned()) {
      float[] expected = network.tensor("gradient." + spec.name()).values();
      float[] actual = network.unroller.gradients().values(spec.name());
      for (int i = 0; i < actual.length; i++) {
        assertClose(
            actual[i], expected[GoldenNetwork.row(spec, i)], "gradient of " + spec.name(), i);
      }
    }
  }

  static Stream<Arguments> cellsAndOptimizers() {
    return cells()
        .flatMap(
            cell -> OPTIMIZERS.keySet().stream().map(optimizer -> Arguments.of(cell, optimizer)));
  }

  @ParameterizedTest
  @MethodSource("cellsAndOptimizers")
  void shouldHaveLibtorchsWeightsAfterTenSteps(String name, OptimizerSettings settings)
      throws IOException {
    var network = new GoldenNetwork(name);
    var optimizer =
        new Optimizer(settings, network.parameters, GoldenNetwork::isInitialState, Kernels.best());
    for (int step = 0; step < 10; step++) {
      network.descend(optimizer, Objects.requireNonNull(OPTIMIZERS.get(settings)));
    }

    // RMSProp's first step is ten times its rate, 0.1, for the smallest gradients too, whose
    // relative
    // errors are the largest: sigmoid and tanh of the kernels are right to 2.5e-7.
    double tolerance = settings instanceof OptimizerSettings.RmsProp ? 6e-5 : 3e-6;
    String optimizerName = settings.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT);
    for (ParameterSpec spec : network.learned()) {
      float[] expected = network.tensor("after_ten_" + optimizerName + "." + spec.name()).values();
      float[] before = network.tensor("parameter." + spec.name()).values();
      float[] actual = network.parameters.values(spec.name());
      for (int i = 0; i < actual.length; i++) {
        int at = GoldenNetwork.row(spec, i);
        assertThat((double) actual[i])
            .as("%s[%d] after ten steps", spec.name(), i)
            .isCloseTo(expected[at], offset(tolerance));
      }
      assertThat(expected).as("libtorch's steps").isNotEqualTo(before);
    }
  }

  /// A causal convolution dilated by two: a second layer.
  @Test
  void shouldConvolveAsLibtorchDoes() throws IOException {
    Safetensors file = golden("conv1d_causal");
    int[] shape = tensor(file, "parameter.weight").shape(); // (O, I, K), oldest step first
    int outputs = shape[0];
    int inputs = shape[1];
    int kernelSize = shape[2];
    int batch = tensor(file, "input.input").shape()[0];
    int steps = tensor(file, "input.input").shape()[2];
    var builder = new ProgramBuilder();
    Value x = builder.differentiableInput("x", inputs);
    Value y =
        new Tdnn(kernelSize, 2, Transfer.IDENTITY)
            .step(builder, new Layer("", 1, outputs, false, null), x);
    Program program = builder.build();
    Parameters parameters = Parameters.zeros(program.parameters());
    float[] weight = parameters.values("weight_ih_l1"); // stored (K · I, O), newest step first
    for (int k = 0; k < kernelSize; k++) {
      for (int i = 0; i < inputs; i++) {
        for (int o = 0; o < outputs; o++) {
          weight[(k * inputs + i) * outputs + o] =
              tensor(file, "parameter.weight")
                  .values()[(o * inputs + i) * kernelSize + kernelSize - 1 - k];
        }
      }
    }
    System.arraycopy(
        tensor(file, "parameter.bias").values(), 0, parameters.values("bias_ih_l1"), 0, outputs);
    var unroller = new Unroller(program, parameters, steps, batch, Kernels.best());
    Rows xRows = unroller.rows(x);
    Rows yRows = unroller.rows(y);
    for (int at = 0; at < batch * inputs * steps; at++) {
      int row = (at % steps) * batch + at / (inputs * steps);
      xRows.values()[xRows.at(row) + at / steps % inputs] =
          tensor(file, "input.input").values()[at];
    }

    unroller.forward(steps);
    unroller.clearRowGradients();
    for (int at = 0; at < batch * outputs * steps; at++) {
      int row = (at % steps) * batch + at / (outputs * steps);
      yRows.gradients()[yRows.at(row) + at / steps % outputs] =
          tensor(file, "input.cotangent").values()[at];
    }
    unroller.backward();

    for (int at = 0; at < batch * outputs * steps; at++) {
      int row = (at % steps) * batch + at / (outputs * steps);
      assertClose(
          yRows.values()[yRows.at(row) + at / steps % outputs],
          tensor(file, "output.output").values()[at],
          "output",
          at);
    }
    for (int at = 0; at < batch * inputs * steps; at++) {
      int row = (at % steps) * batch + at / (inputs * steps);
      assertClose(
          xRows.gradients()[xRows.at(row) + at / steps % inputs],
          tensor(file, "gradient.input").values()[at],
          "gradient of input",
          at);
    }
    float[] gradient = unroller.gradients().values("weight_ih_l1");
    for (int at = 0; at < outputs * inputs * kernelSize; at++) {
      int k = kernelSize - 1 - at % kernelSize;
      int i = at / kernelSize % inputs;
      int o = at / (kernelSize * inputs);
      assertClose(
          gradient[(k * inputs + i) * outputs + o],
          tensor(file, "gradient.weight").values()[at],
          "gradient of weight",
          at);
    }
  }
}
