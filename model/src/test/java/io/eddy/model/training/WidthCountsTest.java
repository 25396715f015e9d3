package io.eddy.model.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.eddy.model.cell.CellType;
import io.eddy.model.network.ForecasterSpec;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class WidthCountsTest {
  private static final ForecasterSpec SPEC =
      new ForecasterSpec(CellType.GRU, 2, 1, 2, 0, 1, 0.9, 10);

  /// Residuals of this spread that were predicted to have a spread of 1.
  private static void meet(WidthCalibration calibration, int count, double spread, long seed) {
    var random = new SplittableRandom(seed);
    for (int i = 0; i < count; i++) {
      float[] quantiles = {-1, -1, 0, 0, 1, 1};
      for (int h = 0; h < 2; h++) {
        calibration.add(h, quantiles, 0, (float) (spread * random.nextGaussian()));
      }
    }
  }

  @Test
  void shouldGiveTheFactorsOfAllDataTogether() {
    var small = new WidthCalibration(SPEC);
    var large = new WidthCalibration(SPEC);
    var all = new WidthCalibration(SPEC);
    meet(small, 1_000, 0.4, 1);
    meet(large, 3_000, 2, 2);
    meet(all, 1_000, 0.4, 1);
    meet(all, 3_000, 2, 2);

    float[] sum = small.counts().plus(large.counts()).factors(SPEC);

    float[] exact = all.factors();
    float[] mean = new float[exact.length];
    for (int side = 0; side < sum.length; side++) {
      assertThat(sum[side]).isCloseTo(exact[side], within(0.02f * exact[side]));
      mean[side] = (small.factors()[side] + 3 * large.factors()[side]) / 4;
      assertThat(mean[side])
          .as("a mean of factors says something else")
          .isLessThan(0.95f * exact[side]);
    }
    assertThat(large.counts().plus(small.counts()).factors(SPEC)).isEqualTo(sum);
  }

  @Test
  void shouldComeBackFromBytes() {
    var calibration = new WidthCalibration(SPEC);
    meet(calibration, 5_000, 1, 3);
    byte[] bytes = calibration.counts().encode();

    WidthCounts read = WidthCounts.decode(ByteBuffer.wrap(bytes), SPEC);

    assertThat(read.factors(SPEC)).isEqualTo(calibration.counts().factors(SPEC));
    assertThat(read.encode()).isEqualTo(bytes);
    assertThatThrownBy(() -> WidthCounts.decode(ByteBuffer.wrap(bytes, 0, bytes.length - 1), SPEC))
        .hasMessageContaining("cut off");
  }

  @Test
  void shouldSayNothingOfFewResiduals() {
    var calibration = new WidthCalibration(SPEC);
    meet(calibration, 20, 5, 4);

    assertThat(calibration.counts().factors(SPEC)).containsOnly(1f);
  }
}
