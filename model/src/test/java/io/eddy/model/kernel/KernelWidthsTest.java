package io.eddy.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// One JVM per vector width, as the width is fixed when classes load.
class KernelWidthsTest {

  private static final Pattern DIGEST =
      Pattern.compile("(\\w+), seeds 0 to \\d+: (\\p{XDigit}{8})");

  @ParameterizedTest
  @ValueSource(ints = {128, 256, 512})
  void shouldGiveTheScalarBitsAtEveryWidth(int bits) {
    // -Xbatch: compiled code is used as soon as it is due, so the hot half of the digest is really
    // hot. The compilers' lines go to the other stream: they would cut through the digest's.
    ForkedJvm.Output output =
        ForkedJvm.outputOf(
            KernelDigest.class,
            "--add-modules=jdk.incubator.vector",
            "-Xbatch",
            "-XX:+PrintCompilation",
            "-XX:+DisplayVMOutputToStderr",
            "-Deddy.kernels=vector",
            "-Deddy.vector.bits=" + bits);

    assertThat(output.error()).contains("vector, " + bits + " bits");
    Matcher digest = DIGEST.matcher(output.standard());
    assertThat(digest.find()).as(output.standard()).isTrue();
    assertThat(digest.group(1)).isEqualTo("VectorKernels");
    assertThat(digest.group(2)).isEqualTo(ScalarDigest.VALUE);
    // A method that a compiler gives up stays slow for good, see VectorProduct.
    assertThat(output.error().lines())
        .anyMatch(line -> line.contains("io.eddy"))
        .noneMatch(line -> line.contains("io.eddy") && line.contains("COMPILE SKIPPED"));
  }

  /// Computed once, by the plain loops of this JVM.
  private static final class ScalarDigest {
    static final String VALUE = KernelDigest.of(Kernels.scalar());
  }
}
