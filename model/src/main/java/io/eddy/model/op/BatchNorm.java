package io.eddy.model.op;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Batch normalisation of each column (Ioffe and Szegedy 2015), as PyTorch's `BatchNorm1d`:
///
/// ```
/// y = x̂ * weight + bias,   x̂ = (x - mean) / sqrt(variance + epsilon)
/// ```
///
/// In training, mean and variance are those of the column over all rows of the chunk that the mask
/// counts, and two buffers follow them: `running += momentum * (batch - running)`, the variance
/// there divided by m - 1 instead of m. Outside training, so in the stream, the buffers are the
/// mean and the variance, and a row depends on no other.
///
/// Gradients, with g = dy * weight and sums over all rows: a row that counts gets `dx += (g - Σ g /
/// m - x̂ Σ g x̂ / m) / sqrt(…)`, a row that does not only `g / sqrt(…)`; `dweight += dy x̂`,
/// `dbias += dy`.
///
/// Inputs: x (n); the mask (1), if there is one. Outputs: y (n); x̂ (n, kept for backward); 1 /
/// sqrt(…) (n, kept in a chunk's first row alone). Parameters: weight, bias, and the buffers
/// running mean and running variance, each (n).
public final class BatchNorm implements Op {

  private static final int MEAN = 2;
  private static final int VARIANCE = 3;

  private final int width;
  private final float momentum;
  private final float epsilon;

  private BatchNorm(int width, float momentum, float epsilon) {
    this.width = width;
    this.momentum = momentum;
    this.epsilon = epsilon;
  }

  /// What a normalisation learns and keeps, by PyTorch's names.
  ///
  /// @param weight (n), usually from 1
  /// @param bias (n), usually from 0
  /// @param runningMean buffer (n), from 0
  /// @param runningVariance buffer (n), from 1
  public record Weights(
      ParameterSpec weight,
      ParameterSpec bias,
      ParameterSpec runningMean,
      ParameterSpec runningVariance) {}

  /// Traces the normalisation over all rows.
  ///
  /// @param x (n)
  /// @param momentum share of the chunk in the running statistics, PyTorch's default is 0.1
  /// @param epsilon added to the variance, PyTorch's default is 1e-5
  public static Value of(
      ProgramBuilder builder, Value x, Weights weights, double momentum, double epsilon) {
    return trace(builder, x, null, weights, momentum, epsilon);
  }

  /// Traces the normalisation over the rows that a mask counts.
  ///
  /// @param x (n)
  /// @param mask (1), not 0 in the rows whose statistics count
  /// @param momentum share of the chunk in the running statistics, PyTorch's default is 0.1
  /// @param epsilon added to the variance, PyTorch's default is 1e-5
  public static Value of(
      ProgramBuilder builder,
      Value x,
      Value mask,
      Weights weights,
      double momentum,
      double epsilon) {
    ProgramBuilder.require(mask.width() == 1, mask + " is no mask, expected a width of 1");
    return trace(builder, x, mask, weights, momentum, epsilon);
  }

  private static Value trace(
      ProgramBuilder builder,
      Value x,
      @Nullable Value mask,
      Weights weights,
      double momentum,
      double epsilon) {
    List<ParameterSpec> specs =
        List.of(weights.weight(), weights.bias(), weights.runningMean(), weights.runningVariance());
    specs.forEach(spec -> LayerNorm.requireVector(spec, x));
    for (ParameterSpec buffer : specs.subList(MEAN, specs.size())) {
      ProgramBuilder.require(
          !buffer.isLearned(), buffer.name() + " must be a buffer: no optimiser may change it");
    }
    List<Value> inputs = new ArrayList<>(List.of(x));
    if (mask != null) {
      inputs.add(mask);
    }
    return builder
        .node(new BatchNorm(x.width(), (float) momentum, (float) epsilon))
        .reads(inputs.toArray(Value[]::new))
        .parameters(specs.toArray(ParameterSpec[]::new))
        .writesAll(
            List.of("batch_norm", "batch_norm.normalized", "batch_norm.scale"),
            List.of(x.width(), x.width(), x.width()))
        .getFirst();
  }

  /// Share of a chunk in the running statistics.
  public float momentum() {
    return momentum;
  }

  /// What is added to the variance.
  public float epsilon() {
    return epsilon;
  }

  @Override
  public Reach reach() {
    return Reach.BATCH;
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows y = frame.output(0);
    Rows normalized = frame.output(1);
    float[] mean = frame.weights(MEAN);
    float[] variance = frame.weights(VARIANCE);
    int counted = frame.training() ? counted(frame, from, to) : 0;
    if (counted > 0) {
      float[] statistics = frame.scratch(3 * width);
      measure(frame, from, to, counted, statistics);
      mean = Arrays.copyOfRange(statistics, 0, width);
      variance = Arrays.copyOfRange(statistics, width, 2 * width);
      follow(frame, mean, variance, counted);
    }
    float[] scale = frame.output(2).values();
    int scaleAt = frame.output(2).at(from);
    for (int i = 0; i < width; i++) {
      scale[scaleAt + i] = 1 / (float) Math.sqrt(variance[i] + epsilon);
    }
    float[] weight = frame.weights(0);
    float[] bias = frame.weights(1);
    for (int row = from; row < to; row++) {
      int xAt = x.at(row);
      int yAt = y.at(row);
      int normalizedAt = normalized.at(row);
      for (int i = 0; i < width; i++) {
        float value = (x.values()[xAt + i] - mean[i]) * scale[scaleAt + i];
        normalized.values()[normalizedAt + i] = value;
        y.values()[yAt + i] = Math.fma(value, weight[i], bias[i]);
      }
    }
  }

  /// Rows that the statistics count.
  private static int counted(Frame frame, int from, int to) {
    int counted = 0;
    for (int row = from; row < to; row++) {
      counted += counts(frame, row) ? 1 : 0;
    }
    if (counted == 1) {
      throw new IllegalStateException(
          "a batch of one row has no variance: batch normalisation needs at least 2 rows in a chunk"
              + " to train on, or use layer normalisation");
    }
    return counted;
  }

  private static boolean counts(Frame frame, int row) {
    if (frame.inputCount() == 1) {
      return true;
    }
    Rows mask = frame.input(1);
    return mask.values()[mask.at(row)] != 0;
  }

  /// @param statistics mean (n), variance (n), room for one row (n)
  private void measure(Frame frame, int from, int to, int counted, float[] statistics) {
    Kernels kernels = frame.kernels();
    Rows x = frame.input(0);
    Arrays.fill(statistics, 0, 2 * width, 0);
    for (int row = from; row < to; row++) {
      if (counts(frame, row)) {
        kernels.add(x.values(), x.at(row), statistics, 0, width);
      }
    }
    kernels.scale(1f / counted, statistics, 0, width);
    for (int row = from; row < to; row++) {
      if (counts(frame, row)) {
        System.arraycopy(x.values(), x.at(row), statistics, 2 * width, width);
        kernels.addScaled(-1, statistics, 0, statistics, 2 * width, width);
        kernels.multiplyAccumulate(
            statistics, 2 * width, statistics, 2 * width, statistics, width, width);
      }
    }
    kernels.scale(1f / counted, statistics, width, width);
  }

  private void follow(Frame frame, float[] mean, float[] variance, int counted) {
    Kernels kernels = frame.kernels();
    kernels.interpolate(momentum, mean, 0, frame.weights(MEAN), 0, width);
    float[] unbiased = frame.scratch(width);
    Arrays.fill(unbiased, 0, width, 0);
    kernels.addScaled(counted / (counted - 1f), variance, 0, unbiased, 0, width);
    kernels.interpolate(momentum, unbiased, 0, frame.weights(VARIANCE), 0, width);
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows y = frame.output(0);
    Rows normalized = frame.output(1);
    if (!x.hasGradient()) {
      return;
    }
    Kernels kernels = frame.kernels();
    float[] sums = frame.scratch(2 * width); // Σ dy and Σ dy x̂, each divided by m
    Arrays.fill(sums, 0, 2 * width, 0);
    int counted = frame.training() ? counted(frame, from, to) : 0;
    if (counted > 0) {
      for (int row = from; row < to; row++) {
        kernels.add(y.gradients(), y.at(row), sums, 0, width);
        kernels.multiplyAccumulate(
            y.gradients(), y.at(row), normalized.values(), normalized.at(row), sums, width, width);
      }
      kernels.scale(1f / counted, sums, 0, 2 * width);
    }
    float[] weight = frame.weights(0);
    float[] scale = frame.output(2).values();
    int scaleAt = frame.output(2).at(from);
    for (int row = from; row < to; row++) {
      float share = counted > 0 && counts(frame, row) ? 1 : 0;
      int xAt = x.at(row);
      int yAt = y.at(row);
      int normalizedAt = normalized.at(row);
      for (int i = 0; i < width; i++) {
        float common = Math.fma(normalized.values()[normalizedAt + i], sums[width + i], sums[i]);
        float d = Math.fma(-share, common, y.gradients()[yAt + i]);
        x.gradients()[xAt + i] =
            Math.fma(weight[i] * scale[scaleAt + i], d, x.gradients()[xAt + i]);
      }
    }
  }

  @Override
  public void backwardParameters(Frame frame, int from, int to, int part, int parts) {
    Rows y = frame.output(0);
    Rows normalized = frame.output(1);
    int first = Team.begin(width, part, parts);
    int count = Team.begin(width, part + 1, parts) - first;
    for (int row = from; row < to; row++) {
      int at = y.at(row) + first;
      frame
          .kernels()
          .multiplyAccumulate(
              y.gradients(),
              at,
              normalized.values(),
              normalized.at(row) + first,
              frame.weightGradients(0),
              first,
              count);
      frame.kernels().add(y.gradients(), at, frame.weightGradients(1), first, count);
    }
  }
}
