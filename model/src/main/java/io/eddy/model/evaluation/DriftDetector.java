package io.eddy.model.evaluation;

import java.nio.ByteBuffer;

/// Notices that losses have risen, and since when, without a window's length to choose: ADWIN
/// (Bifet and Gavaldà: Learning from time-changing data with adaptive windowing, 2007).
///
/// It keeps a window of all losses since the last change, as an exponential histogram: a few
/// buckets each of 1, 2, 4, … losses, so that n of them take O(log n) numbers. Now and then it
/// looks at every place where the window could be cut in two: if the parts' means differ by more
/// than chance allows (Bernstein's bound, theorem 3.2), the older part is of the past, and goes.
///
/// Losses may be of any size; what is averaged is x / (1 + x), which lies in \[0, 1) and lets no
/// single loss count for more than one.
public final class DriftDetector {
  private static final int BUCKETS = 5; // of one size, before the two oldest become one
  private static final int SIZES = 32;
  private static final int SLOTS = BUCKETS + 1;
  private static final int LOOK_EVERY = 32;
  private static final int PART_MIN = 32;

  /// Bytes that [#write] needs.
  public static final int BYTES =
      3 * Long.BYTES + SIZES * (Integer.BYTES + 2 * SLOTS * Double.BYTES);

  private final double confidence;
  private final int[] counts = new int[SIZES]; // buckets of each size
  private final double[] sums = new double[SIZES * SLOTS]; // of each size, oldest first
  private final double[] squares = new double[SIZES * SLOTS];
  private long length;
  private long seen;
  private long rises;

  /// @param confidence chance of seeing a change where there is none, per look
  public DriftDetector(double confidence) {
    this.confidence = confidence;
  }

  /// Takes a loss.
  ///
  /// @param loss from 0; one that is not finite is left out
  /// @return whether losses have risen, as far as can be told now
  public boolean add(double loss) {
    if (!(loss >= 0 && Double.isFinite(loss))) {
      return false;
    }
    double bounded = loss / (1 + loss);
    append(0, bounded, bounded * bounded);
    length++;
    seen++;
    return seen % LOOK_EVERY == 0 && look();
  }

  /// Losses in the window: those since the last change.
  public long length() {
    return length;
  }

  /// How often losses have risen.
  public long rises() {
    return rises;
  }

  private void append(int size, double sum, double square) {
    int at = size * SLOTS + counts[size];
    sums[at] = sum;
    squares[at] = square;
    counts[size]++;
    if (counts[size] == SLOTS) {
      int first = size * SLOTS;
      double mergedSum = sums[first] + sums[first + 1];
      double mergedSquare = squares[first] + squares[first + 1];
      removeFirst(size, 2);
      if (size + 1 < SIZES) {
        append(size + 1, mergedSum, mergedSquare);
      } else {
        length -= 2L << size;
      }
    }
  }

  private void removeFirst(int size, int buckets) {
    int first = size * SLOTS;
    int left = counts[size] - buckets;
    System.arraycopy(sums, first + buckets, sums, first, left);
    System.arraycopy(squares, first + buckets, squares, first, left);
    counts[size] = left;
  }

  private boolean look() {
    boolean risen = false;
    int cut = cut();
    while (cut != 0) {
      risen |= cut > 0;
      dropOldest();
      cut = cut();
    }
    if (risen) {
      rises++;
    }
    return risen;
  }

  /// 1 where the newer part's mean is higher at some cut by more than chance, -1 where it is lower,
  /// 0 where there is no such cut.
  private int cut() {
    double total = 0;
    double totalSquares = 0;
    for (int size = 0; size < SIZES; size++) {
      for (int bucket = 0; bucket < counts[size]; bucket++) {
        total += sums[size * SLOTS + bucket];
        totalSquares += squares[size * SLOTS + bucket];
      }
    }
    double mean = total / length;
    double variance = Math.max(0, totalSquares / length - mean * mean);
    double log = StrictMath.log(2 * StrictMath.log((double) length) / confidence);
    long older = 0;
    double olderSum = 0;
    for (int size = SIZES - 1; size >= 0; size--) {
      for (int bucket = 0; bucket < counts[size]; bucket++) {
        older += 1L << size;
        olderSum += sums[size * SLOTS + bucket];
        long newer = length - older;
        if (older >= PART_MIN && newer >= PART_MIN) {
          double difference = (total - olderSum) / newer - olderSum / older;
          double inverse = 1.0 / older + 1.0 / newer;
          double chance = Math.sqrt(2 * inverse * variance * log) + 2.0 / 3 * inverse * log;
          if (Math.abs(difference) > chance) {
            return difference > 0 ? 1 : -1;
          }
        }
      }
    }
    return 0;
  }

  private void dropOldest() {
    for (int size = SIZES - 1; size >= 0; size--) {
      if (counts[size] > 0) {
        removeFirst(size, 1);
        length -= 1L << size;
        return;
      }
    }
  }

  /// Writes what it has seen at the buffer's position, [#BYTES] bytes.
  public void write(ByteBuffer to) {
    to.putLong(length).putLong(seen).putLong(rises);
    for (int count : counts) {
      to.putInt(count);
    }
    to.asDoubleBuffer().put(sums).put(squares);
    to.position(to.position() + 2 * sums.length * Double.BYTES);
  }

  /// Reads what [#write] wrote.
  public void read(ByteBuffer from) {
    length = from.getLong();
    seen = from.getLong();
    rises = from.getLong();
    for (int size = 0; size < SIZES; size++) {
      counts[size] = from.getInt();
    }
    from.asDoubleBuffer().get(sums).get(squares);
    from.position(from.position() + 2 * sums.length * Double.BYTES);
  }
}
