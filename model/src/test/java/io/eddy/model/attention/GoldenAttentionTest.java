package io.eddy.model.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.eddy.model.attention.TransformerEncoderLayer.Activation;
import io.eddy.model.checkpoint.Safetensors;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.op.Attended;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Program;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Unroller;
import io.eddy.model.program.Value;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What libtorch computes from the same parameters; `golden/README.md` says how the files were
/// made.
class GoldenAttentionTest {

  private static final int STEPS = 7;
  private static final int BATCH = 3;
  private static final int SIZE = 8;

  /// A golden file and a program that runs what it holds, causal over steps, else over a memory.
  private static final class Golden {
    final Map<String, Safetensors.Tensor> tensors;
    final boolean causal;
    final ProgramBuilder builder = new ProgramBuilder();
    final Value x;

    Golden(String name, boolean causal) {
      this.causal = causal;
      try (InputStream in =
          Objects.requireNonNull(
              GoldenAttentionTest.class.getResourceAsStream("/golden/" + name + ".safetensors"))) {
        tensors = Safetensors.fromBytes(in.readAllBytes()).tensors();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      x = causal ? builder.differentiableInput("x", SIZE) : builder.memory("x", SIZE, STEPS);
    }

    Safetensors.Tensor of(String name) {
      return Objects.requireNonNull(tensors.get(name), name);
    }

    float[] tensor(String name) {
      return of(name).values();
    }

    int row(int t, int b) {
      return causal ? t * BATCH + b : b * STEPS + t;
    }

    void write(float[] from, float[] to, Rows rows) {
      for (int t = 0; t < STEPS; t++) {
        for (int b = 0; b < BATCH; b++) {
          System.arraycopy(from, (t * BATCH + b) * SIZE, to, rows.at(row(t, b)), SIZE);
        }
      }
    }

    void assertRows(float[] actual, Rows rows, String name) {
      for (int t = 0; t < STEPS; t++) {
        for (int b = 0; b < BATCH; b++) {
          for (int i = 0; i < SIZE; i++) {
            double expected = tensor(name)[(t * BATCH + b) * SIZE + i];
            assertThat((double) actual[rows.at(row(t, b)) + i])
                .as("%s[%d, %d, %d]", name, t, b, i)
                .isCloseTo(expected, within(4e-6 + 4e-6 * Math.abs(expected)));
          }
        }
      }
    }

    Unroller assertEqual(Value out) {
      Program program = builder.build();
      Parameters parameters = Parameters.zeros(program.parameters());
      for (ParameterSpec spec : program.parameters()) {
        float[] from = tensor("parameter." + spec.name());
        assertThat(of("parameter." + spec.name()).shape()).isEqualTo(spec.shape());
        for (int i = 0; i < from.length; i++) {
          parameters.values(spec.name())[stored(spec, i)] = from[i];
        }
      }
      var unroller = new Unroller(program, parameters, STEPS, BATCH, Kernels.best());
      Rows in = unroller.rows(x);
      write(tensor("input.input"), in.values(), in);

      unroller.forward(causal ? STEPS : 1);
      unroller.clearRowGradients();
      Rows outRows = unroller.rows(out);
      write(tensor("input.cotangent"), outRows.gradients(), outRows);
      unroller.backward();

      assertRows(outRows.values(), outRows, "output.output");
      assertRows(in.gradients(), in, "gradient.input");
      for (ParameterSpec spec : program.parameters()) {
        float[] expected = tensor("gradient." + spec.name());
        for (int i = 0; i < expected.length; i++) {
          assertThat((double) unroller.gradients().values(spec.name())[stored(spec, i)])
              .as("gradient of %s[%d]", spec.name(), i)
              .isCloseTo(expected[i], within(1e-5 + 1e-5 * Math.abs(expected[i])));
        }
      }
      return unroller;
    }

    private static int stored(ParameterSpec spec, int i) {
      return spec.isMatrix() ? i % spec.inputs() * spec.outputs() + i / spec.inputs() : i;
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldAgreeWithMultiHeadAttention(boolean causal) {
    var golden = new Golden("multihead_attention" + (causal ? "_causal" : ""), causal);
    var attention = MultiHeadAttention.of("", SIZE, 2);
    Attended out =
        causal
            ? attention.causal(golden.builder, golden.x, STEPS)
            : attention.whole(golden.builder, golden.x);

    Unroller unroller = golden.assertEqual(out.context());

    Rows probabilities = unroller.rows(out.probabilities());
    for (int b = 0; b < BATCH; b++) {
      for (int t = 0; t < STEPS; t++) {
        for (int e = 0; e < STEPS; e++) {
          int at = probabilities.at(golden.row(t, b)) + e;
          double mean = (probabilities.values()[at] + probabilities.values()[at + STEPS]) / 2;
          assertThat(mean)
              .as("weight of entry %d at step %d of row %d", e, t, b)
              .isCloseTo(
                  golden.tensor("output.attention_weights")[(b * STEPS + t) * STEPS + e],
                  within(1e-6));
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"post_norm, RELU", "post_norm, GELU", "pre_norm, RELU", "pre_norm, GELU"})
  void shouldAgreeWithTransformerEncoderLayer(String norm, Activation activation) {
    boolean normFirst = norm.equals("pre_norm");
    var golden =
        new Golden(
            "transformer_encoder_layer_"
                + norm
                + "_"
                + activation.name().toLowerCase(java.util.Locale.ROOT),
            normFirst);
    var layer = new TransformerEncoderLayer("", SIZE, 2, 12, activation, normFirst, 0, 1e-5);
    Value out =
        normFirst
            ? layer.causal(golden.builder, golden.x, STEPS)
            : layer.whole(golden.builder, golden.x);

    golden.assertEqual(out);

    assertThat(golden.builder.build().parameters().stream().map(ParameterSpec::name))
        .containsExactlyInAnyOrderElementsOf(
            List.of(
                "self_attn.in_proj_weight",
                "self_attn.in_proj_bias",
                "self_attn.out_proj.weight",
                "self_attn.out_proj.bias",
                "linear1.weight",
                "linear1.bias",
                "linear2.weight",
                "linear2.bias",
                "norm1.weight",
                "norm1.bias",
                "norm2.weight",
                "norm2.bias"));
  }
}
