package io.eddy.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class KernelChoiceTest {

  private static final String MODULE = "--add-modules=jdk.incubator.vector";

  /// What the JVMs started here run.
  static final class BestKernels {
    private BestKernels() {}

    public static void main(String[] arguments) {
      System.out.println("chose " + Kernels.best().getClass().getSimpleName());
    }
  }

  @Test
  void shouldChooseOnceAndKeep() {
    assertThat(Kernels.best()).isSameAs(Kernels.best());
  }

  @Test
  void shouldChooseVectorsWhereTheModuleIs() {
    assertThat(best(MODULE))
        .contains("chose VectorKernels")
        .containsPattern("Kernels: vector, \\d+ bits, fused multiply-add");
  }

  @Test
  void shouldFallBackToScalarWithoutTheModuleAndNameTheFlag() {
    assertThat(best())
        .contains("chose ScalarKernels")
        .contains("WARNING: Kernels: scalar")
        .contains("--add-modules jdk.incubator.vector");
  }

  @Test
  void shouldRefuseForcedVectorsWithoutTheModule() {
    assertThat(best("-Deddy.kernels=vector"))
        .contains("IllegalStateException: eddy.kernels=vector was asked for")
        .contains("--add-modules jdk.incubator.vector");
  }

  @Test
  void shouldObeyForcedScalar() {
    assertThat(best(MODULE, "-Deddy.kernels=scalar"))
        .contains("chose ScalarKernels")
        .contains("Kernels: scalar, as eddy.kernels=scalar says");
  }

  @Test
  void shouldObeyForcedWidth() {
    assertThat(best(MODULE, "-Deddy.vector.bits=128")).contains("Kernels: vector, 128 bits");
  }

  @Test
  void shouldRefuseUnknownValuesAndNameTheChoices() {
    System.Logger logger = System.getLogger("test");

    assertThatThrownBy(() -> KernelChoice.choose("fast", "", logger))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "system property eddy.kernels is \"fast\", but must be one of scalar, vector, or"
                + " absent");
    assertThatThrownBy(() -> KernelChoice.choose("", "96", logger))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "system property eddy.vector.bits is \"96\", but must be one of 128, 256, 512, or"
                + " absent");
  }

  @Test
  void shouldRefuseToStartWithoutFusedMultiplyAdd() {
    assertThat(best(MODULE, "-XX:-UseFMA"))
        .contains("IllegalStateException: this processor, or this JVM, has no fused multiply-add")
        .doesNotContain("chose");
  }

  private static String best(String... options) {
    return ForkedJvm.outputOf(BestKernels.class, options).whole();
  }
}
