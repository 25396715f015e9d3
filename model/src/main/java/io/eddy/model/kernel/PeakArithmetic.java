package io.eddy.model.kernel;

/// As much arithmetic as this processor does: fused multiply-adds from registers to registers, by
/// the Vector API where it is there. What benchmarks compare with; it computes nothing of use.
///
/// Twelve chains hide the latency of a fused multiply-add (4 cycles, two of them at a time) and
/// still fit into 16 registers.
public final class PeakArithmetic implements Runnable {

  private static final int TURNS = 4_096;
  private static final int CHAINS = 12;

  private final int lanes;
  private float sink;

  /// Uses what [Kernels#best()] uses.
  public PeakArithmetic() {
    lanes = Kernels.best().equals(Kernels.scalar()) ? 1 : VectorPeak.LANES;
  }

  /// Floating-point operations of one [#run].
  public double operations() {
    return 2.0 * CHAINS * lanes * TURNS;
  }

  @Override
  public void run() {
    sink += lanes > 1 ? VectorPeak.chains(TURNS, sink) : chains(sink);
  }

  private static float chains(float start) {
    float a = start;
    float b = 1;
    float c = 2;
    float d = 3;
    float e = 4;
    float f = 5;
    float g = 6;
    float h = 7;
    float i = 8;
    float j = 9;
    float k = 10;
    float l = 11;
    for (int turn = 0; turn < TURNS; turn++) {
      a = Math.fma(a, 0.5f, 1);
      b = Math.fma(b, 0.5f, 1);
      c = Math.fma(c, 0.5f, 1);
      d = Math.fma(d, 0.5f, 1);
      e = Math.fma(e, 0.5f, 1);
      f = Math.fma(f, 0.5f, 1);
      g = Math.fma(g, 0.5f, 1);
      h = Math.fma(h, 0.5f, 1);
      i = Math.fma(i, 0.5f, 1);
      j = Math.fma(j, 0.5f, 1);
      k = Math.fma(k, 0.5f, 1);
      l = Math.fma(l, 0.5f, 1);
    }
    return a + b + c + d + e + f + g + h + i + j + k + l;
  }
}
