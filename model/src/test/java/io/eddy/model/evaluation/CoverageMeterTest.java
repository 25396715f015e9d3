package io.eddy.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CoverageMeterTest {

  @Test
  void shouldGatherStepsInBucketsThatDouble() {
    var meter = new CoverageMeter(10, 1);

    assertThat(meter.buckets()).isEqualTo(4);
    assertThat(meter.firstStep(0)).isEqualTo(1);
    assertThat(meter.lastStep(0)).isEqualTo(1);
    assertThat(meter.firstStep(2)).isEqualTo(4);
    assertThat(meter.lastStep(2)).isEqualTo(7);
    assertThat(meter.lastStep(3)).isEqualTo(10);
  }

  @Test
  void shouldCountByConfidenceAndStep() {
    var meter = new CoverageMeter(2, 1);
    Fan fan = fan(2);

    meter.add(0, 1, 1.2, fan); // outside of 80 %, inside of 90 %
    meter.add(0, 2, 0, fan);
    meter.add(0, 2, -9, fan);

    assertThat(meter.estimate(Confidence.EIGHTY).covered()).isEqualTo(1 / 3.0);
    assertThat(meter.estimate(Confidence.NINETY).covered()).isEqualTo(2 / 3.0);
    assertThat(meter.estimate(Confidence.NINETY, 0).covered()).isEqualTo(1);
    assertThat(meter.estimate(Confidence.NINETY, 1))
        .returns(0.5, CoverageEstimate::covered)
        .returns(2L, CoverageEstimate::count)
        .returns(0.9, CoverageEstimate::nominal);
  }

  @Test
  void shouldTellTheErrorFromTheSpreadBetweenBlocks() {
    var meter = new CoverageMeter(1, 3);
    Fan fan = fan(1);
    int[] covered = {4, 2, 3};
    for (int block = 0; block < 3; block++) {
      for (int i = 0; i < 4; i++) {
        meter.add(block, 1, i < covered[block] ? 0 : 9, fan);
      }
    }

    CoverageEstimate estimate = meter.estimate(Confidence.NINETY);

    // p = 9/12; deviations 1, -1, 0; 3/2 · 2 = 3 over 12²
    assertThat(estimate.covered()).isEqualTo(0.75);
    assertThat(estimate.standardError()).isEqualTo(Math.sqrt(3) / 12, within(1e-12));
  }

  @Test
  void shouldNoticeThatValuesOfABlockGoTogether() {
    var random = new SplittableRandom(1);
    var meter = new CoverageMeter(1, 50);
    Fan fan = fan(1);
    for (int block = 0; block < 50; block++) {
      double value = random.nextDouble() < 0.8 ? 0 : 9; // the same all through the block
      for (int i = 0; i < 100; i++) {
        meter.add(block, 1, value, fan);
      }
    }

    CoverageEstimate estimate = meter.estimate(Confidence.EIGHTY);

    double independent =
        Math.sqrt(estimate.covered() * (1 - estimate.covered()) / estimate.count());
    assertThat(estimate.standardError()).isGreaterThan(8 * independent);
  }

  @Test
  void shouldKnowNoErrorOfASingleBlock() {
    var meter = new CoverageMeter(1, 1);

    meter.add(0, 1, 0, fan(1));

    assertThat(meter.estimate(Confidence.NINETY).standardError()).isNaN();
    assertThat(new CoverageMeter(1, 1).estimate(Confidence.NINETY).covered()).isNaN();
  }

  /// Bounds of ±1, ±2 and ±3 around 0.
  private static Fan fan(int horizon) {
    double[][] lower = new double[3][horizon];
    double[][] upper = new double[3][horizon];
    for (int row = 0; row < 3; row++) {
      Arrays.fill(lower[row], -1 - row);
      Arrays.fill(upper[row], 1 + row);
    }
    return new Fan(new double[horizon], new double[horizon], lower, upper);
  }
}
