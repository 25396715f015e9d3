package io.eddy.model.kernel;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/// The one place that chooses kernels, and says so once.
///
/// Nothing here may load a class that names `jdk.incubator.vector` before that module was seen to
/// be there: [VectorKernels] is only touched in [#vector].
final class KernelChoice {

  private static final String KERNELS = "eddy.kernels";
  private static final String VECTOR_BITS = "eddy.vector.bits";
  private static final String MODULE = "jdk.incubator.vector";

  /// How much longer a fused multiply-add in software takes, at least; it is a hundred times and
  /// more.
  private static final int SOFTWARE_FACTOR = 10;

  private static @Nullable Kernels chosen;

  private KernelChoice() {}

  static synchronized Kernels best() {
    Kernels kernels = chosen;
    if (kernels == null) {
      kernels =
          choose(
              System.getProperty(KERNELS, ""),
              System.getProperty(VECTOR_BITS, ""),
              System.getLogger(Kernels.class.getName()));
      chosen = kernels;
    }
    return kernels;
  }

  static Kernels choose(String kernels, String vectorBits, Logger logger) {
    check(KERNELS, kernels, "scalar", "vector");
    check(VECTOR_BITS, vectorBits, "128", "256", "512");
    refuseSoftwareFusedMultiplyAdd();
    if (kernels.equals("scalar")) {
      logger.log(Level.INFO, "Kernels: scalar, as eddy.kernels=scalar says");
      return ScalarKernels.INSTANCE;
    }
    if (!moduleIsThere()) {
      String remedy =
          "module jdk.incubator.vector is missing: add \"--add-modules jdk.incubator.vector\" to"
              + " the java command";
      if (kernels.equals("vector")) {
        throw new IllegalStateException("eddy.kernels=vector was asked for, but " + remedy);
      }
      logger.log(
          Level.WARNING, "Kernels: scalar, same results but about ten times slower, as " + remedy);
      return ScalarKernels.INSTANCE;
    }
    return vector(logger);
  }

  private static Kernels vector(Logger logger) {
    VectorKernels vector = new VectorKernels();
    logger.log(Level.INFO, "Kernels: " + vector + ", fused multiply-add");
    return vector;
  }

  private static void check(String property, String value, String... choices) {
    if (value.isEmpty()) {
      return;
    }
    for (String choice : choices) {
      if (value.equals(choice)) {
        return;
      }
    }
    throw new IllegalArgumentException(
        String.format(
            "system property %s is \"%s\", but must be one of %s, or absent",
            property, value, String.join(", ", choices)));
  }

  private static boolean moduleIsThere() {
    try {
      Class.forName(MODULE + ".FloatVector", false, KernelChoice.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException missing) {
      return false;
    }
  }

  /// Without the instruction `Math.fma` computes with BigDecimal, a hundred times slower and more,
  /// and SIMD is no better off.
  ///
  /// No API tells: HotSpot's flag UseFMA is behind a module of its own and not in other JVMs. But
  /// the software takes a short cut where a factor is 0 and the instruction does not, so the two
  /// show their difference in any JVM and in any stage of compilation. Asked three times, as a
  /// refusal must not come from a busy machine.
  private static void refuseSoftwareFusedMultiplyAdd() {
    for (int attempt = 0; attempt < 3; attempt++) {
      long shortCut = Long.MAX_VALUE;
      long full = Long.MAX_VALUE;
      for (int round = 0; round < 16; round++) {
        shortCut = Math.min(shortCut, nanosOfFusedMultiplyAdds(0f));
        full = Math.min(full, nanosOfFusedMultiplyAdds(0.75f));
      }
      if (full <= SOFTWARE_FACTOR * Math.max(shortCut, 1)) {
        return;
      }
    }
    throw new IllegalStateException(
        "this processor, or this JVM, has no fused multiply-add instruction (FMA), which Eddy's"
            + " arithmetic is made of: use a processor with FMA (x86-64 from 2013, any 64-bit ARM)"
            + " and start java without -XX:-UseFMA");
  }

  private static long nanosOfFusedMultiplyAdds(float factor) {
    float sum = 1f;
    long start = System.nanoTime();
    for (int i = 0; i < 256; i++) {
      sum = Math.fma(factor, sum, 0.3f);
    }
    long nanos = System.nanoTime() - start;
    return sum == 0f ? Long.MAX_VALUE : nanos; // uses the sum, which is never 0
  }
}
