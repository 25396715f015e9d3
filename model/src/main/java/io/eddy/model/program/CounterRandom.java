package io.eddy.model.program;

/// Random bits by a hash of where they are used, so that they never depend on the order in which
/// things are computed: a counter-based generator (Salmon et al. 2011) on the finaliser of
/// SplitMix64 (Steele et al. 2014).
public final class CounterRandom {

  private CounterRandom() {}

  /// 64 bits for one element of one row of one stream at one step.
  public static long bits(long seed, long stream, long step, long row, long element) {
    long x = seed + 0x9E3779B97F4A7C15L * (stream + 1);
    x = mix(x + step) + row;
    return mix(mix(x) + element);
  }

  private static long mix(long x) {
    long z = (x ^ (x >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
