package io.eddy.model.composition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.loss.CrossEntropyLoss;
import io.eddy.model.op.BatchNorm;
import io.eddy.model.op.Linear;
import io.eddy.model.op.OpGradients;
import io.eddy.model.optimizer.OptimizerSettings;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Program;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Stepper;
import io.eddy.model.program.Value;
import io.eddy.model.training.Trainer;
import io.eddy.model.training.UpdateSettings;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class NormalisationTest {

  private static final double MOMENTUM = 0.2;

  @Test
  void shouldNormaliseByTheWeightedStatisticsOfTheKeysOwnPast() {
    OpGradients.of((builder, x) -> new RunningNorm(MOMENTUM, 0.1).trace(builder, x.get(0)))
        .input(3)
        .rows(6, 2)
        .tolerance(2)
        .formula(NormalisationTest::runningNorm)
        .check();
  }

  /// Two passes over all steps so far, each with its weight.
  private static double[][] runningNorm(OpGradients.Given given) {
    double[][] out = new double[given.rowCount()][3];
    for (int row = 0; row < out.length; row++) {
      int step = row / given.batch();
      int entry = row % given.batch();
      for (int i = 0; i < 3; i++) {
        double weights = 0;
        double mean = 0;
        for (int t = 0; t <= step; t++) {
          double weight = StrictMath.pow(1 - MOMENTUM, step - t);
          weights += weight;
          mean += weight * given.input(0, t * given.batch() + entry)[i];
        }
        mean /= weights;
        double variance = 0;
        for (int t = 0; t <= step; t++) {
          double difference = given.input(0, t * given.batch() + entry)[i] - mean;
          variance += StrictMath.pow(1 - MOMENTUM, step - t) / weights * difference * difference;
        }
        out[row][i] = (given.input(0, row)[i] - mean) / Math.sqrt(variance + 0.1);
      }
    }
    return out;
  }

  /// Numbers around 1,000, normalised, then a residual convolutional block: learned in batches by
  /// their own statistics, then asked event by event, where those that were kept must do. Whether
  /// the middle one of the last three numbers is a peak.
  @Test
  void shouldAnswerInTheStreamByTheStatisticsOfTraining() {
    long seed = 41;
    int batch = 16;
    int steps = 20;
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 1);
    Value target = builder.input("target", 1);
    Value weight = builder.input("weight", 1);
    Value normalized = BatchNorm.of(builder, x, Residual.norm("norm.", 1), 0.1, 1e-5);
    Value block = Residual.convolution(builder, "block.", normalized, Convolution.causal(16, 3, 1));
    Value logits =
        Linear.of(
            builder,
            Residual.convolution(builder, "deep.", block, Convolution.causal(16, 1, 1)),
            ParameterSpec.matrix("head.weight", 2, 16, new Initializer.Xavier(1)),
            ParameterSpec.vector("head.bias", 2, new Initializer.Zero()));
    Value loss = CrossEntropyLoss.of(builder, logits, target, weight, 0);
    Program program = builder.build();
    Parameters parameters = Parameters.initial(program.parameters(), seed);
    var trainer =
        new Trainer(
            program,
            parameters,
            loss,
            steps,
            batch,
            UpdateSettings.of(OptimizerSettings.Adam.defaults()).withClipNorm(1));
    var rows = new Batch(trainer.unroller(), batch);
    var random = new SplittableRandom(seed);
    var series = new double[batch][steps];
    for (int update = 0; update < 400; update++) {
      for (int b = 0; b < batch; b++) {
        double[] before = series[b];
        series[b] = series(steps, random);
        // One endless series for each batch entry: its last two numbers go on.
        series[b][0] = before[steps - 2];
        series[b][1] = before[steps - 1];
        for (int t = 0; t < steps; t++) {
          rows.set(x, t, b, 0, series[b][t]);
          rows.set(target, t, b, 0, isPeak(series[b], t) ? 1 : 0);
          rows.set(weight, t, b, 0, t < 2 ? 0 : 1);
        }
      }
      trainer.update(steps, 1f / (batch * steps), 0.01);
      trainer.unroller().carry();
    }

    var stepper = new Stepper(program, parameters, 1, Kernels.best());
    float[] state = new float[program.stateSize()];
    int right = 0;
    int asked = 0;
    for (int key = 0; key < 100; key++) {
      stepper.initialState(state, 0);
      stepper.load(0, state, 0);
      double[] fresh = series(steps, random);
      for (int t = 0; t < steps; t++) {
        stepper.rows(x).values()[0] = (float) fresh[t];
        stepper.step();
        float[] answer = stepper.rows(logits).values();
        asked += t < 2 ? 0 : 1;
        right += t >= 2 && answer[1] > answer[0] == isPeak(fresh, t) ? 1 : 0;
      }
    }
    // A third of the numbers are peaks: "never" is right for 0.67.
    assertThat((double) right / asked).as("seed %d", seed).isGreaterThan(0.95);
    assertThat(parameters.values("norm.running_mean")[0]).isCloseTo(1020, offset(5f));
    // Uniform over 40: a variance of 133.
    assertThat(parameters.values("norm.running_var")[0]).isCloseTo(133, offset(25f));
  }

  private static double[] series(int steps, SplittableRandom random) {
    double[] series = new double[steps];
    for (int t = 0; t < steps; t++) {
      series[t] = 1000 + 40 * random.nextDouble();
    }
    return series;
  }

  private static boolean isPeak(double[] series, int t) {
    return t >= 2 && series[t - 1] > series[t] && series[t - 1] > series[t - 2];
  }
}
