package io.eddy.model.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.eddy.model.checkpoint.Safetensors;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Ten steps of each optimiser down the gradient of a simple recurrent network, against the weights
/// that libtorch has after them. The network is written down here, in double, so that what is
/// compared is the optimiser.
class GoldenOptimizerTest {

  static Stream<Arguments> optimizers() {
    return Stream.of(
        Arguments.of(
            "sgd",
            "lr=0.01, momentum=0.9, dampening=0, nesterov=True, weight_decay=0.01",
            new OptimizerSettings.Sgd(0.9, 0, true, 0.01),
            0.01),
        Arguments.of(
            "adam",
            "lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0",
            OptimizerSettings.Adam.defaults(),
            0.001),
        Arguments.of(
            "adamw",
            "lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01",
            OptimizerSettings.AdamW.defaults(),
            0.001),
        Arguments.of(
            "rmsprop",
            "lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False",
            OptimizerSettings.RmsProp.defaults(),
            0.01),
        Arguments.of(
            "adagrad",
            "lr=0.01, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10",
            OptimizerSettings.AdaGrad.defaults(),
            0.01));
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void shouldTakeLibtorchsTenSteps(
      String name, String libtorchs, OptimizerSettings settings, double rate) throws IOException {
    Safetensors golden = golden("rnn_tanh");
    var network = new ElmanNetwork(golden);
    Parameters weights = network.weights();
    var optimizer = new Optimizer(settings, weights, Kernels.best());
    for (int step = 0; step < 10; step++) {
      optimizer.step(network.gradients(weights), rate);
    }

    assertThat(golden.metadata()).containsEntry("optimizer." + name, libtorchs);
    for (int p = 0; p < weights.count(); p++) {
      String parameter = weights.specs().get(p).name();
      float[] before = values(golden, "parameter." + parameter);
      float[] after = values(golden, "after_ten_" + name + "." + parameter);
      for (int i = 0; i < after.length; i++) {
        assertThat((double) weights.values(p)[i])
            .as("%s after ten steps of %s, element %d", parameter, name, i)
            .isCloseTo(after[i], offset(1e-6));
        assertThat(Math.abs(after[i] - before[i])).as("libtorch's step").isGreaterThan(1e-5f);
      }
    }
  }

  private static Safetensors golden(String name) throws IOException {
    try (InputStream in =
        GoldenOptimizerTest.class.getResourceAsStream("/golden/" + name + ".safetensors")) {
      return Safetensors.fromBytes(Objects.requireNonNull(in, name).readAllBytes());
    }
  }

  private static float[] values(Safetensors golden, String name) {
    return Objects.requireNonNull(golden.tensors().get(name), name).values();
  }

  /// `h = tanh(W_ih x + b_ih + W_hh h + b_hh)` over (T, B), and the gradient of `Σ h · cotangent`.
  /// Weights lie flat as PyTorch has them.
  private static final class ElmanNetwork {
    private final Safetensors golden;
    private final int steps;
    private final int batch;
    private final int inputs;
    private final int hidden;
    private final float[] x;
    private final float[] initial;
    private final float[] cotangent;

    ElmanNetwork(Safetensors golden) {
      this.golden = golden;
      int[] shape = Objects.requireNonNull(golden.tensors().get("input.input")).shape();
      steps = shape[0];
      batch = shape[1];
      inputs = shape[2];
      x = values(golden, "input.input");
      initial = values(golden, "input.h_0");
      cotangent = values(golden, "input.cotangent");
      hidden = initial.length / batch;
    }

    Parameters weights() {
      List<String> names = List.of("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0");
      Parameters weights =
          Parameters.zeros(
              names.stream()
                  .map(
                      name ->
                          ParameterSpec.vector(
                              name,
                              values(golden, "parameter." + name).length,
                              new Initializer.Zero()))
                  .toList());
      for (String name : names) {
        float[] from = values(golden, "parameter." + name);
        System.arraycopy(from, 0, weights.values(name), 0, from.length);
      }
      return weights;
    }

    Parameters gradients(Parameters weights) {
      float[] weightIh = weights.values("weight_ih_l0");
      float[] weightHh = weights.values("weight_hh_l0");
      float[] biasIh = weights.values("bias_ih_l0");
      float[] biasHh = weights.values("bias_hh_l0");
      double[] dWeightIh = new double[weightIh.length];
      double[] dWeightHh = new double[weightHh.length];
      double[] dBias = new double[hidden];
      for (int row = 0; row < batch; row++) {
        double[][] h = new double[steps + 1][hidden];
        for (int j = 0; j < hidden; j++) {
          h[0][j] = initial[row * hidden + j];
        }
        for (int t = 0; t < steps; t++) {
          for (int j = 0; j < hidden; j++) {
            double sum = (double) biasIh[j] + biasHh[j];
            for (int k = 0; k < inputs; k++) {
              sum += (double) weightIh[j * inputs + k] * x[(t * batch + row) * inputs + k];
            }
            for (int k = 0; k < hidden; k++) {
              sum += weightHh[j * hidden + k] * h[t][k];
            }
            h[t + 1][j] = StrictMath.tanh(sum);
          }
        }
        double[] dH = new double[hidden];
        for (int t = steps - 1; t >= 0; t--) {
          double[] dBefore = new double[hidden];
          for (int j = 0; j < hidden; j++) {
            double y = h[t + 1][j];
            double d = (dH[j] + cotangent[(t * batch + row) * hidden + j]) * (1 - y * y);
            dBias[j] += d;
            for (int k = 0; k < inputs; k++) {
              dWeightIh[j * inputs + k] += d * x[(t * batch + row) * inputs + k];
            }
            for (int k = 0; k < hidden; k++) {
              dWeightHh[j * hidden + k] += d * h[t][k];
              dBefore[k] += d * weightHh[j * hidden + k];
            }
          }
          dH = dBefore;
        }
      }
      Parameters gradients = Parameters.zeros(weights.specs());
      store(dWeightIh, gradients.values("weight_ih_l0"));
      store(dWeightHh, gradients.values("weight_hh_l0"));
      store(dBias, gradients.values("bias_ih_l0"));
      store(dBias, gradients.values("bias_hh_l0"));
      return gradients;
    }

    private static void store(double[] from, float[] to) {
      for (int i = 0; i < to.length; i++) {
        to[i] = (float) from[i];
      }
    }
  }
}
