package io.eddy.model.cell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.data.Offset.offset;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Stepper;
import io.eddy.model.program.Value;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContinuousHopfieldTest {

  /// Patterns, and a program that retrieves them.
  private static final class Example {
    final int width;
    final float[][] patterns;
    final Value state;
    final Value retrieved;
    final Stepper stepper;

    Example(ContinuousHopfield network, int width, int patternCount, SplittableRandom random) {
      this.width = width;
      patterns = new float[patternCount][width];
      var builder = new ProgramBuilder();
      state = builder.input("state", width);
      Value memory = builder.memory("patterns", width, patternCount);
      retrieved = network.retrieve(builder, state, memory);
      var program = builder.build();
      stepper = new Stepper(program, Parameters.zeros(program.parameters()), 1, Kernels.best());
      Rows rows = stepper.rows(memory);
      for (int p = 0; p < patternCount; p++) {
        for (int i = 0; i < width; i++) {
          patterns[p][i] = (float) (2 * random.nextDouble() - 1);
        }
        System.arraycopy(patterns[p], 0, rows.values(), rows.at(p), width);
      }
      stepper.remember();
    }

    float[] retrieve(float[] from) {
      System.arraycopy(from, 0, stepper.rows(state).values(), stepper.rows(state).at(0), width);
      stepper.step();
      Rows out = stepper.rows(retrieved);
      return java.util.Arrays.copyOfRange(out.values(), out.at(0), out.at(0) + width);
    }

    /// Equation 2, without its constants.
    double energy(double beta, float[] state) {
      double sum = 0;
      double half = 0;
      for (float[] pattern : patterns) {
        sum += StrictMath.exp(beta * dot(pattern, state));
      }
      for (float element : state) {
        half += 0.5 * element * element;
      }
      return half - StrictMath.log(sum) / beta;
    }
  }

  private static double dot(float[] x, float[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += (double) x[i] * y[i];
    }
    return sum;
  }

  /// Three times as many patterns as the state is wide: a binary network keeps a seventh.
  @Test
  void shouldRetrieveEachPatternFromItsFirstHalfInOneUpdate() {
    var example = new Example(new ContinuousHopfield(8, 1), 64, 192, new SplittableRandom(2));
    for (float[] pattern : example.patterns) {
      float[] probe = pattern.clone();
      java.util.Arrays.fill(probe, 32, 64, 0);

      float[] retrieved = example.retrieve(probe);

      for (int i = 0; i < 64; i++) {
        assertThat(retrieved[i]).isCloseTo(pattern[i], offset(0.01f));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {0.2f, 1, 3})
  void shouldLoseEnergyWithEveryUpdateAndFollowItsEquation(float beta) {
    var random = new SplittableRandom(3);
    var example = new Example(new ContinuousHopfield(beta, 1), 16, 30, random);
    float[] state = new float[16];
    for (int i = 0; i < 16; i++) {
      state[i] = (float) (2 * random.nextDouble() - 1);
    }
    for (int update = 0; update < 5; update++) {
      float[] next = example.retrieve(state);

      assertThat(example.energy(beta, next))
          .isLessThanOrEqualTo(example.energy(beta, state) + 1e-6);
      double sum = 0;
      double[] expected = new double[16];
      for (float[] pattern : example.patterns) {
        double weight = StrictMath.exp(beta * dot(pattern, state));
        sum += weight;
        for (int i = 0; i < 16; i++) {
          expected[i] += weight * pattern[i];
        }
      }
      for (int i = 0; i < 16; i++) {
        assertThat((double) next[i]).isCloseTo(expected[i] / sum, offset(1e-5));
      }
      state = next;
    }
  }

  @Test
  void shouldUpdateAsOftenAsAsked() {
    var once = new Example(new ContinuousHopfield(2, 1), 8, 5, new SplittableRandom(9));
    var thrice = new Example(new ContinuousHopfield(2, 3), 8, 5, new SplittableRandom(9));
    float[] probe = {1, -1, 0, 0.5f, 0, 0, 1, -1};

    float[] retrieved = thrice.retrieve(probe);

    assertThat(retrieved).isEqualTo(once.retrieve(once.retrieve(once.retrieve(probe))));
    assertThatIllegalArgumentException().isThrownBy(() -> new ContinuousHopfield(0, 1));
  }
}
