package io.eddy.model.evaluation;

/// Counts values inside their intervals, by confidence and by steps ahead, block by block.
///
/// Errors of neighbouring origins have most of their steps in common, and those of different series
/// at one time have their cause in common, so values are far from independent and the binomial
/// standard error is far too small. Values are therefore put into blocks, stretches of time across
/// all series (or whole series where there is only one origin), and the error is that of a ratio of
/// sums over blocks:
///
/// ```
/// p = Σ c_b / Σ n_b,   se² = B / (B - 1) Σ (c_b - p n_b)² / (Σ n_b)²
/// ```
///
/// Steps ahead are gathered in buckets that double: 1, 2 to 3, 4 to 7, 8 to 15 and so on.
public final class CoverageMeter {

  private final int horizon;
  private final int blocks;
  private final int buckets;
  private final long[] counts; // (buckets, blocks)
  private final long[] covered; // (confidences, buckets, blocks)

  /// @param horizon most steps ahead
  /// @param blocks number of blocks
  CoverageMeter(int horizon, int blocks) {
    this.horizon = horizon;
    this.blocks = blocks;
    buckets = bucket(horizon) + 1;
    counts = new long[buckets * blocks];
    covered = new long[Confidence.values().length * buckets * blocks];
  }

  /// Takes one value.
  ///
  /// @param block which block it belongs to, from 0
  /// @param ahead steps ahead that its forecast was made, from 1
  void add(int block, int ahead, double actual, Fan fan) {
    int place = bucket(ahead) * blocks + block;
    counts[place]++;
    for (Confidence confidence : Confidence.values()) {
      if (fan.lower(confidence, ahead) <= actual && actual <= fan.upper(confidence, ahead)) {
        covered[confidence.row() * buckets * blocks + place]++;
      }
    }
  }

  /// How many buckets of steps ahead there are.
  public int buckets() {
    return buckets;
  }

  /// The fewest steps ahead of a bucket.
  public int firstStep(int bucket) {
    return 1 << bucket;
  }

  /// The most steps ahead of a bucket.
  public int lastStep(int bucket) {
    return Math.min(horizon, (2 << bucket) - 1);
  }

  /// Over all steps ahead.
  public CoverageEstimate estimate(Confidence confidence) {
    return estimate(confidence, 0, buckets);
  }

  /// Of one bucket.
  public CoverageEstimate estimate(Confidence confidence, int bucket) {
    return estimate(confidence, bucket, bucket + 1);
  }

  private CoverageEstimate estimate(Confidence confidence, int firstBucket, int endBucket) {
    long[] n = new long[blocks];
    long[] c = new long[blocks];
    long count = 0;
    long inside = 0;
    for (int bucket = firstBucket; bucket < endBucket; bucket++) {
      for (int block = 0; block < blocks; block++) {
        int place = bucket * blocks + block;
        n[block] += counts[place];
        c[block] += covered[confidence.row() * buckets * blocks + place];
        count += counts[place];
        inside += covered[confidence.row() * buckets * blocks + place];
      }
    }
    double share = count == 0 ? Double.NaN : (double) inside / count;
    return new CoverageEstimate(
        confidence.share(), share, standardError(n, c, share, count), count);
  }

  private static double standardError(long[] n, long[] c, double share, long count) {
    int filled = 0;
    double squares = 0;
    for (int block = 0; block < n.length; block++) {
      if (n[block] > 0) {
        double deviation = c[block] - share * n[block];
        squares += deviation * deviation;
        filled++;
      }
    }
    return filled < 2 ? Double.NaN : Math.sqrt(squares * filled / (filled - 1)) / count;
  }

  private static int bucket(int ahead) {
    return 31 - Integer.numberOfLeadingZeros(ahead);
  }
}
