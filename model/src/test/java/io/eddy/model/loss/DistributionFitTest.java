package io.eddy.model.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.op.Linear;
import io.eddy.model.op.Softplus;
import io.eddy.model.optimizer.Gradients;
import io.eddy.model.optimizer.LearningRateSchedule.Cosine;
import io.eddy.model.optimizer.Optimizer;
import io.eddy.model.optimizer.OptimizerSettings;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Program;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Unroller;
import io.eddy.model.program.Value;
import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;

/// Each distribution is found again from numbers drawn from it, the positive parameters made by
/// softplus as a network would: losses, gradients and optimiser together.
class DistributionFitTest {

  private static final int ROWS = 4000;
  private static final long SEED = 3;

  /// Adds a loss on raw parameters, columns of one value.
  private interface Model {
    Value loss(ProgramBuilder builder, Value[] raw, Value target, Value weight);
  }

  @Test
  void shouldFindANormalDistribution() {
    var random = new Random(SEED);

    double[] raw =
        fit(
            2,
            (builder, r, target, weight) ->
                GaussianLoss.of(builder, r[0], Softplus.of(builder, r[1]), target, weight),
            () -> 1.5 + 0.4 * random.nextGaussian());

    assertThat(raw[0]).as("mean, seed %d", SEED).isCloseTo(1.5, offset(0.03));
    assertThat(softplus(raw[1])).as("scale, seed %d", SEED).isCloseTo(0.4, offset(0.02));
  }

  @Test
  void shouldFindStudentsDistributionDespiteItsOutliers() {
    var random = new Random(SEED);

    double[] raw =
        fit(
            3,
            (builder, r, target, weight) ->
                StudentTLoss.of(
                    builder,
                    Softplus.of(builder, r[0]),
                    r[1],
                    Softplus.of(builder, r[2]),
                    target,
                    weight),
            () -> {
              double squares = 0; // of 3 degrees of freedom
              for (int k = 0; k < 3; k++) {
                double normal = random.nextGaussian();
                squares += normal * normal;
              }
              return -2 + 0.7 * random.nextGaussian() / Math.sqrt(squares / 3);
            });

    assertThat(softplus(raw[0])).as("ν, seed %d", SEED).isCloseTo(3, offset(0.5));
    assertThat(raw[1]).as("location, seed %d", SEED).isCloseTo(-2, offset(0.05));
    assertThat(softplus(raw[2])).as("scale, seed %d", SEED).isCloseTo(0.7, offset(0.05));
  }

  @Test
  void shouldFindTheMeanAndDispersionOfCounts() {
    var random = new Random(SEED);

    double[] raw =
        fit(
            2,
            (builder, r, target, weight) ->
                NegativeBinomialLoss.of(
                    builder,
                    Softplus.of(builder, r[0]),
                    Softplus.of(builder, r[1]),
                    target,
                    weight),
            () -> {
              // A Poisson number whose rate is Gamma distributed with shape 2 and mean 6:
              // dispersion
              // 1/2. A Gamma of shape 2 is the sum of two exponentials.
              double rate =
                  -3 * (StrictMath.log(random.nextDouble()) + StrictMath.log(random.nextDouble()));
              int count = 0;
              for (double t = -StrictMath.log(random.nextDouble()); t < rate; count++) {
                t -= StrictMath.log(random.nextDouble());
              }
              return count;
            });

    assertThat(softplus(raw[0])).as("mean, seed %d", SEED).isCloseTo(6, offset(0.25));
    assertThat(softplus(raw[1])).as("dispersion, seed %d", SEED).isCloseTo(0.5, offset(0.05));
  }

  @Test
  void shouldAnswerHubersLossByWhatOutliersDoNotMove() {
    var random = new Random(SEED);

    double[] raw =
        fit(
            1,
            (builder, r, target, weight) -> HuberLoss.of(builder, r[0], target, weight, 0.5),
            () -> random.nextInt(10) == 0 ? 100 : 2 + 0.2 * random.nextGaussian());

    // A tenth at 100 moves the mean to 11.8.
    assertThat(raw[0]).as("seed %d", SEED).isCloseTo(2, offset(0.1));
  }

  /// @return the raw parameters
  private static double[] fit(int count, Model model, DoubleSupplier draw) {
    var builder = new ProgramBuilder();
    Value one = builder.input("one", 1);
    Value target = builder.input("target", 1);
    Value weight = builder.input("weight", 1);
    Value raw =
        Linear.of(builder, one, ParameterSpec.matrix("raw", count, 1, new Initializer.Zero()));
    Value[] columns = new Value[count];
    Arrays.setAll(columns, i -> builder.columns(raw, i, 1));
    Value loss = model.loss(builder, columns, target, weight);
    Program program = builder.build();
    Parameters parameters = Parameters.zeros(program.parameters());
    var unroller = new Unroller(program, parameters, ROWS, 1, Kernels.best());
    for (int row = 0; row < ROWS; row++) {
      set(unroller.rows(one), row, 1);
      set(unroller.rows(weight), row, 1);
      set(unroller.rows(target), row, (float) draw.getAsDouble());
    }
    // The gradients at the start are many times those near the end: forget them soon.
    var settings = new OptimizerSettings.Adam(0.9, 0.95, 1e-8, 0);
    var optimizer = new Optimizer(settings, parameters, Kernels.best());
    int steps = 500;
    var schedule = new Cosine(steps, 0.01);
    for (int step = 0; step < steps; step++) {
      unroller.forward(ROWS);
      Gradients.clear(unroller.gradients());
      unroller.backward(loss, 1f / ROWS);
      optimizer.step(unroller.gradients(), 0.05 * schedule.factor(step));
    }
    double[] found = new double[count];
    Arrays.setAll(found, i -> parameters.values("raw")[i]);
    return found;
  }

  private static void set(Rows rows, int row, float value) {
    rows.values()[rows.at(row)] = value;
  }

  private static double softplus(double x) {
    return StrictMath.log1p(StrictMath.exp(x));
  }
}
