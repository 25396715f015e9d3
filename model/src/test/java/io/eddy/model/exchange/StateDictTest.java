package io.eddy.model.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.data.Offset.offset;

import io.eddy.model.cell.CellType;
import io.eddy.model.cell.Cells;
import io.eddy.model.checkpoint.CheckpointException;
import io.eddy.model.checkpoint.Safetensors;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Program;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Stepper;
import io.eddy.model.program.Value;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// PyTorch's state dicts, as libtorch wrote them into the golden files, unchanged.
class StateDictTest {

  private static final Initializer ZERO = new Initializer.Zero();

  @ParameterizedTest
  @CsvSource({"lstm,LSTM,4", "gru,GRU,3", "rnn_tanh,ELMAN,1"})
  void shouldGiveLibtorchsOutputsFromItsStateDict(String name, CellType cell, int gates) {
    Safetensors file = golden(name);
    StateDict weights = StateDict.of(file).under("parameter");
    int hiddenSize = weights.tensor("weight_hh_l0").shape()[1];
    int inputSize = weights.tensor("weight_ih_l0").shape()[1];
    int layers = weights.tensors().containsKey("weight_ih_l1") ? 2 : 1;
    assertThat(weights.tensor("weight_hh_l0").shape()[0]).isEqualTo(gates * hiddenSize);
    var builder = new ProgramBuilder();
    Value x = builder.input("x", inputSize);
    Value hidden = Cells.stack(builder, cell, "", x, hiddenSize, layers);
    Program program = builder.build();

    Parameters parameters = weights.toParameters(program.parameters());

    Safetensors.Tensor input = tensor(file, "input.input");
    int steps = input.shape()[0];
    int batch = input.shape()[1];
    float[] expected = tensor(file, "output.output").values();
    var stepper = new Stepper(program, parameters, batch, Kernels.scalar());
    for (int row = 0; row < batch; row++) {
      stepper.load(row, initialState(file, layers, batch, hiddenSize, row), 0);
    }
    for (int step = 0; step < steps; step++) {
      for (int row = 0; row < batch; row++) {
        System.arraycopy(
            input.values(),
            (step * batch + row) * inputSize,
            stepper.rows(x).values(),
            stepper.rows(x).at(row),
            inputSize);
      }
      stepper.step();
      for (int row = 0; row < batch; row++) {
        for (int unit = 0; unit < hiddenSize; unit++) {
          assertThat(stepper.rows(hidden).values()[stepper.rows(hidden).at(row) + unit])
              .as("step %d, row %d, unit %d", step, row, unit)
              .isCloseTo(expected[(step * batch + row) * hiddenSize + unit], offset(1e-6f));
        }
      }
    }
  }

  /// A key's state is the layers' h, each followed by its c.
  private static float[] initialState(
      Safetensors file, int layers, int batch, int hiddenSize, int row) {
    List<String> parts =
        file.tensors().containsKey("input.c_0")
            ? List.of("input.h_0", "input.c_0")
            : List.of("input.h_0");
    float[] state = new float[layers * parts.size() * hiddenSize];
    int at = 0;
    for (int layer = 0; layer < layers; layer++) {
      for (String part : parts) {
        System.arraycopy(
            tensor(file, part).values(), (layer * batch + row) * hiddenSize, state, at, hiddenSize);
        at += hiddenSize;
      }
    }
    return state;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "batch_norm",
        "embedding",
        "gru",
        "layer_norm",
        "lstm",
        "lstm_bidirectional",
        "multihead_attention",
        "rnn_relu",
        "transformer_encoder_layer_pre_norm_gelu"
      })
  void shouldGiveBackWhatItWasFilledFrom(String name) {
    StateDict weights = StateDict.of(golden(name)).under("parameter.");

    Parameters parameters = weights.toParameters(specs(weights));

    StateDict back = StateDict.of(parameters);
    assertThat(back.toSafetensors(Map.of()).toBytes())
        .isEqualTo(weights.toSafetensors(Map.of()).toBytes());
    assertThat(StateDict.of(parameters).withPrefix("a.b.").under("a.b").tensors().keySet())
        .isEqualTo(weights.tensors().keySet());
  }

  /// Parameters of the state dict's own names and shapes, matrices input-major.
  private static List<ParameterSpec> specs(StateDict weights) {
    return weights.tensors().entrySet().stream()
        .map(
            entry -> {
              int[] shape = entry.getValue().shape();
              return shape.length == 1
                  ? ParameterSpec.vector(entry.getKey(), shape[0], ZERO)
                  : ParameterSpec.matrix(entry.getKey(), shape[0], shape[1], ZERO);
            })
        .toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gru                        | GRU(input_size=5, hidden_size=6, num_layers=2)",
        "multihead_attention        | MultiheadAttention(embed_dim=8)",
        "embedding                  | Linear(in_features=4, out_features=10, bias=False) or"
            + " Embedding(num_embeddings=10, embedding_dim=4)",
        "layer_norm                 | LayerNorm(normalized_shape=8)",
        "conv1d_causal              | Conv1d(in_channels=5, out_channels=4, kernel_size=3)"
      })
  void shouldTellLayersByNamesAndShapes(String name, String description) {
    List<StoredLayer> layers = StateDict.of(golden(name)).under("parameter").layers();

    assertThat(layers).extracting(StoredLayer::description).containsExactly(description);
  }

  @Test
  void shouldTellTheLayersOfAWholeNetwork() {
    Map<String, Safetensors.Tensor> tensors = new TreeMap<>();
    put(tensors, "encoder.rnn.weight_ih_l0", 16, 3);
    put(tensors, "encoder.rnn.weight_hh_l0", 16, 4);
    put(tensors, "encoder.rnn.weight_ih_l0_reverse", 16, 3);
    put(tensors, "encoder.rnn.weight_hh_l0_reverse", 16, 4);
    put(tensors, "encoder.word_embedding.weight", 100, 3);
    put(tensors, "encoder.norm.weight", 8);
    put(tensors, "encoder.norm.bias", 8);
    put(tensors, "encoder.norm.running_mean", 8);
    put(tensors, "encoder.norm.running_var", 8);
    put(tensors, "encoder.norm.num_batches_tracked");
    put(tensors, "head.weight", 2, 8);
    put(tensors, "head.bias", 2);
    put(tensors, "projected.weight_ih_l0", 16, 3);
    put(tensors, "projected.weight_hh_l0", 16, 2);
    put(tensors, "projected.weight_hr_l0", 2, 4);
    put(tensors, "scale", 5);

    List<StoredLayer> layers = StateDict.of(tensors).layers();

    assertThat(layers)
        .extracting(StoredLayer::toString)
        .containsExactly(
            "unknown",
            "encoder.norm = BatchNorm1d(num_features=8)",
            "encoder.rnn = LSTM(input_size=3, hidden_size=4, bias=False, bidirectional=True)",
            "encoder.word_embedding = Embedding(num_embeddings=100, embedding_dim=3)",
            "head = Linear(in_features=8, out_features=2)",
            "projected = LSTM(input_size=3, hidden_size=4, bias=False, proj_size=2)");
    assertThat(layers.stream().mapToLong(StoredLayer::parameterCount).sum())
        .isEqualTo(tensors.values().stream().mapToLong(tensor -> tensor.values().length).sum());
  }

  @Test
  void shouldReadAnEncoderLayerAsOne() {
    StateDict weights =
        StateDict.of(golden("transformer_encoder_layer_post_norm_relu"))
            .under("parameter")
            .withPrefix("layers.0.");

    List<StoredLayer> layers = weights.layers();

    int feedForward = weights.tensor("layers.0.linear1.weight").shape()[0];
    assertThat(layers)
        .extracting(StoredLayer::toString)
        .containsExactly(
            "layers.0 = TransformerEncoderLayer(d_model=8, dim_feedforward=%d)"
                .formatted(feedForward));
  }

  @Test
  void shouldFillZerosForALayerBuiltWithoutBiases() {
    StateDict weights = StateDict.of(golden("lstm")).under("parameter");
    Map<String, Safetensors.Tensor> tensors = new TreeMap<>(weights.tensors());
    tensors.keySet().removeIf(name -> name.startsWith("bias_"));
    Parameters parameters = Parameters.initial(specs(weights), 3);

    StateDict.Comparison comparison = StateDict.of(tensors).fill(parameters);

    assertThat(comparison.absentBiases()).contains("bias_ih_l0", "bias_hh_l0");
    assertThat(parameters.values("bias_ih_l0")).containsOnly(0);
  }

  @Test
  void shouldSayWhatIsMissingUnknownAndUnfit() {
    Map<String, Safetensors.Tensor> tensors = new TreeMap<>();
    put(tensors, "net.weight", 2, 3);
    put(tensors, "net.extra", 1);
    put(tensors, "net.num_batches_tracked");
    tensors.put("net.scale", new Safetensors.Tensor(new int[] {1}, new float[] {Float.NaN}));
    List<ParameterSpec> specs =
        List.of(
            ParameterSpec.matrix("weight", 3, 2, ZERO),
            ParameterSpec.vector("bias", 3, ZERO),
            ParameterSpec.vector("scale", 1, ZERO));

    StateDict.Comparison comparison = StateDict.of(tensors).under("net").compare(specs);

    assertThat(comparison.missing()).containsExactly("bias");
    assertThat(comparison.unknown()).containsExactly("extra");
    assertThat(comparison.unfit())
        .containsExactly(
            "weight has shape [2, 3], expected [3, 2]", "scale holds NaN, expected finite numbers");
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> StateDict.of(tensors).under("net").toParameters(specs))
        .withMessageContaining("under net.")
        .withMessageContaining("missing: [bias]")
        .withMessageContaining("not of this network: [extra]")
        .withMessageContaining("[2, 3], expected [3, 2]");
  }

  @Test
  void shouldLeaveParametersAloneThatDoNotFit() {
    List<ParameterSpec> specs = List.of(ParameterSpec.vector("a", 1, ZERO));
    Parameters parameters = Parameters.zeros(specs);
    Map<String, Safetensors.Tensor> tensors = new TreeMap<>();
    tensors.put("a", new Safetensors.Tensor(new int[] {1}, new float[] {5}));
    put(tensors, "b", 1);

    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> StateDict.of(tensors).fill(parameters));
    assertThat(parameters.values("a")).containsExactly(0);
  }

  @Test
  void shouldRefuseAProjectionByName() {
    Map<String, Safetensors.Tensor> tensors = new TreeMap<>();
    put(tensors, "rnn.weight_hr_l1_reverse", 2, 4);

    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> StateDict.of(tensors).toParameters(List.of()))
        .withMessageContaining("rnn.weight_hr_l1_reverse")
        .withMessageContaining("proj_size");
  }

  @Test
  void shouldListTheNamesWhenAPrefixHasNone() {
    StateDict weights = StateDict.of(golden("embedding"));

    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> weights.under("encoder"))
        .withMessageContaining("begins with encoder.")
        .withMessageContaining("parameter.weight");
  }

  @Test
  void shouldSplitABidirectionalLayerIntoItsDirections() {
    StateDict weights = StateDict.of(golden("lstm_bidirectional")).under("parameter");

    StateDict forward = weights.forward();
    StateDict backward = weights.backward();

    assertThat(backward.tensors().keySet()).isEqualTo(forward.tensors().keySet());
    assertThat(backward.tensor("weight_hh_l0").values())
        .isEqualTo(weights.tensor("weight_hh_l0_reverse").values());
    assertThat(forward.tensor("weight_hh_l0").values())
        .isEqualTo(weights.tensor("weight_hh_l0").values());
  }

  @Test
  void shouldLoadAConvolutionAsAMatrix() {
    StateDict weights = StateDict.of(golden("conv1d_causal")).under("parameter");
    List<ParameterSpec> specs =
        List.of(ParameterSpec.matrix("weight", 4, 15, ZERO), ParameterSpec.vector("bias", 4, ZERO));

    Parameters parameters = weights.toParameters(specs);

    // Stored input-major: channel 1 and tap 2 of output 3 is input 1 · 3 + 2.
    assertThat(parameters.values("weight")[5 * 4 + 3])
        .isEqualTo(weights.tensor("weight").values()[(3 * 5 + 1) * 3 + 2]);
  }

  private static void put(Map<String, Safetensors.Tensor> tensors, String name, int... shape) {
    int size = 1;
    for (int dimension : shape) {
      size *= dimension;
    }
    tensors.put(name, new Safetensors.Tensor(shape, new float[size]));
  }

  private static Safetensors.Tensor tensor(Safetensors file, String name) {
    return Objects.requireNonNull(file.tensors().get(name), name);
  }

  private static Safetensors golden(String name) {
    String path = "/golden/" + name + ".safetensors";
    try (InputStream in = StateDictTest.class.getResourceAsStream(path)) {
      return Safetensors.fromBytes(Objects.requireNonNull(in, path).readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
