package io.eddy.model.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GradientsTest {

  private static Parameters gradients(int... sizes) {
    return Parameters.zeros(
        IntStream.range(0, sizes.length)
            .mapToObj(i -> ParameterSpec.vector("p" + i, sizes[i], new Initializer.Zero()))
            .toList());
  }

  @Test
  void shouldClipAllGradientsTogetherAndOnlyAboveTheLimit() {
    Parameters gradients = gradients(37, 37);
    gradients.values(0)[3] = 3;
    gradients.values(1)[7] = -4;

    assertThat(Gradients.clipByGlobalNorm(gradients, 5, Kernels.best())).isEqualTo(5);
    assertThat(gradients.values(0)[3]).isEqualTo(3);
    assertThat(Gradients.clipByGlobalNorm(gradients, 1, Kernels.best())).isEqualTo(5);
    assertThat(gradients.values(0)[3]).isCloseTo(0.6f, offset(1e-6f));
    assertThat(gradients.values(1)[7]).isCloseTo(-0.8f, offset(1e-6f));
    Gradients.clear(gradients);
    assertThat(gradients.values(1)).containsOnly(0);
  }

  @Test
  void shouldReportANormThatIsNoNumber() {
    Parameters gradients = gradients(37);
    gradients.values(0)[0] = Float.NaN;
    assertThat(Gradients.clipByGlobalNorm(gradients, 1, Kernels.best())).isNaN();
  }

  @Test
  void shouldClipToTheSameBitsWhateverTheNumberOfParts() {
    int[] sizes = {5, 100_003, 16_384, 1, 40_000};
    Parameters expected = random(sizes);
    var whole = new GlobalNorm(expected, Kernels.scalar());
    whole.measure(0, 1);
    whole.clip(1, 0, 1);

    for (int parts : new int[] {2, 3, 5, 16}) {
      Parameters gradients = random(sizes);
      var norm = new GlobalNorm(gradients, Kernels.best());
      for (int part = parts - 1; part >= 0; part--) {
        norm.measure(part, parts);
      }
      for (int part = 0; part < parts; part++) {
        norm.clip(1, part, parts);
      }

      assertThat(norm.value()).as("%d parts", parts).isEqualTo(whole.value());
      for (int p = 0; p < sizes.length; p++) {
        assertThat(gradients.values(p)).as("%d parts", parts).isEqualTo(expected.values(p));
      }
    }
  }

  @Test
  void shouldMeasureTheNormAsInDouble() {
    Parameters gradients = random(5, 100_003, 7);
    double sum = 0;
    for (int p = 0; p < gradients.count(); p++) {
      for (float value : gradients.values(p)) {
        sum += (double) value * value;
      }
    }
    var norm = new GlobalNorm(gradients, Kernels.best());

    norm.measure(0, 1);

    assertThat(norm.value() / Math.sqrt(sum)).isCloseTo(1, offset(1e-6));
  }

  @Test
  void shouldClipByValue() {
    Parameters gradients = gradients(6);
    float[] values = gradients.values(0);
    values[0] = 0.4f;
    values[1] = -0.6f;
    values[2] = 7;
    values[3] = Float.NEGATIVE_INFINITY;
    values[4] = Float.NaN;

    Gradients.clipByValue(gradients, 0.5);

    assertThat(values).containsExactly(0.4f, -0.5f, 0.5f, -0.5f, Float.NaN, 0);
    assertThatThrownBy(() -> Gradients.clipByValue(gradients, 0))
        .hasMessageContaining("clipped at 0.0, expected above 0");
  }

  @Test
  void shouldPenaliseByTheGradientOfItsLoss() {
    List<ParameterSpec> specs =
        List.of(
            ParameterSpec.vector("bias", 3, new Initializer.Zero()),
            ParameterSpec.matrix("weight", 3, 5, new Initializer.Zero()),
            ParameterSpec.buffer("weight_mean", 3, new Initializer.Zero()));
    Parameters weights = Parameters.zeros(specs);
    var random = new SplittableRandom(3);
    for (int p = 0; p < 3; p++) {
      for (int i = 0; i < weights.values(p).length; i++) {
        weights.values(p)[i] = (float) (random.nextInt(1, 5) * (random.nextBoolean() ? 0.5 : -0.5));
      }
    }
    Parameters gradients = Parameters.zeros(specs);
    var penalty = new Penalty(0.3, 0.7, name -> name.startsWith("weight"));

    penalty.addGradient(weights, gradients, Kernels.best());

    float step = 1 / 64f;
    for (int p = 0; p < 3; p++) {
      for (int i = 0; i < weights.values(p).length; i++) {
        float value = weights.values(p)[i];
        weights.values(p)[i] = value + step;
        double above = penalty.loss(weights, Kernels.best());
        weights.values(p)[i] = value - step;
        double below = penalty.loss(weights, Kernels.best());
        weights.values(p)[i] = value;
        assertThat((double) gradients.values(p)[i])
            .as("%s %d", specs.get(p).name(), i)
            .isCloseTo((above - below) / (2 * step), offset(1e-3));
      }
    }
    assertThat(gradients.values("weight")).doesNotContain(0);
    assertThat(gradients.values("bias")).containsOnly(0);
  }

  @Test
  void shouldNotPullAWeightThatIsZero() {
    Parameters weights = gradients(2);
    weights.values(0)[1] = -2;
    Parameters gradients = gradients(2);

    Penalty.l1(0.5).addGradient(weights, gradients, Kernels.best());

    assertThat(gradients.values(0)).containsExactly(0, -0.5f);
  }

  private static Parameters random(int... sizes) {
    Parameters gradients = gradients(sizes);
    var random = new SplittableRandom(11);
    for (int p = 0; p < sizes.length; p++) {
      for (int i = 0; i < sizes[p]; i++) {
        gradients.values(p)[i] = (float) (random.nextDouble() - 0.5);
      }
    }
    return gradients;
  }
}
