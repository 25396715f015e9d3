package io.eddy.model.evaluation;

import java.nio.ByteBuffer;

/// Whether one of two forecasters is better than the other, told from their losses on the same
/// events, block after block, and valid however often one looks.
///
/// From each block comes one number, d = (a − b) / (a + b), where a and b are the two losses summed
/// over the block: positive where the second forecaster did better, and never outside of ±1. Two
/// bettors start with 1 and stake a share λ of what they have on the next block, one on each
/// forecaster: E ← E · (1 ± λ·d), with λ in \[0, ½\] taken from earlier blocks alone. If a
/// forecaster is not better than the other on average, whatever was seen before, its bettor's
/// wealth is a supermartingale, so the chance that it ever reaches 1/α is at most α (Ville's
/// inequality). That is what a test which is peeked at does not have (Choe and Ramdas: Comparing
/// sequential forecasters, 2021, section 4).
///
/// Blocks must be longer than what their neighbours' errors have in common, or the average given
/// the past is not what one thinks it is. No verdict falls before the eighth.
public final class SequentialTest {
  /// Blocks before any verdict.
  public static final int BLOCKS_MIN = 8;

  /// Bytes that [#write] needs.
  public static final int BYTES = Long.BYTES + 6 * Double.BYTES;

  private static final double STAKE_MAX = 0.5;

  /// Keeps the first stakes small: the variance of blocks is not known from one of them.
  private static final double PRIOR_SQUARES = 0.25;

  private long blocks;
  private double sum;
  private double sumOfSquares;
  private double logForFirst;
  private double logForSecond;
  private double firstLoss;
  private double secondLoss;

  /// A test that has seen nothing.
  public SequentialTest() {}

  /// Takes one block's losses, both summed over the same events. A block in which neither erred
  /// counts, and says nothing.
  ///
  /// @throws IllegalArgumentException if a loss is negative or not finite
  public void add(double first, double second) {
    if (!(first >= 0 && second >= 0 && Double.isFinite(first + second))) {
      throw new IllegalArgumentException(
          "the losses of a block are "
              + first
              + " and "
              + second
              + ", expected finite numbers from 0");
    }
    double difference = first + second == 0 ? 0 : (first - second) / (first + second);
    double stake = sum / (sumOfSquares + PRIOR_SQUARES);
    logForSecond += StrictMath.log1p(Math.clamp(stake, 0, STAKE_MAX) * difference);
    logForFirst += StrictMath.log1p(-Math.clamp(-stake, 0, STAKE_MAX) * difference);
    blocks++;
    sum += difference;
    sumOfSquares += difference * difference;
    firstLoss += first;
    secondLoss += second;
  }

  /// Blocks so far.
  public long blocks() {
    return blocks;
  }

  /// What the bettor on the second forecaster has made of 1.
  public double evidenceForSecond() {
    return StrictMath.exp(logForSecond);
  }

  /// What the bettor on the first forecaster has made of 1.
  public double evidenceForFirst() {
    return StrictMath.exp(logForFirst);
  }

  /// Loss of the first forecaster over all blocks.
  public double firstLoss() {
    return firstLoss;
  }

  /// Loss of the second forecaster over all blocks.
  public double secondLoss() {
    return secondLoss;
  }

  /// Share of the first forecaster's loss that the second one saves; negative where it costs.
  public double gain() {
    return firstLoss == 0 ? 0 : 1 - secondLoss / firstLoss;
  }

  /// Whether the second forecaster is better.
  ///
  /// @param evidence needed, 1/α
  public boolean isSecondBetter(double evidence) {
    return blocks >= BLOCKS_MIN && evidenceForSecond() >= evidence;
  }

  /// Whether the first forecaster is better.
  ///
  /// @param evidence needed, 1/α
  public boolean isFirstBetter(double evidence) {
    return blocks >= BLOCKS_MIN && evidenceForFirst() >= evidence;
  }

  /// Writes what it has seen at the buffer's position, [#BYTES] bytes.
  public void write(ByteBuffer to) {
    to.putLong(blocks).putDouble(sum).putDouble(sumOfSquares);
    to.putDouble(logForFirst).putDouble(logForSecond).putDouble(firstLoss).putDouble(secondLoss);
  }

  /// Reads what [#write] wrote.
  public static SequentialTest read(ByteBuffer from) {
    var test = new SequentialTest();
    test.blocks = from.getLong();
    test.sum = from.getDouble();
    test.sumOfSquares = from.getDouble();
    test.logForFirst = from.getDouble();
    test.logForSecond = from.getDouble();
    test.firstLoss = from.getDouble();
    test.secondLoss = from.getDouble();
    return test;
  }
}
