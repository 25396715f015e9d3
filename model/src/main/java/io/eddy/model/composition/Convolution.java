package io.eddy.model.composition;

import io.eddy.model.op.Interleave;
import io.eddy.model.op.Linear;
import io.eddy.model.op.Select;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;

/// A convolution over time, PyTorch's `Conv1d` with stride 1: each output is a product of
/// `kernelSize` inputs that lie `dilation` steps apart.
///
/// ```
/// y[t] = bias + Σ_k W_k x[t + k · dilation - back]      k = 0 … kernelSize - 1
/// ```
///
/// Parameters: `weight`, PyTorch's (outputs, channels, kernel) as a matrix (outputs, channels ·
/// kernel) in the same order of elements, oldest step first, and `bias` (outputs). Steps before the
/// first and after the last count as zeros.
///
/// @param outputSize channels of the output
/// @param kernelSize inputs of one output
/// @param dilation steps between two of them
/// @param back steps that the oldest of them lies back
public record Convolution(int outputSize, int kernelSize, int dilation, int back) {

  public Convolution {
    ProgramBuilder.require(
        outputSize >= 1 && kernelSize >= 1 && dilation >= 1,
        "a convolution of "
            + kernelSize
            + " steps to "
            + outputSize
            + " channels with dilation "
            + dilation
            + ", expected at least 1 each");
    ProgramBuilder.require(
        back >= 0 && back <= (kernelSize - 1) * dilation,
        "a convolution that begins " + back + " steps back does not see its own step");
  }

  /// No output sees a later input, so that it can run in the stream; PyTorch's with `(kernelSize -
  /// 1) · dilation` zeros put before the input.
  public static Convolution causal(int outputSize, int kernelSize, int dilation) {
    return new Convolution(outputSize, kernelSize, dilation, (kernelSize - 1) * dilation);
  }

  /// Each output sees as many inputs after as before it, with an even kernel one more after it:
  /// PyTorch's `padding="same"`. It needs the whole message, so an unroller.
  public static Convolution same(int outputSize, int kernelSize, int dilation) {
    return new Convolution(outputSize, kernelSize, dilation, (kernelSize - 1) * dilation / 2);
  }

  /// Traces the convolution over messages of different lengths: what stands behind them counts as
  /// zeros.
  ///
  /// @param prefix of the parameters' names, such as `conv.`
  /// @param x (channels)
  /// @param mask (1), not 0 from a message's first step to its last
  /// @return (outputs)
  public Value trace(ProgramBuilder builder, String prefix, Value x, Value mask) {
    return trace(builder, prefix, Select.orZero(builder, mask, x));
  }

  /// Traces the convolution.
  ///
  /// @param prefix of the parameters' names, such as `conv.`
  /// @param x (channels); looking ahead, what stands behind a message must be 0
  /// @return (outputs)
  public Value trace(ProgramBuilder builder, String prefix, Value x) {
    Value[] taps = new Value[kernelSize];
    for (int k = 0; k < kernelSize; k++) {
      int shift = k * dilation - back;
      taps[k] = shift == 0 ? x : shift < 0 ? builder.delay(x, -shift) : builder.lookahead(x, shift);
    }
    return Linear.of(
        builder,
        Interleave.of(builder, taps),
        ParameterSpec.matrix(
            prefix + "weight", outputSize, x.width() * kernelSize, new Initializer.Xavier(1)),
        ParameterSpec.vector(prefix + "bias", outputSize, new Initializer.Zero()));
  }
}
