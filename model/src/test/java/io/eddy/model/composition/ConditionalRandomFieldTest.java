package io.eddy.model.composition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Program;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Unroller;
import io.eddy.model.program.Value;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The loss against the sum over all paths, one by one.
class ConditionalRandomFieldTest {

  private static final int TAGS = 3;
  private static final int[] LENGTHS = {5, 1, 3};
  private static final int STEPS = 5;

  /// A program of the loss alone over three messages.
  private static final class Example {
    final Value emission;
    final Value tag;
    final Value loss;
    final Unroller unroller;
    final Parameters parameters;
    final double[][][] emissions = new double[LENGTHS.length][STEPS][TAGS];
    final int[][] tags = new int[LENGTHS.length][STEPS];

    Example(long seed) {
      var random = new SplittableRandom(seed);
      var builder = new ProgramBuilder();
      emission = builder.differentiableInput("emission", TAGS);
      tag = builder.input("tag", 1);
      Value before = builder.input("before", 1);
      Value first = builder.input("first", 1);
      Value last = builder.input("last", 1);
      loss =
          new ConditionalRandomField(TAGS)
              .loss(builder, "crf.", emission, tag, before, first, last);
      Program program = builder.build();
      parameters = Parameters.zeros(program.parameters());
      for (int i = 0; i < TAGS * TAGS; i++) {
        parameters.values(0)[i] = (float) random.nextDouble(-2, 2);
      }
      unroller = new Unroller(program, parameters, STEPS + 2, LENGTHS.length, Kernels.best());
      for (int b = 0; b < LENGTHS.length; b++) {
        for (int t = 0; t < STEPS; t++) {
          boolean inside = t < LENGTHS[b];
          for (int j = 0; j < TAGS; j++) {
            float value = (float) random.nextDouble(-2, 2);
            emissions[b][t][j] = value;
            Rows rows = unroller.rows(emission);
            rows.values()[rows.at(t * LENGTHS.length + b) + j] = value;
          }
          tags[b][t] = random.nextInt(TAGS);
          set(tag, t, b, inside ? tags[b][t] : -1);
          set(before, t, b, inside && t > 0 ? tags[b][t - 1] : -1);
          set(first, t, b, t == 0 ? 1 : 0);
          set(last, t, b, t == LENGTHS[b] - 1 ? 1 : 0);
        }
      }
    }

    private void set(Value value, int t, int b, float to) {
      Rows rows = unroller.rows(value);
      rows.values()[rows.at(t * LENGTHS.length + b)] = to;
    }

    double lossOf(int b) {
      Rows rows = unroller.rows(loss);
      double sum = 0;
      for (int t = 0; t < STEPS; t++) {
        sum += rows.values()[rows.at(t * LENGTHS.length + b)];
      }
      return sum;
    }

    /// -ln of the right path's share of all paths.
    double formula(int b, double[] transitions) {
      double all = 0;
      int paths = (int) Math.round(StrictMath.pow(TAGS, LENGTHS[b]));
      for (int path = 0; path < paths; path++) {
        int[] way = new int[LENGTHS[b]];
        for (int t = 0, rest = path; t < way.length; t++, rest /= TAGS) {
          way[t] = rest % TAGS;
        }
        all += StrictMath.exp(score(b, way, transitions));
      }
      return StrictMath.log(all) - score(b, tags[b], transitions);
    }

    private double score(int b, int[] way, double[] transitions) {
      double score = 0;
      for (int t = 0; t < LENGTHS[b]; t++) {
        score += emissions[b][t][way[t]];
        score += t == 0 ? 0 : transitions[way[t] * TAGS + way[t - 1]];
      }
      return score;
    }

    double[] transitions() {
      double[] transitions = new double[TAGS * TAGS];
      for (int i = 0; i < transitions.length; i++) {
        transitions[i] = parameters.values(0)[i];
      }
      return transitions;
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldLoseWhatTheSumOverAllPathsSays(long seed) {
    var example = new Example(seed);

    example.unroller.forward(STEPS);

    for (int b = 0; b < LENGTHS.length; b++) {
      assertThat(example.lossOf(b))
          .as("message %d, seed %d", b, seed)
          .isCloseTo(example.formula(b, example.transitions()), offset(1e-5));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {4, 5})
  void shouldHaveTheGradientOfTheSumOverAllPaths(long seed) {
    var example = new Example(seed);
    double step = 1e-5;

    example.unroller.forward(STEPS);
    example.unroller.backward(example.loss, 0.5f);

    double[] transitions = example.transitions();
    for (int i = 0; i < transitions.length; i++) {
      double numeric = 0;
      for (int b = 0; b < LENGTHS.length; b++) {
        transitions[i] += step;
        numeric += example.formula(b, transitions);
        transitions[i] -= 2 * step;
        numeric -= example.formula(b, transitions);
        transitions[i] += step;
      }
      assertThat((double) example.unroller.gradients().values(0)[i])
          .as("transition %d, seed %d", i, seed)
          .isCloseTo(0.5 * numeric / (2 * step), offset(1e-5));
    }
    Rows rows = example.unroller.rows(example.emission);
    for (int b = 0; b < LENGTHS.length; b++) {
      for (int t = 0; t < STEPS; t++) {
        for (int j = 0; j < TAGS; j++) {
          double[] emission = example.emissions[b][t];
          double kept = emission[j];
          emission[j] = kept + step;
          double above = example.formula(b, transitions);
          emission[j] = kept - step;
          double below = example.formula(b, transitions);
          emission[j] = kept;
          assertThat((double) rows.gradients()[rows.at(t * LENGTHS.length + b) + j])
              .as("message %d, step %d, tag %d, seed %d", b, t, j, seed)
              .isCloseTo(0.5 * (above - below) / (2 * step), offset(1e-5));
        }
      }
    }
  }

  @Test
  void shouldNameATagThatThereIsNot() {
    var example = new Example(6);
    Rows rows = example.unroller.rows(example.tag);
    rows.values()[rows.at(0)] = TAGS;

    assertThatThrownBy(() -> example.unroller.forward(STEPS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the tag of row 0 is 3.0, expected a whole number below 3, negative for none");
  }
}
