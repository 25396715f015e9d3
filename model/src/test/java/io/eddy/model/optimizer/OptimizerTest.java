package io.eddy.model.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.optimizer.OptimizerSettings.AdaGrad;
import io.eddy.model.optimizer.OptimizerSettings.Adam;
import io.eddy.model.optimizer.OptimizerSettings.AdamW;
import io.eddy.model.optimizer.OptimizerSettings.RmsProp;
import io.eddy.model.optimizer.OptimizerSettings.Sgd;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OptimizerTest {

  private static final int STEPS = 50;
  private static final double RATE = 0.01;

  /// A vector, a matrix that spans several blocks and ends inside one, a table, running statistics.
  private static final List<ParameterSpec> SPECS =
      List.of(
          ParameterSpec.vector("bias", 37, new Initializer.Zero()),
          ParameterSpec.matrix("weight", 61, 101, new Initializer.Zero()),
          ParameterSpec.table("table", 40, 3, new Initializer.Zero()),
          ParameterSpec.buffer("mean", 5, new Initializer.Zero()));

  static Stream<OptimizerSettings> settings() {
    return Stream.of(
        Sgd.defaults(),
        new Sgd(0, 0, false, 0.1),
        new Sgd(0.9, 0, false, 0),
        new Sgd(0.9, 0.3, false, 0.1),
        Sgd.nesterov(0.8),
        new Sgd(0.9, 0, true, 0.1),
        Adam.defaults(),
        new Adam(0.8, 0.99, 1e-6, 0.1),
        AdamW.defaults(),
        new AdamW(0.8, 0.99, 1e-3, 0.5),
        RmsProp.defaults(),
        new RmsProp(0.9, 1e-6, 0.7, false, 0.1),
        new RmsProp(0.95, 1e-6, 0, true, 0),
        new RmsProp(0.95, 1e-6, 0.5, true, 0.1),
        AdaGrad.defaults(),
        new AdaGrad(0.05, 1e-6, 0.1));
  }

  @ParameterizedTest
  @MethodSource("settings")
  void shouldStepByThePapersFormula(OptimizerSettings settings) {
    Parameters weights = random(5);
    float[] learned = weights.values("weight");
    double[] expected = new double[learned.length];
    ReferenceWeight[] references = new ReferenceWeight[learned.length];
    for (int i = 0; i < learned.length; i++) {
      expected[i] = learned[i];
      references[i] = new ReferenceWeight(settings);
    }
    var optimizer = new Optimizer(settings, weights, Kernels.best());
    for (int t = 1; t <= STEPS; t++) {
      Parameters gradients = random(100 + t);
      double rate = RATE / t;
      for (int i = 0; i < learned.length; i++) {
        expected[i] = references[i].step(t, expected[i], gradients.values("weight")[i], rate);
      }

      optimizer.step(gradients, rate);

      for (int i = 0; i < learned.length; i++) {
        assertThat((double) learned[i])
            .as("step %d, element %d", t, i)
            .isCloseTo(expected[i], offset(3e-6));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void shouldGiveTheSameBitsWhateverTheNumberOfPartsAndTheKernels(OptimizerSettings settings) {
    Parameters expected = random(5);
    var whole = new Optimizer(settings, expected, Kernels.scalar());
    for (int t = 1; t <= 5; t++) {
      whole.step(random(100 + t), RATE);
    }

    for (int parts : new int[] {1, 2, 3, 7, 64}) {
      Parameters weights = random(5);
      var optimizer = new Optimizer(settings, weights, Kernels.best());
      for (int t = 1; t <= 5; t++) {
        Parameters gradients = random(100 + t);
        optimizer.begin(RATE);
        for (int part = parts - 1; part >= 0; part--) {
          optimizer.step(gradients, part, parts);
        }
      }
      assertSameBits(weights, expected, parts + " parts");
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void shouldGiveTheSameBitsOnATeam(OptimizerSettings settings) {
    Parameters expected = random(5);
    Parameters weights = random(5);
    var alone = new Optimizer(settings, expected, Kernels.best());
    var shared = new Optimizer(settings, weights, Kernels.best());
    try (var team = new Team(3)) {
      for (int t = 1; t <= 5; t++) {
        Parameters gradients = random(100 + t);
        Gradients.clipByGlobalNorm(gradients, 1, Kernels.best());
        alone.step(gradients, RATE);
        Parameters sharedGradients = random(100 + t);
        new GlobalNorm(sharedGradients, Kernels.best()).clip(1, team);
        shared.step(sharedGradients, RATE, team);
      }
    }
    assertSameBits(weights, expected, "a team of three");
  }

  @ParameterizedTest
  @MethodSource("settings")
  void shouldGoOnFromASavedStateAsIfItHadNotStopped(OptimizerSettings settings) {
    Parameters expected = random(5);
    var uninterrupted = new Optimizer(settings, expected, Kernels.best());
    Parameters weights = random(5);
    var first = new Optimizer(settings, weights, Kernels.best());
    for (int t = 1; t <= 4; t++) {
      uninterrupted.step(random(100 + t), RATE);
      first.step(random(100 + t), RATE);
    }
    Map<String, Parameters> saved = new LinkedHashMap<>();
    first.moments().forEach((name, moment) -> saved.put(name, moment.copy()));
    first.step(random(999), RATE);
    Parameters restoredWeights = expected.copy();
    var restored = new Optimizer(settings, restoredWeights, Kernels.best());

    restored.restore(4, saved);

    for (int t = 5; t <= 8; t++) {
      uninterrupted.step(random(100 + t), RATE);
      restored.step(random(100 + t), RATE);
    }
    assertThat(restored.stepCount()).isEqualTo(8);
    assertSameBits(restoredWeights, expected, "restored");
  }

  @ParameterizedTest
  @MethodSource("settings")
  void shouldNotTouchWhatIsFrozenOrNotLearned(OptimizerSettings settings) {
    Parameters weights = random(5);
    Parameters before = weights.copy();
    var optimizer = new Optimizer(settings, weights, name -> name.equals("table"), Kernels.best());
    for (int t = 1; t <= 3; t++) {
      optimizer.step(random(100 + t), RATE);
    }

    assertThat(weights.values("table")).isEqualTo(before.values("table"));
    assertThat(weights.values("mean")).isEqualTo(before.values("mean"));
    assertThat(weights.values("weight")).isNotEqualTo(before.values("weight"));
    assertThat(weights.values("bias")).isNotEqualTo(before.values("bias"));
    assertThat(optimizer.moments().values())
        .allSatisfy(
            moment ->
                assertThat(moment.specs().stream().map(ParameterSpec::name))
                    .containsExactly("bias", "weight"));
  }

  @ParameterizedTest
  @MethodSource("settings")
  void shouldStepTheRestAsIfTheFrozenPartsWereNotThere(OptimizerSettings settings) {
    Parameters all = random(5);
    Parameters some = random(5);
    var optimizer = new Optimizer(settings, all, Kernels.best());
    var freezing = new Optimizer(settings, some, name -> name.equals("bias"), Kernels.best());
    for (int t = 1; t <= 3; t++) {
      optimizer.step(random(100 + t), RATE);
      freezing.step(random(100 + t), RATE);
    }

    assertThat(some.values("weight")).isEqualTo(all.values("weight"));
    assertThat(some.values("table")).isEqualTo(all.values("table"));
  }

  @Test
  void shouldClearOnlyTheGradientsOfWhatIsNotTrained() {
    Parameters gradients = random(3);
    Parameters before = gradients.copy();
    var optimizer =
        new Optimizer(Sgd.defaults(), random(5), name -> name.equals("bias"), Kernels.best());

    optimizer.clearFrozen(gradients);

    assertThat(gradients.values("bias")).containsOnly(0);
    assertThat(gradients.values("mean")).containsOnly(0);
    assertThat(gradients.values("weight")).isEqualTo(before.values("weight"));
    assertThat(gradients.values("table")).isEqualTo(before.values("table"));
  }

  @Test
  void shouldLeaveRowsThatNoGradientReachedAloneUnderSgdAndAdaGrad() {
    for (OptimizerSettings settings : List.of(Sgd.defaults(), AdaGrad.defaults())) {
      Parameters weights = random(5);
      float[] table = weights.values("table");
      float[] before = table.clone();
      var optimizer = new Optimizer(settings, weights, Kernels.best());
      for (int t = 1; t <= 3; t++) {
        Parameters gradients = Parameters.zeros(SPECS);
        gradients.values("table")[7 * 3 + 1] = 0.5f;
        optimizer.step(gradients, RATE);
      }

      assertThat(table[22]).as(settings.toString()).isLessThan(before[22]);
      table[22] = before[22];
      assertThat(table).as(settings.toString()).isEqualTo(before);
    }
  }

  @Test
  void shouldNotDivideByZeroWhereNoGradientEverCame() {
    settings()
        .forEach(
            settings -> {
              Parameters weights = random(5);
              new Optimizer(settings, weights, Kernels.best()).step(Parameters.zeros(SPECS), RATE);
              assertThat(weights.isFinite()).as(settings.toString()).isTrue();
            });
  }

  @Test
  void shouldNameItsMomentsAsPyTorchDoes() {
    assertThat(moments(Sgd.defaults())).isEmpty();
    assertThat(moments(Sgd.nesterov(0.9))).containsExactly("momentum_buffer");
    assertThat(moments(Adam.defaults())).containsExactly("exp_avg", "exp_avg_sq");
    assertThat(moments(AdamW.defaults())).containsExactly("exp_avg", "exp_avg_sq");
    assertThat(moments(RmsProp.defaults())).containsExactly("square_avg");
    assertThat(moments(new RmsProp(0.9, 1e-8, 0.9, true, 0)))
        .containsExactly("square_avg", "momentum_buffer", "grad_avg");
    assertThat(moments(AdaGrad.defaults())).containsExactly("sum");
  }

  private static List<String> moments(OptimizerSettings settings) {
    return List.copyOf(new Optimizer(settings, random(5), Kernels.best()).moments().keySet());
  }

  @Test
  void shouldRefuseAStateOfAnotherRuleOrShape() {
    var adam = new Optimizer(Adam.defaults(), random(5), Kernels.best());
    var sgd = new Optimizer(Sgd.nesterov(0.9), random(5), Kernels.best());
    var freezing =
        new Optimizer(Adam.defaults(), random(5), name -> name.equals("bias"), Kernels.best());

    assertThatThrownBy(() -> adam.restore(3, sgd.moments()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("momentum_buffer")
        .hasMessageContaining("exp_avg_sq");
    assertThatThrownBy(() -> adam.restore(3, freezing.moments()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("bias of 37")
        .hasMessageContaining("frozen");
  }

  @Test
  void shouldRefuseSettingsThatMeanNothing() {
    assertThatThrownBy(() -> new Sgd(0, 0, true, 0)).hasMessageContaining("momentum above 0");
    assertThatThrownBy(() -> new Sgd(0.9, 0.1, true, 0)).hasMessageContaining("no dampening");
    assertThatThrownBy(() -> new Sgd(1, 0, false, 0)).hasMessageContaining("momentum is 1.0");
    assertThatThrownBy(() -> new Adam(0.9, 1, 0, 0)).hasMessageContaining("beta2 is 1.0");
    assertThatThrownBy(() -> new AdamW(0.9, 0.9, 0, -1)).hasMessageContaining("weight decay");
    assertThatThrownBy(() -> new RmsProp(Double.NaN, 0, 0, false, 0)).hasMessageContaining("alpha");
    assertThatThrownBy(() -> new AdaGrad(-1, 0, 0)).hasMessageContaining("learning rate decay");
  }

  @Test
  void shouldRefuseAPartThatIsNotThere() {
    var optimizer = new Optimizer(Sgd.defaults(), random(5), Kernels.best());
    optimizer.begin(RATE);

    assertThatThrownBy(() -> optimizer.step(random(6), 2, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("of 2, expected");
  }

  private static Parameters random(long seed) {
    var random = new SplittableRandom(seed);
    Parameters values = Parameters.zeros(SPECS);
    for (int p = 0; p < values.count(); p++) {
      for (int i = 0; i < values.values(p).length; i++) {
        values.values(p)[i] = (float) (random.nextDouble() - 0.4);
      }
    }
    return values;
  }

  private static void assertSameBits(Parameters actual, Parameters expected, String description) {
    for (int p = 0; p < expected.count(); p++) {
      assertThat(actual.values(p)).as(description).isEqualTo(expected.values(p));
    }
  }

  /// One weight with its moments, in double, from the papers' formulas.
  private static final class ReferenceWeight {
    private final OptimizerSettings settings;
    private double velocity;
    private double mean;
    private double meanSquare;
    private double sumOfSquares;

    ReferenceWeight(OptimizerSettings settings) {
      this.settings = settings;
    }

    double step(int t, double weight, double gradient, double rate) {
      return switch (settings) {
        case Sgd(double momentum, double dampening, boolean nesterov, double decay) -> {
          double g = gradient + decay * weight;
          velocity = t == 1 ? g : momentum * velocity + (1 - dampening) * g;
          double direction = nesterov ? g + momentum * velocity : velocity;
          yield weight - rate * (momentum == 0 ? g : direction);
        }
        // Kingma and Ba, algorithm 1
        case Adam(double beta1, double beta2, double epsilon, double decay) ->
            weight - rate * adam(t, gradient + decay * weight, beta1, beta2, epsilon);
        // Loshchilov and Hutter, algorithm 2, line 12
        case AdamW(double beta1, double beta2, double epsilon, double decay) ->
            weight - rate * (adam(t, gradient, beta1, beta2, epsilon) + decay * weight);
        case RmsProp(
                double alpha,
                double epsilon,
                double momentum,
                boolean centered,
                double decay) -> {
          double g = gradient + decay * weight;
          meanSquare = alpha * meanSquare + (1 - alpha) * g * g;
          mean = alpha * mean + (1 - alpha) * g;
          double variance = meanSquare - (centered ? mean * mean : 0);
          velocity = momentum * velocity + g / (Math.sqrt(variance) + epsilon);
          yield weight - rate * velocity;
        }
        case AdaGrad(double rateDecay, double epsilon, double decay) -> {
          double g = gradient + decay * weight;
          sumOfSquares += g * g;
          yield weight - rate / (1 + (t - 1) * rateDecay) * g / (Math.sqrt(sumOfSquares) + epsilon);
        }
      };
    }

    private double adam(int t, double g, double beta1, double beta2, double epsilon) {
      mean = beta1 * mean + (1 - beta1) * g;
      meanSquare = beta2 * meanSquare + (1 - beta2) * g * g;
      double unbiasedMean = mean / (1 - StrictMath.pow(beta1, t));
      double unbiasedSquare = meanSquare / (1 - StrictMath.pow(beta2, t));
      return unbiasedMean / (Math.sqrt(unbiasedSquare) + epsilon);
    }
  }
}
