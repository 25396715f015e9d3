package io.eddy.model.op;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;

/// Quantiles that cannot cross: the middle block as it is, every further block outward by a
/// positive width.
///
/// ```
/// out[mid] = raw[mid]
/// out[q]   = out[q-1] + softplus(raw[q])   q > mid
/// out[q]   = out[q+1] - softplus(raw[q])   q < mid
/// ```
///
/// Input and output: (quantiles · horizon), quantile-major, an odd number of quantiles.
public final class QuantileFan implements Op {

  private final int quantiles;
  private final int horizon;

  private QuantileFan(int quantiles, int horizon) {
    this.quantiles = quantiles;
    this.horizon = horizon;
  }

  /// Traces the fan.
  ///
  /// @param raw (quantiles · horizon), quantile-major
  /// @param quantiles an odd number
  public static Value of(ProgramBuilder builder, Value raw, int quantiles) {
    ProgramBuilder.require(
        quantiles % 2 == 1 && raw.width() % quantiles == 0,
        raw + " is no odd number of quantiles: " + quantiles);
    return builder
        .node(new QuantileFan(quantiles, raw.width() / quantiles))
        .reads(raw)
        .writes("quantiles", raw.width());
  }

  /// How many quantiles.
  public int quantileCount() {
    return quantiles;
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Kernels kernels = frame.kernels();
    Rows raw = frame.input(0);
    Rows out = frame.output(0);
    int middle = quantiles / 2;
    for (int row = from; row < to; row++) {
      int at = out.at(row);
      System.arraycopy(
          raw.values(),
          raw.at(row) + middle * horizon,
          out.values(),
          at + middle * horizon,
          horizon);
      kernels.softplus(raw.values(), raw.at(row), out.values(), at, middle * horizon);
      kernels.scale(-1, out.values(), at, middle * horizon);
      for (int q = middle - 1; q >= 0; q--) {
        kernels.add(out.values(), at + (q + 1) * horizon, out.values(), at + q * horizon, horizon);
      }
      int above = (middle + 1) * horizon;
      kernels.softplus(
          raw.values(), raw.at(row) + above, out.values(), at + above, middle * horizon);
      for (int q = middle + 1; q < quantiles; q++) {
        kernels.add(out.values(), at + (q - 1) * horizon, out.values(), at + q * horizon, horizon);
      }
    }
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Kernels kernels = frame.kernels();
    Rows raw = frame.input(0);
    Rows out = frame.output(0);
    int middle = quantiles / 2;
    if (!raw.hasGradient()) {
      return;
    }
    float[] d = out.gradients();
    for (int row = from; row < to; row++) {
      int at = out.at(row);
      // From the outside in: what a quantile passes on stands in its inner neighbour's gradient.
      for (int q = 0; q < middle; q++) {
        kernels.add(d, at + q * horizon, d, at + (q + 1) * horizon, horizon);
        kernels.scale(-1, d, at + q * horizon, horizon);
      }
      for (int q = quantiles - 1; q > middle; q--) {
        kernels.add(d, at + q * horizon, d, at + (q - 1) * horizon, horizon);
      }
      int half = middle * horizon;
      int above = half + horizon;
      kernels.softplusBackward(
          raw.values(), raw.at(row), d, at, raw.gradients(), raw.at(row), half);
      kernels.add(d, at + half, raw.gradients(), raw.at(row) + half, horizon);
      kernels.softplusBackward(
          raw.values(),
          raw.at(row) + above,
          d,
          at + above,
          raw.gradients(),
          raw.at(row) + above,
          half);
    }
  }
}
