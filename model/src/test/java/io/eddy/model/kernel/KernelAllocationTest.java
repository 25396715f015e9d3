package io.eddy.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Once compiled, no kernel allocates: a boxed vector, or a lambda per call, would show here.
class KernelAllocationTest {

  /// In a JVM of its own whose compiler is waited for. Behind other tests, on a machine of load 15,
  /// C2 compiled a kernel once from what it knew too early, and its vectors stayed boxed.
  @Test
  void shouldAllocateNothingOnceWarm() {
    ForkedJvm.Output output =
        ForkedJvm.outputOf(
            KernelAllocation.class,
            "--add-modules=jdk.incubator.vector",
            "-Xbatch",
            "-Deddy.kernels=vector");

    assertThat(output.standard().lines())
        .as(output.whole())
        .hasSize(KernelOperation.values().length)
        .allSatisfy(line -> assertThat(line).endsWith(" 0 0"));
  }
}
