package io.eddy.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SequentialTestTest {
  private static final int RUNS = 2_000;
  private static final int BLOCKS = 400;

  /// Blocks until the second is found better, or 0.
  private static int verdictAfter(Random random, double gain, double noise) {
    var test = new SequentialTest();
    double shared = 0;
    for (int block = 1; block <= BLOCKS; block++) {
      // What makes a block hard is hard for both, and goes on for some blocks.
      shared = 0.7 * shared + 0.5 * random.nextGaussian();
      double hardness = Math.exp(shared);
      test.add(
          hardness * Math.exp(noise * random.nextGaussian()),
          hardness * Math.exp(noise * random.nextGaussian()) * (1 - gain));
      if (test.isSecondBetter(20)) {
        return block;
      }
    }
    return 0;
  }

  @Test
  void shouldRarelyPreferAnEqualForecasterHoweverOftenOneLooks() {
    for (double noise : new double[] {0.02, 0.2, 1.0}) {
      var random = new Random(1);
      int wrong = 0;
      for (int run = 0; run < RUNS; run++) {
        wrong += verdictAfter(random, 0, noise) > 0 ? 1 : 0;
      }
      assertThat(wrong / (double) RUNS)
          .as("share of wrong verdicts in %s looks, noise %s", BLOCKS, noise)
          .isLessThan(0.05);
    }
  }

  @Test
  void shouldFindABetterForecasterTheSoonerTheBetterItIs() {
    int before = Integer.MAX_VALUE;
    for (double gain : new double[] {0.1, 0.3, 0.6}) {
      var random = new Random(2);
      int[] blocks = new int[201];
      for (int run = 0; run < blocks.length; run++) {
        blocks[run] = verdictAfter(random, gain, 0.1);
        assertThat(blocks[run]).as("gain %s, run %s", gain, run).isPositive();
      }
      java.util.Arrays.sort(blocks);
      int median = blocks[blocks.length / 2];
      System.out.println("a gain of " + gain + " is found after " + median + " blocks");
      assertThat(median).isLessThan(before).isGreaterThanOrEqualTo(SequentialTest.BLOCKS_MIN);
      before = median;
    }
  }

  @Test
  void shouldSayNothingBeforeTheEighthBlock() {
    var test = new SequentialTest();
    for (int block = 1; block < SequentialTest.BLOCKS_MIN; block++) {
      test.add(1, 0);
      assertThat(test.isSecondBetter(1)).isFalse();
    }
    test.add(1, 0);
    assertThat(test.isSecondBetter(1)).isTrue();
    assertThat(test.isFirstBetter(2)).isFalse();
  }

  @Test
  void shouldBeTheSameForBothSides() {
    var one = new SequentialTest();
    var other = new SequentialTest();
    var random = new Random(3);
    for (int block = 0; block < 30; block++) {
      double a = random.nextDouble();
      double b = random.nextDouble();
      one.add(a, b);
      other.add(b, a);
    }
    assertThat(one.evidenceForFirst()).isEqualTo(other.evidenceForSecond());
    assertThat(one.evidenceForSecond()).isEqualTo(other.evidenceForFirst());
    assertThat(one.firstLoss()).isEqualTo(other.secondLoss());
  }

  @Test
  void shouldGoOnFromItsBytes() {
    var whole = new SequentialTest();
    var first = new SequentialTest();
    var random = new Random(4);
    double[][] losses = new double[20][];
    for (int block = 0; block < losses.length; block++) {
      losses[block] = new double[] {random.nextDouble(), 0.8 * random.nextDouble()};
      whole.add(losses[block][0], losses[block][1]);
      if (block < 10) {
        first.add(losses[block][0], losses[block][1]);
      }
    }
    var bytes = ByteBuffer.allocate(SequentialTest.BYTES);
    first.write(bytes);
    assertThat(bytes.hasRemaining()).isFalse();
    var continued = SequentialTest.read(bytes.flip());
    for (int block = 10; block < losses.length; block++) {
      continued.add(losses[block][0], losses[block][1]);
    }
    assertThat(continued.evidenceForSecond()).isEqualTo(whole.evidenceForSecond());
    assertThat(continued.gain()).isEqualTo(whole.gain());
    assertThat(continued.blocks()).isEqualTo(20);
  }

  @Test
  void shouldRefuseWhatIsNoLoss() {
    var test = new SequentialTest();
    assertThatIllegalArgumentException().isThrownBy(() -> test.add(-1, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> test.add(Double.NaN, 1));
    test.add(0, 0);
    assertThat(test.gain()).isZero();
  }
}
