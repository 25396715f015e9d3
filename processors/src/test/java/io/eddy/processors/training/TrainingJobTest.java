package io.eddy.processors.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TrainingJobTest {
  private static final TrainingJob JOB =
      new TrainingJob(7, 3, 12, 99_999, 2, 640, -5, 1_700L, 55, "drift");

  @Test
  void shouldSurviveItsBytes() {
    assertThat(TrainingJob.decode(JOB.encode())).isEqualTo(JOB);
  }

  @Test
  void shouldRefuseAnotherLayout() {
    byte[] newer = JOB.encode();
    newer[0] = 9;

    assertThatThrownBy(() -> TrainingJob.decode(newer))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("layout 9");
  }

  @Test
  void shouldRefuseTheLayoutThatNamesNoCause() {
    byte[] older = Arrays.copyOf(JOB.encode(), 57);
    older[0] = 1;

    assertThatThrownBy(() -> TrainingJob.decode(older))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("layout 1, expected at least 61 and layout 3");
  }

  @Test
  void shouldRefuseTruncatedBytes() {
    assertThatThrownBy(() -> TrainingJob.decode(new byte[0]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0 bytes");
  }
}
