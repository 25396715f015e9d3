package io.eddy.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Once compiled, no kernel allocates: a boxed vector, or a lambda per call, would show here.
class KernelAllocationTest {

  private static final int CALLS = 100;
  private static final long PATIENCE_NANOS = 60_000_000_000L;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @ParameterizedTest
  @EnumSource
  void shouldAllocateNothingOnceWarm(KernelOperation operation) {
    KernelCase kernelCase = new KernelCase(operation, 77, 0);

    assertThat(bytesOnceWarm(kernelCase, new VectorKernels())).isZero();
    assertThat(bytesOnceWarm(kernelCase, Kernels.scalar())).isZero();
  }

  /// C2 takes its time, so this repeats until there is nothing, or patience ends.
  private long bytesOnceWarm(KernelCase kernelCase, Kernels kernels) {
    long start = System.nanoTime();
    long bytes;
    do {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int call = 0; call < CALLS; call++) {
        kernelCase.run(kernels);
      }
      bytes = threads.getCurrentThreadAllocatedBytes() - before;
    } while (bytes > 0 && System.nanoTime() - start < PATIENCE_NANOS);
    return bytes;
  }
}
