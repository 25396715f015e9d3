package io.eddy.model.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// One call of one kernel on arrays filled from a seed, to be run on any [Kernels] and compared by
/// bits.
///
/// Ranges lie at random offsets in larger arrays, and all of every array is compared: a write
/// beside the range shows.
final class KernelCase {

  /// What a kernel is called on: an array and where the range starts.
  static final class Range {
    final float[] array;
    final int offset;

    private Range(float[] array, int offset) {
      this.array = array;
      this.offset = offset;
    }
  }

  /// The call itself.
  @FunctionalInterface
  interface Call {
    void on(Kernels kernels);
  }

  private static final float[] EXTREMES = {
    0f,
    -0f,
    1f,
    -1f,
    Float.NaN,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.MAX_VALUE,
    -Float.MAX_VALUE,
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    Float.MIN_NORMAL,
    -0x1.8p-130f,
    88.72283f,
    88.72284f,
    -86.98f,
    -87f,
    16.2f,
    -16.3f,
    8.108f,
    1e-20f,
    -1e20f
  };

  private final SplittableRandom random;
  private final boolean extreme;
  private final List<float[]> arrays = new ArrayList<>();
  private final Call call;

  /// @param seed fixes all values and offsets; odd ones mix in extremes: NaN, infinities, signed
  ///   zeros, denormals
  KernelCase(KernelOperation operation, int n, long seed) {
    random = new SplittableRandom(seed * 1_000_003 + n * 31L + operation.name().hashCode());
    extreme = seed % 2 != 0;
    call = operation.prepare(this, n);
  }

  void run(Kernels kernels) {
    call.on(kernels);
  }

  /// All arrays as they stand now, NaN payloads left out.
  int[] bits() {
    return arrays.stream()
        .flatMapToInt(
            array -> IntStream.range(0, array.length).map(i -> Float.floatToIntBits(array[i])))
        .toArray();
  }

  Range range(int length) {
    return range(length, 3f);
  }

  Range range(int length, float spread) {
    int offset = random.nextInt(9);
    float[] array = new float[offset + length + random.nextInt(9)];
    for (int i = 0; i < array.length; i++) {
      boolean isExtreme = extreme && random.nextInt(6) == 0;
      array[i] =
          isExtreme
              ? EXTREMES[random.nextInt(EXTREMES.length)]
              : (float) random.nextDouble(-spread, spread);
    }
    arrays.add(array);
    return new Range(array, offset);
  }

  Range positiveRange(int length) {
    Range range = range(length);
    for (int i = 0; i < range.array.length; i++) {
      range.array[i] = Math.abs(range.array[i]);
    }
    return range;
  }

  Range finiteRange(int length) {
    Range range = range(length);
    for (int i = 0; i < range.array.length; i++) {
      range.array[i] = Float.isFinite(range.array[i]) ? range.array[i] : 1f;
    }
    return range;
  }

  int between(int from, int to) {
    return random.nextInt(from, to + 1);
  }

  float factor() {
    return (float) random.nextDouble(-2, 2);
  }
}
