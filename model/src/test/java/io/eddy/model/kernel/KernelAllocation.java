package io.eddy.model.kernel;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/// Prints what each kernel allocates per hundred calls once it is warm; for a JVM of its own.
final class KernelAllocation {

  private static final int CALLS = 100;
  private static final long PATIENCE_NANOS = 20_000_000_000L;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private KernelAllocation() {}

  public static void main(String[] arguments) {
    for (KernelOperation operation : KernelOperation.values()) {
      var kernelCase = new KernelCase(operation, 77, 0);
      System.out.println(
          operation
              + " "
              + bytesOnceWarm(kernelCase, new VectorKernels())
              + " "
              + bytesOnceWarm(kernelCase, Kernels.scalar()));
    }
  }

  /// C2 takes its time, so this repeats until there is nothing, or patience ends.
  private static long bytesOnceWarm(KernelCase kernelCase, Kernels kernels) {
    long start = System.nanoTime();
    long bytes;
    do {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      for (int call = 0; call < CALLS; call++) {
        kernelCase.run(kernels);
      }
      bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
    } while (bytes > 0 && System.nanoTime() - start < PATIENCE_NANOS);
    return bytes;
  }
}
