package io.eddy.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DriftDetectorTest {
  private static final double CONFIDENCE = 0.002;

  /// A loss as forecasts have them: the size of a Laplace error.
  private static double loss(Random random, double level) {
    return -level * Math.log(1 - random.nextDouble());
  }

  /// Losses after the change until it is noticed, or -1 where there was an alarm before.
  private static int noticedAfter(long seed, double factor) {
    var random = new Random(seed);
    var detector = new DriftDetector(CONFIDENCE);
    for (int i = 0; i < 5_000; i++) {
      if (detector.add(loss(random, 1))) {
        return -1;
      }
    }
    for (int after = 1; after <= 20_000; after++) {
      if (detector.add(loss(random, factor))) {
        return after;
      }
    }
    return Integer.MAX_VALUE;
  }

  @Test
  void shouldNoticeARiseTheSoonerTheLargerItIs() {
    int before = Integer.MAX_VALUE;
    for (double factor : new double[] {1.2, 1.5, 2, 4}) {
      int[] after = new int[101];
      for (int run = 0; run < after.length; run++) {
        after[run] = noticedAfter(run, factor);
      }
      Arrays.sort(after);
      int median = after[after.length / 2];
      System.out.println("losses " + factor + " times as large: noticed after " + median);
      assertThat(median).isPositive().isLessThan(before);
      before = median;
    }
    assertThat(before).isLessThan(150);
  }

  @Test
  void shouldSeldomSeeARiseWhereThereIsNone() {
    int alarms = 0;
    int runs = 50;
    for (int run = 0; run < runs; run++) {
      var random = new Random(run);
      var detector = new DriftDetector(CONFIDENCE);
      for (int i = 0; i < 20_000; i++) {
        detector.add(loss(random, 1));
      }
      alarms += detector.rises() > 0 ? 1 : 0;
    }
    assertThat(alarms).as("runs of %s with an alarm in 20,000 losses", runs).isLessThanOrEqualTo(3);
  }

  @Test
  void shouldNotCallAFallARise() {
    var random = new Random(1);
    var detector = new DriftDetector(CONFIDENCE);
    for (int i = 0; i < 10_000; i++) {
      assertThat(detector.add(loss(random, i < 5_000 ? 4 : 1))).isFalse();
    }
    assertThat(detector.length()).as("the higher losses are of the past").isLessThan(5_500);
  }

  @Test
  void shouldStandOneLossThatIsOutOfBounds() {
    var random = new Random(2);
    var detector = new DriftDetector(CONFIDENCE);
    for (int i = 0; i < 5_000; i++) {
      detector.add(loss(random, 1));
    }
    for (double odd : new double[] {1e300, Double.NaN, Double.POSITIVE_INFINITY, -1}) {
      assertThat(detector.add(odd)).isFalse();
    }
    for (int i = 0; i < 1_000; i++) {
      assertThat(detector.add(loss(random, 1))).isFalse();
    }
  }

  @Test
  void shouldKeepAMillionLossesInAFewNumbersAndCountThemAll() {
    var detector = new DriftDetector(CONFIDENCE);
    for (int i = 0; i < 1_000_000; i++) {
      detector.add(1);
    }
    assertThat(detector.length()).isEqualTo(1_000_000);
    assertThat(DriftDetector.BYTES).isLessThan(4_000);
  }

  @Test
  void shouldGoOnFromItsBytes() {
    var random = new Random(3);
    var whole = new DriftDetector(CONFIDENCE);
    var first = new DriftDetector(CONFIDENCE);
    for (int i = 0; i < 3_000; i++) {
      double loss = loss(random, 1);
      whole.add(loss);
      first.add(loss);
    }
    var bytes = ByteBuffer.allocate(DriftDetector.BYTES);
    first.write(bytes);
    assertThat(bytes.hasRemaining()).isFalse();
    var continued = new DriftDetector(CONFIDENCE);
    continued.read(bytes.flip());
    for (int i = 0; i < 2_000; i++) {
      double loss = loss(random, 1.7);
      assertThat(continued.add(loss)).isEqualTo(whole.add(loss));
    }
    assertThat(continued.length()).isEqualTo(whole.length());
    assertThat(whole.rises()).isPositive();
  }
}
