package io.eddy.model.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.eddy.model.checkpoint.Safetensors;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The losses against libtorch's: every element's loss, and the gradient of their mean.
class GoldenLossTest {

  private static final int ELEMENTS = 21; // (7, 3)

  private static LossProgram program(LossProgram.Loss loss, int predictions) {
    float[] ones = new float[ELEMENTS];
    Arrays.fill(ones, 1);
    return new LossProgram(loss, predictions, 1, 1, 1, ELEMENTS).weight(ones);
  }

  @Test
  void shouldAgreeOnTheSquaredLoss() {
    Golden golden = new Golden("mse_loss");
    LossProgram program =
        program((b, x, target, weight) -> SquaredLoss.of(b, x.getFirst(), target, weight), 1)
            .prediction(0, golden.of("input.input"))
            .target(golden.of("input.target"));

    golden.assertLosses(program.run(1f / ELEMENTS));
    golden.assertGradient("gradient.input", program.gradient(0));
  }

  @Test
  void shouldAgreeOnHubersLoss() {
    Golden golden = new Golden("huber_loss");
    LossProgram program =
        program((b, x, target, weight) -> HuberLoss.of(b, x.getFirst(), target, weight, 0.5), 1)
            .prediction(0, golden.of("input.input"))
            .target(golden.of("input.target"));

    assertThat(golden.setting("settings")).isEqualTo("delta=0.5");
    golden.assertLosses(program.run(1f / ELEMENTS));
    golden.assertGradient("gradient.input", program.gradient(0));
  }

  @Test
  void shouldAgreeOnThePinballLoss() {
    Golden golden = new Golden("pinball_loss");
    LossProgram program =
        program(
                (b, x, target, weight) ->
                    PinballLoss.of(b, x.getFirst(), target, weight, new float[] {0.9f}),
                1)
            .prediction(0, golden.of("input.input"))
            .target(golden.of("input.target"));

    assertThat(golden.setting("settings")).isEqualTo("level=0.9");
    golden.assertLosses(program.run(1f / ELEMENTS));
    golden.assertGradient("gradient.input", program.gradient(0));
  }

  @ParameterizedTest
  @CsvSource({"cross_entropy_loss, 0", "cross_entropy_loss_smooth, 0.1"})
  void shouldAgreeOnTheCrossEntropy(String name, double smoothing) {
    Golden golden = new Golden(name);
    float[] logits = golden.of("input.input");
    float[] ones = new float[ELEMENTS];
    Arrays.fill(ones, 1);
    LossProgram program =
        new LossProgram(
                (b, x, target, weight) ->
                    CrossEntropyLoss.of(b, x.getFirst(), target, weight, smoothing),
                1,
                logits.length / ELEMENTS,
                1,
                1,
                ELEMENTS)
            .prediction(0, logits)
            .target(golden.of("input.target"))
            .weight(ones);

    assertThat(Double.parseDouble(golden.setting("label_smoothing"))).isEqualTo(smoothing);
    golden.assertLosses(program.run(1f / ELEMENTS));
    golden.assertGradient("gradient.input", program.gradient(0));
  }

  @Test
  void shouldAgreeOnTheGaussianLossOfAScale() {
    Golden golden = new Golden("normal_nll");
    LossProgram program =
        program((b, x, target, weight) -> GaussianLoss.of(b, x.get(0), x.get(1), target, weight), 2)
            .prediction(0, golden.of("input.loc"))
            .prediction(1, golden.of("input.scale"))
            .target(golden.of("input.target"));

    golden.assertLosses(program.run(1f / ELEMENTS));
    golden.assertGradient("gradient.loc", program.gradient(0));
    golden.assertGradient("gradient.scale", program.gradient(1));
  }

  @Test
  void shouldAgreeOnTheGaussianLossOfAVariance() {
    Golden golden = new Golden("gaussian_nll_loss");
    float[] scale = golden.of("input.var");
    for (int i = 0; i < ELEMENTS; i++) {
      scale[i] = (float) Math.sqrt(scale[i]);
    }
    LossProgram program =
        program((b, x, target, weight) -> GaussianLoss.of(b, x.get(0), x.get(1), target, weight), 2)
            .prediction(0, golden.of("input.input"))
            .prediction(1, scale)
            .target(golden.of("input.target"));

    assertThat(golden.setting("full")).as("with its constant").isEqualTo("True");
    golden.assertLosses(program.run(1f / ELEMENTS));
    golden.assertGradient("gradient.input", program.gradient(0));
    float[] dVariance = program.gradient(1);
    for (int i = 0; i < ELEMENTS; i++) {
      dVariance[i] /= 2 * scale[i];
    }
    golden.assertGradient("gradient.var", dVariance);
  }

  @Test
  void shouldAgreeOnTheLossOfStudentsT() {
    Golden golden = new Golden("student_t_nll");
    LossProgram program =
        program(
                (b, x, target, weight) ->
                    StudentTLoss.of(b, x.get(0), x.get(1), x.get(2), target, weight),
                3)
            .prediction(0, golden.of("input.df"))
            .prediction(1, golden.of("input.loc"))
            .prediction(2, golden.of("input.scale"))
            .target(golden.of("input.target"));

    golden.assertLosses(program.run(1f / ELEMENTS));
    golden.assertGradient("gradient.df", program.gradient(0));
    golden.assertGradient("gradient.loc", program.gradient(1));
    golden.assertGradient("gradient.scale", program.gradient(2));
  }

  @Test
  void shouldAgreeOnTheNegativeBinomialLossOfAMean() {
    Golden golden = new Golden("negative_binomial_nll_of_mean");
    float[] totalCount = golden.of("input.total_count");
    LossProgram program =
        negativeBinomial(golden.of("input.mean"), totalCount, golden.of("input.target"));

    golden.assertLosses(program.run(1f / ELEMENTS));
    golden.assertGradient("gradient.mean", program.gradient(0));
    float[] dTotalCount = program.gradient(1);
    for (int i = 0; i < ELEMENTS; i++) {
      dTotalCount[i] /= -totalCount[i] * totalCount[i];
    }
    golden.assertGradient("gradient.total_count", dTotalCount);
  }

  @Test
  void shouldAgreeOnTheNegativeBinomialLossOfLogits() {
    Golden golden = new Golden("negative_binomial_nll");
    float[] totalCount = golden.of("input.total_count");
    float[] mean = golden.of("input.logits");
    for (int i = 0; i < ELEMENTS; i++) {
      mean[i] = (float) (totalCount[i] * StrictMath.exp(mean[i]));
    }
    LossProgram program = negativeBinomial(mean, totalCount, golden.of("input.target"));

    golden.assertLosses(program.run(1f / ELEMENTS));
    float[] dLogits = program.gradient(0);
    float[] dTotalCount = program.gradient(1);
    for (int i = 0; i < ELEMENTS; i++) {
      // mean = total_count · e^logits, dispersion = 1 / total_count
      dTotalCount[i] =
          dLogits[i] * mean[i] / totalCount[i] - dTotalCount[i] / (totalCount[i] * totalCount[i]);
      dLogits[i] *= mean[i];
    }
    golden.assertGradient("gradient.logits", dLogits);
    golden.assertGradient("gradient.total_count", dTotalCount);
  }

  private static LossProgram negativeBinomial(float[] mean, float[] totalCount, float[] target) {
    float[] dispersion = new float[ELEMENTS];
    for (int i = 0; i < ELEMENTS; i++) {
      dispersion[i] = 1 / totalCount[i];
    }
    return program(
            (b, x, t, weight) -> NegativeBinomialLoss.of(b, x.get(0), x.get(1), t, weight), 2)
        .prediction(0, mean)
        .prediction(1, dispersion)
        .target(target);
  }

  /// One golden file.
  private static final class Golden {
    private final Safetensors file;

    Golden(String name) {
      try (InputStream in =
          GoldenLossTest.class.getResourceAsStream("/golden/" + name + ".safetensors")) {
        file = Safetensors.fromBytes(Objects.requireNonNull(in, name).readAllBytes());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    float[] of(String name) {
      return Objects.requireNonNull(file.tensors().get(name), name).values().clone();
    }

    String setting(String name) {
      return Objects.requireNonNull(file.metadata().get("setting." + name), name);
    }

    void assertLosses(float[] losses) {
      assertClose("output.losses", losses);
      double sum = 0;
      for (float loss : losses) {
        sum += loss;
      }
      assertThat(sum / ELEMENTS).isCloseTo(of("output.loss")[0], offset(1e-6));
    }

    void assertGradient(String name, float[] actual) {
      assertClose(name, actual);
    }

    private void assertClose(String name, float[] actual) {
      float[] expected = of(name);
      assertThat(actual).hasSameSizeAs(expected);
      for (int i = 0; i < expected.length; i++) {
        assertThat((double) actual[i])
            .as("%s, element %d", name, i)
            .isCloseTo(expected[i], offset(2e-6 + 2e-6 * Math.abs(expected[i])));
      }
    }
  }
}
