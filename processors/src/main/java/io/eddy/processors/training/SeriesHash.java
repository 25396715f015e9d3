package io.eddy.processors.training;

import java.util.Arrays;

/// A hash of a series key that every JVM computes alike, for choices that must not depend on where
/// they are made.
public final class SeriesHash {
  private SeriesHash() {}

  /// Sixty-four well-mixed bits of a series key and a number.
  public static long of(byte[] series, long number) {
    return mix(mix(Arrays.hashCode(series)) ^ number);
  }

  /// The finaliser of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number
  /// generators, 2014), after its increment.
  static long mix(long bits) {
    long mixed = bits + 0x9E3779B97F4A7C15L;
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }
}
