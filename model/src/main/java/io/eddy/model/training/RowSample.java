package io.eddy.model.training;

/// Takes about so many of a great number of rows, spread evenly over all histories and times. By a
/// hash of the row's number: every n-th row would be the same key's again and again, or the same
/// phase's of a season.
final class RowSample {

  private final long among;
  private long next;

  /// @param rowCount rows that there are
  /// @param wanted rows to take, about
  RowSample(long rowCount, long wanted) {
    among = Math.max(1, (rowCount + wanted - 1) / wanted);
  }

  /// Whether the next row is taken.
  boolean takesNext() {
    long hash = next++ * 0x9E3779B97F4A7C15L;
    hash = (hash ^ (hash >>> 32)) * 0xD6E8FEB86659FD93L;
    return Math.floorMod(hash ^ (hash >>> 32), among) == 0;
  }
}
