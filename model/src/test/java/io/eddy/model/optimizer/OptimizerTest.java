package io.eddy.model.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class OptimizerTest {

  private static final int SIZE = 37;

  private static Parameters parameters(String... names) {
    return Parameters.zeros(
        List.of(names).stream()
            .map(name -> ParameterSpec.vector(name, SIZE, new Initializer.Zero()))
            .toList());
  }

  @Test
  void shouldStepAsTheAlgorithmInThePaperWithDecoupledDecay() {
    Parameters weights = parameters("w");
    Parameters gradients = parameters("w");
    var random = new SplittableRandom(5);
    double[] expected = new double[SIZE];
    double[] m = new double[SIZE];
    double[] v = new double[SIZE];
    for (int i = 0; i < SIZE; i++) {
      weights.values(0)[i] = (float) (random.nextDouble() - 0.5);
      expected[i] = weights.values(0)[i];
    }
    var adam = new Adam(weights, Kernels.best());
    double rate = 0.01;
    double decay = 0.1;
    for (int t = 1; t <= 20; t++) {
      for (int i = 0; i < SIZE; i++) {
        float g = (float) (random.nextDouble() - 0.3);
        gradients.values(0)[i] = g;
        // Kingma and Ba, algorithm 1; Loshchilov and Hutter, algorithm 2, line 12.
        m[i] = 0.9 * m[i] + 0.1 * g;
        v[i] = 0.999 * v[i] + 0.001 * g * g;
        double mHat = m[i] / (1 - StrictMath.pow(0.9, t));
        double vHat = v[i] / (1 - StrictMath.pow(0.999, t));
        expected[i] -= rate * (mHat / (Math.sqrt(vHat) + 1e-8) + decay * expected[i]);
      }
      adam.step(gradients, rate, decay);
      for (int i = 0; i < SIZE; i++) {
        assertThat((double) weights.values(0)[i])
            .as("step %d, element %d", t, i)
            .isCloseTo(expected[i], offset(2e-5));
      }
    }
  }

  @Test
  void shouldClipAllGradientsTogetherAndOnlyAboveTheLimit() {
    Parameters gradients = parameters("a", "b");
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
    Parameters gradients = parameters("a");
    gradients.values(0)[0] = Float.NaN;
    assertThat(Gradients.clipByGlobalNorm(gradients, 1, Kernels.best())).isNaN();
  }
}
