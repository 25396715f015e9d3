package io.eddy.model.exchange.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.data.Offset.offset;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.ByteString;
import io.eddy.model.checkpoint.Safetensors;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.program.Stepper;
import io.eddy.model.program.Value;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Graphs as exporters write them, against what ONNX Runtime computed of them; and graphs that no
/// step of a program can be.
class OnnxReaderTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lstm_two_layers",
        "gru_reset_after",
        "gru_reset_before",
        "rnn_relu_from_constant",
        "embedding_last_step",
        "dense"
      })
  void shouldGiveOnnxRuntimesNumbers(String name) {
    Safetensors file = Safetensors.fromBytes(resource(name + ".safetensors"));
    Safetensors.Tensor given = Objects.requireNonNull(file.tensors().get("input.x"));
    Safetensors.Tensor expected = Objects.requireNonNull(file.tensors().get("output.y"));

    OnnxNetwork network = OnnxReader.read(resource(name + ".onnx"));

    int batch = given.shape()[1];
    Value x = network.value(Objects.requireNonNull(file.metadata().get("input")));
    Value y = network.value("y");
    assertThat(network.inputs()).hasSize(1);
    assertThat(new int[] {x.width(), y.width()})
        .containsExactly(given.shape()[2], expected.shape()[2]);
    var stepper = new Stepper(network.program(), network.parameters(), batch, Kernels.scalar());
    float[] state = new float[network.program().stateSize()];
    stepper.initialState(state, 0);
    for (int row = 0; row < batch; row++) {
      stepper.load(row, state, 0);
    }
    for (int step = 0; step < given.shape()[0]; step++) {
      for (int row = 0; row < batch; row++) {
        System.arraycopy(
            given.values(),
            (step * batch + row) * x.width(),
            stepper.rows(x).values(),
            stepper.rows(x).at(row),
            x.width());
      }
      stepper.step();
      for (int row = 0; row < batch; row++) {
        int at = (step * batch + row) * y.width();
        int answer = stepper.rows(y).at(row);
        assertThat(Arrays.copyOfRange(stepper.rows(y).values(), answer, answer + y.width()))
            .as("step %d, row %d", step, row)
            .containsExactly(
                Arrays.copyOfRange(expected.values(), at, at + y.width()), offset(1e-6f));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"lstm_two_layers", "gru_reset_before", "embedding_last_step", "dense"})
  void shouldWriteWhatItReadAndReadItAgain(String name) {
    OnnxNetwork network = OnnxReader.read(resource(name + ".onnx"));

    byte[] once = OnnxWriter.write(network);

    byte[] twice = OnnxWriter.write(OnnxReader.read(once));
    assertThat(OnnxWriter.write(OnnxReader.read(twice))).isEqualTo(twice);
  }

  @Test
  void shouldNameWeightsAsPyTorchByTheNodesPath() {
    OnnxNetwork network = OnnxReader.read(resource("lstm_two_layers.onnx"));

    assertThat(network.parameters().specs())
        .extracting(spec -> spec.name())
        .containsExactlyInAnyOrder(
            "rnn.weight_ih_l0",
            "rnn.weight_hh_l0",
            "rnn.bias_ih_l0",
            "rnn.bias_hh_l0",
            "rnn.weight_ih_l1",
            "rnn.weight_hh_l1",
            "rnn.bias_ih_l1",
            "rnn.bias_hh_l1",
            "onnx::MatMul_9",
            "head.bias");
    assertThat(network.inputs()).containsOnlyKeys("input");
  }

  @Test
  void shouldNameAnOperatorThatItDoesNotKnow() {
    byte[] changed =
        changed("dense", model -> node(model, "Relu").setOpType("Celu").setName("encoder/act"));

    assertThatExceptionOfType(OnnxException.class)
        .isThrownBy(() -> OnnxReader.read(changed))
        .withMessageStartingWith("node 2 \"encoder/act\" (Celu of ai.onnx, [norm] to [Relu])")
        .withMessageContaining("not supported");
  }

  @Test
  void shouldNameTheDomainThatItDoesNotKnow() {
    byte[] changed = changed("dense", model -> node(model, "Relu").setDomain("com.microsoft"));

    assertThatExceptionOfType(OnnxException.class)
        .isThrownBy(() -> OnnxReader.read(changed))
        .withMessageContaining("(Relu of com.microsoft");
  }

  @Test
  void shouldNotMindWhatNoOutputNeeds() {
    byte[] changed =
        changed(
            "dense",
            model ->
                model
                    .getGraphBuilder()
                    .addNode(
                        OnnxMl.NodeProto.newBuilder()
                            .setOpType("NonZero")
                            .addInput("input")
                            .addOutput("nobody")));

    assertThat(OnnxReader.read(changed).outputs()).containsOnlyKeys("y");
  }

  @Test
  void shouldRefuseBothDirections() {
    byte[] changed =
        changed(
            "gru_reset_after",
            model ->
                node(model, "GRU")
                    .addAttribute(
                        OnnxMl.AttributeProto.newBuilder()
                            .setName("direction")
                            .setType(OnnxMl.AttributeProto.AttributeType.STRING)
                            .setS(ByteString.copyFromUtf8("bidirectional"))));

    assertThatExceptionOfType(OnnxException.class)
        .isThrownBy(() -> OnnxReader.read(changed))
        .withMessageContaining("\"/gru/GRU\"")
        .withMessageContaining("direction is bidirectional, expected forward");
  }

  @Test
  void shouldRefuseAStepThatIsNotTheLast() {
    byte[] changed =
        changed(
            "embedding_last_step",
            model -> {
              for (int i = 0; i < model.getGraph().getInitializerCount(); i++) {
                if (model.getGraph().getInitializer(i).getName().equals("last")) {
                  model
                      .getGraphBuilder()
                      .getInitializerBuilder(i)
                      .setRawData(ByteString.copyFrom(new byte[8]));
                }
              }
            });

    assertThatExceptionOfType(OnnxException.class)
        .isThrownBy(() -> OnnxReader.read(changed))
        .withMessageContaining("it takes step 0, expected the last");
  }

  @Test
  void shouldRefuseWeightsThatLieElsewhere() {
    byte[] changed =
        changed(
            "dense",
            model ->
                model
                    .getGraphBuilder()
                    .getInitializerBuilder(0)
                    .setDataLocation(OnnxMl.TensorProto.DataLocation.EXTERNAL));

    assertThatExceptionOfType(OnnxException.class)
        .isThrownBy(() -> OnnxReader.read(changed))
        .withMessageContaining("lie in another file");
  }

  @Test
  void shouldRefuseWeightsOfAnotherSizeThanTheirShape() {
    byte[] changed =
        changed("dense", model -> model.getGraphBuilder().getInitializerBuilder(0).setDims(0, 77));

    assertThatExceptionOfType(OnnxException.class)
        .isThrownBy(() -> OnnxReader.read(changed))
        .withMessageContaining("initializer w1 of shape [77, 6] has 18 values");
  }

  @Test
  void shouldNameTheTensorThatNothingWrites() {
    byte[] changed = changed("dense", model -> node(model, "Relu").setInput(0, "lost"));

    assertThatExceptionOfType(OnnxException.class)
        .isThrownBy(() -> OnnxReader.read(changed))
        .withMessageContaining("node 2 \"Relu\" reads tensor lost, which nothing before it writes");
  }

  private static OnnxMl.NodeProto.Builder node(OnnxMl.ModelProto.Builder model, String type) {
    for (int i = 0; i < model.getGraph().getNodeCount(); i++) {
      if (model.getGraph().getNode(i).getOpType().equals(type)) {
        return model.getGraphBuilder().getNodeBuilder(i);
      }
    }
    throw new AssertionError("no " + type);
  }

  private static byte[] changed(String name, Consumer<OnnxMl.ModelProto.Builder> change) {
    OnnxMl.ModelProto.Builder model = OnnxReader.parse(resource(name + ".onnx")).toBuilder();
    change.accept(model);
    return model.build().toByteArray();
  }

  private static byte[] resource(String name) {
    try (InputStream in = OnnxReaderTest.class.getResourceAsStream("/onnx/" + name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
