package io.eddy.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/// The scalar kernels compute what [Kernels] says, against formulas in double and StrictMath.
class ScalarKernelsTest {

  private static final int HIDDEN = 5;
  private static final Offset<Double> CLOSE = within(2e-6);

  private final Kernels kernels = Kernels.scalar();
  private final SplittableRandom random = new SplittableRandom(11);

  @Test
  void shouldMultiplyTransposedMatrixWithoutCopy() {
    float[] a = {1, 2, 3, 4, 5, 6}; // (inner 2, rows 3)
    float[] b = {7, 8, 9, 10}; // (inner 2, columns 2)
    float[] out = {100, 100, 100, 100, 100, 100}; // (rows 3, columns 2)

    kernels.multiplyAdd(3, 2, 2, a, 0, 1, 3, b, 0, 2, out, 0, 2);

    assertThat(out).containsExactly(143, 148, 159, 166, 175, 184);
  }

  @Test
  void shouldAddProductsInOrderFromTheStoredValue() {
    // 1 + 2^-24 + 2^-24 stays 1 from the left and is 1 + 2^-23 from the right.
    float[] a = {0x1p-24f, 0x1p-24f};
    float[] b = {1f, 1f};
    float[] out = {1f};

    kernels.multiplyAdd(1, 1, 2, a, 0, 2, 1, b, 0, 1, out, 0, 1);

    assertThat(out).containsExactly(1f);
  }

  @Test
  void shouldGiveTheSameBitsWhenAProductIsSplit() {
    int inner = 60;
    float[] a = values(inner);
    float[] b = values(inner * HIDDEN);
    float[] whole = values(HIDDEN);
    float[] split = whole.clone();

    kernels.multiplyAdd(1, HIDDEN, inner, a, 0, inner, 1, b, 0, HIDDEN, whole, 0, HIDDEN);
    kernels.multiplyAdd(1, HIDDEN, 17, a, 0, inner, 1, b, 0, HIDDEN, split, 0, HIDDEN);
    kernels.multiplyAdd(
        1, HIDDEN, inner - 17, a, 17, inner, 1, b, 17 * HIDDEN, HIDDEN, split, 0, HIDDEN);

    assertThat(split).containsExactly(whole);
  }

  @Test
  void shouldSumInLanesAndTree() {
    float[] x = values(77);
    float[] lanes = new float[32];
    for (int i = 0; i < x.length; i++) {
      lanes[i % 32] += x[i];
    }
    for (int half = 16; half > 0; half /= 2) {
      for (int lane = 0; lane < half; lane++) {
        lanes[lane] += lanes[lane + half];
      }
    }

    assertThat(kernels.sum(x, 0, x.length)).isEqualTo(lanes[0]);
  }

  @Test
  void shouldGivePositiveZeroForAnEmptySumAndForNegativeZeros() {
    float[] negativeZeros = {-0f, -0f, -0f};
    float[] ones = {1f, 1f, 1f};

    assertThat(Float.floatToIntBits(kernels.sum(negativeZeros, 0, 0))).isZero();
    assertThat(Float.floatToIntBits(kernels.sum(negativeZeros, 0, 3))).isZero();
    assertThat(Float.floatToIntBits(kernels.dot(negativeZeros, 0, ones, 0, 3))).isZero();
  }

  @Test
  void shouldComputeDotProduct() {
    float[] x = values(77);
    float[] y = values(77);
    double expected = 0;
    for (int i = 0; i < x.length; i++) {
      expected += (double) x[i] * y[i];
    }

    assertThat((double) kernels.dot(x, 0, y, 0, x.length)).isCloseTo(expected, within(2e-5));
  }

  @Test
  void shouldComputeElementwise() {
    float[] x = {1, 2, 3};
    float[] y = {4, 5, 6};
    float[] out = {1, 1, 1};

    kernels.add(x, 0, out, 0, 3);
    assertThat(out).containsExactly(2, 3, 4);
    kernels.addScaled(2f, x, 0, out, 0, 3);
    assertThat(out).containsExactly(4, 7, 10);
    kernels.scale(0.5f, out, 0, 3);
    assertThat(out).containsExactly(2, 3.5f, 5);
    kernels.multiplyAccumulate(x, 0, y, 0, out, 0, 3);
    assertThat(out).containsExactly(6, 13.5f, 23);
    kernels.multiply(x, 0, y, 0, out, 0, 3);
    assertThat(out).containsExactly(4, 10, 18);
  }

  @Test
  void shouldGiveSlopesOfActivations() {
    float[] x = {-2f, -0.3f, 0.4f, 1.5f};
    for (int i = 0; i < x.length; i++) {
      assertThat(slope(Kernels::sigmoid, Kernels::sigmoidBackward, true, x[i]))
          .isCloseTo(centralDifference(ScalarKernelsTest::sigmoid, x[i]), CLOSE);
      assertThat(slope(Kernels::tanh, Kernels::tanhBackward, true, x[i]))
          .isCloseTo(centralDifference(StrictMath::tanh, x[i]), CLOSE);
      assertThat(slope(Kernels::relu, Kernels::reluBackward, true, x[i]))
          .isCloseTo(centralDifference(v -> Math.max(v, 0), x[i]), CLOSE);
      assertThat(slope(Kernels::softplus, Kernels::softplusBackward, false, x[i]))
          .isCloseTo(centralDifference(v -> StrictMath.log(1 + StrictMath.exp(v)), x[i]), CLOSE);
      assertThat(slope(Kernels::softsign, Kernels::softsignBackward, true, x[i]))
          .isCloseTo(centralDifference(v -> v / (1 + Math.abs(v)), x[i]), CLOSE);
      assertThat(slope(Kernels::gelu, Kernels::geluBackward, false, x[i]))
          .isCloseTo(Functions.geluSlope(x[i]), CLOSE);
      assertThat(slope(Kernels::geluTanh, Kernels::geluTanhBackward, false, x[i]))
          .isCloseTo(Functions.geluTanhSlope(x[i]), CLOSE);
    }
  }

  @Test
  void shouldComputeSoftmaxAndItsLogSum() {
    float[] x = values(40);
    x[7] = 90f; // beyond what e^x can say
    double sum = 0;
    for (float value : x) {
      sum += StrictMath.exp(value - 90.0);
    }

    float[] softmax = new float[x.length];
    float[] together = x.clone();
    kernels.softmax(x, 0, softmax, 0, x.length);
    float logSum = kernels.logSumExp(together, 0, together, 0, x.length);

    assertThat((double) logSum).isCloseTo(90 + StrictMath.log(sum), within(1e-5));
    assertThat(together).containsExactly(softmax);
    for (int i = 0; i < x.length; i++) {
      assertThat((double) softmax[i]).isCloseTo(StrictMath.exp(x[i] - 90.0) / sum, CLOSE);
    }
  }

  @Test
  void shouldGiveNothingToTheMasked() {
    float masked = Float.NEGATIVE_INFINITY;
    float[] some = {masked, 2f, masked, 2f};
    float[] all = {masked, masked, masked};

    kernels.softmax(some, 0, some, 0, 4);
    float logSum = kernels.logSumExp(all, 0, all, 0, 3);

    assertThat(some).containsExactly(0f, 0.5f, 0f, 0.5f);
    assertThat(all).containsExactly(0f, 0f, 0f);
    assertThat(logSum).isEqualTo(masked);
  }

  @Test
  void shouldGiveGradientsOfSoftmax() {
    int n = 37;
    float[] x = values(n);
    float[] dY = values(n);
    Loss loss = inputs -> weighted(softmax(inputs), dY);
    double[] expected = gradient(loss, doubles(x));

    float[] y = new float[n];
    kernels.softmax(x, 0, y, 0, n);
    float[] dX = new float[n];
    Arrays.fill(dX, 1f);
    kernels.softmaxBackward(y, 0, dY, 0, dX, 0, n);

    assertClose(dX, expected, 1);
  }

  @Test
  void shouldNormalizeLayer() {
    int n = 70;
    float[] x = values(n);
    float[] gain = values(n);
    float[] bias = values(n);
    double[] expected = layerNorm(doubles(x), doubles(gain), doubles(bias));

    float[] out = new float[n];
    kernels.layerNorm(x, 0, gain, 0, bias, 0, out, 0, new float[2], 0, n, 1e-5f);

    assertClose(out, expected, 0);
  }

  @Test
  void shouldGiveGradientsOfLayerNorm() {
    int n = 35;
    float[] x = values(n);
    float[] gain = values(n);
    float[] bias = values(n);
    float[] dOut = values(n);
    Loss loss =
        inputs ->
            weighted(
                layerNorm(part(inputs, 0, n), part(inputs, n, n), part(inputs, 2 * n, n)), dOut);
    double[] expected = gradient(loss, joined(x, gain, bias));

    float[] statistics = new float[2];
    kernels.layerNorm(x, 0, gain, 0, bias, 0, new float[n], 0, statistics, 0, n, 1e-5f);
    float[] dX = new float[n];
    float[] dGain = new float[n];
    float[] dBias = new float[n];
    Arrays.fill(dX, 1f);
    Arrays.fill(dGain, 1f);
    Arrays.fill(dBias, 1f);
    kernels.layerNormBackward(x, 0, gain, 0, statistics, 0, dOut, 0, dX, 0, dGain, 0, dBias, 0, n);

    assertClose(dX, part(expected, 0, n), 1);
    assertClose(dGain, part(expected, n, n), 1);
    assertClose(dBias, part(expected, 2 * n, n), 1);
  }

  @Test
  void shouldComputeLstmGates() {
    float[] gates = values(4 * HIDDEN);
    float[] before = values(HIDDEN);
    double[] expected = lstm(doubles(gates), doubles(before));

    float[] cell = new float[HIDDEN];
    float[] out = new float[HIDDEN];
    kernels.lstmGates(HIDDEN, gates, 0, before, 0, cell, 0, new float[HIDDEN], 0, out, 0);

    for (int j = 0; j < HIDDEN; j++) {
      assertThat((double) out[j]).isCloseTo(expected[j], CLOSE);
      assertThat((double) cell[j]).isCloseTo(expected[HIDDEN + j], CLOSE);
    }
  }

  @Test
  void shouldGiveGradientsOfLstmGates() {
    float[] preActivations = values(4 * HIDDEN);
    float[] before = values(HIDDEN);
    float[] dOut = values(HIDDEN);
    float[] dCell = values(HIDDEN);
    Loss loss =
        inputs -> {
          double[] result = lstm(part(inputs, 0, 4 * HIDDEN), part(inputs, 4 * HIDDEN, HIDDEN));
          return weighted(part(result, 0, HIDDEN), dOut)
              + weighted(part(result, HIDDEN, HIDDEN), dCell);
        };
    double[] expected = gradient(loss, joined(preActivations, before));

    float[] gates = preActivations.clone();
    float[] cell = new float[HIDDEN];
    float[] tanhCell = new float[HIDDEN];
    float[] out = new float[HIDDEN];
    kernels.lstmGates(HIDDEN, gates, 0, before, 0, cell, 0, tanhCell, 0, out, 0);
    float[] dGates = new float[4 * HIDDEN];
    float[] dBefore = filled(1f);
    kernels.lstmGatesBackward(
        HIDDEN, gates, 0, before, 0, tanhCell, 0, dOut, 0, dCell, 0, dGates, 0, dBefore, 0);

    assertClose(dGates, part(expected, 0, 4 * HIDDEN), 0);
    assertClose(dBefore, part(expected, 4 * HIDDEN, HIDDEN), 1);
  }

  @Test
  void shouldComputeGruGates() {
    float[] x = values(3 * HIDDEN);
    float[] h = values(3 * HIDDEN);
    float[] before = values(HIDDEN);
    double[] expected = gru(doubles(x), doubles(h), doubles(before));

    float[] out = new float[HIDDEN];
    kernels.gruGates(HIDDEN, x, 0, h, 0, before, 0, out, 0);

    assertClose(out, expected, 0);
  }

  @Test
  void shouldGiveGradientsOfGruGates() {
    float[] preActivations = values(3 * HIDDEN);
    float[] h = values(3 * HIDDEN);
    float[] before = values(HIDDEN);
    float[] dOut = values(HIDDEN);
    Loss loss =
        inputs ->
            weighted(
                gru(
                    part(inputs, 0, 3 * HIDDEN),
                    part(inputs, 3 * HIDDEN, 3 * HIDDEN),
                    part(inputs, 6 * HIDDEN, HIDDEN)),
                dOut);
    double[] expected = gradient(loss, joined(preActivations, h, before));

    float[] x = preActivations.clone();
    float[] out = new float[HIDDEN];
    kernels.gruGates(HIDDEN, x, 0, h, 0, before, 0, out, 0);
    float[] dX = new float[3 * HIDDEN];
    float[] dH = new float[3 * HIDDEN];
    float[] dBefore = filled(1f);
    kernels.gruGatesBackward(HIDDEN, x, 0, h, 0, before, 0, dOut, 0, dX, 0, dH, 0, dBefore, 0);

    assertClose(dX, part(expected, 0, 3 * HIDDEN), 0);
    assertClose(dH, part(expected, 3 * HIDDEN, 3 * HIDDEN), 0);
    assertClose(dBefore, part(expected, 6 * HIDDEN, HIDDEN), 1);
  }

  @Test
  void shouldUpdateByAdam() {
    float[] w = {0.5f};
    float[] m = {0.02f};
    float[] v = {0.003f};
    double mean = 0.9 * 0.02 + 0.1 * 0.3;
    double square = 0.999 * 0.003 + 0.001 * 0.3 * 0.3;
    double weight = 0.5 - 0.5 * 1e-3 - 0.01 * mean / (StrictMath.sqrt(square) * 1.5 + 1e-8);

    kernels.adam(
        w, 0, new float[] {0.3f}, 0, m, 0, v, 0, 1, 0.01f, 0.9f, 0.999f, 1.5f, 1e-8f, 1e-3f);

    assertThat((double) m[0]).isCloseTo(mean, CLOSE);
    assertThat((double) v[0]).isCloseTo(square, CLOSE);
    assertThat((double) w[0]).isCloseTo(weight, CLOSE);
  }

  @Test
  void shouldGoAShareOfTheWay() {
    float[] out = {2f, -1f, 7f};

    kernels.interpolate(0.25f, new float[] {4f, 3f, 7f}, 0, out, 0, 3);

    assertThat(out).containsExactly(2.5f, 0f, 7f);
  }

  @Test
  void shouldBlendSquares() {
    float[] out = {8f, 0.5f};

    kernels.blendSquares(0.5f, 2f, new float[] {3f, -1f}, 0, out, 0, 2);

    assertThat(out).containsExactly(22f, 2.25f);
  }

  @Test
  void shouldAddScaledByRoot() {
    float[] out = {1f, 1f};

    kernels.addScaledByRoot(
        -2f, new float[] {3f, -1f}, 0, new float[] {9f, 0.0625f}, 0, 0.25f, out, 0, 2);

    assertThat((double) out[0]).isCloseTo(1 - 6 / 3.25, CLOSE);
    assertThat(out[1]).isEqualTo(5f);
  }

  // --- the same in double, by the textbook

  /// out (H), then cell (H).
  private static double[] lstm(double[] gates, double[] before) {
    int hidden = before.length;
    double[] result = new double[2 * hidden];
    for (int j = 0; j < hidden; j++) {
      double i = sigmoid(gates[j]);
      double f = sigmoid(gates[hidden + j]);
      double g = StrictMath.tanh(gates[2 * hidden + j]);
      double o = sigmoid(gates[3 * hidden + j]);
      double cell = f * before[j] + i * g;
      result[j] = o * StrictMath.tanh(cell);
      result[hidden + j] = cell;
    }
    return result;
  }

  private static double[] gru(double[] x, double[] h, double[] before) {
    int hidden = before.length;
    double[] out = new double[hidden];
    for (int j = 0; j < hidden; j++) {
      double r = sigmoid(x[j] + h[j]);
      double z = sigmoid(x[hidden + j] + h[hidden + j]);
      double n = StrictMath.tanh(x[2 * hidden + j] + r * h[2 * hidden + j]);
      out[j] = (1 - z) * n + z * before[j];
    }
    return out;
  }

  private static double[] softmax(double[] x) {
    double sum = Arrays.stream(x).map(StrictMath::exp).sum();
    return Arrays.stream(x).map(value -> StrictMath.exp(value) / sum).toArray();
  }

  private static double[] layerNorm(double[] x, double[] gain, double[] bias) {
    double mean = Arrays.stream(x).average().orElseThrow();
    double variance = Arrays.stream(x).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
    double[] out = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      out[i] = (x[i] - mean) / StrictMath.sqrt(variance + 1e-5) * gain[i] + bias[i];
    }
    return out;
  }

  private static double sigmoid(double x) {
    return 1 / (1 + StrictMath.exp(-x));
  }

  private interface Loss {
    double of(double[] inputs);
  }

  private static double[] gradient(Loss loss, double[] at) {
    double step = 1e-6;
    double[] gradient = new double[at.length];
    for (int i = 0; i < at.length; i++) {
      double[] above = at.clone();
      double[] below = at.clone();
      above[i] += step;
      below[i] -= step;
      gradient[i] = (loss.of(above) - loss.of(below)) / (2 * step);
    }
    return gradient;
  }

  private static double centralDifference(DoubleUnaryOperator function, double x) {
    return gradient(at -> function.applyAsDouble(at[0]), new double[] {x})[0];
  }

  // --- one element through a kernel and its backward

  private interface Forward {
    void on(Kernels kernels, float[] x, int xOffset, float[] out, int outOffset, int n);
  }

  private interface Backward {
    void on(
        Kernels kernels,
        float[] kept,
        int keptOffset,
        float[] dY,
        int dYOffset,
        float[] dX,
        int dXOffset,
        int n);
  }

  private double slope(Forward forward, Backward backward, boolean keepsOutput, float x) {
    float[] y = new float[1];
    float[] dX = {3f};
    forward.on(kernels, new float[] {x}, 0, y, 0, 1);
    backward.on(kernels, keepsOutput ? y : new float[] {x}, 0, new float[] {2f}, 0, dX, 0, 1);
    return (dX[0] - 3.0) / 2;
  }

  // --- arrays

  private float[] values(int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextDouble(-1.5, 1.5);
    }
    return values;
  }

  private static float[] filled(float value) {
    float[] values = new float[HIDDEN];
    Arrays.fill(values, value);
    return values;
  }

  private static double[] doubles(float[] values) {
    double[] doubles = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      doubles[i] = values[i];
    }
    return doubles;
  }

  private static double[] joined(float[]... parts) {
    return Arrays.stream(parts).flatMapToDouble(part -> Arrays.stream(doubles(part))).toArray();
  }

  private static double[] part(double[] values, int from, int length) {
    return Arrays.copyOfRange(values, from, from + length);
  }

  private static double weighted(double[] values, float[] weights) {
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      sum += values[i] * weights[i];
    }
    return sum;
  }

  private static void assertClose(float[] actual, double[] expected, double before) {
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) actual[i]).as("element %d", i).isCloseTo(expected[i] + before, CLOSE);
    }
  }
}
