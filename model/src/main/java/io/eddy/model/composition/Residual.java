package io.eddy.model.composition;

import io.eddy.model.op.Add;
import io.eddy.model.op.BatchNorm;
import io.eddy.model.op.Linear;
import io.eddy.model.op.Relu;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;

/// Shortcuts around a part of a network, so that it only has to learn a correction (He et al.
/// 2016).
public final class Residual {

  private static final double MOMENTUM = 0.1;
  private static final double EPSILON = 1e-5;

  private Residual() {}

  /// `y + x`, or `y + W x` where their widths differ, with W named `{prefix}shortcut.weight`.
  ///
  /// @param x what went into the part
  /// @param y what came out of it
  public static Value around(ProgramBuilder builder, String prefix, Value x, Value y) {
    if (x.width() == y.width()) {
      return Add.of(builder, y, x);
    }
    var weight =
        ParameterSpec.matrix(
            prefix + "shortcut.weight", y.width(), x.width(), new Initializer.Xavier(1));
    return Add.of(builder, y, Linear.of(builder, x, weight));
  }

  /// A convolutional block: `relu(norm(convolution(x)) + shortcut(x))`, with the names
  /// `{prefix}conv.…` and, by PyTorch's `BatchNorm1d`, `{prefix}norm.…`.
  ///
  /// @param x (channels)
  /// @return (outputs)
  public static Value convolution(
      ProgramBuilder builder, String prefix, Value x, Convolution convolution) {
    Value product = convolution.trace(builder, prefix + "conv.", x);
    BatchNorm.Weights norm = norm(prefix + "norm.", product.width());
    Value normalized = BatchNorm.of(builder, product, norm, MOMENTUM, EPSILON);
    return Relu.of(builder, around(builder, prefix, x, normalized));
  }

  /// As [#convolution(ProgramBuilder, String, Value, Convolution)], over messages of different
  /// lengths: what stands behind them is zero to the convolution and nothing to the statistics.
  ///
  /// @param x (channels)
  /// @param mask (1), not 0 from a message's first step to its last
  /// @return (outputs)
  public static Value convolution(
      ProgramBuilder builder, String prefix, Value x, Value mask, Convolution convolution) {
    Value product = convolution.trace(builder, prefix + "conv.", x, mask);
    BatchNorm.Weights norm = norm(prefix + "norm.", product.width());
    Value normalized = BatchNorm.of(builder, product, mask, norm, MOMENTUM, EPSILON);
    return Relu.of(builder, around(builder, prefix, x, normalized));
  }

  /// The parameters and buffers of a batch normalisation, by PyTorch's names.
  ///
  /// @param prefix such as `norm.`
  public static BatchNorm.Weights norm(String prefix, int width) {
    return new BatchNorm.Weights(
        ParameterSpec.vector(prefix + "weight", width, new Initializer.Constant(1)),
        ParameterSpec.vector(prefix + "bias", width, new Initializer.Zero()),
        ParameterSpec.buffer(prefix + "running_mean", width, new Initializer.Zero()),
        ParameterSpec.buffer(prefix + "running_var", width, new Initializer.Constant(1)));
  }
}
