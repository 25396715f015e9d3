package io.eddy.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DriftDetectorTest {
  private static final double THRESHOLD = 8;

  /// Losses of blocks that differ by a tenth, and of which a part lingers.
  private static final class Blocks {
    private final Random random;
    private final double lingers;
    private double noise;

    Blocks(long seed, double lingers) {
      random = new Random(seed);
      this.lingers = lingers;
    }

    double next(double level) {
      noise = lingers * noise + Math.sqrt(1 - lingers * lingers) * random.nextGaussian();
      return level * Math.exp(0.1 * noise);
    }
  }

  /// Blocks after the change until it is noticed, or -1 where there was an alarm before.
  private static int noticedAfter(long seed, double factor) {
    var blocks = new Blocks(seed, 0.3);
    var detector = new DriftDetector(THRESHOLD);
    for (int i = 0; i < 60; i++) {
      if (detector.add(blocks.next(1)) > 0) {
        return -1;
      }
    }
    for (int after = 1; after <= 1_000; after++) {
      if (detector.add(blocks.next(factor)) > 0) {
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
      System.out.println(
          "losses " + factor + " times as large: noticed after " + median + " blocks");
      assertThat(median).isPositive().isLessThanOrEqualTo(before);
      before = median;
    }
    assertThat(before).isLessThanOrEqualTo(3);
  }

  @Test
  void shouldSeldomSeeARiseWhereThereIsNone() {
    int runs = 200;
    for (double lingers : new double[] {0, 0.3, 0.5}) {
      int alarms = 0;
      for (int run = 0; run < runs; run++) {
        var blocks = new Blocks(run, lingers);
        var detector = new DriftDetector(THRESHOLD);
        for (int i = 0; i < 365; i++) {
          alarms += detector.add(blocks.next(1)) > 0 ? 1 : 0;
        }
      }
      assertThat(alarms)
          .as("alarms in %s runs of 365 blocks of which %s lingers", runs, lingers)
          .isLessThanOrEqualTo(runs / 10);
    }
  }

  @Test
  void shouldSaySinceWhenLossesHaveRisen() {
    var blocks = new Blocks(1, 0);
    var detector = new DriftDetector(THRESHOLD);
    for (int i = 0; i < 60; i++) {
      assertThat(detector.add(blocks.next(1))).isZero();
    }
    assertThat(detector.add(blocks.next(3))).isZero();
    assertThat(detector.add(blocks.next(3))).isZero();
    assertThat(detector.add(blocks.next(3))).isBetween(3L, 4L);
  }

  @Test
  void shouldNotCallAFallARise() {
    var blocks = new Blocks(1, 0);
    var detector = new DriftDetector(THRESHOLD);
    for (int i = 0; i < 500; i++) {
      assertThat(detector.add(blocks.next(i < 250 ? 4 : 1))).isZero();
    }
  }

  @Test
  void shouldStandOneLossThatIsOutOfBounds() {
    var blocks = new Blocks(2, 0);
    var detector = new DriftDetector(THRESHOLD);
    for (int i = 0; i < 100; i++) {
      detector.add(blocks.next(1));
    }
    for (double odd : new double[] {1e300, Double.NaN, Double.POSITIVE_INFINITY, -1, 0}) {
      assertThat(detector.add(odd)).isZero();
    }
    for (int i = 0; i < 100; i++) {
      assertThat(detector.add(blocks.next(1))).isZero();
    }
  }

  @Test
  void shouldGoOnFromItsBytes() {
    var blocks = new Blocks(3, 0.3);
    var whole = new DriftDetector(THRESHOLD);
    var first = new DriftDetector(THRESHOLD);
    for (int i = 0; i < 61; i++) {
      double loss = blocks.next(i < 60 ? 1 : 1.3);
      whole.add(loss);
      first.add(loss);
    }
    var bytes = ByteBuffer.allocate(DriftDetector.BYTES);
    first.write(bytes);
    assertThat(bytes.hasRemaining()).isFalse();
    var continued = new DriftDetector(THRESHOLD);
    continued.read(bytes.flip());
    long risen = 0;
    for (int i = 0; i < 200; i++) {
      double loss = blocks.next(1.3);
      long ofWhole = whole.add(loss);
      assertThat(continued.add(loss)).isEqualTo(ofWhole);
      risen = Math.max(risen, ofWhole);
    }
    assertThat(risen).isGreaterThan(1);
  }
}
