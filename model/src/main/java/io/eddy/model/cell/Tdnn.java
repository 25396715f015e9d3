package io.eddy.model.cell;

import io.eddy.model.op.Concatenation;
import io.eddy.model.op.Linear;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;

/// The time-delay neural network (Waibel et al. 1989): a causal convolution over time, which a
/// stack dilates from layer to layer (van den Oord et al. 2016).
///
/// ```
/// h = f(b + Σ_k W_k x[t - k d])        k = 0 … K - 1,  d = dilation^layer
/// ```
///
/// A stack of L layers sees `1 + (K - 1) Σ_l dilation^l` steps back; before the first step x is
/// zero. Parameters: `weight_ih` (H, K · I), W_0 first, and `bias_ih` (H). PyTorch's `Conv1d` has
/// the same numbers as (H, I, K), oldest step first.
///
/// @param kernelSize K
/// @param dilation factor from layer to layer, 1 for none
/// @param transfer f
public record Tdnn(int kernelSize, int dilation, Transfer transfer) implements Cell {

  private static final int LONGEST_DELAY = 1 << 20;

  public Tdnn {
    ProgramBuilder.require(
        kernelSize >= 1 && dilation >= 1,
        "a kernel of " + kernelSize + " steps dilated by " + dilation + ", expected at least 1");
  }

  @Override
  public Value step(ProgramBuilder builder, Layer layer, Value x) {
    ProgramBuilder.require(
        layer.mask() == null && !layer.learnedInitialState(),
        "a time-delay network has no state of its own: neither a mask nor an initial state fits");
    Value[] window = new Value[kernelSize];
    window[0] = x;
    for (int k = 1; k < kernelSize; k++) {
      window[k] = builder.delay(x, k * spacing(layer.index()));
    }
    Value seen = kernelSize == 1 ? x : Concatenation.of(builder, window);
    Value sum =
        Linear.of(
            builder,
            seen,
            layer.inputWeight("weight_ih", 1, seen.width()),
            layer.bias("bias_ih", 1));
    return transfer.of(builder, sum);
  }

  /// d of a layer.
  private int spacing(int layer) {
    long spacing = 1;
    for (int l = 0; l < layer; l++) {
      spacing *= dilation;
      ProgramBuilder.require(
          spacing * kernelSize <= LONGEST_DELAY,
          "layer " + layer + " would look back more than " + LONGEST_DELAY + " steps");
    }
    return (int) spacing;
  }
}
