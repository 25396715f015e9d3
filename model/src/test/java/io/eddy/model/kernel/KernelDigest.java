package io.eddy.model.kernel;

import java.util.zip.CRC32C;

/// Prints a digest of what every kernel computes, for tests that start a JVM of another vector
/// width.
///
/// It is computed twice, cold and hot: first the interpreter runs Java's model of each vector
/// operation, at the end C2's code runs the instruction itself. Both must give the same.
final class KernelDigest {

  private static final int[] SIZES = {
    0, 1, 3, 4, 5, 8, 15, 16, 17, 31, 32, 33, 47, 64, 97, 150, 300
  };
  private static final int SEEDS = 4;
  private static final int[] HEATING_SIZES = {151, 363};

  private KernelDigest() {}

  public static void main(String[] arguments) {
    Kernels kernels = Kernels.best();
    String cold = of(kernels);
    heat(kernels);
    String hot = of(kernels);
    if (!hot.equals(cold)) {
      throw new IllegalStateException("cold " + cold + ", hot " + hot);
    }
    System.out.printf(
        "%s, seeds 0 to %d: %s%n", kernels.getClass().getSimpleName(), SEEDS - 1, hot);
  }

  private static void heat(Kernels kernels) {
    for (KernelOperation operation : KernelOperation.values()) {
      for (int size : HEATING_SIZES) {
        KernelCase kernelCase = new KernelCase(operation, size, 0);
        for (int run = 0; run < operation.heatingRuns(); run++) {
          kernelCase.run(kernels);
        }
      }
    }
  }

  static String of(Kernels kernels) {
    CRC32C digest = new CRC32C();
    for (KernelOperation operation : KernelOperation.values()) {
      for (int seed = 0; seed < SEEDS; seed++) {
        for (int size : SIZES) {
          KernelCase kernelCase = new KernelCase(operation, size, seed);
          kernelCase.run(kernels);
          for (int bits : kernelCase.bits()) {
            digest.update(bits);
            digest.update(bits >> 8);
            digest.update(bits >> 16);
            digest.update(bits >> 24);
          }
        }
      }
    }
    return String.format("%08x", digest.getValue());
  }
}
