package io.eddy.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The vector kernels compute the scalar kernels' bits, here at the width this JVM prefers.
class KernelsTest {

  private static final int SEEDS = 8;

  private final Kernels scalarKernels = Kernels.scalar();
  private final Kernels vectorKernels = new VectorKernels();

  @ParameterizedTest
  @EnumSource
  void shouldAgreeToTheBit(KernelOperation operation) {
    for (int size : sizes()) {
      for (long seed = 0; seed < SEEDS; seed++) {
        KernelCase scalar = new KernelCase(operation, size, seed);
        KernelCase vector = new KernelCase(operation, size, seed);

        scalar.run(scalarKernels);
        vector.run(vectorKernels);

        assertThat(vector.bits())
            .as("%s, size %d, seed %d", operation, size, seed)
            .isEqualTo(scalar.bits());
      }
    }
  }

  private static int[] sizes() {
    int lanes = VectorKernels.SPECIES.length();
    return new int[] {
      0,
      1,
      2,
      lanes - 1,
      lanes,
      lanes + 1,
      2 * lanes,
      31,
      32,
      33,
      61,
      64,
      97,
      4 * lanes + 1,
      8 * lanes,
      16 * lanes + 3,
      1009
    };
  }
}
