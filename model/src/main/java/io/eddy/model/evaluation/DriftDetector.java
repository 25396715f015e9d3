package io.eddy.model.evaluation;

import java.nio.ByteBuffer;

/// Notices that losses have risen, and since when: the cumulative sum of Page (Continuous
/// inspection schemes, 1954), one-sided, on the logarithms of losses of blocks.
///
/// Each block's loss is told in standard deviations from the mean of the blocks since the last
/// change. What is above one of them adds up, what is below takes away, never below zero; where the
/// sum passes the threshold, losses have risen, and what rose is the blocks since it was last zero.
/// No block counts for more than four deviations, so that no single one is taken for a change.
///
/// Losses go in by blocks because those of one moment rise and fall together: of hundreds of series
/// one busy hour looks like hundreds of proofs.
public final class DriftDetector {
  /// Bytes that [#write] needs.
  public static final int BYTES = 2 * Long.BYTES + 3 * Double.BYTES;

  /// Blocks that it learns from before it says anything.
  public static final int BLOCKS_MIN = 12;

  private static final double ALLOWANCE = 1;
  private static final double DEVIATIONS_MAX = 4;

  /// A deviation of fewer percent than this is that of too few blocks.
  private static final double DEVIATION_MIN = 0.05;

  private final double threshold;
  private long blocks;
  private long rising; // blocks since the sum was zero
  private double mean;
  private double squares; // of differences from the mean, summed
  private double sum;

  /// @param threshold of the sum, in standard deviations; larger is slower and surer
  public DriftDetector(double threshold) {
    this.threshold = threshold;
  }

  /// Takes a block's loss.
  ///
  /// @param loss one that is not above 0, or not finite, is left out
  /// @return how many of the newest blocks are those of risen losses; 0 while they have not risen
  public long add(double loss) {
    if (!(loss > 0 && Double.isFinite(loss))) {
      return 0;
    }
    double logarithm = StrictMath.log(loss);
    if (blocks >= BLOCKS_MIN) {
      double deviation = Math.max(DEVIATION_MIN, Math.sqrt(squares / (blocks - 1)));
      double deviations = Math.min(DEVIATIONS_MAX, (logarithm - mean) / deviation);
      sum = Math.max(0, sum + deviations - ALLOWANCE);
      rising = sum == 0 ? 0 : rising + 1;
      if (sum > threshold) {
        long risen = rising;
        restart();
        return risen;
      }
    }
    blocks++;
    double difference = logarithm - mean;
    mean += difference / blocks;
    squares += difference * (logarithm - mean);
    return 0;
  }

  /// Forgets all blocks: what comes is of another kind.
  private void restart() {
    blocks = 0;
    rising = 0;
    mean = 0;
    squares = 0;
    sum = 0;
  }

  /// Writes what it has seen at the buffer's position, [#BYTES] bytes.
  public void write(ByteBuffer to) {
    to.putLong(blocks).putLong(rising).putDouble(mean).putDouble(squares).putDouble(sum);
  }

  /// Reads what [#write] wrote.
  public void read(ByteBuffer from) {
    blocks = from.getLong();
    rising = from.getLong();
    mean = from.getDouble();
    squares = from.getDouble();
    sum = from.getDouble();
  }
}
